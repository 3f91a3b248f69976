"""Tables of others, read and written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.json
import pyarrow.parquet as pq

from builder.errors import BuildError
from builder.tables.shards import open_aside

_KINDS = "a Parquet or JSON Lines file, or a folder of Parquet files"


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Rows of a Parquet or JSON Lines file, or of a folder of Parquet files by name.

    Raises:
        BuildError: it cannot be read.
    """
    if not path.exists():
        raise BuildError(f"{path} does not exist; give {_KINDS}")
    files = sorted(path.rglob("*.parquet")) if path.is_dir() else [path]
    if not files:
        raise BuildError(f"{path} holds no Parquet file; give {_KINDS}")
    for file in files:
        try:
            if file.suffix == ".parquet":
                with pq.ParquetFile(file) as opened:
                    for batch in opened.iter_batches(256):
                        yield from batch.to_pylist()
            else:
                for batch in pyarrow.json.read_json(file).to_batches(256):
                    yield from batch.to_pylist()
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            raise BuildError(f"{file} cannot be read: {str(error).splitlines()[0]}") from error


def read_schema(path: Path) -> pa.Schema | None:
    """The columns of a table that `read_rows` reads, with their metadata; None where its files do
    not say, or say different things."""
    files = sorted(path.rglob("*.parquet")) if path.is_dir() else [path]
    if any(file.suffix != ".parquet" for file in files):
        return None
    try:
        return pa.unify_schemas([pq.read_schema(file) for file in files])
    except pa.ArrowException:
        return None


def make_table(rows: Sequence[Mapping[str, Any]], schema: pa.Schema | None) -> pa.Table:
    """Rows as a table of that schema, or of what their values are where they do not fit it."""
    try:
        return pa.Table.from_pylist(list(rows), schema)
    except (pa.ArrowException, TypeError):
        return pa.Table.from_pylist(list(rows))


def write_rows(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows to a Parquet file, images as `datasets` reads them."""
    from datasets import Features, Image, List, Value

    kinds: dict[str, Any] = {"image": Image(), "images_list": List(Image())}
    kinds["choices"] = List(Value("string"))
    kinds |= dict.fromkeys(("correct_index", "task"), Value("int64"))
    features = Features({name: kinds.get(name, Value("string")) for name in rows[0]})
    with open_aside(path) as file:
        pq.write_table(pa.Table.from_pylist(list(rows), features.arrow_schema), file)
