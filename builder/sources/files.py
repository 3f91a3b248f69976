"""Files below a folder, and reading one of them by a name that must not lead out of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath

from builder.sources.archives import MAX_MEMBER_BYTES
from builder.sources.article import ItemError
from builder.sources.text import printable

IMAGES = (".jpg", ".jpeg", ".png", ".tif", ".tiff", ".gif", ".webp", ".bmp")
"""Image formats that are read, the ones to prefer first."""


def files_below(path: Path, onerror: Callable[[OSError], object] | None = None) -> Iterator[Path]:
    """Files below a folder in a fixed order, links to folders not followed.

    `onerror` is told of folders that cannot be read; without it they are passed over.
    """
    for folder, folders, names in os.walk(path, onerror=onerror):
        folders.sort()
        yield from (Path(folder) / name for name in sorted(names))


def locate(root: Path, name: str) -> Path:
    """The file `name` below `root`. Raises ItemError if it leads out, is a link out or missing."""
    parts = PurePosixPath(name).parts
    absolute = name.startswith("/") or PureWindowsPath(name).is_absolute()
    if absolute or ".." in parts or "\x00" in name or not parts:
        raise ItemError("file name leads out of the folder", printable(repr(name)[:500]))
    path = root / name
    try:
        resolved = path.resolve()
        found = path.exists()
        outside = not resolved.is_relative_to(root.resolve())
    except (OSError, RuntimeError) as error:
        raise ItemError("image cannot be read", f"{type(error).__name__}: {error}") from error
    if found and outside:
        raise ItemError("link is not followed", "the file is a link out of the folder")
    if not found:
        raise ItemError("image file missing", printable(name))
    return resolved


def read_below(root: Path, name: str) -> bytes:
    """Bytes of the file `name` below `root`; no more than MAX_MEMBER_BYTES.

    Raises ItemError as `locate` does, and for what is too large, not a file or not readable.
    """
    path = locate(root, name)
    try:
        if not path.is_file():
            raise ItemError("image file missing", f"{printable(name)} is not a file")
        if (size := path.stat().st_size) > MAX_MEMBER_BYTES:
            detail = f"{size:,} bytes, at most {MAX_MEMBER_BYTES:,}"
            raise ItemError("file is too large", detail)
        return path.read_bytes()
    except OSError as error:
        problem = f"{type(error).__name__}: {error.strerror or error}"
        raise ItemError("image cannot be read", problem) from error
