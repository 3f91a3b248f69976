"""Tables by their location, on disk or on the Hugging Face Hub, and the images in their cells.

No code of a table is run, and an image that a cell names by its path is read only inside of the
data set.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any, Protocol

from huggingface_hub.constants import HF_HUB_CACHE

from builder.sources.article import ItemError
from builder.sources.base import SourceError, make_fingerprint, read_file_facts
from builder.sources.files import locate, read_below
from builder.sources.row_files import CSV_FILES, JSON_FILES, PARQUET_FILES, read_row_file
from builder.sources.rows import split_location
from builder.sources.text import clean, make_printable
from filtering.table.caption_cells import CellError
from filtering.table.image_cells import is_pixel_list, read_image_cell

FORMATS = ("parquet", "json", "csv", "arrow", "imagefolder")
"""Modules of `datasets` that only parse data; others may unpickle or decode archives."""

_SUFFIXES = {
    **dict.fromkeys(PARQUET_FILES, "parquet"),
    **dict.fromkeys(JSON_FILES, "json"),
    **dict.fromkeys(CSV_FILES, "csv"),
}
METADATA = ("metadata.csv", "metadata.jsonl", "metadata.parquet")
_HUB_ID = re.compile(r"[A-Za-z0-9_][\w.-]*(?:/[A-Za-z0-9_][\w.-]*)?", re.ASCII)

logger = logging.getLogger("microvqa_pp")


@dataclass(frozen=True, slots=True)
class Location:
    """Where a table is, which part of it is meant, and the columns chosen."""

    path: str
    split: str
    config: str
    columns: dict[str, str]

    @property
    def local(self) -> Path | None:
        """Path of a table on disk, or None for one on the Hub."""
        path = Path(self.path).expanduser()
        return path.resolve() if path.exists() else None

    @property
    def name(self) -> str:
        """Name of the table: its folder or file, or its id on the Hub."""
        local = self.local
        return clean(make_printable(local.name)) or "table" if local else self.path

    @property
    def image_roots(self) -> list[Path]:
        """Folders that may hold images which the table names by path."""
        local = self.local
        if local is not None:
            return [local if local.is_dir() else local.parent]
        datasets = _import_datasets()
        return [Path(p).resolve() for p in (datasets.config.HF_DATASETS_CACHE, HF_HUB_CACHE)]


def parse_location(location: str) -> Location:
    """`PATH?split=test&config=NAME&image=COLUMN&caption=COLUMN`; all after '?' is optional.

    Raises:
        SourceError: For a query that cannot be parsed.
    """
    path, chosen = split_location(location)
    return Location(path, chosen.pop("split", ""), chosen.pop("config", ""), chosen)


class Table(Protocol):
    """Rows with named columns; `broken` are those that could not be read, by file and number."""

    columns: list[str]
    broken: list[tuple[str, int, str]]

    def __len__(self) -> int: ...

    def read_rows(self, start: int, stop: int, columns: list[str]) -> list[dict[str, Any]]:
        """These columns of the rows from `start` to before `stop`, images undecoded."""
        ...


class MappedTable:
    """A table of `datasets`, left on disk."""

    def __init__(self, table: Any) -> None:
        self.columns: list[str] = list(table.column_names)
        self.broken: list[tuple[str, int, str]] = []
        self._table = table.with_format("arrow")

    def __len__(self) -> int:
        return len(self._table)

    def read_rows(self, start: int, stop: int, columns: list[str]) -> list[dict[str, Any]]:
        """These columns of the rows from `start` to before `stop`, images undecoded."""
        rows: list[dict[str, Any]] = self._table[start:stop].select(columns).to_pylist()
        return rows


class ListedTable:
    """JSON and CSV files, read row by row so that a bad one costs only itself."""

    def __init__(self, files: list[str]) -> None:
        read = {Path(file).name: read_row_file(Path(file)) for file in files}
        self.columns = list(dict.fromkeys(c for each in read.values() for c in each.columns))
        self.broken = [(make_printable(f), *bad) for f, each in read.items() for bad in each.broken]
        self._rows = [row for each in read.values() for _, row in each.rows]
        if self.broken and not self._rows:
            raise ValueError("{}, row {}: {}".format(*self.broken[0]))

    def __len__(self) -> int:
        return len(self._rows)

    def read_rows(self, start: int, stop: int, columns: list[str]) -> list[dict[str, Any]]:
        """These columns of the rows from `start` to before `stop`."""
        return [{name: row.get(name) for name in columns} for row in self._rows[start:stop]]


def open_tables(location: Location) -> dict[str, Table]:
    """Tables by split in the order of the data set.

    JSON and CSV files are read into memory and folders of `save_to_disk` are mapped; other files
    go through the cache of `datasets`, whose key follows their names and times.

    Raises:
        SourceError: When there is no such table, or it cannot be opened.
    """
    local = location.local
    if local is None and not _HUB_ID.fullmatch(location.path):
        raise SourceError(f"{location.path} does not exist and is no id on the Hugging Face Hub")
    try:
        tables = _open_hub(location) if local is None else _open_local(local, location.config)
    except SourceError:
        raise
    except Exception as error:  # datasets and its file systems raise whatever they like
        cause = error.__cause__ if type(error).__name__ == "DatasetGenerationError" else None
        problem = f"{type(cause or error).__name__}: {clean(str(cause or error))[:300]}"
        if local is not None and any((local / name).is_file() for name in METADATA):
            problem = f"{problem}; try it as --source image_folder:{location.path}"
        raise SourceError(f"{location.path} cannot be opened: {problem}") from error
    sizes = ", ".join(f"{split} {len(table)} rows" for split, table in tables.items())
    logger.info("%s opened: %s", location.path, sizes)
    if location.split:
        if location.split not in tables:
            raise SourceError(
                f"no split {location.split!r} in {location.path}: {', '.join(tables)}"
            )
        return {location.split: tables[location.split]}
    return tables


def _import_datasets() -> Any:
    """The library, imported when a table is opened: that takes longer than to read most tables."""
    import datasets

    return datasets


def _open_local(path: Path, config: str) -> dict[str, Table]:
    datasets = _import_datasets()
    # A single file.
    if path.is_file():
        module = _check_format(_SUFFIXES.get(path.suffix.lower(), path.suffix))
        return _load(module, {"train": [str(path)]}, None)
    # A folder that `save_to_disk` wrote.
    if (path / "dataset_dict.json").is_file() or (path / "state.json").is_file():
        return _split_tables(datasets.load_from_disk(str(path)))
    # A folder of files: `datasets` says which files make which split.
    builder = datasets.load_dataset_builder(str(path), name=config or None)
    module, files = _check_format(builder.name), builder.config.data_files
    return _load(module, {str(s): list(f) for s, f in files.items()}, builder.info.features)


def _load(module: str, files: dict[str, list[str]], features: Any) -> dict[str, Table]:
    """Tables from files named one by one.

    Named by their folder, the cache would go by the names that its README gives and hand out old
    rows after a change.
    """
    listed = (*JSON_FILES, *CSV_FILES)
    if all(file.lower().endswith(listed) for each in files.values() for file in each):
        return {split: ListedTable(each) for split, each in files.items()}
    return _split_tables(
        _import_datasets().load_dataset(module, data_files=files, features=features)
    )


def _open_hub(location: Location) -> dict[str, Table]:
    datasets, name = _import_datasets(), location.config or None
    _check_format(datasets.load_dataset_builder(location.path, name=name).name)
    return _split_tables(datasets.load_dataset(location.path, name=name))


def _check_format(name: str) -> str:
    if name not in FORMATS:
        raise SourceError(f"data in the form {name!r} are not read; known: {', '.join(FORMATS)}")
    return name


def _split_tables(loaded: Any) -> dict[str, Table]:
    tables: Mapping[str, Any] = loaded if isinstance(loaded, dict) else {"all": loaded}
    return {str(split): MappedTable(table) for split, table in tables.items()}


@dataclass(frozen=True, slots=True)
class Cell:
    """An image of a row: its bytes, or where they are if the table names only a path.

    `problem` says why there is neither.
    """

    path: str
    data: bytes | None
    problem: str = ""

    @property
    def name(self) -> str:
        """File name; '' if the table gives none."""
        return PurePath(make_printable(self.path)).name

    def compute_identity(self) -> str:
        """Digest of the bytes, or of the path: equal for cells that hold the same image."""
        if self.data is None:
            return make_fingerprint(["path", self.path])
        return hashlib.sha256(self.data).hexdigest()

    def read_version(self, roots: list[Path]) -> list[int]:
        """Size and time of the file behind a path, [] for none."""
        if self.data is not None or self.problem:
            return []
        try:
            return read_file_facts(locate(*self._find_root(roots)))
        except ItemError:
            return []

    def read(self, roots: list[Path]) -> bytes:
        """The image file; a path is read only below `roots`. Raises ItemError."""
        if self.problem:
            raise ItemError("image cell cannot be read", self.problem)
        return self.data if self.data is not None else read_below(*self._find_root(roots))

    def _find_root(self, roots: list[Path]) -> tuple[Path, str]:
        """The root that the path lies in, and the rest of the path."""
        for root in roots:
            if PurePath(self.path).is_relative_to(root):
                return root, str(PurePath(self.path).relative_to(root))
        return roots[0], self.path


def read_cells(value: object) -> list[Cell]:
    """Images in a value of the image column: struct, bytes, base64, path, or a list of these."""
    if isinstance(value, list) and not is_pixel_list(value):
        return [cell for each in value for cell in read_cells(each)]
    try:
        name, data = read_image_cell(value)
    except CellError as error:
        name = f"cell-{hashlib.sha256(repr(value).encode()).hexdigest()[:16]}"
        return [Cell(name, None, str(error))]
    return [Cell(name, data)] if name or data is not None else []
