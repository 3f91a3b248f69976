"""Figures tables: figures as a build leaves them in `work/figures`, read without their sources.

Ids, captions, licences and bytes stay as they are, so that replies that were recorded for these
figures fit whatever a reader of the source does by now.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from builder.sources.base import (
    Partition,
    SourceError,
    make_fingerprint,
    read_file_facts,
)
from builder.sources.text import make_printable
from builder.tables.licenses import allows
from builder.tables.records import Figure, Rejection
from filtering.records import arrow_schema

KIND = "figures"

REQUIRED = (
    "figure_id", "article_id", "source", "image", "image_sha256", "image_phash", "width",
    "height", "caption", "is_microscopy", "license", "attribution",
)  # fmt: skip
"""Columns without which a row is no figure; any other that a file lacks has its default."""

_PHASH = re.compile(r"[0-9a-f]{64}")
_ROWS_AT_ONCE = 16


class FiguresTableSource:
    """Parquet files with the columns of `Figure`, each a partition of whole articles.

    Args:
        location: a folder with such files, the output folder of a build, a file, or a pattern
            such as `tables/pilot-*`.

    Raises:
        SourceError: there is no Parquet file.
    """

    kind = KIND
    decodes = False

    def __init__(self, location: str) -> None:
        self._files = _find_files(location)
        if not self._files:
            raise SourceError(
                f"no Parquet files at {location}; name a folder such as OUTPUT/work/figures, a "
                "file, or a pattern"
            )

    def partitions(self) -> list[Partition]:
        """One for each file, in the order of their names."""
        return [
            Partition(
                f"{number:05d}-{make_printable(path.stem)}",
                make_fingerprint([path.name, read_file_facts(path)]),
                (str(path),),
            )
            for number, path in enumerate(self._files)
        ]

    def read(self, partition: Partition) -> Iterator[Figure | Rejection]:
        """The figures of a file, then what the reading that made it could not use."""
        path = Path(partition.items[0])
        seen: set[str] = set()
        try:
            with pq.ParquetFile(path) as file:
                if problem := _check_columns(file.schema_arrow):
                    yield _reject(path, "figures table lacks columns", problem)
                    return
                number = 0
                for batch in file.iter_batches(_ROWS_AT_ONCE, use_threads=False):
                    for row in batch.to_pylist():
                        number += 1
                        yield _read_figure(row, path, number, seen)
        except (OSError, ValueError, TypeError, pa.ArrowException) as error:
            told = make_printable(f"{type(error).__name__}: {error}")[:500]
            yield _reject(path, "figures table cannot be read", told)
        yield from _read_quarantine(path)


def _find_files(location: str) -> list[Path]:
    """The Parquet files that a location means, in order."""
    path = Path(location).expanduser()
    if path.is_dir():
        # The table itself, the folder work/ that it lies in, or the whole output of a build.
        folders = (path, path / "figures", path / "work" / "figures")
        found = (sorted(folder.glob("*.parquet")) for folder in folders)
        return next(filter(None, found), [])
    if path.is_file():
        return [path]
    try:
        matched = sorted(Path(path.anchor).glob(str(path.relative_to(path.anchor))))
    except (ValueError, NotImplementedError):  # no pattern at all
        return []
    return [found for found in matched if found.suffix == ".parquet" and found.is_file()]


def _check_columns(schema: pa.Schema) -> str:
    """What is wrong with the columns of a file; '' where nothing is."""
    if missing := [name for name in REQUIRED if name not in schema.names]:
        return f"it lacks {', '.join(missing)}"
    other = [
        f"{wanted.name} is {schema.field(wanted.name).type}, not {wanted.type}"
        for wanted in arrow_schema(Figure)
        if wanted.name in schema.names and schema.field(wanted.name).type != wanted.type
    ]
    return "; ".join(other)


def _read_figure(
    row: dict[str, Any], path: Path, number: int, seen: set[str]
) -> Figure | Rejection:
    """A row as a figure, or why it is none."""
    where = f"{path.name}: row {number}"
    article, item = row["article_id"] or "", row.get("label") or ""
    if problem := _find_problem(row):
        return Rejection(row["source"] or KIND, where, article, item, *problem)
    if row["figure_id"] in seen:
        repeated = ("figure occurs twice", row["figure_id"])
        return Rejection(row["source"], where, article, item, *repeated)
    seen.add(row["figure_id"])
    told = {name: row[name] for name in arrow_schema(Figure).names if row.get(name) is not None}
    image = {"bytes": b"", "path": "", **{k: v for k, v in row["image"].items() if v is not None}}
    return Figure(**{**_defaults(), **told, "image": image})


def _find_problem(row: dict[str, Any]) -> tuple[str, str] | None:
    """Why a row is no figure: reason and detail."""
    # What may not be passed on is published without words and image.
    withheld = not allows(row["license"] or "", "redistributable")
    needed = set(REQUIRED) - {"attribution"} - ({"caption"} if withheld else set())
    empty = [name for name in REQUIRED if name in needed and row[name] in (None, "")]
    if empty:
        return "figure has empty columns", ", ".join(empty)
    if not _PHASH.fullmatch(row["image_phash"]):
        return "perceptual hash has another form", make_printable(row["image_phash"])[:80]
    data = row["image"].get("bytes")
    if not data and withheld:
        return None
    if hashlib.sha256(data or b"").hexdigest() != row["image_sha256"]:
        return "image is not the one that its digest names", row["image_sha256"][:80]
    return None


def _defaults() -> dict[str, Any]:
    """Defaults of all columns that a file may lack: the record's own, else an empty value."""
    neutral: dict[pa.DataType, Any] = {pa.string(): "", pa.bool_(): False, pa.int64(): 0}
    schema, values = arrow_schema(Figure), dict[str, Any]()
    for field in fields(Figure):
        kind = schema.field(field.name).type
        if field.default is not MISSING:
            values[field.name] = field.default
        elif field.default_factory is not MISSING:
            values[field.name] = field.default_factory()
        elif pa.types.is_list(kind):
            values[field.name] = []
        else:
            values[field.name] = neutral.get(kind)
    return values


def _read_quarantine(path: Path) -> Iterator[Rejection]:
    """What the reading behind a table of a build left in quarantine, beside the table."""
    beside = path.parent.parent / "quarantine" / path.name
    if path.parent.name != KIND or not beside.is_file():
        return
    try:
        rows = pq.read_table(beside, partitioning=None).to_pylist()
        yield from [Rejection(**row) for row in rows]
    except (OSError, ValueError, TypeError, pa.ArrowException) as error:
        told = make_printable(f"{type(error).__name__}: {error}")[:500]
        yield _reject(beside, "quarantine table cannot be read", told)


def _reject(path: Path, reason: str, detail: str) -> Rejection:
    return Rejection(KIND, path.name, "", "", reason, detail)
