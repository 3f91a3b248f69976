"""The pairs that decontamination found: a table, and a page to look at them side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from builder.decontamination.benchmark import Benchmark
from builder.decontamination.matching import Match
from builder.tables.images import make_thumbnail
from builder.tables.shards import parquet_bytes, write_atomically
from filtering.table.arrow_tables import to_table

SHOWN = 300
THUMBNAIL = 240


def write_pairs(
    folder: Path,
    matches: Sequence[Match],
    figures: Mapping[str, bytes],
    benchmarks: Sequence[Benchmark],
) -> None:
    """Write `pairs.parquet` (all) and `pairs.html` (the first SHOWN, with both images).

    `figures` maps figure_id to image bytes. The page is self-contained; all text is escaped.
    """
    by_name = {benchmark.name: benchmark for benchmark in benchmarks}
    shown = [
        (
            match,
            make_thumbnail(figures.get(match.figure_id), THUMBNAIL),
            make_thumbnail(by_name[match.benchmark].image(match.place), THUMBNAIL),
        )
        for match in matches[:SHOWN]
    ]
    environment = Environment(
        loader=PackageLoader("builder.decontamination", "."),
        autoescape=True,
        undefined=StrictUndefined,
    )
    page = environment.get_template("pairs.html.jinja").render(pairs=shown, total=len(matches))
    write_atomically(folder / "pairs.parquet", parquet_bytes(to_table(Match, matches)))
    write_atomically(folder / "pairs.html", page.encode("utf-8", "replace"))
