"""Article packages as the PMC Open Access subset ships them: a folder or a .tar.gz.

They are found on disk, and read into memory as a whole: nothing is extracted to disk, and names
inside of a package are only ever looked up among its own files.
"""

from __future__ import annotations

import gzip
import os
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
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
MAX_DEPTH = 3
"""Folders between the one that is searched and a package, at most."""


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

    def list_names(self, suffixes: tuple[str, ...]) -> list[str]:
        """Names of files that end with one of the suffixes, sorted."""
        return sorted(n for n in self.files if n.lower().endswith(suffixes))

    def refuse(self, name: str, reason: str, detail: str) -> None:
        """Note a file that was not read."""
        self.refused.append(Refused(name, reason, detail))


def find_packages(location: Path) -> list[Path]:
    """Packages in a folder, up to MAX_DEPTH folders down, or the archive that a path is.

    One that cannot be read counts too, and is refused when it is read.

    Returns:
        Folders and archives, in order of the packages' names; none where there is no package.

    Raises:
        OSError: When the folder itself cannot be read.
    """
    if location.is_file():
        return [location] if _is_archive(location) else []
    packages = _search_folder(location, 0)
    return sorted(packages, key=lambda path: (read_package_name(path), str(path)))


def _search_folder(folder: Path, depth: int) -> list[Path]:
    try:
        entries = sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
        files = [entry for entry in entries if entry.is_file()]
        folders = [entry for entry in entries if entry.is_dir()]
    except OSError:
        if depth == 0:
            raise
        return [folder]
    # An .nxml file makes a folder a package, whatever else is in it.
    suffixes = {file.suffix.lower() for file in files}
    if ".nxml" in suffixes:
        return [folder]
    packages = [file for file in files if _is_archive(file)]
    if depth < MAX_DEPTH:
        packages += [package for each in folders for package in _search_folder(each, depth + 1)]
    # A folder with other XML, or with images alone, is one only if it holds no packages.
    images_alone = depth > 0 and not suffixes.isdisjoint(IMAGES)
    return packages or ([folder] if ".xml" in suffixes or images_alone else [])


def _is_archive(path: Path) -> bool:
    return path.name.lower().endswith(ARCHIVES)


def read_package_name(path: Path) -> str:
    """Name of a package without the suffix of an archive."""
    name = make_printable(path.name)
    return next((name[: -len(s)] for s in ARCHIVES if name.lower().endswith(s)), name)


def list_files(package: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """An archive, or the files in a folder, with their facts; without those that have none."""
    for file in [package] if package.is_file() else walk_files(package):
        with suppress(OSError):
            yield file, file.lstat()


def load_package(path: Path) -> Package:
    """All XML and images of a package.

    Raises:
        PackageError: If it cannot be opened or unpacked, or is larger than the limits.
    """
    try:
        return _load_archive(path) if path.is_file() else _load_folder(path)
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise PackageError("archive is broken", f"{type(error).__name__}: {error}") from error
    except (OSError, ValueError, OverflowError) as error:
        raise PackageError("package cannot be read", f"{type(error).__name__}: {error}") from error


def _load_folder(path: Path) -> Package:
    package = Package()
    kept = 0

    def refuse_folder(error: OSError) -> None:
        if Path(error.filename) == path:
            raise error
        name = Path(error.filename).relative_to(path).as_posix()
        package.refuse(make_printable(name), "folder cannot be read", error.strerror or "")

    for file in walk_files(path, refuse_folder):
        name = make_printable(file.relative_to(path).as_posix())
        if file.is_symlink():
            package.refuse(name, "link is not followed", "symbolic link in a package")
        elif _is_wanted(package, name, size := file.stat().st_size, kept):
            package.files[name] = file.read_bytes()
            kept += size
    return package


def _load_archive(path: Path) -> Package:
    package = Package()
    kept = 0
    with gzip.open(path) as unpacked:
        stream = cast(BinaryIO, _Bounded(unpacked))
        with tarfile.open(fileobj=stream, mode="r:") as archive:
            for count, member in enumerate(archive, start=1):
                # Limits come first, then what must not be read, then what nobody needs.
                if count > MAX_MEMBERS:
                    raise PackageError("archive is too large", f"over {MAX_MEMBERS:,} members")
                name = make_printable(member.name)
                if member.isdir() or not _check_safe(package, name, member):
                    continue
                content = archive.extractfile(member)
                if content is not None and _is_wanted(package, name, member.size, kept):
                    package.files[name] = content.read()
                    kept += member.size
        # On to the checksum of gzip: tarfile takes a damaged header for the end of the archive.
        while chunk := stream.read(BLOCK_BYTES):
            if chunk.strip(b"\0"):
                raise PackageError("archive is broken", "data after the end of the archive")
    return package


def _check_safe(package: Package, name: str, member: tarfile.TarInfo) -> bool:
    """Whether a member may be read; notes why not."""
    refused = check_member(member)
    if refused is not None:
        package.refused.append(refused)
    elif name in package.files:
        package.refuse(name, "name occurs twice in archive", "the first one is used")
    else:
        return True
    return False


def _is_wanted(package: Package, name: str, size: int, kept: int) -> bool:
    """Whether a file is XML or an image; notes one that is too large."""
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
