"""The questions of a release, as shortcuts see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

COLUMNS = ("id", "question", "choices", "correct_index", "caption", "article_id")


@dataclass(frozen=True, slots=True)
class Row:
    """What a shortcut may look at."""

    question: str
    choices: tuple[str, ...]
    correct: int
    caption: str
    article: str
    test: bool


def load(release: Path) -> list[Row]:
    """Rows of the default config of a release, train first."""
    rows = []
    for split in ("train", "test"):
        for path in sorted((release / "data" / "default").glob(f"{split}-*.parquet")):
            for record in pq.read_table(path, columns=list(COLUMNS)).to_pylist():
                rows.append(
                    Row(
                        record["question"],
                        tuple(record["choices"]),
                        record["correct_index"],
                        record["caption"],
                        record["article_id"],
                        split == "test",
                    )
                )
    if not rows:
        raise SystemExit(f"{release} has no data/default/{{train,test}}-*.parquet; build it first")
    return rows


def shared(row: Row, scores: Sequence[float]) -> float:
    """Credit for taking the choice with the highest score; ties share it."""
    best = max(scores)
    winners = [index for index, score in enumerate(scores) if score >= best - 1e-12]
    return 1 / len(winners) if row.correct in winners else 0.0
