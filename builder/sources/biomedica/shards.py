"""Records in WebDataset shards: where their parts lie, known from the tar headers alone.

A record is a run of members `KEY.jpg`, `KEY.txt`, `KEY.json`, as WebDataset writes them. Members
with other suffixes belong to the record and are not read.
"""

from __future__ import annotations

import os
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, cast

from builder.sources.files import MAX_MEMBER_BYTES, Refused, check_member
from builder.sources.text import make_printable

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


def read_records(file: BinaryIO, load: bool = False) -> Iterator[Record | Refused]:
    """Records of a shard in order, and the members that are not to be read.

    Damage ends the shard with a Refused ('shard is cut', 'shard is broken'); what stands before
    it is yielded.

    Args:
        file: The tar file, at any position.
        load: Read the parts as they pass, so that a remote shard is read once, forwards.

    Raises:
        OSError: If the file cannot be read.
    """
    current: Record | None = None
    suffixes: set[str] = set()
    for member in _read_members(file):
        if isinstance(member, Refused):
            yield member
            continue
        # A new key begins a record, and so does a suffix that the record has already.
        name, suffix = _split_name(member.name)
        if current is None or name != current.name or suffix in suffixes:
            if current is not None:
                yield current
            current = Record(name)
            suffixes = set()
        suffixes.add(suffix)
        if suffix in PARTS:
            data = None
            if load:
                file.seek(member.offset_data)
                data = file.read(member.size)
            current.parts[suffix] = Part(member.offset_data, member.size, data)
    if current is not None:
        yield current


def _split_name(name: str) -> tuple[str, str]:
    folder, slash, base = make_printable(name).rpartition("/")
    stem, dot, suffix = base.rpartition(".")
    if not dot or not stem:
        return make_printable(name), ""
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
