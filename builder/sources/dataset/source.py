"""The source `dataset`: figures of any table that `datasets` opens, VQA sets among them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from builder.sources.article import ItemError
from builder.sources.base import Partition, SourceError, cut_partitions, make_fingerprint
from builder.sources.biomedica.shards import parse_key
from builder.sources.dataset.tables import Cell, Table, open_tables, parse_location, read_cells
from builder.sources.files import IMAGES
from builder.sources.rows import (
    Collection,
    make_plain_row,
    match_columns,
    parse_license,
    read_article_id,
    read_figure_name,
)
from builder.sources.text import clean, make_distinct_id, make_safe_id
from builder.tables.images import ImageError
from builder.tables.records import Figure, Rejection

KIND = "dataset"
IMAGE_COLUMNS = (
    *("image", "images", "images_list", "img", "file_name", "file_names", "image_path"),
    *("image_file", "img_path", "filename", "figure_path", "Figure_path", "image_1", "image1"),
    *("image_0", "jpg", "png"),
)
_NUMBERED = re.compile(r"(image_?)\d+")
BATCH_ROWS = 64

_PMCID = re.compile(r"PMC\d+")


class DatasetSource:
    """A table with images and captions: a folder or file on disk, or an id on the Hub.

    Reads: `location` is `PATH?split=test&config=NAME&image=COLUMN&caption=COLUMN&license=COLUMN`;
    what columns can say is listed in builder.sources.rows.COLUMNS, and `columns` chooses them too.
    `license` is that of rows that state none. Questions and answers of the table are not read.

    A partition: rows of whole articles, about `figures_per_partition` of them. An image name in
    the form of a BIOMEDICA key gives the article; without one each image is an article of its own.
    Planning reads all images once, to know which are the same.

    Yields a figure for each image: that of the first row that has it. Rejects rows without an
    image or with that of an earlier row, broken rows, further images of a row, images that cannot
    be read, and rows without a caption.

    Raises:
        SourceError: For a location or settings that cannot be understood.
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
        self._collection = Collection(KIND, f"{name}{page}", parse_license(license))
        self._per_partition = figures_per_partition

    def partitions(self) -> list[Partition]:
        """Partitions in a fixed order. Raises SourceError when the table cannot be used."""
        groups: dict[str, list[str]] = {}
        firsts: dict[tuple[str, str], tuple[str, str]] = {}
        for split, number, row, images in self._iterate_rows():
            article, item = self._make_item(split, number, row, images, firsts)
            groups.setdefault(article, []).append(json.dumps(item))
        for file, number, detail in (b for t, _ in self._tables.values() for b in t.broken):
            item = ["refused", file, number, "", "", "row is broken", detail]
            groups.setdefault("", []).append(json.dumps(item))
        if not firsts:
            raise SourceError(f"{self._location.path} has no row with an image")
        license = self._collection.license.id
        return cut_partitions(groups, self._per_partition, lambda _: license)

    def read(self, partition: Partition) -> Iterator[Figure | Rejection]:
        """Figures and rejections, one for each row and for each further image of a row read."""
        keys: set[tuple[str, str]] = set()
        for item in partition.items:
            kind, split, number, article, key, *more = json.loads(item)
            place = f"{self._location.name}/{split}:{number}"
            # What was refused when the table was planned is only handed on.
            if kind == "refused":
                yield Rejection(KIND, place, article, key, *more)
                continue
            # A key is unique in its article: a repeated one gets the number of its row.
            while (article, key) in keys:
                key = f"{key}-n{number}"
            keys.add((article, key))
            table, columns = self._tables[split]
            values = table.read_rows(number, number + 1, list(dict.fromkeys(columns.values())))
            row, images = _parse_row(values[0], columns)
            try:
                image = (images[0].name or key, images[0].read(self._roots))
                yield self._collection.build_figure(row, article, key, image)
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
            # Of numbered columns the first has the image, the others have further ones.
            if match := _NUMBERED.fullmatch(columns["image"]):
                for name in table.columns:
                    more = _NUMBERED.fullmatch(name)
                    if more and more[1] == match[1] and name != columns["image"]:
                        columns[f"image {name}"] = name
            tables[split] = (table, columns)
        return tables

    def _iterate_rows(self) -> Iterator[tuple[str, int, dict[str, Any], list[Cell]]]:
        for split, (table, columns) in self._tables.items():
            names = list(dict.fromkeys(columns.values()))
            for start in range(0, len(table), BATCH_ROWS):
                batch = table.read_rows(start, start + BATCH_ROWS, names)
                for number, values in enumerate(batch, start=start):
                    yield split, number, *_parse_row(values, columns)

    def _make_item(
        self,
        split: str,
        number: int,
        row: dict[str, Any],
        images: list[Cell],
        firsts: dict[tuple[str, str], tuple[str, str]],
    ) -> tuple[str, list[object]]:
        """Article of a row, and what a partition holds for it: a row to read or one refused.

        `firsts` remembers of each image of an article the row that had it first, and its caption.
        """
        if not images:
            article = read_article_id(row)
            problem = ("row has no image", "the image column is empty")
            return article, ["refused", split, number, article, "", *problem]
        identity = images[0].compute_identity()
        article, key = self._name_figure(row, images[0].name, identity)
        caption, place = row["caption"], f"{split}:{number}"
        caption = clean(caption) if isinstance(caption, str) else json.dumps(caption)
        first, first_caption = firsts.setdefault((article, identity), (place, caption))
        if first != place:
            same = caption == first_caption
            reason = "image occurs twice" if same else "image has another caption"
            problem = (reason, f"the image is that of {first}")
            return article, ["refused", split, number, article, key, *problem]
        # The partition is read again when the row, its image or the file behind it changes.
        version = [row, identity, [cell.read_version(self._roots) for cell in images]]
        return article, ["row", split, number, article, key, make_fingerprint(version)]

    def _name_figure(self, row: Mapping[str, Any], file: str, identity: str) -> tuple[str, str]:
        """Article and key of a figure: what the row says, else a BIOMEDICA key, else its image."""
        name = read_figure_name(row) or file
        stem, dot, suffix = name.rpartition(".")
        name = stem if f"{dot}{suffix.lower()}" in IMAGES else name
        known = parse_key(name)
        if known is not None and _PMCID.fullmatch(known.article):
            return read_article_id(row) or known.article, make_safe_id(known.file)
        own = f"{self._location.name}_{identity[:16]}"
        article = read_article_id(row) or make_distinct_id(own)
        return article, make_safe_id(name or identity[:16])


def _parse_row(values: Mapping[str, Any], columns: Mapping[str, str]) -> tuple[Any, list[Cell]]:
    """What a row says of its figure, and its images."""
    row = {what: name for what, name in columns.items() if not what.startswith("image")}
    images = [name for what, name in columns.items() if what.startswith("image")]
    return make_plain_row(values, row), read_cells([values.get(name) for name in images])
