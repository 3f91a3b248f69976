"""Replies that could not be used: their record, and those of a shard as rows of the quarantine."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass

import pyarrow as pa

from builder.tables.records import Rejection

LISTS = {
    "outcomes": ("figure_id", "unusable"),
    "agent_signals": ("candidate_id", "judged_unusable"),
    "questions": ("candidate_id", "unusable"),
}
"""Tables whose rows list replies, with the column of their subject and that of the list."""


@dataclass(frozen=True, slots=True)
class Unusable:
    """A reply, or a part of one, that could not be used.

    `prompt` is the prompt's version, `request` the digest under which the response is kept,
    `reason` short and stable, so that reasons can be counted; `repaired` says that the model
    corrected it.
    """

    prompt: str
    request: str
    reason: str
    detail: str = ""
    repaired: bool = False

    @property
    def problem(self) -> str:
        """Reason and detail in one line."""
        return f"{self.reason}: {self.detail}" if self.detail else self.reason

    @property
    def step(self) -> str:
        """Name of the prompt."""
        return self.prompt.partition("@")[0]


def pack(items: Iterable[Unusable]) -> list[str]:
    """One JSON object each, as the tables hold them."""
    return [json.dumps(asdict(item), ensure_ascii=False, sort_keys=True) for item in items]


def unpack(texts: Iterable[str] | None) -> list[Unusable]:
    """What `pack` packed."""
    return [Unusable(**json.loads(text)) for text in texts or ()]


def list_lost_replies(tables: Mapping[str, pa.Table]) -> Iterator[Rejection]:
    """Replies of a shard that were not repaired, in order.

    Args:
        tables: those of LISTS, and `figures` and `candidates`, which tell their sources.
    """
    figures = {row["figure_id"]: row for row in tables["figures"].to_pylist()}
    figure_of = {row["candidate_id"]: row["figure_id"] for row in tables["candidates"].to_pylist()}
    for table, (subject, column) in LISTS.items():
        for row in tables[table].select([subject, column]).to_pylist():
            # The subject is a candidate, or a figure itself.
            figure = figures[figure_of.get(row[subject], row[subject])]
            for reply in unpack(row[column]):
                if reply.repaired:
                    continue
                yield Rejection(
                    source=figure["source"],
                    location=f"{figure['figure_id']}: {row[subject]}: {reply.request}",
                    article_id=figure["article_id"],
                    item=figure["label"],
                    reason=f"reply to {reply.step}: {reply.reason}",
                    detail=reply.detail,
                )
