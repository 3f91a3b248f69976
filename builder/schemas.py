"""Arrow schemas of the published configs."""

from __future__ import annotations

import pyarrow as pa

from builder.ledger import LEDGER_SCHEMA
from filtering.tables import IMAGE_TYPE


def _schema(**columns: pa.DataType) -> pa.Schema:
    return pa.schema([pa.field(name, kind) for name, kind in columns.items()])


_SHARED = {
    "caption": pa.string(), "modality": pa.string(), "article_id": pa.string(),
    "figure_id": pa.string(), "license": pa.string(), "attribution": pa.string(),
    "source": pa.string(), "screening": pa.string(),
}  # fmt: skip
DEFAULT_SCHEMA = _schema(
    id=pa.string(),
    image=IMAGE_TYPE,
    question=pa.string(),
    choices=pa.list_(pa.string()),
    correct_index=pa.int64(),
    answer=pa.string(),
    rationale=pa.string(),
    task=pa.string(),
    bloom=pa.int64(),
    **_SHARED,
)
OPEN_SCHEMA = _schema(
    id=pa.string(),
    image=IMAGE_TYPE,
    question=pa.string(),
    answer=pa.string(),
    evidence=pa.string(),
    task=pa.string(),
    **_SHARED,
)


SCHEMAS: dict[str, pa.Schema] = {
    "default": DEFAULT_SCHEMA,
    "open": OPEN_SCHEMA,
    "ledger": pa.schema([pa.field(f.name, f.type) for f in LEDGER_SCHEMA]),
}
"""Columns by config: multiple choice, free-form, and every candidate with its decision."""
