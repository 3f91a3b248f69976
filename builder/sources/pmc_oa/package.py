"""Article packages as the PMC Open Access subset ships them: a folder or a .tar.gz.

A package is read into memory as a whole, nothing is extracted to disk, and names inside of it are
only ever looked up among its own files.
"""

from __future__ import annotations

import gzip
import os
import tarfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from builder.sources.files import IMAGES, MAX_MEMBER_BYTES, Refused, check_member, walk_files
from builder.sources.text import make_printable

MAX_KEPT_BYTES = 1_000_000_000
MAX_UNPACKED_BYTES = 4_000_000_000
MAX_MEMBERS = 20_000
BLOCK_BYTES = 10_240
ARCHIVES = (".tar.gz", ".tgz")
XML = (".nxml", ".xml")


class PackageError(Exception):
    """A package that cannot be read at all; `reason` is short and stable."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


@dataclass(slots=True)
class Package:
    """XML and images of an article package, by their names in it ('/' between parts)."""

    files: dict[str, bytes] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)

    def named(self, suffixes: tuple[str, ...]) -> list[str]:
        """Names of files that end with one of the suffixes, sorted."""
        return sorted(n for n in self.files if n.lower().endswith(suffixes))

    def refuse(self, name: str, reason: str, detail: str) -> None:
        """Note a file that was not read."""
        self.refused.append(Refused(name, reason, detail))


def is_archive(path: Path) -> bool:
    """Whether a file is named like a package archive."""
    return path.name.lower().endswith(ARCHIVES)


def read(path: Path) -> Package:
    """All XML and images of a package. Raises PackageError if it cannot be opened or unpacked."""
    try:
        return _from_archive(path) if path.is_file() else _from_folder(path)
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise PackageError("archive is broken", f"{type(error).__name__}: {error}") from error
    except (OSError, ValueError, OverflowError) as error:
        raise PackageError("package cannot be read", f"{type(error).__name__}: {error}") from error


def _from_folder(path: Path) -> Package:
    package = Package()
    kept = 0

    def unreadable(error: OSError) -> None:
        if Path(error.filename) == path:
            raise error
        name = Path(error.filename).relative_to(path).as_posix()
        package.refuse(make_printable(name), "folder cannot be read", error.strerror or "")

    for file in walk_files(path, unreadable):
        name = make_printable(file.relative_to(path).as_posix())
        if file.is_symlink():
            package.refuse(name, "link is not followed", "symbolic link in a package")
        elif _wanted(package, name, size := file.stat().st_size, kept):
            package.files[name] = file.read_bytes()
            kept += size
    return package


def _from_archive(path: Path) -> Package:
    package = Package()
    kept = 0
    with gzip.open(path) as unpacked:
        stream = cast(BinaryIO, _Bounded(unpacked))
        with tarfile.open(fileobj=stream, mode="r:") as archive:
            for count, member in enumerate(archive, start=1):
                if count > MAX_MEMBERS:
                    raise PackageError("archive is too large", f"over {MAX_MEMBERS:,} members")
                name = make_printable(member.name)
                if member.isdir() or not _safe(package, name, member):
                    continue
                content = archive.extractfile(member)
                if content is not None and _wanted(package, name, member.size, kept):
                    package.files[name] = content.read()
                    kept += member.size
        _expect_end(stream)
    return package


def _expect_end(stream: BinaryIO) -> None:
    """Read on to the checksum: tarfile takes a damaged header for the end of the archive."""
    while chunk := stream.read(BLOCK_BYTES):
        if chunk.strip(b"\0"):
            raise PackageError("archive is broken", "data after the end of the archive")


def _safe(package: Package, name: str, member: tarfile.TarInfo) -> bool:
    refused = check_member(member)
    if refused is not None:
        package.refused.append(refused)
    elif name in package.files:
        package.refuse(name, "name occurs twice in archive", "the first one is used")
    else:
        return True
    return False


def _wanted(package: Package, name: str, size: int, kept: int) -> bool:
    if not name.lower().endswith(XML + IMAGES) or PurePosixPath(name).name.startswith("."):
        return False
    if size > MAX_MEMBER_BYTES:
        package.refuse(name, "file is too large", f"{size:,} bytes, at most {MAX_MEMBER_BYTES:,}")
        return False
    if kept + size > MAX_KEPT_BYTES:
        raise PackageError("package is too large", f"over {MAX_KEPT_BYTES:,} bytes of images")
    return True


class _Bounded:
    """A decompressed stream that refuses to grow beyond limits, against gzip bombs."""

    def __init__(self, stream: gzip.GzipFile) -> None:
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= MAX_MEMBER_BYTES:
            raise PackageError("archive is too large", f"one read of {size:,} bytes")
        self._check(self._stream.tell() + size)
        return self._stream.read(size)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._check(offset)
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()

    @staticmethod
    def _check(position: int) -> None:
        if position > MAX_UNPACKED_BYTES:
            raise PackageError("archive is too large", f"over {MAX_UNPACKED_BYTES:,} bytes")
