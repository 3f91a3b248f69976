"""Opening a table by its location, on disk or on the Hugging Face Hub, without running its code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from huggingface_hub.constants import HF_HUB_CACHE

from builder.sources.base import SourceError
from builder.sources.locations import split_location
from builder.sources.row_files import read_row_file
from builder.sources.text import clean, printable

FORMATS = ("parquet", "json", "csv", "arrow", "imagefolder")
"""Modules of `datasets` that only parse data; others may unpickle or decode archives."""

_SUFFIXES = {".parquet": "parquet", ".jsonl": "json", ".json": "json", ".csv": "csv"}
_HUB_ID = re.compile(r"[A-Za-z0-9_][\w.-]*(?:/[A-Za-z0-9_][\w.-]*)?", re.ASCII)


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
        return clean(printable(local.name)) or "table" if local else self.path

    @property
    def image_roots(self) -> list[Path]:
        """Folders that may hold images which the table names by path."""
        local = self.local
        if local is not None:
            return [local if local.is_dir() else local.parent]
        datasets = _datasets()
        return [Path(p).resolve() for p in (datasets.config.HF_DATASETS_CACHE, HF_HUB_CACHE)]


def parse_location(location: str) -> Location:
    """`PATH?split=test&config=NAME&image=COLUMN&caption=COLUMN`; all after '?' is optional.

    Raises SourceError for a query that cannot be parsed.
    """
    path, chosen = split_location(location)
    return Location(path, chosen.pop("split", ""), chosen.pop("config", ""), chosen)


class Table(Protocol):
    """Rows with named columns; `broken` are those that could not be read, by file and number."""

    columns: list[str]
    broken: list[tuple[str, int, str]]

    def __len__(self) -> int: ...

    def rows(self, start: int, stop: int, columns: list[str]) -> list[dict[str, Any]]:
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

    def rows(self, start: int, stop: int, columns: list[str]) -> list[dict[str, Any]]:
        """These columns of the rows from `start` to before `stop`, images undecoded."""
        found: list[dict[str, Any]] = self._table[start:stop].select(columns).to_pylist()
        return found


class ListedTable:
    """JSONL and CSV files, read line by line so that a bad line costs only itself."""

    def __init__(self, files: list[str]) -> None:
        read = {Path(file).name: read_row_file(Path(file)) for file in files}
        self.columns = list(dict.fromkeys(c for each in read.values() for c in each.columns))
        self.broken = [(printable(f), *bad) for f, each in read.items() for bad in each.broken]
        self._rows = [row for each in read.values() for _, row in each.rows]

    def __len__(self) -> int:
        return len(self._rows)

    def rows(self, start: int, stop: int, columns: list[str]) -> list[dict[str, Any]]:
        """These columns of the rows from `start` to before `stop`."""
        return [{name: row.get(name) for name in columns} for row in self._rows[start:stop]]


def open_tables(location: Location) -> dict[str, Table]:
    """Tables by split in the order of the data set.

    JSONL and CSV files are read into memory and folders of `save_to_disk` are mapped; other files
    go through the cache of `datasets`, whose key follows their names and times. Raises
    SourceError when there is no such table.
    """
    local = location.local
    if local is None and not _HUB_ID.fullmatch(location.path):
        raise SourceError(f"{location.path} does not exist and is no id on the Hugging Face Hub")
    try:
        found = _open_hub(location) if local is None else _open_local(local, location.config)
    except SourceError:
        raise
    except Exception as error:  # datasets and its file systems raise whatever they like
        cause = error.__cause__ if type(error).__name__ == "DatasetGenerationError" else None
        problem = f"{type(cause or error).__name__}: {clean(str(cause or error))[:300]}"
        raise SourceError(f"{location.path} cannot be opened: {problem}") from error
    if location.split:
        if location.split not in found:
            raise SourceError(f"no split {location.split!r} in {location.path}: {', '.join(found)}")
        return {location.split: found[location.split]}
    return found


def _datasets() -> Any:
    """The library, imported when a table is opened: that takes longer than to read most tables."""
    import datasets

    return datasets


def _open_local(path: Path, config: str) -> dict[str, Table]:
    datasets = _datasets()
    if path.is_file():
        module = _format(_SUFFIXES.get(path.suffix.lower(), path.suffix))
        return _load(module, {"train": [str(path)]}, None)
    if (path / "dataset_dict.json").is_file() or (path / "state.json").is_file():
        return _by_split(datasets.load_from_disk(str(path)))
    builder = datasets.load_dataset_builder(str(path), name=config or None)
    module, files = _format(builder.name), builder.config.data_files
    return _load(module, {str(s): list(f) for s, f in files.items()}, builder.info.features)


def _load(module: str, files: dict[str, list[str]], features: Any) -> dict[str, Table]:
    """Tables from files named one by one.

    Named by their folder, the cache would go by the names that its README gives and hand out old
    rows after a change.
    """
    if all(file.endswith((".jsonl", ".csv")) for each in files.values() for file in each):
        return {split: ListedTable(each) for split, each in files.items()}
    return _by_split(_datasets().load_dataset(module, data_files=files, features=features))


def _open_hub(location: Location) -> dict[str, Table]:
    datasets, name = _datasets(), location.config or None
    _format(datasets.load_dataset_builder(location.path, name=name).name)
    return _by_split(datasets.load_dataset(location.path, name=name))


def _format(name: str) -> str:
    if name not in FORMATS:
        raise SourceError(f"data in the form {name!r} are not read; known: {', '.join(FORMATS)}")
    return name


def _by_split(loaded: Any) -> dict[str, Table]:
    tables: Mapping[str, Any] = loaded if isinstance(loaded, dict) else {"all": loaded}
    return {str(split): MappedTable(table) for split, table in tables.items()}
