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
from filtering.records import from_table

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


def list_shards(store: ShardStore) -> list[str]:
    """The shards of a build in order."""
    return sorted(path.stem for path in (store.folder / "figures").glob("*.parquet"))


def read_screening_questions(output: Path) -> list[ScreeningQuestion]:
    """The test questions of a build's output or of a release, in a fixed mixed order.

    A build gives them as they were made, whatever was decided since; a release alone gives those
    that no one has screened.

    Raises:
        BuildError: the folder is neither.
    """
    work = output / "work"
    if (work / ASSIGNMENTS).exists():
        store, assignments = ShardStore(work), read_assignments(work)
        tables: Iterator[pa.Table] = (
            make_ledger(store, shard, assignments) for shard in list_shards(store)
        )
    else:
        release = output / "release" if (output / "release").is_dir() else output
        files = sorted((release / "data" / "ledger").glob("*.parquet"))
        if not files:
            raise BuildError(f"{output} holds no release: build one with microvqa-pp build")
        read = (pq.read_table(file) for file in files)
        tables = (table.filter(pc.equal(table["screening"], "unscreened")) for table in read)
    questions = []
    for table in tables:
        in_test = pc.and_(pc.equal(table["split"], "test"), pc.is_valid(table["correct_index"]))
        questions += [_make_question(row) for row in table.filter(in_test).to_pylist()]
    # Mixed, so that questions of one figure do not follow each other; by hash, so that all
    # reviewers meet them in the same order.
    return sorted(questions, key=lambda q: hashlib.sha256(q.id.encode()).hexdigest())


def _make_question(row: dict[str, Any]) -> ScreeningQuestion:
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
