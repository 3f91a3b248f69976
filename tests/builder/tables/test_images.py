from __future__ import annotations

import hashlib
import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from builder.tables.images import ImageError, decode_image, inspect


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def gradient(mode: str = "RGB", size: int = 64) -> Image.Image:
    ramp = np.add.outer(np.arange(size), np.arange(size)).astype(np.uint8)
    return Image.fromarray(ramp).convert(mode)


def png_header(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b""))


def chunk(name: bytes, data: bytes) -> bytes:
    crc = struct.pack(">I", zlib.crc32(name + data))
    return struct.pack(">I", len(data)) + name + data + crc


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "image is empty"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image format is unknown"),
        (encoded(gradient(), "JPEG")[:400], "image is broken"),
        (png_header(30_000, 30_000), "image is too large"),
        (png_header(64, 64), "image is broken"),
        (png_header(64, 15), "image is too small"),
        (png_header(1601, 32), "image is too narrow"),
        (encoded(gradient(), "EPS"), "image format is unknown"),
        (encoded(gradient(), "PPM"), "image format is unknown"),
    ],
)
def test_an_unusable_image_is_an_image_error_with_its_reason(data: bytes, reason: str) -> None:
    with pytest.raises(ImageError) as caught:
        inspect(data)
    assert caught.value.reason == reason


def test_facts_of_an_image() -> None:
    data = encoded(gradient(), "PNG")
    facts = inspect(data)
    assert (facts.width, facts.height) == (64, 64)
    assert facts.sha256 == hashlib.sha256(data).hexdigest()
    assert len(facts.phash) == 64


def test_cmyk_animated_transparent_and_16_bit_images_become_8_bit_rgb() -> None:
    frames = [gradient("P"), gradient("P").rotate(90)]
    deep = Image.fromarray(np.linspace(0, 60_000, 64 * 64, dtype=np.uint16).reshape(64, 64))
    for data in (
        encoded(gradient("CMYK"), "JPEG"),
        encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]),
        encoded(gradient("LA"), "PNG"),
        encoded(deep, "PNG"),
        encoded(gradient("L"), "TIFF"),
    ):
        image = decode_image(data)
        assert image.mode == "RGB"
        assert np.ptp(np.asarray(image.convert("L"))) > 60, "contrast is lost"


@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF89a"]),
)
def test_any_bytes_give_facts_or_an_image_error(tail: bytes, head: bytes) -> None:
    try:
        inspect(head + tail)
    except ImageError as error:
        assert error.reason
