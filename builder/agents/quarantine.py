"""What of a model's replies could not be used, as rows of the quarantine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pyarrow as pa

from builder.agents.unusable import Unusable, unpack
from builder.tables.records import Rejection

LISTS = {
    "outcomes": ("figure_id", "unusable"),
    "agent_signals": ("candidate_id", "judged_unusable"),
    "questions": ("candidate_id", "unusable"),
}
"""Tables whose rows list replies, with the column of their subject and that of the list."""


def lost_replies(tables: Mapping[str, pa.Table]) -> Iterator[Rejection]:
    """Replies of a shard that were not repaired, in order; `tables` are those of LISTS, and
    `figures` and `candidates` to tell their sources."""
    figures = {row["figure_id"]: row for row in tables["figures"].to_pylist()}
    asked = {row["candidate_id"]: row["figure_id"] for row in tables["candidates"].to_pylist()}
    for table, (subject, column) in LISTS.items():
        for row in tables[table].select([subject, column]).to_pylist():
            figure = figures[asked.get(row[subject], row[subject])]
            for reply in unpack(row[column]):
                if not reply.repaired:
                    yield _rejection(figure, row[subject], reply)


def _rejection(figure: Mapping[str, str], subject: str, reply: Unusable) -> Rejection:
    return Rejection(
        source=figure["source"],
        location=f"{figure['figure_id']}: {subject}: {reply.request}",
        article_id=figure["article_id"],
        item=figure["label"],
        reason=f"reply to {reply.step}: {reply.reason}",
        detail=reply.detail,
    )
