"""Small pictures for the examples, as data URLs."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq

from builder.tables.images import make_thumbnail

_WIDEST = 180


def thumbnails(output: Path, figures: Collection[str]) -> dict[str, str]:
    """Data URLs by figure, from the release and, for figures in no split, the build's work."""
    missing, found = set(figures), dict[str, str]()
    files = [*output.glob("release/data/open/*.parquet"), *output.glob("work/figures/*.parquet")]
    for path in sorted(files):
        if not missing:
            break
        with pq.ParquetFile(path) as file:
            for group in range(file.num_row_groups):
                ids = file.read_row_group(group, ["figure_id"])["figure_id"]
                wanted = missing & set(ids.to_pylist())
                if not wanted:
                    continue
                table = file.read_row_group(group, ["figure_id", "image"])
                for name in sorted(wanted):
                    place = pc.index(table["figure_id"], name).as_py()
                    found[name] = make_thumbnail(table["image"][place].as_py()["bytes"], _WIDEST)
                missing -= wanted
    return found
