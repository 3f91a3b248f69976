"""The source `image_folder`: images and metadata as Hugging Face's imagefolder takes them."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from builder.sources.article import ItemError
from builder.sources.base import Partition, SourceError, cut_partitions, read_file_facts
from builder.sources.files import IMAGES, is_there, read_below, walk_files
from builder.sources.row_files import RowFile, read_row_file
from builder.sources.rows import (
    Collection,
    make_plain_row,
    match_columns,
    parse_license,
    read_article_id,
    read_figure_name,
    split_location,
)
from builder.sources.text import clean, make_distinct_id, make_printable, make_safe_id
from builder.tables.images import ImageError
from builder.tables.records import Figure, Rejection

KIND = "image_folder"
NAMES = ("metadata.jsonl", "metadata.csv", "metadata.parquet")
"""As in https://huggingface.co/docs/datasets/image_dataset."""
IMAGE_COLUMNS = (
    *("file_name", "image_file_name", "file_names", "images_file_names", "image", "image_path"),
    *("filename", "path"),
)

logger = logging.getLogger("microvqa_pp")


class ImageFolderSource:
    """A folder with images and `metadata.jsonl`, `.csv` or `.parquet`, also in subfolders.

    Reads: a metadata file speaks of images in its own folder and below. Columns without a usual
    name are chosen in the location (`FOLDER?caption=description`) or by `columns`; what columns
    can say is listed in builder.sources.rows.COLUMNS. `license` is that of rows that state none.
    Without a column for the article each image is an article of its own.

    A partition: rows of whole articles, about `figures_per_partition` of them. Planning holds all
    metadata in memory, and reads no image.

    Yields a figure for each row. Rejects broken metadata and rows, rows without an image or with
    that of another row, images that no row names, lie outside of the folder or cannot be decoded,
    and rows without a caption.

    Raises:
        SourceError: For settings out of range.
    """

    kind = KIND
    decodes = True

    def __init__(
        self,
        location: str,
        license: str = "",
        columns: Mapping[str, str] | None = None,
        figures_per_partition: int = 256,
    ) -> None:
        if figures_per_partition < 1:
            raise SourceError(f"figures_per_partition is {figures_per_partition}: use 1 or more")
        path, chosen = split_location(location)
        self._root = Path(path).expanduser().resolve()
        self._columns = {**chosen, **(columns or {})}
        self._collection = Collection(
            KIND, clean(make_printable(self._root.name)) or "images", parse_license(license)
        )
        self._per_partition = figures_per_partition

    def partitions(self) -> list[Partition]:
        """Partitions in a fixed order. Raises SourceError for a folder without usable metadata."""
        if not self._root.is_dir():
            raise SourceError(f"{self._root} is no folder: give one with images and metadata")
        plan = _Plan(self._root, self._collection.name, self._columns)

        def describe(items: tuple[str, ...]) -> object:
            """What a partition depends on besides the rows: the licence and the image files."""
            names = [row[4] for row in map(json.loads, items) if row[0] == "row"]
            facts = [read_file_facts(self._root / name) for name in names]
            return [self._collection.license.id, facts]

        def weigh(item: str) -> int:
            row = json.loads(item)
            return sum(read_file_facts(self._root / row[4])[:1]) if row[0] == "row" else 0

        return cut_partitions(plan.groups, self._per_partition, describe, weigh)

    def read(self, partition: Partition) -> Iterator[Figure | Rejection]:
        """Figures and rejections, one for each row or image; bad ones are never raised."""
        keys: set[tuple[str, str]] = set()
        for item in partition.items:
            entry = json.loads(item)
            # What was refused when the folder was planned is only handed on.
            if entry[0] == "refused":
                yield Rejection(KIND, *entry[1:])
                continue
            _, place, number, article_id, name, row = entry
            # A key is unique in its article: a repeated one gets the number of its row.
            key = make_safe_id(read_figure_name(row) or PurePosixPath(make_printable(name)).stem)
            while (article_id, key) in keys:
                key = f"{key}-n{number}"
            keys.add((article_id, key))
            try:
                image = (PurePosixPath(make_printable(name)).name, read_below(self._root, name))
                yield self._collection.build_figure(row, article_id, key, image)
            except (ItemError, ImageError) as error:
                where = f"{place}:{number}"
                yield Rejection(
                    KIND, where, article_id, make_printable(name), error.reason, error.detail
                )


class _Plan:
    """Rows and refused files of a folder, by article.

    An item is JSON: `["row", metadata file, row number, article, image, row]` or
    `["refused", *fields of a Rejection after its source]`.
    """

    def __init__(self, root: Path, name: str, columns: Mapping[str, str]) -> None:
        self.groups: dict[str, list[str]] = {}
        self._root = root
        self._name = name
        self._columns = columns
        self._rows: dict[str, str] = {}
        self._further: set[str] = set()
        self._problem = ""

        problems: list[OSError] = []
        files = list(walk_files(self._root, problems.append))
        for error in problems:
            folder = self._make_relative(Path(error.filename))
            self._refuse(folder, "folder cannot be read", _describe_error(error))
        metadata = [file for file in files if file.name in NAMES]
        self._check_metadata(metadata)
        for path in metadata:
            self._read_metadata(path)
        if not self._rows:
            problem = self._problem or "the metadata is empty"
            raise SourceError(f"no metadata row in {self._root}: {problem}")
        # An image that no row names has no caption: say so, instead of passing over it.
        for file in files:
            image = self._make_relative(file)
            named = image in self._rows or image in self._further
            if file.suffix.lower() in IMAGES and not named:
                self._refuse(image, "image is not referenced", "no metadata row names it")

    def _check_metadata(self, metadata: list[Path]) -> None:
        if not metadata:
            reason = f": {self._problem}" if self._problem else ""
            raise SourceError(f"no {', '.join(NAMES)} in {self._root} or below{reason}")
        folders = [path.parent for path in metadata]
        if twice := [folder for folder in folders if folders.count(folder) > 1]:
            raise SourceError(f"several metadata files in {twice[0]}: keep one of them")

    def _read_metadata(self, path: Path) -> None:
        place = make_printable(self._make_relative(path))
        try:
            if not path.is_file():
                raise ValueError("it is not a file")
            metadata = read_row_file(path)
        except (OSError, ValueError) as error:
            problem = _describe_error(error)
            self._refuse(self._make_relative(path), "metadata cannot be read", problem)
            return
        logger.info("%s: %d rows, %d broken ones", place, len(metadata.rows), len(metadata.broken))
        for number, detail in metadata.broken:
            self._refuse(f"{self._make_relative(path)}:{number}", "metadata row is broken", detail)
        if metadata.rows or metadata.columns:
            self._add_rows(path.parent, place, metadata)

    def _add_rows(self, folder: Path, place: str, metadata: RowFile) -> None:
        columns = match_columns(list(metadata.columns), self._columns, IMAGE_COLUMNS, place)
        for number, values in metadata.rows:
            row = make_plain_row(values, columns)
            file = row.pop("image")
            if isinstance(file, list) and file:
                file, *others = file
                for place_in_row, other in enumerate(others, start=2):
                    detail = f"image {place_in_row} of {len(others) + 1}; the first one is used"
                    further = self._name_image(folder, other if isinstance(other, str) else "")
                    self._refuse(f"{place}:{number}", "further image of a row", detail, further)
                    self._further.add(further)
            if not isinstance(file, str) or not file.strip():
                detail = f"{columns['image']} is empty"
                self._refuse(f"{place}:{number}", "row names no image", detail)
                continue
            name = self._name_image(folder, file)
            if name in self._rows:
                detail = f"the image is that of {self._rows[name]}"
                self._refuse(f"{place}:{number}", "image occurs twice", detail, name)
                continue
            self._rows[name] = f"{place}:{number}"
            path = PurePosixPath(name)
            article = read_article_id(row) or make_distinct_id(
                f"{self._name}_{path.parent / path.stem}"
            )
            item = json.dumps(["row", place, number, article, name, row])
            self.groups.setdefault(article, []).append(item)

    def _name_image(self, folder: Path, file: str) -> str:
        """Images are named from the folder of their metadata, and known from the root."""
        name = (PurePosixPath(self._make_relative(folder)) / file).as_posix()
        # A table written on Windows names them by backslashes.
        turned = name.replace("\\", "/")
        return name if turned == name or is_there(self._root / name) else turned

    def _refuse(self, location: str, reason: str, detail: str, name: str = "") -> None:
        shown = [make_printable(text) for text in (location, name or location, reason, detail)]
        item = ["refused", shown[0], "", *shown[1:]]
        self.groups.setdefault("", []).append(json.dumps(item))
        # The first problem tells why there is no row, if there is none.
        self._problem = self._problem or f"{reason}: {shown[0]}: {shown[-1]}"

    def _make_relative(self, path: Path) -> str:
        return path.relative_to(self._root).as_posix()


def _describe_error(error: OSError | ValueError) -> str:
    """An error without the path, which the rejection names."""
    return f"{type(error).__name__}: {getattr(error, 'strerror', None) or error}"
