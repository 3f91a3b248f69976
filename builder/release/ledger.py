"""The ledger: one row per candidate question, and one per figure that has none.

Everything that is published (splits, numbers on the card, the `ledger` config) is read from it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute

from builder.release.splits import Assignment, SplitItem, question_id
from builder.tables.licenses import allows
from builder.tables.records import AgentSignals, Candidate, Figure, Question
from builder.tables.shards import ShardStore
from filtering.records import Decision, Signals
from filtering.table.arrow_tables import arrow_schema

STAGES = ("figure", "candidate", "kept", "released")
"""How far a row came: no candidate; dropped by the filter; kept, but in no split; in a split."""
QUARANTINE = "quarantine"
"""Stage of an input that could not be used; only the ledger of a release without figures has it."""

_FROM_FIGURE = (
    "figure_id", "article_id", "source", "image_sha256", "modality", "is_microscopy",
    "microscopy_reason", "label", "caption", "license", "license_url", "attribution", "reserved",
    "facts",
)  # fmt: skip
_FROM_CANDIDATE = (
    "candidate_id", "task", "question", "answer", "statement", "evidence", "evidence_start",
    "value_type", "attribute", "agent", "agent_revision", "prompt_version", "confidence",
)  # fmt: skip
_FROM_AGENT = (
    "signal_agent_consistency", "signal_agent_caption_blind", "signal_agent_image_blind",
    "signal_agent_verdict", "judged_by", "judged_by_revision", "judged_prompt_version",
)  # fmt: skip
_FROM_SIGNALS = tuple(f for f in arrow_schema(Signals).names if f != "qa_id")
_FROM_DECISION = ("gated", "rank", "keep")
_FROM_QUESTION = (
    "distractors", "distractor_reasons", "rationale", "bloom", "bloom_rule", "refinements",
    "question_agent", "question_agent_revision", "question_prompt_version",
)  # fmt: skip
_FROM_ASSIGNMENT = ("split", "correct_index")
_PARTS: tuple[tuple[type, tuple[str, ...]], ...] = (
    (Figure, _FROM_FIGURE),
    (Candidate, _FROM_CANDIDATE),
    (AgentSignals, _FROM_AGENT),
    (Signals, _FROM_SIGNALS),
    (Decision, _FROM_DECISION),
    (Question, _FROM_QUESTION),
    (Assignment, _FROM_ASSIGNMENT),
)
CONTENT = (
    "label", "caption", "attribution", "facts", "question", "answer", "statement", "evidence",
    "distractors", "distractor_reasons", "rationale", "refinements", "contradiction",
)  # fmt: skip
"""Columns left empty in the published ledger for figures that may not be redistributed."""


def _own(name: str, kind: pa.DataType, description: str) -> pa.Field:
    return pa.field(name, kind, True, {"description": description})


def _schema() -> pa.Schema:
    columns = [
        _own("id", pa.string(), "id of the question in the configs `default` and `open`"),
        _own("stage", pa.string(), f"how far the row came: {', '.join(STAGES)}; or {QUARANTINE}"),
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
    figures = _by(store, shard, "figures", _FIGURE_IN_SPLIT)
    questions = _by(store, shard, "questions", _QUESTION_IN_SPLIT)
    items = []
    for candidate in _by(store, shard, "candidates", _CANDIDATE_IN_SPLIT).values():
        figure = figures[candidate["figure_id"]]
        question = questions.get(candidate["candidate_id"])
        if question is not None and allows(figure["license"], "redistributable"):
            items.append(_split_item(candidate, figure, question))
    return items


_FIGURE_IN_SPLIT = (
    "figure_id", "article_id", "image_sha256", "image_phash", "caption", "license", "reserved",
)  # fmt: skip
_CANDIDATE_IN_SPLIT = ("candidate_id", "figure_id", "question", "answer")
_QUESTION_IN_SPLIT = ("candidate_id", "question", "answer", "distractors", "problem", "bloom")


def _by(
    store: ShardStore, shard: str, table: str, columns: tuple[str, ...]
) -> dict[str, dict[str, Any]]:
    """Rows of a shard's table by their first column."""
    return {row[columns[0]]: row for row in store.read(table, shard, list(columns)).to_pylist()}


def _split_item(
    candidate: dict[str, Any], figure: dict[str, Any], question: dict[str, Any]
) -> SplitItem:
    asked = candidate if question["problem"] else question
    stem, answer = asked["question"], asked["answer"]
    return SplitItem(
        candidate_id=candidate["candidate_id"],
        question_id=question_id(figure["image_sha256"], stem, answer, question["distractors"]),
        figure_id=figure["figure_id"],
        article_id=figure["article_id"],
        reserved=figure["reserved"],
        phash=figure["image_phash"],
        caption=figure["caption"],
        question=stem,
        answer=answer,
        has_choices=not question["problem"],
        bloom=question["bloom"],
    )


def ledger_table(store: ShardStore, shard: str, assignments: Mapping[str, Assignment]) -> pa.Table:
    """Ledger rows of a shard, figures in order and each figure's candidates in order."""
    tables = {name: store.read(name, shard) for name in _TABLES}
    tables["figures"] = store.read("figures", shard, list(_FROM_FIGURE))
    rows = _Rows.of(tables)
    columns = {
        **_taken(tables["figures"], _FROM_FIGURE, rows.figure),
        **_taken(tables["candidates"], _FROM_CANDIDATE, rows.candidate),
        **_taken(tables["agent_signals"], _FROM_AGENT, rows.judged),
        **_taken(tables["signals"], _FROM_SIGNALS, rows.signals),
        **_taken(tables["decisions"], _FROM_DECISION, rows.decision),
        **_taken(tables["questions"], _FROM_QUESTION, rows.question),
    }
    for name in ("question", "answer"):
        asked = _taken(tables["questions"], (name,), rows.with_choices)[name]
        columns[name] = pa.compute.coalesce(asked, columns[name])
    placed = list(_placements(tables, rows, assignments))
    arrays = [
        columns[f.name] if f.name in columns else pa.array([p.get(f.name) for p in placed], f.type)
        for f in LEDGER_SCHEMA
    ]
    return pa.Table.from_arrays(arrays, schema=LEDGER_SCHEMA)


_TABLES = ("candidates", "agent_signals", "signals", "decisions", "questions", "outcomes")
_Index = list[int | None]


@dataclass(frozen=True, slots=True)
class _Rows:
    """For each row of the ledger, the rows of the shard's tables that it is put together from."""

    figure: _Index
    outcome: _Index
    candidate: _Index
    judged: _Index
    signals: _Index
    decision: _Index
    question: _Index
    with_choices: _Index

    @classmethod
    def of(cls, tables: Mapping[str, pa.Table]) -> _Rows:
        """The rows of a ledger: each figure with each of its candidates, or alone."""
        ids = tables["candidates"]["candidate_id"].to_pylist()
        asked: dict[str, _Index] = defaultdict(list)
        for row, figure in enumerate(tables["candidates"]["figure_id"].to_pylist()):
            asked[figure].append(row)
        figures = tables["figures"]["figure_id"].to_pylist()
        pairs = [(f, row) for f, name in enumerate(figures) for row in asked.get(name) or [None]]
        by_key = {name: _positions(tables[name][key].to_pylist()) for name, key in _KEYS.items()}
        keys = ["" if row is None else ids[row] for _, row in pairs]
        question = [by_key["questions"].get(key) for key in keys]
        problems = tables["questions"]["problem"].to_pylist()
        return cls(
            figure=[f for f, _ in pairs],
            outcome=[by_key["outcomes"][figures[f]] for f, _ in pairs],
            candidate=[row for _, row in pairs],
            judged=[by_key["agent_signals"].get(key) for key in keys],
            signals=[by_key["signals"].get(key) for key in keys],
            decision=[by_key["decisions"].get(key) for key in keys],
            question=question,
            with_choices=[None if q is None or problems[q] else q for q in question],
        )


_KEYS = {
    "agent_signals": "candidate_id", "signals": "qa_id", "decisions": "qa_id",
    "questions": "candidate_id", "outcomes": "figure_id",
}  # fmt: skip


def _positions(keys: list[str]) -> dict[str, int]:
    return {key: row for row, key in enumerate(keys)}


def _taken(table: pa.Table, names: tuple[str, ...], rows: _Index) -> dict[str, pa.Array]:
    """Columns of a table at the given rows; null where there is none."""
    places = pa.array(rows, pa.int64())
    taken = table.select([n for n in names if n in table.schema.names]).take(places)
    return {name: taken[name].combine_chunks() for name in taken.schema.names}


def _placements(
    tables: Mapping[str, pa.Table], rows: _Rows, assignments: Mapping[str, Assignment]
) -> Iterator[dict[str, Any]]:
    """How far each row came, and where it went."""
    ids = tables["candidates"]["candidate_id"].to_pylist()
    reasons = tables["decisions"]["reason"].to_pylist()
    problems = tables["questions"]["problem"].to_pylist()
    unasked = tables["outcomes"]["reason"].to_pylist()
    parts = zip(rows.candidate, rows.outcome, rows.decision, rows.question, strict=True)
    for candidate, outcome, decision, question in parts:
        if candidate is None or decision is None:
            yield {"stage": "figure", "reason": unasked[outcome or 0]}
        elif question is None:
            yield {"stage": "candidate", "reason": reasons[decision]}
        else:
            place = assignments.get(ids[candidate])
            yield _placement(place, reasons[decision], problems[question])


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


def quarantined(quarantine: pa.Table) -> pa.Table:
    """Ledger rows of inputs that could not be used, for a release that has no others."""
    rows = [
        {
            "stage": QUARANTINE,
            "reason": f"{row['reason']}: {row['location']}",
            "source": row["source"],
            "article_id": row["article_id"] or None,
        }
        for row in quarantine.to_pylist()
    ]
    return pa.Table.from_pylist(rows, LEDGER_SCHEMA)


def publishable(ledger: pa.Table) -> pa.Table:
    """The ledger without the content of figures that may not be redistributed."""
    free = [allows(name, "redistributable") for name in ledger["license"].to_pylist()]
    if all(free):
        return ledger
    for name in CONTENT:
        index = ledger.schema.get_field_index(name)
        values = [v if ok else None for v, ok in zip(ledger[name].to_pylist(), free, strict=True)]
        field = ledger.schema.field(name)
        ledger = ledger.set_column(index, field, pa.array(values, field.type))
    return ledger
