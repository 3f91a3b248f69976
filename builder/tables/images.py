"""Facts of an encoded image, read without changing its bytes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import imagehash

from filtering.encoders.image_files import ImageError, decode

__all__ = ["HASH_BITS", "ImageError", "ImageFacts", "decode", "inspect"]

HASH_BITS = 256


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """Size in pixels, content hash and perceptual hash (hexadecimal) of an image file."""

    sha256: str
    phash: str
    width: int
    height: int


def inspect(data: bytes) -> ImageFacts:
    """Hashes and size of an image file. Raises ImageError as `decode` does.

    The perceptual hash is the 256-bit DCT hash of the library imagehash.
    """
    image = decode(data)
    phash = str(imagehash.phash(image, hash_size=16))
    return ImageFacts(hashlib.sha256(data).hexdigest(), phash, image.width, image.height)
