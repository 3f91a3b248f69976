"""Records in WebDataset shards: where their parts lie, known from the tar headers alone.

A record is the members `KEY.jpg`, `KEY.txt`, `KEY.json`, in a run as WebDataset writes them or
apart, as `tar --sort` or two programs leave them. The image may have any suffix of IMAGES. Members
with other suffixes belong to the record and are not read.
"""

from __future__ import annotations

import os
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, cast

from builder.sources.files import IMAGES, MAX_MEMBER_BYTES, Refused, check_member
from builder.sources.text import make_printable

IMAGE_PARTS = tuple(suffix.removeprefix(".") for suffix in IMAGES)
PARTS = (*IMAGE_PARTS, "txt", "json")
MAX_WAITING_BYTES = 1 << 30
"""Of parts read as they pass, while a record waits for the rest of it."""
MAX_HEADER_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Key:
    """Parts of a record's key `{batch}-{article}-{position}-{file}`."""

    batch: str
    article: str
    position: str
    file: str


@dataclass(frozen=True, slots=True)
class Part:
    """Place of a member in its shard, bytes from the start, and its content if it was read."""

    offset: int
    size: int
    data: bytes | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """A record's key, with the folder it is in, its parts by suffix, and where it starts."""

    name: str
    parts: dict[str, Part] = field(default_factory=dict)
    start: int = 0

    @property
    def image(self) -> str | None:
        """Suffix of the image to use; None where there is none."""
        return next((suffix for suffix in IMAGE_PARTS if suffix in self.parts), None)

    @property
    def is_complete(self) -> bool:
        """Whether image, caption and JSON are all there."""
        return self.image is not None and {"txt", "json"} <= self.parts.keys()

    def can_join(self, other: Record) -> bool:
        """Whether another record holds parts that this one lacks, and no other image."""
        both = self.image is not None and other.image is not None
        return not both and self.parts.keys().isdisjoint(other.parts)


def parse_key(name: str) -> Key | None:
    """Key of a record name or of an image name made from one; None if it has another form.

    Folders and an image suffix are left out; the file part may hold further hyphens.
    """
    parts = name.rpartition("/")[2].split("-", maxsplit=3)
    return Key(*parts) if len(parts) == 4 and all(parts) else None


def read_records(file: BinaryIO, load: bool = False) -> Iterator[Record | Refused]:
    """Records of a shard, and the members that are not to be read.

    A complete record is yielded as it ends, one that lacks parts when the shard ends or when its
    parts are found elsewhere in the shard. Damage ends the shard with a Refused ('shard is cut',
    'shard is broken'); what stands before it is yielded.

    Args:
        file: The tar file, at any position.
        load: Read the parts as they pass, so that a remote shard is read once, forwards.

    Raises:
        OSError: If the file cannot be read.
    """
    current: Record | None = None
    suffixes: set[str] = set()
    waiting = _Waiting()
    for member in _read_members(file):
        if isinstance(member, Refused):
            yield member
            continue
        name, suffix = _split_name(member.name)
        if name.rpartition("/")[2].startswith("._"):
            continue  # macOS keeps a file's attributes there: nothing of the record
        # A new key begins a record, and so does a suffix that the record has already.
        if current is None or name != current.name or suffix in suffixes:
            if current is not None:
                yield from waiting.add(current)
            current = waiting.take_up(name, suffix) or Record(name, start=member.offset)
            suffixes = set(current.parts)
        suffixes.add(suffix)
        if suffix in PARTS:
            data = None
            if load:
                file.seek(member.offset_data)
                data = file.read(member.size)
            current.parts[suffix] = Part(member.offset_data, member.size, data)
    if current is not None:
        yield from waiting.add(current)
    yield from waiting.release()


class _Waiting:
    """Records whose parts do not stand together, by name, until all of them were seen."""

    def __init__(self) -> None:
        self._records: dict[str, list[Record]] = {}
        self._bytes = 0
        self._given: set[str] = set()

    def add(self, record: Record) -> Iterator[Record]:
        """Hand a record on if it is complete, else keep it; too many bytes of others go first."""
        if record.is_complete:
            self._given.add(record.name)
            yield record
            return
        if not record.parts and record.name in self._given:
            return  # a member of another suffix, apart from its record
        self._records.setdefault(record.name, []).append(record)
        self._bytes += _count_bytes(record)
        while self._bytes > MAX_WAITING_BYTES:
            name = next(iter(self._records))
            oldest = self._records[name].pop(0)
            if not self._records[name]:
                del self._records[name]
            self._bytes -= _count_bytes(oldest)
            yield oldest

    def take_up(self, name: str, suffix: str) -> Record | None:
        """The record of that name that lacks a part, if there is one; it waits no longer."""
        for record in self._records.get(name, []):
            if suffix not in record.parts and suffix in PARTS:
                self._records[name].remove(record)
                if not self._records[name]:
                    del self._records[name]
                self._bytes -= _count_bytes(record)
                return record
        return None

    def release(self) -> Iterator[Record]:
        """All that still wait: those whose names differ in folder or inner suffix alone, as one."""
        left = sorted((r for each in self._records.values() for r in each), key=lambda r: r.start)
        alike: dict[str, list[Record]] = {}
        for record in left:
            alike.setdefault(record.name.rpartition("/")[2].partition(".")[0], []).append(record)
        joined: set[int] = set()
        for record in left:
            if id(record) in joined:
                continue
            others = alike[record.name.rpartition("/")[2].partition(".")[0]]
            # images/7.jpg and texts/7.txt, 7.input.jpg and 7.output.txt: only where that is clear.
            whole = Record(record.name, dict(record.parts), record.start)
            for other in others:
                if other is not record and whole.can_join(other):
                    whole.parts.update(other.parts)
            clear = sum(map(len, (r.parts for r in others))) == len(whole.parts)
            if clear and record.parts and len(others) > 1:
                joined.update(map(id, others))
                with_image = next((r for r in others if r.image), record)
                yield Record(with_image.name, whole.parts, record.start)
            else:
                yield record


def _count_bytes(record: Record) -> int:
    return sum(len(part.data or b"") for part in record.parts.values())


def _split_name(name: str) -> tuple[str, str]:
    folder, slash, base = make_printable(name).removeprefix("./").rpartition("/")
    stem, dot, suffix = base.rpartition(".")
    if not dot or not stem:
        return f"{folder}{slash}{base}", ""
    return f"{folder}{slash}{stem}", suffix.lower()


def _read_members(file: BinaryIO) -> Iterator[tarfile.TarInfo | Refused]:
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    last = -1
    try:
        with tarfile.open(fileobj=cast(BinaryIO, _Headers(file)), mode="r:") as archive:
            for member in archive:
                # A broken header could send tarfile backwards, in circles.
                if member.offset <= last:
                    yield Refused("", "shard is broken", f"header {member.offset} leads back")
                    return
                last = member.offset
                # A member that reaches beyond the end is the last one of a cut file.
                missing = member.offset_data + member.size - size
                if missing > 0:
                    detail = f"{missing:,} bytes of the member are missing"
                    yield Refused(make_printable(member.name), "shard is cut", detail)
                    return
                if member.isdir():
                    continue
                if refused := check_member(member):
                    yield refused
                elif member.size > MAX_MEMBER_BYTES:
                    detail = f"{member.size:,} bytes, at most {MAX_MEMBER_BYTES:,}"
                    yield Refused(make_printable(member.name), "file is too large", detail)
                else:
                    yield member
            yield from _check_ending(file, archive.offset)
    except (tarfile.TarError, ValueError, OverflowError, EOFError) as error:
        cut = "unexpected end" in str(error)
        reason = "shard is cut" if cut else "shard is broken"
        yield Refused("", reason, make_printable(str(error)))


def _check_ending(file: BinaryIO, offset: int) -> Iterator[Refused]:
    """Problem with what follows the last member: tarfile takes damage there for the end."""
    file.seek(offset)
    mark = file.read(tarfile.BLOCKSIZE)
    if len(mark) < tarfile.BLOCKSIZE:
        yield Refused("", "shard is cut", f"no end mark after {offset:,} bytes")
        return
    while mark:
        if mark.strip(b"\0"):
            yield Refused("", "shard is broken", f"no tar header at byte {offset:,} or after it")
            return
        mark = file.read(tarfile.RECORDSIZE)


class _Headers:
    """A file of which only short reads are allowed, against headers that claim to be huge."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= MAX_HEADER_BYTES:
            raise tarfile.ReadError(f"header of {size:,} bytes")
        return self._file.read(size)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()
