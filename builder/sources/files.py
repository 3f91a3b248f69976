"""Files of others, read with suspicion: in a folder that no name may lead out of, in archives."""

from __future__ import annotations

import os
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath

from builder.sources.article import ItemError
from builder.sources.text import make_printable

MAX_MEMBER_BYTES = 200_000_000
"""Bytes of the largest file that is read."""

IMAGES = (".jpg", ".jpeg", ".png", ".tif", ".tiff", ".gif", ".webp", ".bmp")
"""Image formats that are read, the ones to prefer first."""


def walk_files(path: Path, onerror: Callable[[OSError], object] | None = None) -> Iterator[Path]:
    """Files below a folder in a fixed order, links to folders not followed.

    `onerror` is told of folders that cannot be read; without it they are passed over.
    """
    for folder, folders, names in os.walk(path, onerror=onerror):
        folders.sort()
        yield from (Path(folder) / name for name in sorted(names))


def locate(root: Path, name: str) -> Path:
    """The file that a name, which comes from a data set, means below a folder.

    Raises:
        ItemError: If the name leads out, the file is a link that does, or there is none.
    """
    parts = PurePosixPath(name).parts
    absolute = name.startswith("/") or PureWindowsPath(name).is_absolute()
    if absolute or ".." in parts or "\x00" in name or not parts:
        raise ItemError("file name leads out of the folder", make_printable(repr(name)[:500]))
    path = root / name
    # A table written on Windows names images by backslashes.
    if "\\" in name and ".." not in (turned := name.replace("\\", "/")).split("/"):
        path = path if is_there(path) else root / turned
    try:
        resolved = path.resolve()
        exists = path.exists()
        outside = not resolved.is_relative_to(root.resolve())
    except (OSError, RuntimeError) as error:
        raise ItemError("image cannot be read", f"{type(error).__name__}: {error}") from error
    if exists and outside:
        raise ItemError("link is not followed", "the file is a link out of the folder")
    if not exists:
        raise ItemError("image file missing", make_printable(name))
    return resolved


def is_there(path: Path) -> bool:
    """Whether a path exists; False for names that no file can have."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def read_below(root: Path, name: str) -> bytes:
    """Bytes of the file that `name` means below `root`.

    Raises:
        ItemError: As `locate` does, and for what is larger than MAX_MEMBER_BYTES, not a file or
            not readable.
    """
    path = locate(root, name)
    try:
        if not path.is_file():
            raise ItemError("image file missing", f"{make_printable(name)} is not a file")
        if (size := path.stat().st_size) > MAX_MEMBER_BYTES:
            detail = f"{size:,} bytes, at most {MAX_MEMBER_BYTES:,}"
            raise ItemError("file is too large", detail)
        return path.read_bytes()
    except OSError as error:
        problem = f"{type(error).__name__}: {error.strerror or error}"
        raise ItemError("image cannot be read", problem) from error


@dataclass(frozen=True, slots=True)
class Refused:
    """A file of a package or archive that was not read."""

    name: str
    reason: str
    detail: str


def check_member(member: tarfile.TarInfo) -> Refused | None:
    """Why a member of an archive is not to be read: a link, a device, a name that leads out."""
    name = make_printable(member.name)
    if not member.isreg() or member.issparse():
        detail = f"archive member of type {member.type!r}"
        return Refused(name, "link is not followed", detail)
    outside = name.startswith(("/", "\\")) or ".." in PurePosixPath(name).parts
    if outside or ":" in name or "\x00" in name:
        return Refused(name, "unsafe name in archive", "absolute or outside of the package")
    return None
