"""Rows of JSONL, CSV and Parquet files, each bad row apart from the good ones."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from builder.sources.text import clean

MAX_FIELD_CHARS = 2**31 - 1


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

    Bytes that are no UTF-8 become lone surrogates, which `clean` replaces where they are used.

    Raises:
        OSError: When the file cannot be read.
        ValueError: For a Parquet file that is broken as a whole.
    """
    readers = {".jsonl": _read_jsonl, ".csv": _read_csv, ".parquet": _read_parquet}
    table = RowFile()
    readers[path.suffix](path, table)
    return table


def _read_jsonl(path: Path, table: RowFile) -> None:
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line.decode("utf-8-sig", "surrogateescape"))
            except (ValueError, RecursionError) as error:
                table.broken.append((number, f"{type(error).__name__}: {clean(str(error))}"))
                continue
            if isinstance(row, dict):
                table.add(number, row)
            else:
                table.broken.append((number, f"the line holds a {type(row).__name__}"))


def _read_csv(path: Path, table: RowFile) -> None:
    usual = csv.field_size_limit(MAX_FIELD_CHARS)
    try:
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            _read_csv_lines(csv.reader(file), table)
    finally:
        csv.field_size_limit(usual)


def _read_csv_lines(lines: Iterator[list[str]], table: RowFile) -> None:
    header = next(lines, [])
    table.columns.update(dict.fromkeys(header))
    # No `for`: the reader raises for a bad line, and can go on with the next one.
    number = 0
    while True:
        number += 1
        try:
            fields = next(lines)
        except StopIteration:
            return
        except csv.Error as error:
            table.broken.append((number, f"{type(error).__name__}: {error}"))
            continue
        if fields and len(fields) == len(header):
            table.add(number, dict(zip(header, fields, strict=True)))
        elif fields:
            detail = f"{len(fields)} fields, the header has {len(header)}"
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
