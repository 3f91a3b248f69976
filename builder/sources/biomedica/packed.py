"""Shards that are compressed as a whole: unpacked into a temporary file to be read."""

from __future__ import annotations

import bz2
import gzip
import lzma
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO, cast

SHARDS = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
"""Endings of shards."""

MAX_UNPACKED_BYTES = 1 << 36
_CHUNK = 1 << 20
_MAGIC = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\0": lzma.open}


def is_packed(path: Path) -> bool:
    """Whether a file is compressed, whatever its name; False for what cannot be read."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return _find_opener(file.read(6)) is not None
    except OSError:
        return False


def _find_opener(head: bytes) -> object:
    return next((opener for magic, opener in _MAGIC.items() if head.startswith(magic)), None)


@contextmanager
def unpack(file: IO[bytes]) -> Iterator[BinaryIO]:
    """The file, or what it unpacks to; of a damaged one, what stands before the damage.

    Raises:
        OSError: When it unpacks to more than MAX_UNPACKED_BYTES.
    """
    opener = _find_opener(file.read(6))
    file.seek(0)
    if opener is None:
        yield cast(BinaryIO, file)
        return
    with tempfile.TemporaryFile() as plain:
        try:
            # gzip, bz2 and lzma open alike, but share no type that says so.
            with opener(file, "rb") as packed:  # type: ignore[operator]
                while chunk := packed.read(_CHUNK):
                    plain.write(chunk)
                    if plain.tell() > MAX_UNPACKED_BYTES:
                        raise OSError(f"it unpacks to more than {MAX_UNPACKED_BYTES:,} bytes")
        except (EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile):
            pass  # read_records tells that the end is missing
        plain.seek(0)
        yield cast(BinaryIO, plain)
