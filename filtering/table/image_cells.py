"""Image files in cells of a table: bytes, structs of `datasets`, base64 and data URLs.

Paths are handed back as they are: whether one is followed is for the caller to say.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any

from filtering.table.caption_cells import CellError

_DATA_URL = re.compile(r"data:([^,;]*)((?:;[^,;]*)*),", re.IGNORECASE)
_ALPHABET = re.compile(r"[A-Za-z0-9+/_-]+={0,3}")
_SPACE = re.compile(r"(?:\s|%0A|%0D|\\n)+", re.IGNORECASE)
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_STARTS = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF", b"II*\0", b"MM\0*", b"BM")
_SHORTEST = 80
"""Characters that base64 of an image has at least; a file name without a dot has fewer."""
_LONGEST_NAME = 1000


def read_image_cell(value: object) -> tuple[str, bytes | None]:
    """File name or path ('' without one) and bytes (None without them) of an image cell.

    Raises:
        CellError: For a value that is neither an image file nor the name of one.
    """
    if value is None:
        return "", None
    if isinstance(value, bytes | bytearray | memoryview):
        return "", bytes(value)
    if isinstance(value, str):
        return _read_text(value)
    if isinstance(value, Mapping):
        return _read_struct(value)
    if is_pixel_list(value):
        raise CellError("the image is a list of pixels: save it as a PNG file")
    if value != value:
        return "", None
    raise CellError(f"the image is a {type(value).__name__}: give a file, its path or base64")


def is_pixel_list(value: object) -> bool:
    """Whether a list holds numbers, or lists of numbers, instead of images."""
    inner = value
    while isinstance(inner, list) and inner:
        inner = inner[0]
    is_number = isinstance(inner, int | float) and not isinstance(inner, bool)
    return is_number and isinstance(value, list)


def _read_struct(value: Mapping[Any, Any]) -> tuple[str, bytes | None]:
    """A struct as `datasets` stores an image; JSON has its bytes as base64 or as numbers."""
    path = value.get("path") or value.get("file_name") or value.get("filename")
    name, data = path if isinstance(path, str) else "", value.get("bytes")
    if isinstance(data, bytes):
        return name, data
    if isinstance(data, str) and data:
        decoded = decode_base64(data)
        if decoded is None:
            raise CellError("the bytes of the image are text, but no base64")
        return name, decoded
    if isinstance(data, list) and data:
        try:
            return name, bytes(data)
        except (ValueError, TypeError):
            raise CellError("the bytes of the image are a list, but not of bytes") from None
    for key in ("base64", "data", "image", "url"):
        if isinstance(each := value.get(key), str) and not name:
            return _read_text(each)
    return name, None


def _read_text(text: str) -> tuple[str, bytes | None]:
    """Base64 and data URLs as bytes, all else as a path."""
    bare = text.strip()
    if match := _DATA_URL.match(bare):
        kind = match[1].lower()
        if "base64" not in match[2].lower():
            raise CellError(f"the image is a data URL of {kind[:50]}, not in base64")
        data = decode_base64(bare[match.end() :])
        if data is None:
            raise CellError("the image is a data URL whose base64 is broken")
        return "", data
    if (data := decode_base64(bare)) is not None:
        if data.startswith(_STARTS):
            return "", data
        if len(bare) > _LONGEST_NAME:
            raise CellError("the image is base64 of a format that is not read: use PNG or JPEG")
    if bare.startswith(("b'", 'b"', "{'bytes'", "<PIL", "[[")):
        raise CellError("the image is what Python prints for one: save the table as Parquet")
    if _URL.match(bare):
        raise CellError(f"the image is a URL, which is not fetched: {bare[:200]}")
    if len(bare) > _LONGEST_NAME:
        raise CellError(f"the image is a text of {len(bare):,} characters, neither path nor base64")
    return bare, None


def decode_base64(text: str) -> bytes | None:
    """Bytes of base64 with or without padding, line breaks, in either alphabet; None for others."""
    bare = _SPACE.sub("", text).strip("\"'")
    if len(bare) < _SHORTEST or not _ALPHABET.fullmatch(bare):
        return None
    digits = bare.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(digits + "=" * (-len(digits) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
