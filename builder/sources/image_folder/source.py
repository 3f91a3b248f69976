"""The source `image_folder`: images and metadata as Hugging Face's imagefolder takes them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from builder.sources.article import ItemError, distinct_id, safe_id
from builder.sources.base import Partition, SourceError
from builder.sources.files import IMAGES, files_below, read_below
from builder.sources.locations import split_location
from builder.sources.partitions import cut, file_facts
from builder.sources.row_files import RowFile, read_row_file
from builder.sources.rows import (
    Collection,
    article_of,
    figure_of,
    match_columns,
    plain_row,
    stated_license,
)
from builder.sources.text import clean, printable
from builder.tables.images import ImageError
from builder.tables.records import Figure, Rejection

KIND = "image_folder"
NAMES = ("metadata.jsonl", "metadata.csv", "metadata.parquet")
"""As in https://huggingface.co/docs/datasets/image_dataset."""
IMAGE_COLUMNS = ("file_name",)


class ImageFolderSource:
    """A folder with images and `metadata.jsonl`, `.csv` or `.parquet`, also in subfolders.

    A metadata file speaks of images in its own folder and below. Columns without a usual name
    are chosen in the location (`FOLDER?caption=description`) or by `columns`; what columns can
    say is listed in builder.sources.rows.COLUMNS. `license` is that of rows that state none.
    Without a column for the article each image is an article of its own. Planning holds all
    metadata in memory.

    Raises SourceError for settings out of range.
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
            KIND, clean(printable(self._root.name)) or "images", stated_license(license)
        )
        self._per_partition = figures_per_partition

    def partitions(self) -> list[Partition]:
        """Partitions in a fixed order. Raises SourceError for a folder without usable metadata."""
        if not self._root.is_dir():
            raise SourceError(f"{self._root} is no folder: give one with images and metadata")
        plan = _Plan(self._root, self._collection.name, self._columns)
        return cut(plan.groups, self._per_partition, self._facts, self._weigh)

    def read(self, partition: Partition) -> Iterator[Figure | Rejection]:
        """Figures and rejections, one for each row or image; bad ones are never raised."""
        keys: set[tuple[str, str]] = set()
        for item in partition.items:
            entry = json.loads(item)
            if entry[0] == "refused":
                yield Rejection(KIND, *entry[1:])
                continue
            _, place, number, article_id, name, row = entry
            key = safe_id(figure_of(row) or PurePosixPath(printable(name)).stem)
            while (article_id, key) in keys:
                key = f"{key}-n{number}"
            keys.add((article_id, key))
            try:
                image = (PurePosixPath(printable(name)).name, read_below(self._root, name))
                yield self._collection.figure(row, article_id, key, image)
            except (ItemError, ImageError) as error:
                where = f"{place}:{number}"
                yield Rejection(
                    KIND, where, article_id, printable(name), error.reason, error.detail
                )

    def _weigh(self, item: str) -> int:
        entry = json.loads(item)
        return sum(file_facts(self._root / entry[4])[:1]) if entry[0] == "row" else 0

    def _facts(self, items: tuple[str, ...]) -> object:
        """What a partition depends on besides the rows: the licence and the image files."""
        entries = (json.loads(item) for item in items)
        names = [entry[4] for entry in entries if entry[0] == "row"]
        return [self._collection.license.id, [file_facts(self._root / name) for name in names]]


class _Plan:
    """Rows and refused files of a folder, by article."""

    def __init__(self, root: Path, name: str, columns: Mapping[str, str]) -> None:
        self.groups: dict[str, list[str]] = {}
        self._root = root
        self._name = name
        self._columns = columns
        self._rows: dict[str, str] = {}
        self._problem = ""
        self._build()

    def _build(self) -> None:
        problems: list[OSError] = []
        files = list(files_below(self._root, problems.append))
        for error in problems:
            self._refuse(
                self._relative(Path(error.filename)), "folder cannot be read", _problem(error)
            )
        metadata = [file for file in files if file.name in NAMES]
        self._check(metadata)
        for path in metadata:
            self._take(path)
        if not self._rows:
            problem = self._problem or "the metadata is empty"
            raise SourceError(f"no metadata row in {self._root}: {problem}")
        for file in files:
            name = self._relative(file)
            if file.suffix.lower() in IMAGES and name not in self._rows:
                self._refuse(name, "image is not referenced", "no metadata row names it")

    def _check(self, metadata: list[Path]) -> None:
        if not metadata:
            reason = f": {self._problem}" if self._problem else ""
            raise SourceError(f"no {', '.join(NAMES)} in {self._root} or below{reason}")
        folders = [path.parent for path in metadata]
        if twice := [folder for folder in folders if folders.count(folder) > 1]:
            raise SourceError(f"several metadata files in {twice[0]}: keep one of them")

    def _take(self, path: Path) -> None:
        place = printable(self._relative(path))
        try:
            if not path.is_file():
                raise ValueError("it is not a file")
            metadata = read_row_file(path)
        except (OSError, ValueError) as error:
            self._refuse(self._relative(path), "metadata cannot be read", _problem(error))
            return
        for number, detail in metadata.broken:
            self._refuse(f"{self._relative(path)}:{number}", "metadata row is broken", detail)
        if metadata.rows or metadata.columns:
            self._rows_of(path.parent, place, metadata)

    def _rows_of(self, folder: Path, place: str, metadata: RowFile) -> None:
        columns = match_columns(list(metadata.columns), self._columns, IMAGE_COLUMNS, place)
        for number, values in metadata.rows:
            row = plain_row(values, columns)
            file = row.pop("image")
            if not isinstance(file, str) or not file.strip():
                detail = f"{columns['image']} is empty"
                self._refuse(f"{place}:{number}", "row names no image", detail)
                continue
            name = (PurePosixPath(self._relative(folder)) / file).as_posix()
            if name in self._rows:
                detail = f"the image is that of {self._rows[name]}"
                self._refuse(f"{place}:{number}", "image occurs twice", detail, name)
                continue
            self._rows[name] = f"{place}:{number}"
            path = PurePosixPath(name)
            article = article_of(row) or distinct_id(f"{self._name}_{path.parent / path.stem}")
            item = json.dumps(["row", place, number, article, name, row])
            self.groups.setdefault(article, []).append(item)

    def _refuse(self, location: str, reason: str, detail: str, name: str = "") -> None:
        parts = [printable(location), "", printable(name or location), reason, printable(detail)]
        self.groups.setdefault("", []).append(json.dumps(["refused", *parts]))
        self._problem = self._problem or f"{reason}: {parts[0]}: {parts[-1]}"

    def _relative(self, path: Path) -> str:
        return path.relative_to(self._root).as_posix()


def _problem(error: OSError | ValueError) -> str:
    """An error without the path, which the rejection names."""
    return f"{type(error).__name__}: {getattr(error, 'strerror', None) or error}"
