"""The questions that people screen: all multiple-choice questions of the test split."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from builder.errors import BuildError
from builder.release.ledger import make_ledger
from builder.release.splits import Assignment
from builder.release.writer import list_choices
from builder.tables.shards import ShardStore
from filtering.table.arrow_tables import from_table

ASSIGNMENTS = "assignments.parquet"
"""File in work/ that says where every question went."""


@dataclass(frozen=True, slots=True)
class ScreeningQuestion:
    """A question as a reviewer sees it. `id` is the content hash that verdicts go by."""

    id: str
    figure_id: str
    image_sha256: str
    question: str
    choices: tuple[str, ...]
    correct_index: int
    rationale: str
    evidence: str
    evidence_start: int
    caption: str
    task: str
    bloom: int
    attribution: str
    source: str


def read_assignments(work: Path) -> dict[str, Assignment]:
    """Where every question of a build went, by candidate_id.

    Raises BuildError where the build has not come so far.
    """
    try:
        table = pq.read_table(work / ASSIGNMENTS)
    except (OSError, pa.ArrowException) as error:
        raise BuildError(
            f"{work.parent} is not a finished build; run microvqa-pp build with it again"
        ) from error
    return {a.candidate_id: a for a in from_table(Assignment, table)}


def shard_names(store: ShardStore) -> list[str]:
    """The shards of a build in order."""
    return sorted(path.stem for path in (store.folder / "figures").glob("*.parquet"))


def screening_questions(output: Path) -> list[ScreeningQuestion]:
    """The test questions of a build's output or of a release, in a fixed mixed order.

    A build gives them as they were made, whatever was decided since; a release alone gives those
    that no one has screened. Raises BuildError for a folder that is neither.
    """
    work = output / "work"
    tables = _from_work(work) if (work / ASSIGNMENTS).exists() else _from_release(output)
    rows = [row for table in tables for row in _test_rows(table)]
    return sorted((_question(row) for row in rows), key=lambda q: _mixed(q.id))


def _from_work(work: Path) -> Iterator[pa.Table]:
    store, assignments = ShardStore(work), read_assignments(work)
    return (make_ledger(store, shard, assignments) for shard in shard_names(store))


def _from_release(output: Path) -> Iterator[pa.Table]:
    release = output / "release" if (output / "release").is_dir() else output
    files = sorted((release / "data" / "ledger").glob("*.parquet"))
    if not files:
        raise BuildError(f"{output} holds no release: build one with microvqa-pp build")
    for file in files:
        table = pq.read_table(file)
        yield table.filter(pc.equal(table["screening"], "unscreened"))


def _test_rows(table: pa.Table) -> list[dict[str, Any]]:
    asked = pc.and_(pc.equal(table["split"], "test"), pc.is_valid(table["correct_index"]))
    rows: list[dict[str, Any]] = table.filter(asked).to_pylist()
    return rows


def _question(row: dict[str, Any]) -> ScreeningQuestion:
    return ScreeningQuestion(
        id=row["id"],
        figure_id=row["figure_id"],
        image_sha256=row["image_sha256"],
        question=row["question"],
        choices=tuple(list_choices(row)),
        correct_index=row["correct_index"],
        rationale=row["rationale"] or "",
        evidence=row["evidence"] or "",
        evidence_start=row["evidence_start"] or 0,
        caption=row["caption"] or "",
        task=row["task"],
        bloom=row["bloom"] or 0,
        attribution=row["attribution"] or "",
        source=row["source"],
    )


def _mixed(question_id: str) -> str:
    """Sorts questions so that those of one figure do not follow each other."""
    return hashlib.sha256(question_id.encode()).hexdigest()
