"""Facts of an encoded image, read without changing its bytes, and small copies for pages."""

from __future__ import annotations

import base64
import hashlib
import io
from dataclasses import dataclass

import imagehash

from filtering.image_files import ImageError, decode_image

__all__ = ["HASH_BITS", "ImageError", "ImageFacts", "decode_image", "inspect", "make_thumbnail"]

HASH_BITS = 256


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """Size in pixels, content hash and perceptual hash (hexadecimal) of an image file."""

    sha256: str
    phash: str
    width: int
    height: int


def inspect(data: bytes) -> ImageFacts:
    """Hashes and size of an image file.

    The perceptual hash is the `phash` of the library imagehash with `hash_size=16`: the image is
    shrunk to 64 x 64 grey pixels, its 16 x 16 lowest DCT frequencies are compared with their
    median, and that gives 256 bits. Near-duplicates differ in few of them.

    Args:
        data: The encoded file, as it is.

    Returns:
        The facts; `phash` has 64 hexadecimal digits.

    Raises:
        ImageError: For a file that `decode_image` cannot read.
    """
    image = decode_image(data)
    phash = str(imagehash.phash(image, hash_size=16))
    return ImageFacts(hashlib.sha256(data).hexdigest(), phash, image.width, image.height)


def make_thumbnail(data: bytes | None, side: int) -> str:
    """A JPEG of at most `side` pixels a side as a data URL; '' without a readable image."""
    try:
        image = decode_image(data or b"")
    except ImageError:
        return ""
    image.thumbnail((side, side))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=80)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()
