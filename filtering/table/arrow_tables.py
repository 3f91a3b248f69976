"""Typed records and the Arrow schemas derived from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

import pyarrow as pa

Record = TypeVar("Record")

IMAGE_TYPE = pa.struct([pa.field("bytes", pa.binary()), pa.field("path", pa.string())])
Image = Annotated[Mapping[str, Any], IMAGE_TYPE]
"""Encoded image file as `datasets` stores it: `{"bytes": ..., "path": file name}`."""

_SCALARS = {
    str: pa.string(),
    int: pa.int64(),
    float: pa.float64(),
    bool: pa.bool_(),
    bytes: pa.binary(),
}


def _arrow_type(hint: Any) -> tuple[pa.DataType, bool]:
    """Arrow type of an annotation, and whether it admits None."""
    origin = get_origin(hint)
    if origin is Annotated:
        base, *extras = get_args(hint)
        explicit = next((e for e in extras if isinstance(e, pa.DataType)), None)
        return (explicit, False) if explicit is not None else _arrow_type(base)
    if origin in (Union, UnionType):
        members = [m for m in get_args(hint) if m is not NoneType]
        return _arrow_type(members[0])[0], True
    if origin is list:
        return pa.list_(_arrow_type(get_args(hint)[0])[0]), False
    return _SCALARS[hint], False


@cache
def arrow_schema(record: type) -> pa.Schema:
    """Arrow schema of a dataclass whose fields read `Annotated[type, "description"]`.

    The description becomes the field's metadata under the key `description`.
    Raises KeyError for a field type that has no Arrow counterpart.
    """
    hints = get_type_hints(record, include_extras=True)
    columns = []
    for field in fields(record):
        hint = hints[field.name]
        kind, nullable = _arrow_type(hint)
        text = next((e for e in get_args(hint)[1:] if isinstance(e, str)), "")
        columns.append(pa.field(field.name, kind, nullable, {"description": text}))
    return pa.schema(columns)


def to_table(record: type, rows: Iterable[Any]) -> pa.Table:
    """Table of records, columns and order as in `arrow_schema(record)`."""
    rows = list(rows)
    schema = arrow_schema(record)
    columns = [pa.array([getattr(r, f.name) for r in rows], f.type) for f in schema]
    return pa.Table.from_arrays(columns, schema=schema)


def from_table(record: type[Record], table: pa.Table) -> list[Record]:
    """Records of a table that `to_table` made; further columns are ignored."""
    names = [f.name for f in fields(record)]  # type: ignore[arg-type]  # any dataclass
    return [record(**row) for row in table.select(names).to_pylist()]
