"""Counts of a ledger: what the card states and `microvqa-pp show` prints."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

import pyarrow as pa


@dataclass(slots=True)
class Summary:
    """Counts over all rows of a ledger, added shard by shard.

    `counts[name]` maps a value to the number of rows; `figures` is a set of ids, `articles` those
    of the multiple-choice questions of each split.
    """

    rows: int = 0
    candidates: int = 0
    gated: int = 0
    kept: int = 0
    figures: set[str] = field(default_factory=set)
    articles: dict[str, set[str]] = field(default_factory=dict)
    counts: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, ledger: pa.Table) -> None:
        """Count the rows of a ledger table; rows without a figure are counted as quarantine."""
        columns = ledger.select(_COLUMNS).to_pylist()
        for row in columns:
            if row["figure_id"] is None:
                continue
            self.rows += 1
            new_figure = row["figure_id"] not in self.figures
            self.figures.add(row["figure_id"])
            for name, value in _values(row, new_figure):
                self.counts.setdefault(name, Counter())[value] += 1
            self.candidates += row["candidate_id"] is not None
            self.gated += bool(row["gated"])
            self.kept += bool(row["keep"])
            if row["split"] and row["correct_index"] is not None:
                self.articles.setdefault(row["split"], set()).add(row["article_id"])

    def add_quarantine(self, quarantine: pa.Table) -> None:
        """Count what the sources could not use."""
        self.counts["quarantine"] = Counter(quarantine["reason"].to_pylist())

    def of(self, name: str) -> list[tuple[str, int]]:
        """Values of a count with their numbers, most frequent first, ties by name."""
        counter = self.counts.get(name, Counter())
        return sorted(counter.items(), key=lambda item: (-item[1], item[0]))

    def number(self, name: str, value: str) -> int:
        """How many rows have that value."""
        return self.counts.get(name, Counter())[value]

    @property
    def phantom_only(self) -> bool:
        """Whether no figure is real."""
        return set(self.counts.get("source", ())) == {"phantom"}

    @property
    def has_phantom(self) -> bool:
        """Whether any figure is a phantom."""
        return self.number("source", "phantom") > 0


_COLUMNS = [
    "figure_id", "article_id", "candidate_id", "source", "license", "modality", "stage", "reason",
    "gated", "keep", "split", "task", "bloom", "correct_index", "value_type", "screening",
    "scorer",
]  # fmt: skip


def _values(row: dict[str, object], new_figure: bool) -> Iterator[tuple[str, str]]:
    if new_figure:
        yield from ((name, str(row[name])) for name in ("source", "license", "modality"))
    yield "stage", str(row["stage"])
    yield "reason", reason_kind(str(row["reason"]))
    if row["candidate_id"] is not None:
        yield "candidate task", str(row["task"])
        yield "scorer", str(row["scorer"])
    if row["split"] and row["correct_index"] is not None:
        split = str(row["split"])
        yield "split", split
        yield f"task/{split}", str(row["task"])
        yield f"bloom/{split}", str(row["bloom"])
        yield f"position/{split}", str(row["correct_index"])
        yield f"screening/{split}", str(row["screening"])


@lru_cache(maxsize=4096)
def reason_kind(reason: str) -> str:
    """A reason without its particulars, so that reasons can be counted.

    Keeps the part before the second colon or the first semicolon, numbers and quotes left out.
    """
    head = ": ".join(reason.split(";")[0].split(": ")[:2])
    head = re.sub(r'"[^"]*"|\S*\d\S*', "…", head)
    return re.sub(r"\s+", " ", head).strip()[:90]
