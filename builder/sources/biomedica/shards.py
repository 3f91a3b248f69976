"""Records in WebDataset shards: where their parts lie, told from the tar headers alone.

A record is a run of members `KEY.jpg`, `KEY.txt`, `KEY.json`, as WebDataset writes them. Members
with other suffixes belong to the record and are not read.
"""

from __future__ import annotations

import os
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, cast

from builder.sources.archives import MAX_MEMBER_BYTES, Refused, refusal
from builder.sources.text import printable

PARTS = ("jpg", "txt", "json")
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
    """A record's key, with the folder it is in, and its parts by suffix."""

    name: str
    parts: dict[str, Part] = field(default_factory=dict)


def parse_key(name: str) -> Key | None:
    """Key of a record name or of an image name made from one; None if it has another form.

    Folders and an image suffix are left out; the file part may hold further hyphens.
    """
    parts = name.rpartition("/")[2].split("-", maxsplit=3)
    return Key(*parts) if len(parts) == 4 and all(parts) else None


def records(file: BinaryIO, load: bool = False) -> Iterator[Record | Refused]:
    """Records of a shard in order, and the members that are not to be read.

    With `load` the parts are read as they pass, so that a remote shard is read once, forwards.
    Damage ends the shard with a Refused ('shard is cut', 'shard is broken'); what stands before
    it is yielded. Raises OSError if the file cannot be read.
    """
    current: Record | None = None
    suffixes: set[str] = set()
    for member in _members(file):
        if isinstance(member, Refused):
            yield member
            continue
        name, suffix = _split(member.name)
        if current is None or name != current.name or suffix in suffixes:
            if current is not None:
                yield current
            current = Record(name)
            suffixes = set()
        suffixes.add(suffix)
        if suffix in PARTS:
            current.parts[suffix] = _part(file, member, load)
    if current is not None:
        yield current


def _split(name: str) -> tuple[str, str]:
    folder, slash, base = printable(name).rpartition("/")
    stem, dot, suffix = base.rpartition(".")
    return (f"{folder}{slash}{stem}", suffix.lower()) if dot and stem else (printable(name), "")


def _part(file: BinaryIO, member: tarfile.TarInfo, load: bool) -> Part:
    data = None
    if load:
        file.seek(member.offset_data)
        data = file.read(member.size)
    return Part(member.offset_data, member.size, data)


def _members(file: BinaryIO) -> Iterator[tarfile.TarInfo | Refused]:
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    last = -1
    try:
        with tarfile.open(fileobj=cast(BinaryIO, _Headers(file)), mode="r:") as archive:
            for member in archive:
                if member.offset <= last:
                    yield Refused("", "shard is broken", f"header {member.offset} leads back")
                    return
                last = member.offset
                missing = member.offset_data + member.size - size
                if missing > 0:
                    detail = f"{missing:,} bytes of the member are missing"
                    yield Refused(printable(member.name), "shard is cut", detail)
                    return
                if not member.isdir():
                    yield refusal(member) or _too_large(member) or member
            yield from _ending(file, archive.offset)
    except (tarfile.TarError, ValueError, OverflowError, EOFError) as error:
        cut = "unexpected end" in str(error)
        yield Refused("", "shard is cut" if cut else "shard is broken", printable(str(error)))


def _too_large(member: tarfile.TarInfo) -> Refused | None:
    if member.size <= MAX_MEMBER_BYTES:
        return None
    detail = f"{member.size:,} bytes, at most {MAX_MEMBER_BYTES:,}"
    return Refused(printable(member.name), "file is too large", detail)


def _ending(file: BinaryIO, offset: int) -> Iterator[Refused]:
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
