"""Tables on disk, read in batches: Parquet, JSON Lines, CSV, or a folder that `datasets` opens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pyarrow as pa
import pyarrow.parquet as pq

from filtering.table.text_tables import TableError, csv_rows, json_rows, schema_of, to_batch

__all__ = ["InputTable", "TableError", "open_table"]

_ROWS = 2048
_ROWS_WITH_BYTES = 64
_FORMATS = ("parquet", "json", "csv", "arrow", "imagefolder")
_KINDS = "a Parquet, JSON Lines or CSV file, or a folder that `datasets` opens"


@dataclass(frozen=True, slots=True)
class InputTable:
    """A table that can be read again and again, in the same batches.

    `read(None)` yields all columns, `read(names)` these in the given order.
    """

    name: str
    schema: pa.Schema
    read: Callable[[list[str] | None], Iterator[pa.RecordBatch]]


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
    if suffix in (".jsonl", ".ndjson", ".json"):
        return _open_text(path, json_rows, typed=True)
    if suffix in (".csv", ".tsv"):
        return _open_text(path, csv_rows, typed=False)
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


def _open_text(
    path: Path, rows: Callable[[Path], Iterator[dict[str, Any]]], typed: bool
) -> InputTable:
    schema, as_text = schema_of(rows(path), _ROWS, typed)
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

    return InputTable(str(path), schema, read)


def _open_folder(path: Path, chosen: dict[str, str]) -> InputTable:
    import datasets

    try:
        splits = _load_folder(path, chosen.get("config") or None)
    except TableError:
        raise
    except Exception as error:  # `datasets` raises whatever its readers raise
        text = " ".join(str(error).split())[:300]
        raise TableError(f"{path} cannot be opened: {type(error).__name__}: {text}") from error
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
