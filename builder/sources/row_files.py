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
    """All rows of a file, known by its suffix. Bytes that are no UTF-8 become lone surrogates.

    Raises OSError, and ValueError for a Parquet file that is broken as a whole.
    """
    readers = {".jsonl": _read_jsonl, ".csv": _read_csv, ".parquet": _read_parquet}
    found = RowFile()
    readers[path.suffix](path, found)
    return found


def _read_jsonl(path: Path, found: RowFile) -> None:
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line.decode("utf-8-sig", "surrogateescape"))
            except (ValueError, RecursionError) as error:
                found.broken.append((number, f"{type(error).__name__}: {clean(str(error))}"))
                continue
            if isinstance(row, dict):
                found.add(number, row)
            else:
                found.broken.append((number, f"the line holds a {type(row).__name__}"))


def _read_csv(path: Path, found: RowFile) -> None:
    usual = csv.field_size_limit(MAX_FIELD_CHARS)
    try:
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            _take_csv(csv.reader(file), found)
    finally:
        csv.field_size_limit(usual)


def _take_csv(lines: Iterator[list[str]], found: RowFile) -> None:
    header = next(lines, [])
    found.columns.update(dict.fromkeys(header))
    number = 0
    while True:
        number += 1
        try:
            fields = next(lines)
        except StopIteration:
            return
        except csv.Error as error:
            found.broken.append((number, f"{type(error).__name__}: {error}"))
            continue
        if fields and len(fields) == len(header):
            found.add(number, dict(zip(header, fields, strict=True)))
        elif fields:
            detail = f"{len(fields)} fields, the header has {len(header)}"
            found.broken.append((number, detail))


def _read_parquet(path: Path, found: RowFile) -> None:
    try:
        with pq.ParquetFile(path) as file:
            found.columns.update(dict.fromkeys(file.schema_arrow.names))
            rows = (row for batch in file.iter_batches() for row in batch.to_pylist())
            for number, row in enumerate(rows, start=1):
                found.add(number, row)
    except (pa.ArrowException, UnicodeDecodeError) as error:
        raise ValueError(clean(str(error))[:500]) from error
