"""Columns of what is published: the ledger, and the configs `default` and `open` made from it."""

from __future__ import annotations

import pyarrow as pa

from builder.release.splits import Assignment
from builder.tables.records import (
    MODALITIES,
    TASKS,
    AgentSignals,
    Candidate,
    Figure,
    Question,
)
from filtering.records import IMAGE_TYPE, Decision, Signals, arrow_schema

STAGES = ("figure", "candidate", "kept", "released")
"""How far a row came: no candidate; dropped by the filter; kept, but in no split; in a split."""
QUARANTINE = "quarantine"
"""Stage of an input that could not be used; only the ledger of a release without figures has it."""

# Which columns the ledger takes over from the record of each stage.
FROM_FIGURE = (
    "figure_id", "article_id", "source", "image_sha256", "modality", "topic", "is_microscopy",
    "microscopy_reason", "label", "caption", "license", "license_url", "attribution", "reserved",
    "facts", "license_reason",
)  # fmt: skip
FROM_CANDIDATE = (
    "candidate_id", "task", "question", "answer", "statement", "evidence", "evidence_start",
    "value_type", "attribute", "agent", "agent_revision", "prompt_version", "confidence",
)  # fmt: skip
FROM_AGENT = (
    "signal_agent_consistency", "signal_agent_caption_blind", "signal_agent_image_blind",
    "signal_agent_verdict", "judged_by", "judged_by_revision", "judged_prompt_version",
)  # fmt: skip
FROM_SIGNALS = tuple(f for f in arrow_schema(Signals).names if f != "qa_id")
FROM_DECISION = ("gated", "rank", "keep")
FROM_QUESTION = (
    "distractors", "distractor_reasons", "rationale", "bloom", "bloom_rule", "refinements",
    "question_agent", "question_agent_revision", "question_prompt_version",
)  # fmt: skip
FROM_ASSIGNMENT = ("split", "correct_index")
_PARTS: tuple[tuple[type, tuple[str, ...]], ...] = (
    (Figure, FROM_FIGURE),
    (Candidate, FROM_CANDIDATE),
    (AgentSignals, FROM_AGENT),
    (Signals, FROM_SIGNALS),
    (Decision, FROM_DECISION),
    (Question, FROM_QUESTION),
    (Assignment, FROM_ASSIGNMENT),
)
CONTENT = (
    "label", "caption", "attribution", "facts", "question", "answer", "statement", "evidence",
    "distractors", "distractor_reasons", "rationale", "refinements", "contradiction",
)  # fmt: skip
"""Columns left empty in the published ledger for figures that may not be redistributed."""


_OWN = {
    "id": "id of the question in the configs `default` and `open`",
    "stage": f"how far the row came: {', '.join(STAGES)}; or {QUARANTINE}",
    "reason": "why it came no further, or why it was kept, in words",
    "screening": "unscreened, accepted, fixed or rejected",
}


def _make_ledger_schema() -> pa.Schema:
    """The ledger's own columns, then those of the records of every stage, all nullable."""
    columns = [pa.field(n, pa.string(), True, {"description": d}) for n, d in _OWN.items()]
    for record, names in _PARTS:
        schema = arrow_schema(record)
        columns += [schema.field(name).with_nullable(True) for name in names]
    return pa.schema(columns)


LEDGER_SCHEMA = _make_ledger_schema()

_DESCRIBED: dict[str, tuple[pa.DataType, str]] = {
    "id": (pa.string(), "content hash of image, question and choices, 20 hexadecimal digits"),
    "image": (IMAGE_TYPE, "the figure, bytes as the source has them"),
    "question": (pa.string(), "question that refers to the image"),
    "choices": (pa.list_(pa.string()), "four choices, without prefixes"),
    "correct_index": (pa.int64(), "position of the correct choice, 0-3"),
    "answer": (pa.string(), "the correct choice, or the free-form answer"),
    "rationale": (pa.string(), "why the answer is right, from the caption"),
    "evidence": (pa.string(), "words of the caption that support the answer, verbatim"),
    "task": (pa.string(), f"one of: {', '.join(TASKS)}"),
    "bloom": (pa.int64(), "Bloom level, 1 recall to 5 synthesis"),
    "caption": (pa.string(), "whole caption of the figure; it gives the answer away"),
    "modality": (pa.string(), f"one of: {', '.join(MODALITIES)}"),
    "article_id": (pa.string(), "article of the figure; no article is in two splits"),
    "figure_id": (pa.string(), "figure; several questions can be about one"),
    "license": (pa.string(), "SPDX-like identifier of the figure's licence"),
    "attribution": (pa.string(), "credit line of the figure"),
    "source": (pa.string(), "kind of source; `phantom` is synthetic"),
    "screening": (pa.string(), "unscreened, accepted, fixed or rejected by people"),
}
_COLUMNS = {
    "default": (
        "id", "image", "question", "choices", "correct_index", "answer", "rationale", "task",
        "bloom", "caption", "modality", "article_id", "figure_id", "license", "attribution",
        "source", "screening",
    ),
    "open": (
        "id", "image", "question", "answer", "evidence", "task", "caption", "modality",
        "article_id", "figure_id", "license", "attribution", "source", "screening",
    ),
}  # fmt: skip


SCHEMAS: dict[str, pa.Schema] = {
    **{
        config: pa.schema([pa.field(name, _DESCRIBED[name][0]) for name in names])
        for config, names in _COLUMNS.items()
    },
    "ledger": pa.schema([pa.field(f.name, f.type) for f in LEDGER_SCHEMA]),
}
"""Columns by config: multiple choice, free-form, and every candidate with its decision."""

DESCRIPTIONS: dict[str, dict[str, str]] = {
    **{config: {name: _DESCRIBED[name][1] for name in names} for config, names in _COLUMNS.items()},
    "ledger": {f.name: f.metadata[b"description"].decode() for f in LEDGER_SCHEMA}
    | {name: _DESCRIBED[name][1] for name in ("task", "modality")},
}
"""What each column holds, by config."""


def check_columns(schema: pa.Schema, config: str) -> None:
    """Check the columns that a table shares with a config.

    Args:
        schema: of the table; columns that it lacks or has besides are not looked at.
        config: `default`, `open` or `ledger`.

    Raises:
        ArrowTypeError: a column has another type than in that config.
    """
    for expected in SCHEMAS[config]:
        place = schema.get_field_index(expected.name)
        if place >= 0 and schema.field(place).type != expected.type:
            raise pa.ArrowTypeError(
                f"{expected.name} is {schema.field(place).type}, not {expected.type}"
            )
