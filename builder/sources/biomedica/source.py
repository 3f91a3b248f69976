"""The source `biomedica`: figures of WebDataset shards, on disk or behind a URL."""

from __future__ import annotations

import glob
import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import get_args

from builder.sources.archives import Refused
from builder.sources.article import ItemError
from builder.sources.base import Partition, SourceError
from builder.sources.biomedica import remote
from builder.sources.biomedica.record import KIND, RecordReader, Selection, rejection
from builder.sources.biomedica.shards import Part, Record, parse_key, records
from builder.sources.files import files_below
from builder.sources.partitions import cut, file_facts
from builder.sources.text import printable
from builder.tables.records import Figure, Rejection


class BiomedicaSource:
    """Records of BIOMEDICA's WebDataset shards.

    `location` is a `.tar`, a folder of them, a pattern, or a URL or pattern that fsspec opens
    ('hf://datasets/BIOMEDICA/biomedica_webdataset_24M/commercial/*.tar').

    `microscopy` selects by the labels: 'strict' admits figures labelled only "Microscopy",
    'loose' those that have other labels too, 'any' all.

    Shards on disk: the tar headers are read to plan, about 200 bytes for each record are held,
    and a partition holds all records of its articles, from whichever shards, about
    `records_per_partition` of them. Articles are told apart by the keys. Shards behind a URL are
    read once, forwards, one partition each, so an article that lies in several shards is read in
    several partitions.

    Raises SourceError for settings out of range.
    """

    kind = KIND

    def __init__(
        self,
        location: str,
        microscopy: Selection = "strict",
        records_per_partition: int = 256,
    ) -> None:
        if microscopy not in get_args(Selection):
            choices = ", ".join(get_args(Selection))
            raise SourceError(f"microscopy selection {microscopy!r}: use one of {choices}")
        if records_per_partition < 1:
            raise SourceError(f"records_per_partition is {records_per_partition}: use 1 or more")
        self._location = location
        self.decodes = not remote.is_url(location)
        self._selection: Selection = microscopy
        self._per_partition = records_per_partition

    def partitions(self) -> list[Partition]:
        """Partitions in a fixed order. Raises SourceError when no shard or record is found."""
        if remote.is_url(self._location):
            return remote.partitions(self._location, self._selection)
        shards, refused = self._shards()
        if not shards:
            why = f": {refused[0].detail}" if refused else ""
            raise SourceError(f"no .tar shard in {self._location}{why}")
        groups, found = _plan(self._root(), shards, refused)
        if not found:
            causes = [": ".join(json.loads(item)[3:]) for item in groups.get("", [])]
            raise SourceError(f"no record in {self._location}: {(causes or ['it is empty'])[0]}")
        return cut(groups, self._per_partition, self._facts, _weigh)

    def read(self, partition: Partition) -> Iterator[Figure | Rejection]:
        """Figures and rejections, one for each record; bad records are never raised.

        Raises SourceError when a remote shard cannot be read on.
        """
        reader = RecordReader(self._selection)
        if remote.is_url(self._location):
            yield from remote.read(partition.items[0], reader)
            return
        root = self._root()
        for item in partition.items:
            entry = json.loads(item)
            if entry[0] == "refused":
                yield rejection(entry[1], Refused(*entry[2:]))
                continue
            _, shard, name, places = entry
            record = Record(name, {suffix: Part(*place) for suffix, place in places.items()})
            yield reader.read(printable(shard), record, partial(_load, root / shard))

    def _root(self) -> Path:
        """Folder that the names of shards are relative to."""
        path = Path(self._location).expanduser()
        if path.is_dir():
            return path
        fixed = path.parent
        while glob.has_magic(str(fixed)):
            fixed = fixed.parent
        return fixed

    def _shards(self) -> tuple[list[Path], list[Refused]]:
        path = Path(self._location).expanduser()
        if path.is_file():
            return [path], []
        if path.is_dir():
            problems: list[OSError] = []
            found = [f for f in files_below(path, problems.append) if f.suffix == ".tar"]
            names = [str(Path(error.filename).relative_to(path)) for error in problems]
            return found, [_unreadable(*each) for each in zip(names, problems, strict=True)]
        root = self._root()
        pattern = str(path.relative_to(root))
        return sorted(f for f in root.glob(pattern) if f.is_file()), []

    def _facts(self, items: tuple[str, ...]) -> object:
        """What a partition depends on besides its items: the selection and the shard files."""
        shards = sorted({json.loads(item)[1] for item in items})
        return [self._selection, [file_facts(self._root() / shard) for shard in shards]]


def _weigh(item: str) -> int:
    """Bytes of all parts of a record."""
    entry = json.loads(item)
    return sum(size for _, size in entry[3].values()) if entry[0] == "record" else 0


def _plan(
    root: Path, shards: list[Path], refused: list[Refused]
) -> tuple[dict[str, list[str]], int]:
    """Items by article in order of appearance, '' for what has none, and the count of records."""
    groups: dict[str, list[str]] = {}
    found = 0

    def add(article: str, *item: object) -> None:
        groups.setdefault(article, []).append(json.dumps(item))

    for each in refused:
        add("", "refused", "", each.name, each.reason, each.detail)
    for path in shards:
        shard = str(path.relative_to(root))
        for one in _records(path):
            if isinstance(one, Refused):
                add("", "refused", shard, one.name, one.reason, one.detail)
                continue
            found += 1
            key = parse_key(one.name)
            places = {suffix: (part.offset, part.size) for suffix, part in one.parts.items()}
            add(key.article if key else "", "record", shard, one.name, places)
    return groups, found


def _records(path: Path) -> Iterator[Record | Refused]:
    try:
        if not path.is_file():
            raise OSError("it is not a file")
        with path.open("rb") as file:
            yield from records(file)
    except OSError as error:
        yield _unreadable("", error)


def _unreadable(name: str, error: OSError) -> Refused:
    detail = f"{type(error).__name__}: {error.strerror or error}"
    return Refused(printable(name), "shard cannot be read", detail)


def _load(path: Path, part: Part) -> bytes:
    try:
        with path.open("rb") as file:
            file.seek(part.offset)
            data = file.read(part.size)
    except OSError as error:
        problem = _unreadable("", error)
        raise ItemError(problem.reason, problem.detail) from error
    if len(data) < part.size:
        raise ItemError("shard is cut", f"{part.size - len(data):,} bytes are missing")
    return data
