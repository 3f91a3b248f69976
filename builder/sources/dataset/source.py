"""The source `dataset`: figures of any table that `datasets` opens, VQA sets among them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from builder.sources.article import ItemError, distinct_id, safe_id
from builder.sources.base import Partition, SourceError
from builder.sources.biomedica.shards import parse_key
from builder.sources.dataset.images import Cell, cells
from builder.sources.dataset.tables import Table, open_tables, parse_location
from builder.sources.files import IMAGES
from builder.sources.partitions import cut, fingerprint
from builder.sources.rows import (
    Collection,
    article_of,
    figure_of,
    match_columns,
    plain_row,
    stated_license,
)
from builder.sources.text import clean
from builder.tables.images import ImageError
from builder.tables.records import Figure, Rejection

KIND = "dataset"
IMAGE_COLUMNS = ("image", "images", "images_list", "img", "file_name")
BATCH_ROWS = 64

_PMCID = re.compile(r"PMC\d+")


class DatasetSource:
    """A table with images and captions: a folder or file on disk, or an id on the Hub.

    `location` is `PATH?split=test&config=NAME&image=COLUMN&caption=COLUMN&license=COLUMN`; what
    columns can say is listed in builder.sources.rows.COLUMNS, and `columns` chooses them too.
    `license` is that of rows that state none.

    Rows with the same image are one figure, that of the first row; questions and answers of the
    table are not read. The first image of a row is used. Planning reads all images once, to know
    which are the same. An image name in the form of a BIOMEDICA key gives the article; without
    one each image is an article of its own.

    Raises SourceError for a location or settings that cannot be understood.
    """

    kind = KIND
    decodes = False

    def __init__(
        self,
        location: str,
        license: str = "",
        columns: Mapping[str, str] | None = None,
        figures_per_partition: int = 256,
    ) -> None:
        if figures_per_partition < 1:
            raise SourceError(f"figures_per_partition is {figures_per_partition}: use 1 or more")
        self._location = parse_location(location)
        self._roots = self._location.image_roots
        self._columns = {**self._location.columns, **(columns or {})}
        name = self._location.name
        page = "" if self._location.local else f" (https://huggingface.co/datasets/{name})"
        self._collection = Collection(KIND, f"{name}{page}", stated_license(license))
        self._per_partition = figures_per_partition

    def partitions(self) -> list[Partition]:
        """Partitions in a fixed order. Raises SourceError when the table cannot be used."""
        groups: dict[str, list[str]] = {}
        seen: dict[tuple[str, str], tuple[str, str]] = {}
        for split, number, row, images in self._rows():
            article, item = self._item(split, number, row, images, seen)
            groups.setdefault(article, []).append(json.dumps(item))
        for file, number, detail in (b for t, _ in self._tables.values() for b in t.broken):
            item = ["refused", file, number, "", "", "row is broken", detail]
            groups.setdefault("", []).append(json.dumps(item))
        if not seen:
            raise SourceError(f"{self._location.path} has no row with an image")
        return cut(groups, self._per_partition, lambda _: self._collection.license.id)

    def read(self, partition: Partition) -> Iterator[Figure | Rejection]:
        """Figures and rejections, one for each row and for each further image of a row read."""
        keys: set[tuple[str, str]] = set()
        for item in partition.items:
            kind, split, number, article, key, *more = json.loads(item)
            place = f"{self._location.name}/{split}:{number}"
            if kind == "refused":
                yield Rejection(KIND, place, article, key, *more)
                continue
            while (article, key) in keys:
                key = f"{key}-n{number}"
            keys.add((article, key))
            row, images = self._row(split, number)
            try:
                image = (images[0].name or key, images[0].read(self._roots))
                yield self._collection.figure(row, article, key, image)
            except (ItemError, ImageError) as error:
                yield Rejection(KIND, place, article, key, error.reason, error.detail)
            for place_in_row, further in enumerate(images[1:], start=2):
                detail = f"image {place_in_row} of {len(images)}; the first one is used"
                name = further.name or key
                yield Rejection(KIND, place, article, name, "further image of a row", detail)

    @cached_property
    def _tables(self) -> dict[str, tuple[Table, dict[str, str]]]:
        """By split: the table, and the column of each thing that its rows say."""
        tables = {}
        for split, table in open_tables(self._location).items():
            place = f"{self._location.path} ({split})"
            columns = match_columns(table.columns, self._columns, IMAGE_COLUMNS, place)
            tables[split] = (table, columns)
        return tables

    def _rows(self) -> Iterator[tuple[str, int, dict[str, Any], list[Cell]]]:
        for split, (table, columns) in self._tables.items():
            names = list(dict.fromkeys(columns.values()))
            for start in range(0, len(table), BATCH_ROWS):
                batch = table.rows(start, start + BATCH_ROWS, names)
                for number, values in enumerate(batch, start=start):
                    yield split, number, *_parse(values, columns)

    def _row(self, split: str, number: int) -> tuple[dict[str, Any], list[Cell]]:
        table, columns = self._tables[split]
        names = list(dict.fromkeys(columns.values()))
        return _parse(table.rows(number, number + 1, names)[0], columns)

    def _item(
        self,
        split: str,
        number: int,
        row: dict[str, Any],
        images: list[Cell],
        seen: dict[tuple[str, str], tuple[str, str]],
    ) -> tuple[str, list[object]]:
        """Article of a row, and what a partition holds for it: a row to read or one refused."""
        if not images:
            problem = ("row has no image", "the image column is empty")
            return article_of(row), ["refused", split, number, article_of(row), "", *problem]
        identity = images[0].identity()
        article, key = self._names(row, images[0].name, identity)
        caption, place = clean(row["caption"]), f"{split}:{number}"
        first, first_caption = seen.setdefault((article, identity), (place, caption))
        if first != place:
            same = caption == first_caption
            reason = "image occurs twice" if same else "image has another caption"
            problem = (reason, f"the image is that of {first}")
            return article, ["refused", split, number, article, key, *problem]
        version = [row, identity, [c.version(self._roots) for c in images]]
        return article, ["row", split, number, article, key, fingerprint(version)]

    def _names(self, row: Mapping[str, Any], file: str, identity: str) -> tuple[str, str]:
        """Article and key of a figure: what the row says, else a BIOMEDICA key, else its image."""
        name = figure_of(row) or file
        stem, dot, suffix = name.rpartition(".")
        name = stem if f"{dot}{suffix.lower()}" in IMAGES else name
        known = parse_key(name)
        if known is not None and _PMCID.fullmatch(known.article):
            return article_of(row) or known.article, safe_id(known.file)
        article = article_of(row) or distinct_id(f"{self._location.name}_{identity[:16]}")
        return article, safe_id(name or identity[:16])


def _parse(values: Mapping[str, Any], columns: Mapping[str, str]) -> tuple[Any, list[Cell]]:
    row = {what: name for what, name in columns.items() if what != "image"}
    return plain_row(values, row), cells(values.get(columns["image"]))
