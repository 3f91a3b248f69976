"""Shard files on disk: written aside, renamed, and trusted only with the right digest."""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from filtering.records import IMAGE_TYPE

_READ_BYTES = 1 << 20
"""Fetched at once of a table that is read in batches, instead of a whole column."""


def digest(value: Any) -> str:
    """SHA-256 of a JSON-serialisable value, hexadecimal."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def file_digest(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@cache
def code_digest() -> str:
    """The code version: digest of the files of `builder`, `filtering` and `scoring/models`."""
    root = Path(__file__).resolve().parents[2]
    files = sorted(
        path
        for package in ("builder", "filtering", "scoring/models")
        for path in (root / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    )
    return digest([(str(path.relative_to(root)), file_digest(path)) for path in files])


def write_atomically(path: Path, data: bytes | pa.Buffer, flush: bool = True) -> None:
    """Write a file aside and rename it, so that it is there whole or not at all.

    Without `flush` that holds for a process that is killed, not for a machine that loses power.
    """
    with open_aside(path, flush) as file:
        file.write(data)


@contextmanager
def open_aside(path: Path, flush: bool = True) -> Iterator[BinaryIO]:
    """A file to write, beside `path`, that takes its place at the end of `with`.

    After an exception it is removed instead. `flush` as in `write_atomically`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with aside.open("wb") as file:
            yield file
            if flush:
                file.flush()
                os.fsync(file.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def parquet_options(schema: pa.Schema) -> dict[str, Any]:
    """How tables are written: zstd, but image files, which are compressed already, as they are."""
    columns = [path for field in schema for path in _column_paths(field)]
    images = {f"{field.name}.bytes" for field in schema if field.type == IMAGE_TYPE}
    return {
        "compression": {path: "none" if path in images else "zstd" for path in columns},
        "write_statistics": [path for path in columns if path not in images],
    }


def _column_paths(field: pa.Field) -> list[str]:
    """Names that Parquet gives the columns of a field."""
    if pa.types.is_struct(field.type):
        return [f"{field.name}.{child.name}" for child in field.type]
    return [f"{field.name}.list.element" if pa.types.is_list(field.type) else field.name]


def parquet_bytes(table: pa.Table) -> pa.Buffer:
    """A table as a Parquet file."""
    sink = pa.BufferOutputStream()
    _write_parquet(table, sink)
    return sink.getvalue()


def _write_parquet(table: pa.Table, sink: Any) -> None:
    options = parquet_options(table.schema)
    # Nearly every image of a shard is different: a dictionary of them would not pay.
    pq.write_table(table, sink, use_dictionary=options["write_statistics"], **options)


class _Hashed(io.BufferedIOBase):
    """Passes on to a file what is written, and hashes it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.sha256 = hashlib.sha256()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.sha256.update(data)
        return self._file.write(data)


@dataclass(frozen=True, slots=True)
class ShardStore:
    """Tables of all stages under one folder: `{table}/{shard}.parquet`.

    A stage leaves one record `done/{stage}/{shard}.json` with the fingerprint that its files were
    made under and their digests. A file that no longer has its digest counts as not done, so that
    nothing is lost by leaving it to the system when files reach the disk.
    """

    folder: Path

    def path(self, table: str, shard: str) -> Path:
        """Where the table of a shard lies."""
        return self.folder / table / f"{shard}.parquet"

    def digests(self, stage: str, shard: str, fingerprint: str) -> dict[str, str] | None:
        """Digests of a stage's files by table, or None where the stage must (again) be run."""
        try:
            record = json.loads(self._record(stage, shard).read_text())
            files: dict[str, str] = record["files"]
            intact = record["fingerprint"] == fingerprint and all(
                file_digest(self.path(table, shard)) == sha for table, sha in files.items()
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None
        return files if intact else None

    def write(
        self, stage: str, shard: str, fingerprint: str, tables: Mapping[str, pa.Table]
    ) -> dict[str, str]:
        """Write a stage's tables, then the record that makes them count. Returns their digests."""
        files = {}
        for name, table in tables.items():
            with open_aside(self.path(name, shard), flush=False) as file:
                hashed = _Hashed(file)
                _write_parquet(table, hashed)
            files[name] = hashed.sha256.hexdigest()
        record = {"fingerprint": fingerprint, "files": files}
        content = json.dumps(record, indent=1).encode()
        write_atomically(self._record(stage, shard), content, flush=False)
        return files

    def read(self, table: str, shard: str, columns: list[str] | None = None) -> pa.Table:
        """A table of a shard, or some of its columns."""
        with pq.ParquetFile(self.path(table, shard)) as file:
            return file.read(columns, use_threads=False)

    def batches(
        self, table: str, shard: str, columns: list[str], rows: int
    ) -> Iterator[pa.RecordBatch]:
        """A table of a shard in order, at most `rows` rows in memory at a time."""
        with pq.ParquetFile(self.path(table, shard), buffer_size=_READ_BYTES) as file:
            yield from file.iter_batches(rows, columns=columns, use_threads=False)

    def _record(self, stage: str, shard: str) -> Path:
        return self.folder / "done" / stage / f"{shard}.json"
