"""Tables on disk, read in batches: Parquet, JSON Lines, CSV, or a folder that `datasets` opens."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice, zip_longest
from math import isnan
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pyarrow as pa
import pyarrow.parquet as pq

from filtering.table.text_files import has_decimal_commas, read_csv, read_json

_REFUSED = (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError)


class TableError(ValueError):
    """A table that cannot be filtered; the message says what is wrong and what to do."""


def read_json_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Objects of a JSON Lines file, or of a file that is one JSON list.

    Raises TableError for the first line that is no JSON object, with its number.
    """
    for number, row in read_json(path):
        if isinstance(row, str):
            raise TableError(f"{path}, line {number} is no JSON object: {row}")
        yield row


def read_csv_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Rows of a CSV or TSV file, all values text, empty cells None where the row is short.

    Raises TableError for a header that names a column twice or a row with too many cells.
    """
    names, rows = read_csv(path)
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise TableError(f"{path} has more than one column {', '.join(map(repr, twice))}")
    for number, cells in rows:
        if isinstance(cells, str):
            raise TableError(f"{path}, row {number}: {cells}")
        if len(cells) > len(names):
            raise TableError(f"{path}, row {number}: more cells than columns")
        yield dict(zip_longest(names, cells))


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


def infer_schema(
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


__all__ = ["InputTable", "TableError", "open_table"]

_ROWS = 2048
_ROWS_WITH_BYTES = 64
_FORMATS = ("parquet", "json", "csv", "arrow", "imagefolder")
_JSON_FILES = (".jsonl", ".ndjson", ".json")
_KINDS = "a Parquet, JSON Lines or CSV file, or a folder that `datasets` opens"


@dataclass(frozen=True, slots=True)
class InputTable:
    """A table that can be read again and again, in the same batches.

    `read(None)` yields all columns, `read(names)` these in the given order. `decimal_commas`: a
    cell that is a number may be written 0,5.
    """

    name: str
    schema: pa.Schema
    read: Callable[[list[str] | None], Iterator[pa.RecordBatch]]
    decimal_commas: bool = False


def _split_query(table: str) -> tuple[Path, dict[str, str]]:
    """Path and settings of `PATH?split=NAME&config=NAME`."""
    if Path(table).exists():
        return Path(table), {}
    path, _, query = table.partition("?")
    chosen = dict(parse_qsl(query, keep_blank_values=True))
    unknown = sorted(set(chosen) - {"split", "config"})
    if unknown:
        raise TableError(f"{table}: unknown setting {', '.join(unknown)}; known: split, config")
    return Path(path), chosen


def open_table(table: str | Path) -> InputTable:
    """Opens a table by its path, for a folder with an optional `?split=NAME&config=NAME`.

    Without a split all splits are read, one after the other. Values of CSV files stay text;
    columns of JSON that mix text and other values become text.
    Raises TableError for what cannot be read as a table, with the reason.
    """
    path, chosen = _split_query(str(table))
    if not path.exists():
        raise TableError(f"{path} does not exist; give {_KINDS}")
    try:
        if path.is_dir():
            return _open_folder(path, chosen)
        return _open_file(path)
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        raise TableError(f"{path} cannot be read: {error}") from error


def _open_file(path: Path) -> InputTable:
    suffix = path.suffix.lower()
    if suffix in (".parquet", ".pq"):
        return _open_parquet(path)
    if suffix in _JSON_FILES:
        return _open_text(path, read_json_rows, typed=True)
    if suffix in (".csv", ".tsv"):
        return _open_text(path, read_csv_rows, typed=False)
    raise TableError(f"{path}: {suffix or 'a file without ending'} is not read; give {_KINDS}")


def _batch_rows(schema: pa.Schema) -> int:
    """Rows a batch: fewer where cells hold images or the like."""
    heavy = any("binary" in str(field.type) for field in schema)
    return _ROWS_WITH_BYTES if heavy else _ROWS


def _checked(name: str, schema: pa.Schema) -> pa.Schema:
    twice = sorted({n for n in schema.names if schema.names.count(n) > 1})
    if twice:
        raise TableError(f"{name} has more than one column {', '.join(map(repr, twice))}")
    return schema


def _open_parquet(path: Path) -> InputTable:
    schema = _checked(str(path), pq.read_schema(path))

    def read(columns: list[str] | None) -> Iterator[pa.RecordBatch]:
        with pq.ParquetFile(path, pre_buffer=False) as file:
            for batch in file.iter_batches(_batch_rows(schema), columns=columns):
                yield batch.select(columns) if columns else batch

    return InputTable(str(path), schema, read)


def _open_text_files(name: str, files: list[Path]) -> InputTable:
    """Text files of one folder, one after the other, each read as it would be alone."""
    readers = {file: read_csv_rows if _is_csv(file) else read_json_rows for file in files}

    def read_all(_: Path) -> Iterator[dict[str, Any]]:
        for file, rows in readers.items():
            yield from rows(file)

    table = _open_text(Path(name), read_all, typed=not all(map(_is_csv, files)))
    commas = any(has_decimal_commas(file) for file in files)
    return replace(table, decimal_commas=commas)


def _is_csv(path: Path) -> bool:
    return path.suffix.lower() in (".csv", ".tsv")


def _open_text(
    path: Path, rows: Callable[[Path], Iterator[dict[str, Any]]], typed: bool
) -> InputTable:
    schema, as_text = infer_schema(rows(path), _ROWS, typed)
    if not schema.names:
        raise TableError(f"{path} has no rows")

    def read(columns: list[str] | None) -> Iterator[pa.RecordBatch]:
        chosen = pa.schema([schema.field(name) for name in columns]) if columns else schema
        waiting: list[dict[str, Any]] = []
        for row in rows(path):
            waiting.append(row)
            if len(waiting) == _ROWS:
                yield to_batch(waiting, chosen, as_text)
                waiting = []
        if waiting:
            yield to_batch(waiting, chosen, as_text)

    return InputTable(str(path), schema, read, path.is_file() and has_decimal_commas(path))


def _open_folder(path: Path, chosen: dict[str, str]) -> InputTable:
    import datasets

    try:
        splits = _load_folder(path, chosen.get("config") or None)
    except TableError:
        raise
    except Exception as error:  # `datasets` raises whatever its readers raise
        if files := _find_text_files(path, chosen):
            return _open_text_files(str(path), files)
        text = " ".join(str(error).split())[:300]
        raise TableError(f"{path} cannot be opened: {type(error).__name__}: {text}") from error
    # A table in one column is one whose delimiter `datasets` does not know.
    alone = all(len(part.features) == 1 for part in splits.values())
    if alone and (files := _find_text_files(path, chosen)):
        return _open_text_files(str(path), files)
    wanted = chosen.get("split")
    if wanted and wanted not in splits:
        raise TableError(f"{path} has no split {wanted!r}; it has: {', '.join(splits)}")
    parts = [splits[wanted]] if wanted else list(splits.values())
    if any(part.features != parts[0].features for part in parts):
        names = ", ".join(splits)
        raise TableError(f"the splits of {path} have different columns; add ?split= one of {names}")
    schema = _checked(str(path), parts[0].features.arrow_schema)

    def read(columns: list[str] | None) -> Iterator[pa.RecordBatch]:
        for part in parts:
            view = part.select_columns(columns) if columns else part
            for table in view.with_format("arrow").iter(_batch_rows(schema)):
                whole = table if columns else datasets.table.embed_table_storage(table)
                ordered = whole.select(columns or schema.names).combine_chunks()
                yield from ordered.to_batches()

    return InputTable(str(path), schema, read)


def _find_text_files(path: Path, chosen: dict[str, str]) -> list[Path]:
    """JSON and CSV files of a folder, of the split that was chosen; [] if it has others too."""
    import datasets

    try:
        builder = datasets.load_dataset_builder(str(path), name=chosen.get("config") or None)
        splits = {str(split): list(names) for split, names in builder.config.data_files.items()}
    except Exception:  # `datasets` raises whatever it likes: there is no table to fall back on
        return []
    wanted = [chosen["split"]] if chosen.get("split") in splits else list(splits)
    files = [Path(name) for split in wanted for name in splits[split]]
    known = all(_is_csv(file) or file.suffix.lower() in _JSON_FILES for file in files)
    return files if known and builder.name in ("csv", "json") else []


def _load_folder(path: Path, config: str | None) -> dict[str, Any]:
    """Splits of a folder, files named one by one so that a change is never read from a cache."""
    import datasets

    if (path / "dataset_dict.json").is_file() or (path / "state.json").is_file():
        loaded = datasets.load_from_disk(str(path))
    else:
        builder = datasets.load_dataset_builder(str(path), name=config)
        if builder.name not in _FORMATS:
            known = ", ".join(_FORMATS)
            raise TableError(
                f"{path}: data in the form {builder.name!r} are not read, only {known}"
            )
        files = {str(split): list(names) for split, names in builder.config.data_files.items()}
        features = builder.info.features
        loaded = datasets.load_dataset(builder.name, data_files=files, features=features)
    return {str(k): v for k, v in loaded.items()} if isinstance(loaded, dict) else {"all": loaded}
