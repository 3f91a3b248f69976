"""The ledger: one row per candidate question, and one per figure that has none.

Everything that is published (splits, numbers on the card, the `ledger` config) is read from it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from builder.licenses import allows
from builder.records import Candidate, Figure, Question
from builder.shards import ShardStore
from builder.splits import Assignment, SplitItem, question_id
from filtering.records import Decision, Signals
from filtering.tables import arrow_schema, from_table

STAGES = ("figure", "candidate", "kept", "released")
"""How far a row came: no candidate; dropped by the filter; kept, but in no split; in a split."""

_FROM_FIGURE = (
    "figure_id", "article_id", "source", "image_sha256", "modality", "is_microscopy",
    "microscopy_reason", "label", "caption", "license", "license_url", "attribution", "reserved",
    "facts",
)  # fmt: skip
_FROM_CANDIDATE = (
    "candidate_id", "task", "question", "answer", "statement", "evidence", "evidence_start",
    "value_type", "attribute", "agent", "agent_revision", "prompt_version",
)  # fmt: skip
_FROM_SIGNALS = tuple(f for f in arrow_schema(Signals).names if f != "qa_id")
_FROM_DECISION = ("gated", "rank", "keep")
_FROM_QUESTION = ("distractors", "distractor_reasons", "rationale", "bloom", "bloom_rule")
_FROM_ASSIGNMENT = ("split", "correct_index")
_PARTS: tuple[tuple[type, tuple[str, ...]], ...] = (
    (Figure, _FROM_FIGURE),
    (Candidate, _FROM_CANDIDATE),
    (Signals, _FROM_SIGNALS),
    (Decision, _FROM_DECISION),
    (Question, _FROM_QUESTION),
    (Assignment, _FROM_ASSIGNMENT),
)
CONTENT = (
    "label", "caption", "attribution", "facts", "question", "answer", "statement", "evidence",
    "distractors", "distractor_reasons", "rationale", "contradiction",
)  # fmt: skip
"""Columns left empty in the published ledger for figures that may not be redistributed."""


def _own(name: str, kind: pa.DataType, description: str) -> pa.Field:
    return pa.field(name, kind, True, {"description": description})


def _schema() -> pa.Schema:
    columns = [
        _own("id", pa.string(), "id of the question in the configs `default` and `open`"),
        _own("stage", pa.string(), f"how far the row came: {', '.join(STAGES)}"),
        _own("reason", pa.string(), "why it came no further, or why it was kept, in words"),
        _own("screening", pa.string(), "unscreened, accepted, fixed or rejected"),
    ]
    for record, names in _PARTS:
        schema = arrow_schema(record)
        columns += [schema.field(name).with_nullable(True) for name in names]
    return pa.schema(columns)


LEDGER_SCHEMA = _schema()


def split_items(store: ShardStore, shard: str) -> list[SplitItem]:
    """Kept candidates of a shard whose figures may be redistributed."""
    figures = {f.figure_id: f for f in _records(Figure, store, "figures", shard, _WITHOUT_IMAGE)}
    kept = {d.qa_id for d in from_table(Decision, store.read("decisions", shard)) if d.keep}
    questions = {q.candidate_id: q for q in from_table(Question, store.read("questions", shard))}
    items = []
    for candidate in from_table(Candidate, store.read("candidates", shard)):
        figure = figures[candidate.figure_id]
        if candidate.candidate_id in kept and allows(figure.license, "redistributable"):
            items.append(_split_item(candidate, figure, questions[candidate.candidate_id]))
    return items


_WITHOUT_IMAGE = [name for name in arrow_schema(Figure).names if name != "image"]


def _records(
    record: type[Figure], store: ShardStore, table: str, shard: str, columns: list[str]
) -> list[Figure]:
    """Figures of a shard whose image bytes are left on disk."""
    rows = store.read(table, shard, columns).to_pylist()
    return [record(image={}, **row) for row in rows]


def _split_item(candidate: Candidate, figure: Figure, question: Question) -> SplitItem:
    stem, answer = candidate.question, candidate.answer
    if not question.problem:
        stem, answer = question.question, question.answer
    return SplitItem(
        candidate_id=candidate.candidate_id,
        question_id=question_id(figure.image_sha256, stem, answer, question.distractors),
        figure_id=figure.figure_id,
        article_id=figure.article_id,
        reserved=figure.reserved,
        phash=figure.image_phash,
        caption=figure.caption,
        question=stem,
        answer=answer,
        has_choices=not question.problem,
    )


def ledger_table(store: ShardStore, shard: str, assignments: Mapping[str, Assignment]) -> pa.Table:
    """Ledger rows of a shard, figures in order and each figure's candidates in order."""
    rows = list(_rows(store, shard, assignments))
    return pa.Table.from_pylist(rows, schema=LEDGER_SCHEMA)


def _rows(
    store: ShardStore, shard: str, assignments: Mapping[str, Assignment]
) -> Iterator[dict[str, Any]]:
    by_key = {
        name: {row[key]: row for row in store.read(name, shard).to_pylist()}
        for name, key in (
            ("signals", "qa_id"),
            ("decisions", "qa_id"),
            ("questions", "candidate_id"),
            ("outcomes", "figure_id"),
        )
    }
    candidates = defaultdict(list)
    for row in store.read("candidates", shard).to_pylist():
        candidates[row["figure_id"]].append(row)
    for figure in store.read("figures", shard, _WITHOUT_IMAGE).to_pylist():
        base = {name: figure[name] for name in _FROM_FIGURE}
        for candidate in candidates[figure["figure_id"]]:
            yield base | _candidate_row(candidate, by_key, assignments)
        if not candidates[figure["figure_id"]]:
            yield base | {
                "stage": "figure",
                "reason": by_key["outcomes"][figure["figure_id"]]["reason"],
            }


def _candidate_row(
    candidate: dict[str, Any],
    by_key: Mapping[str, Mapping[str, dict[str, Any]]],
    assignments: Mapping[str, Assignment],
) -> dict[str, Any]:
    key = candidate["candidate_id"]
    row: dict[str, Any] = {}
    for source, names in (
        (candidate, _FROM_CANDIDATE),
        (by_key["signals"][key], _FROM_SIGNALS),
        (by_key["decisions"][key], _FROM_DECISION),
        (by_key["questions"].get(key, {}), _FROM_QUESTION),
    ):
        row |= {name: source[name] for name in names if name in source}
    decision, question = by_key["decisions"][key], by_key["questions"].get(key)
    if question is None:
        return row | {"stage": "candidate", "reason": decision["reason"]}
    if not question["problem"]:
        row |= {"question": question["question"], "answer": question["answer"]}
    return row | _placement(assignments.get(key), decision["reason"], question["problem"])


def _placement(assignment: Assignment | None, reason: str, problem: str) -> dict[str, Any]:
    if assignment is None:
        return {"stage": "kept", "reason": "its licence does not allow redistribution"}
    if not assignment.split:
        return {"stage": "kept", "reason": assignment.split_reason, "id": assignment.question_id}
    return {
        "stage": "released",
        "reason": f"{reason}; free-form only: {problem}" if problem else reason,
        "id": assignment.question_id,
        "screening": "unscreened",
        "split": assignment.split,
        "correct_index": assignment.correct_index if assignment.correct_index >= 0 else None,
    }


def publishable(ledger: pa.Table) -> pa.Table:
    """The ledger without the content of figures that may not be redistributed."""
    free = [allows(name, "redistributable") for name in ledger["license"].to_pylist()]
    for name in CONTENT:
        index = ledger.schema.get_field_index(name)
        values = [v if ok else None for v, ok in zip(ledger[name].to_pylist(), free, strict=True)]
        field = ledger.schema.field(name)
        ledger = ledger.set_column(index, field, pa.array(values, field.type))
    return ledger
