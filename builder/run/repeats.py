"""Which figures of a build are one, and which articles, over all its sources."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from builder.run.config import BuildConfig
from builder.run.job import Shard
from builder.tables.identity import KnownFigure, find_repeats, group_articles
from builder.tables.licenses import allows
from builder.tables.shards import ShardStore

_TELLING = ("label", "title", "panels", "mentions", "authors", "doi", "article_title")
_COLUMNS = [
    "figure_id", "article_id", "doi", "pmid", "pmcid", "image_phash", "caption", "width", "height",
    "reserved", "license", "is_microscopy", *(name for name in _TELLING if name != "doi"),
]  # fmt: skip


def find_repeated_figures(
    store: ShardStore, shards: list[Shard], config: BuildConfig
) -> tuple[list[Shard], dict[str, str]]:
    """Mark the figures that another record stands for.

    Returns:
        The shards with these figures in `repeated`, and for each article_id the article meant.
    """
    first: dict[str, KnownFigure] = {}
    repeated: dict[str, dict[str, str]] = {shard.name: {} for shard in shards}
    for shard in shards:
        for figure in _read_figures(store, shard, config):
            # The same id again is the same figure, whatever its image.
            if figure.figure_id in first:
                reason = "figure occurs twice: an earlier part of the sources holds it"
                repeated[shard.name][figure.figure_id] = reason
            else:
                first[figure.figure_id] = figure
    repeats = find_repeats(list(first.values()))
    for repeat in repeats:
        repeated[repeat.figure.shard][repeat.figure.figure_id] = repeat.reason
    marked = [replace(shard, repeated=repeated[shard.name]) for shard in shards]
    return marked, group_articles(first.values(), repeats)


def _read_figures(store: ShardStore, shard: Shard, config: BuildConfig) -> Iterator[KnownFigure]:
    for row in store.read("figures", shard.name, _COLUMNS).to_pylist():
        yield KnownFigure(
            shard=shard.name,
            figure_id=row["figure_id"],
            article_id=row["article_id"],
            doi=row["doi"],
            pmid=row["pmid"],
            pmcid=row["pmcid"],
            phash=row["image_phash"],
            caption=row["caption"],
            pixels=row["width"] * row["height"],
            reserved=row["reserved"],
            usable=_is_usable(row, config),
            told=sum(bool(row[name]) for name in _TELLING),
        )


def _is_usable(row: dict[str, Any], config: BuildConfig) -> bool:
    """Whether licence and labels let the figure be asked about, and passed on."""
    shown = row["is_microscopy"] or config.microscopy == "any"
    free = allows(row["license"], config.license) and allows(row["license"], "redistributable")
    return bool(shown and free)
