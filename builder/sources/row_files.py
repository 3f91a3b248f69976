"""Rows of JSON, CSV and Parquet files, each bad row apart from the good ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from builder.sources.text import clean
from filtering.table.text_files import read_csv, read_json

JSON_FILES = (".jsonl", ".ndjson", ".json")
CSV_FILES = (".csv", ".tsv")
PARQUET_FILES = (".parquet", ".pq")


@dataclass(slots=True)
class RowFile:
    """Columns in order of appearance, rows and unusable rows, each by its number from 1."""

    columns: dict[str, None] = field(default_factory=dict)
    rows: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    broken: list[tuple[int, str]] = field(default_factory=list)

    def add(self, number: int, row: dict[str, Any]) -> None:
        """Note a usable row."""
        self.columns.update(dict.fromkeys(row))
        self.rows.append((number, row))


def read_row_file(path: Path) -> RowFile:
    """All rows of a file, known by its suffix.

    Bytes that are no letters become lone surrogates, which `clean` replaces where they are used.

    Raises:
        OSError: When the file cannot be read.
        ValueError: For a file that is broken as a whole or has another suffix.
    """
    table, suffix = RowFile(), path.suffix.lower()
    if suffix in PARQUET_FILES:
        _read_parquet(path, table)
    elif suffix in JSON_FILES:
        for number, row in read_json(path):
            if isinstance(row, dict):
                table.add(number, row)
            else:
                table.broken.append((number, clean(row)))
    elif suffix in CSV_FILES:
        _read_csv(path, table)
    else:
        raise ValueError(f"{suffix or 'no suffix'}: no table that is read")
    return table


def _read_csv(path: Path, table: RowFile) -> None:
    header, rows = read_csv(path)
    table.columns.update(dict.fromkeys(header))
    for number, cells in rows:
        if isinstance(cells, str):
            table.broken.append((number, cells))
        elif len(cells) == len(header):
            table.add(number, dict(zip(header, cells, strict=True)))
        else:
            detail = f"{len(cells)} fields, the header has {len(header)}"
            table.broken.append((number, detail))


def _read_parquet(path: Path, table: RowFile) -> None:
    try:
        with pq.ParquetFile(path) as file:
            table.columns.update(dict.fromkeys(file.schema_arrow.names))
            rows = (row for batch in file.iter_batches() for row in batch.to_pylist())
            for number, row in enumerate(rows, start=1):
                table.add(number, row)
    except (pa.ArrowException, UnicodeDecodeError) as error:
        raise ValueError(clean(str(error))[:500]) from error
