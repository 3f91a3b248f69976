"""Arrow schemas of the published configs."""

from __future__ import annotations

import pyarrow as pa

from builder.release.ledger import LEDGER_SCHEMA
from builder.tables.records import MODALITIES, TASKS
from filtering.table.arrow_tables import IMAGE_TYPE

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


def _schema(config: str) -> pa.Schema:
    return pa.schema([pa.field(name, _DESCRIBED[name][0]) for name in _COLUMNS[config]])


SCHEMAS: dict[str, pa.Schema] = {
    "default": _schema("default"),
    "open": _schema("open"),
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
    """Raises ArrowTypeError where a column of a config has another type."""
    for expected in SCHEMAS[config]:
        place = schema.get_field_index(expected.name)
        if place >= 0 and schema.field(place).type != expected.type:
            raise pa.ArrowTypeError(
                f"{expected.name} is {schema.field(place).type}, not {expected.type}"
            )
