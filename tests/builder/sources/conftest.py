"""Small images of every kind that sources meet."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image


def _encoded(image: Image.Image, format: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def _bomb() -> bytes:
    """PNG that claims 60,000 x 60,000 pixels."""
    size = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", size), (b"IDAT", zlib.compress(bytes(64))), (b"IEND", b""))
    packed = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


@pytest.fixture(scope="session")
def picture() -> bytes:
    """A JPEG of 32 x 24 pixels."""
    return _encoded(Image.new("RGB", (32, 24), "red"), "JPEG")


@pytest.fixture(scope="session")
def odd_pictures() -> dict[str, bytes]:
    """Images in unusual but usable forms, 32 x 24 pixels."""
    ramp = np.arange(24 * 32, dtype=np.uint16).reshape(24, 32) * 80
    frames = [Image.new("RGB", (32, 24), color) for color in ("red", "blue")]
    return {
        "cmyk": _encoded(Image.new("CMYK", (32, 24)), "JPEG"),
        "16-bit": _encoded(Image.fromarray(ramp), "PNG"),
        "animated": _encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]),
    }


@pytest.fixture(scope="session")
def bad_pictures(picture: bytes) -> dict[str, bytes]:
    """Images that cannot be used, by the reason that a source gives."""
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    return {
        "image is empty": b"",
        "image is broken": _encoded(Image.fromarray(noise), "JPEG")[:2000],
        "image is too large": _bomb(),
        "image format is unknown": b"<html>404</html>",
    }
