"""Rows of JSON Lines and CSV files, and the Arrow columns that hold them."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from itertools import islice
from math import isnan
from pathlib import Path
from typing import Any

import pyarrow as pa

_LONGEST_CELL = 1 << 27
_REFUSED = (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError)


class TableError(ValueError):
    """A table that cannot be filtered; the message says what is wrong and what to do."""


def json_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Objects of a JSON Lines file, or of a file that is one JSON list.

    Raises TableError for the first line that is no JSON object, with its number.
    """
    with path.open(encoding="utf-8-sig") as lines:
        if path.suffix.lower() == ".json" and lines.read(1).strip() in ("[", ""):
            lines.seek(0)
            yield from _json_list(path, lines.read())
            return
        lines.seek(0)
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield _object(line, f"{path}, line {number}")


def _json_list(path: Path, text: str) -> Iterator[dict[str, Any]]:
    try:
        rows = json.loads(text.lstrip("\ufeff"))
    except (json.JSONDecodeError, RecursionError) as error:
        raise TableError(f"{path} is no JSON: {error}") from error
    for number, row in enumerate(rows if isinstance(rows, list) else [rows], start=1):
        if not isinstance(row, dict):
            raise TableError(f"{path}, row {number} is no JSON object")
        yield row


def _object(line: str, place: str) -> dict[str, Any]:
    try:
        row = json.loads(line.lstrip("\ufeff"))
    except (json.JSONDecodeError, RecursionError) as error:
        raise TableError(f"{place} is no JSON: {error}") from error
    if not isinstance(row, dict):
        raise TableError(f"{place} is no JSON object")
    return row


def csv_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Rows of a CSV or TSV file, all values text, empty cells None where the row is short.

    Raises TableError for a header that names a column twice or a row with too many cells.
    """
    csv.field_size_limit(_LONGEST_CELL)
    with path.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines, delimiter="\t" if path.suffix.lower() == ".tsv" else ",")
        names = list(reader.fieldnames or [])
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise TableError(f"{path} has more than one column {', '.join(map(repr, twice))}")
        try:
            for row in reader:
                if None in row:
                    raise TableError(f"{path}, line {reader.line_num}: more cells than columns")
                yield row
        except csv.Error as error:
            raise TableError(f"{path}, line {reader.line_num}: {error}") from error


def _plain(value: Any) -> Any:
    """A value without lone surrogates, which no Arrow text can hold."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {_plain(key): _plain(each) for key, each in value.items()}
    return value


def _as_text(value: Any) -> Any:
    """Text as it is, None and NaN as None, all else as JSON."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float) and isnan(value):
        return None
    return json.dumps(value, ensure_ascii=False)


def _array(values: list[Any], kind: pa.DataType | None) -> pa.Array:
    try:
        return pa.array(values, kind)
    except UnicodeEncodeError:
        return pa.array([_plain(value) for value in values], kind)


def _merged(known: pa.DataType | None, values: list[Any]) -> pa.DataType | None:
    """The type that holds all values seen so far; None where there is none but text."""
    try:
        found = _array(values, None).type
        if known is None:
            return found
        pair = [pa.schema([("x", known)]), pa.schema([("x", found)])]
        return pa.unify_schemas(pair, promote_options="permissive").field(0).type
    except _REFUSED:
        return None


def schema_of(
    rows: Iterable[dict[str, Any]], size: int, typed: bool
) -> tuple[pa.Schema, frozenset[str]]:
    """Schema of all rows, and the columns whose mixed values are kept as JSON text.

    Columns stand in the order in which rows first name them. Untyped rows hold text alone.
    """
    types: dict[str, pa.DataType | None] = {}
    mixed: set[str] = set()
    left = iter(rows)
    while chunk := list(islice(left, size)):
        for name in dict.fromkeys(name for row in chunk for name in row):
            if not typed or name in mixed:
                types.setdefault(name, pa.string())
                continue
            values = [row.get(name) for row in chunk]
            merged = _merged(types.get(name), values)
            if merged is None:
                mixed.add(name)
            types[name] = merged or pa.string()
    columns = [
        (_plain(n), pa.string() if pa.types.is_null(t) else t) for n, t in types.items() if t
    ]
    return pa.schema(columns), frozenset(mixed)


def to_batch(
    rows: list[dict[str, Any]], schema: pa.Schema, as_text: frozenset[str]
) -> pa.RecordBatch:
    """Rows as a record batch; missing values are null."""
    columns = []
    for field in schema:
        values = [row.get(field.name) for row in rows]
        if field.name in as_text:
            values = [_as_text(value) for value in values]
        columns.append(_array(values, field.type))
    return pa.RecordBatch.from_arrays(columns, schema=schema)
