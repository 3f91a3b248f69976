"""The source `biomedica`: figures of WebDataset shards, on disk or behind a URL that fsspec opens.

`huggingface_hub` adds the protocol hf://; a token of a gated repository is taken from its login.
"""

from __future__ import annotations

import glob
import json
import logging
import re
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import Any, get_args

from builder.sources.article import ItemError
from builder.sources.base import (
    MAX_BYTES,
    Partition,
    SourceError,
    cut_partitions,
    make_fingerprint,
    read_file_facts,
)
from builder.sources.biomedica.packed import SHARDS, is_packed, unpack
from builder.sources.biomedica.record import (
    KIND,
    MAX_JSON_BYTES,
    RecordReader,
    Selection,
    is_foreign,
    make_rejection,
    parse_metadata,
    read_row,
)
from builder.sources.biomedica.shards import Part, Record, parse_key, read_records
from builder.sources.files import Refused, walk_files
from builder.sources.rows import parse_license, read_article_id
from builder.sources.text import make_printable, make_safe_id
from builder.tables.records import Figure, Rejection

_IDENTITY = ("size", "blob_id", "ETag", "etag", "mtime", "LastModified", "created")
"""What file systems say about a file that changes with its content."""

logger = logging.getLogger("microvqa_pp")


class BiomedicaSource:
    """Records of WebDataset shards: BIOMEDICA's, and those of others, without keys and labels of
    its form, whose captions then say whether they show microscopy.

    Reads: `location` is a `.tar`, a folder of them, a pattern, or a URL or pattern that fsspec
    opens ('hf://datasets/BIOMEDICA/biomedica_webdataset_24M/commercial/*.tar'). `microscopy`
    selects by the labels: 'strict' admits figures labelled only "Microscopy", 'loose' those that
    have other labels too, 'any' all.

    A partition: of shards on disk, all records of its articles, from whichever shards, about
    `records_per_partition` of them. Only tar headers are read to plan, and about 200 bytes are held
    for each record; articles are told apart by the keys. A shard behind a URL is a partition, read
    once, forwards, so an article that lies in several of them is read in several partitions; so is
    a compressed one on disk. `license` is that of records of others that state none.

    Yields a figure for each record that is selected. Rejects records with another label, without
    one of their three parts, with broken JSON or images, and keys or figures that occur twice; and
    the members that a shard is cut or broken at.

    Raises:
        SourceError: For settings out of range.
    """

    kind = KIND

    def __init__(
        self,
        location: str,
        microscopy: Selection = "strict",
        records_per_partition: int = 256,
        license: str = "",
    ) -> None:
        if microscopy not in get_args(Selection):
            choices = ", ".join(get_args(Selection))
            raise SourceError(f"microscopy selection {microscopy!r}: use one of {choices}")
        if records_per_partition < 1:
            raise SourceError(f"records_per_partition is {records_per_partition}: use 1 or more")
        self._location = location
        self._is_remote = "://" in location
        self.decodes = not self._is_remote
        self._selection: Selection = microscopy
        self._per_partition = records_per_partition
        self._license = parse_license(license)

    def partitions(self) -> list[Partition]:
        """Partitions in a fixed order. Raises SourceError when no shard or record is found."""
        if self._is_remote:
            return self._list_remote_shards()
        shards, refused = self._find_shards()
        if not shards:
            why = f": {refused[0].detail}" if refused else ""
            raise SourceError(f"no .tar shard in {self._location}{why}")
        root = self._find_root()
        groups, count = _plan(root, shards, refused)
        if not count:
            causes = [": ".join(json.loads(item)[3:]) for item in groups.get("", [])]
            raise SourceError(f"no record in {self._location}: {(causes or ['it is empty'])[0]}")
        logger.info("%s: %d records in %d shards", self._location, count, len(shards))

        def describe(items: tuple[str, ...]) -> object:
            """What a partition depends on besides its items: the selection and the shard files."""
            names = sorted({name for item in items for name in _list_shards(json.loads(item))})
            facts = [read_file_facts(root / name) for name in names]
            return [self._selection, self._license.id, facts]

        def weigh(item: str) -> int:
            """Bytes of all parts of a record."""
            entry = json.loads(item)
            if entry[0] == "packed":
                return MAX_BYTES
            return sum(place[1] for place in entry[3].values()) if entry[0] == "record" else 0

        return cut_partitions(groups, self._per_partition, describe, weigh)

    def read(self, partition: Partition) -> Iterator[Figure | Rejection]:
        """Figures and rejections, one for each record; bad records are never raised.

        Raises:
            SourceError: When a remote shard cannot be read on.
        """
        reader = RecordReader(self._selection, self._license)
        if self._is_remote:
            yield from _read_remote_shard(partition.items[0], reader)
            return
        root = self._find_root()
        for item in partition.items:
            entry = json.loads(item)
            if entry[0] == "refused":
                yield make_rejection(entry[1], Refused(*entry[2:]))
                continue
            if entry[0] == "packed":
                yield from _read_packed_shard(root / entry[1], entry[1], reader)
                continue
            # The plan knows where the parts of a record lie; they are read when they are needed.
            _, shard, name, places = entry
            record = Record(name, {suffix: Part(*place[:2]) for suffix, place in places.items()})
            homes = {record.parts[suffix]: root / place[2] for suffix, place in places.items()}
            yield reader.read(make_printable(shard), record, partial(_load_part, homes))

    def _find_root(self) -> Path:
        """Folder that the names of shards are relative to: the part of a pattern that is fixed."""
        path = Path(self._location).expanduser()
        if path.is_dir():
            return path
        fixed = path.parent
        while glob.has_magic(str(fixed)):
            fixed = fixed.parent
        return fixed

    def _find_shards(self) -> tuple[list[Path], list[Refused]]:
        path = Path(self._location).expanduser()
        if path.is_file():
            return [path], []
        if path.is_dir():
            problems: list[OSError] = []
            found = walk_files(path, problems.append)
            shards = sorted((f for f in found if f.name.lower().endswith(SHARDS)), key=_count_up)
            names = [str(Path(error.filename).relative_to(path)) for error in problems]
            return shards, [_refuse_shard(*each) for each in zip(names, problems, strict=True)]
        root = self._find_root()
        pattern = str(path.relative_to(root))
        return sorted((f for f in root.glob(pattern) if f.is_file()), key=_count_up), []

    def _list_remote_shards(self) -> list[Partition]:
        """One partition for each shard. Raises SourceError when the URL cannot be listed."""
        from fsspec.core import url_to_fs  # slow to import, and few builds read from a URL

        try:
            system, path = url_to_fs(self._location)
            if glob.has_magic(path):
                paths = sorted(system.glob(path))
            elif system.isdir(path):
                paths = sorted(p for p in system.find(path) if p.lower().endswith(SHARDS))
            else:
                paths = [path]
            shards = [(system.unstrip_protocol(p), system.info(p)) for p in paths]
        except Exception as error:  # each file system raises its own
            raise SourceError(
                f"{self._location} cannot be listed: {_describe_error(error)}"
            ) from error
        if not shards:
            raise SourceError(f"no .tar shard in {self._location}")
        logger.info("%s: %d shards", self._location, len(shards))
        partitions = []
        for index, (url, info) in enumerate(shards):
            identity = [
                self._selection,
                self._license.id,
                url,
                *(str(info.get(name)) for name in _IDENTITY),
            ]
            name = make_safe_id(url.rpartition("/")[2].partition(".tar")[0])
            partitions.append(Partition(f"{index:05d}-{name}", make_fingerprint(identity), (url,)))
        return partitions


def _plan(
    root: Path, shards: list[Path], refused: list[Refused]
) -> tuple[dict[str, list[str]], int]:
    """Items by article in order of appearance, '' for what has none, and the count of records.

    An item is JSON: `["record", shard, name, {suffix: [offset, size]}]` or
    `["refused", shard, *fields of Refused]`.
    """
    groups: dict[str, list[str]] = {}
    count = 0

    def add(article: str, *item: object) -> None:
        groups.setdefault(article, []).append(json.dumps(item))

    for each in refused:
        add("", "refused", "", each.name, each.reason, each.detail)
    last: tuple[str, Record] | None = None
    for path in shards:
        shard = str(path.relative_to(root))
        if is_packed(path):
            # Its members cannot be found again without unpacking all: it is read in one go.
            add(shard, "packed", shard)
            count, last = count + 1, None
            continue
        records = []
        for one in _read_local_shard(path):
            if isinstance(one, Refused):
                add("", "refused", shard, one.name, one.reason, one.detail)
            else:
                records.append(one)
        records.sort(key=lambda record: record.start)
        for number, record in enumerate(records):
            homes = dict.fromkeys(record.parts, shard)
            # A writer that counts bytes may have cut a shard within a record.
            if number == 0 and last is not None and _continues(last[1], record):
                homes |= dict.fromkeys(last[1].parts, last[0])
                record = Record(record.name, {**last[1].parts, **record.parts})
                _take_back(groups, last)
                count -= 1
            count += 1
            places = {s: (part.offset, part.size, homes[s]) for s, part in record.parts.items()}
            add(_find_article(path, shard, record, homes), "record", shard, record.name, places)
        last = (shard, records[-1]) if records else None
    return groups, count


def _continues(last: Record, first: Record) -> bool:
    """Whether the first record of a shard has the parts that the last one before it lacks."""
    lacks = not last.is_complete and not first.is_complete
    parts = bool(last.parts and first.parts)
    return lacks and parts and last.name == first.name and last.can_join(first)


def _take_back(groups: dict[str, list[str]], last: tuple[str, Record]) -> None:
    """Remove the item of the last record of a shard, which goes on in the next one."""
    shard, record = last
    for article, items in list(groups.items()):
        kept = [item for item in items if json.loads(item)[:3] != ["record", shard, record.name]]
        if len(kept) < len(items):
            groups[article] = kept
            if not kept:
                del groups[article]


def _find_article(path: Path, shard: str, record: Record, homes: dict[str, str]) -> str:
    """Article by which a record is grouped: of its key, else of its JSON, else its own."""
    if key := parse_key(record.name):
        return key.article
    part = record.parts.get("json")
    if part is not None and part.size <= MAX_JSON_BYTES and homes["json"] == shard:
        try:
            meta = parse_metadata(_load_part({part: path}, part))
            if is_foreign(record, meta) and (article := read_article_id(read_row(meta))):
                return article
        except ItemError:
            pass
    return f"{shard}/{record.name}" if record.parts else ""


def _list_shards(entry: list[Any]) -> set[str]:
    """The shards that an item is read from."""
    parts = entry[3].values() if entry[0] == "record" else ()
    return {entry[1], *(place[2] for place in parts)}


def _count_up(path: Path) -> list[tuple[str, int, str]]:
    """Order of shards: 2 before 10, whether or not their numbers are padded."""
    pieces = re.split(r"(\d+)", str(path))
    return [
        (text, int(digits or 0), digits)
        for text, digits in zip_longest(*[iter(pieces)] * 2, fillvalue="")
    ]


def _read_local_shard(path: Path) -> Iterator[Record | Refused]:
    try:
        if not path.is_file():
            raise OSError("it is not a file")
        with path.open("rb") as file:
            yield from read_records(file)
    except OSError as error:
        yield _refuse_shard("", error)


def _refuse_shard(name: str, error: OSError) -> Refused:
    detail = f"{type(error).__name__}: {error.strerror or error}"
    return Refused(make_printable(name), "shard cannot be read", detail)


def _load_part(homes: Mapping[Part, Path], part: Part) -> bytes:
    """Bytes of a part of a record on disk. Raises ItemError."""
    try:
        with homes[part].open("rb") as file:
            file.seek(part.offset)
            data = file.read(part.size)
    except OSError as error:
        problem = _refuse_shard("", error)
        raise ItemError(problem.reason, problem.detail) from error
    if len(data) < part.size:
        raise ItemError("shard is cut", f"{part.size - len(data):,} bytes are missing")
    return data


def _read_packed_shard(
    path: Path, shard: str, reader: RecordReader
) -> Iterator[Figure | Rejection]:
    """Figures and rejections of a compressed shard on disk."""
    try:
        with path.open("rb") as packed, unpack(packed) as file:
            for one in read_records(file, load=True):
                if isinstance(one, Refused):
                    yield make_rejection(shard, one)
                else:
                    yield reader.read(make_printable(shard), one, _check_part)
    except OSError as error:
        yield make_rejection(shard, _refuse_shard("", error))


def _read_remote_shard(url: str, reader: RecordReader) -> Iterator[Figure | Rejection]:
    """Figures and rejections of a shard. Raises SourceError when the connection fails."""
    for one in _stream_remote_shard(url):
        if isinstance(one, Refused):
            yield make_rejection(url, one)
        else:
            yield reader.read(url, one, _check_part)


def _stream_remote_shard(url: str) -> Iterator[Record | Refused]:
    from fsspec.core import url_to_fs  # slow to import, and few builds read from a URL

    try:
        system, path = url_to_fs(url)
        with system.open(path, "rb") as opened, unpack(opened) as file:
            yield from read_records(file, load=True)
    except Exception as error:  # each file system raises its own
        raise SourceError(
            f"{url} cannot be read on: {_describe_error(error)}; run again, finished parts are kept"
        ) from error


def _check_part(part: Part) -> bytes:
    """Bytes of a part that was read as it passed. Raises ItemError where some are missing."""
    if part.data is None or len(part.data) < part.size:
        raise ItemError("shard is cut", f"{part.size:,} bytes at {part.offset:,} are not there")
    return part.data


def _describe_error(error: Exception) -> str:
    """First line of an error, which may quote whole pages; what to do where access is missing."""
    name = type(error).__name__
    hint = " (accept its terms on the Hub, then `hf auth login` or HF_TOKEN)"
    denied = name in ("GatedRepoError", "RepositoryNotFoundError")
    return f"{name}: {(str(error).strip().splitlines() or [''])[0]}{hint if denied else ''}"
