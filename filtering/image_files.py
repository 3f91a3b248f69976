"""Images from bytes that nobody vouches for."""

from __future__ import annotations

import io
import warnings

import numpy as np
from PIL import Image, UnidentifiedImageError

# `decode_image` has its own limit. Set once: other threads undo what `catch_warnings` does.
warnings.simplefilter("ignore", Image.DecompressionBombWarning)

MAX_PIXELS = 100_000_000
MIN_SIDE = 16
MAX_ASPECT = 50
FORMATS = ("JPEG", "PNG", "TIFF", "GIF", "WEBP", "BMP")
"""Formats that are read; others of Pillow start programs such as Ghostscript."""


class ImageError(Exception):
    """An image that cannot be used; `reason` is short and stable, the message says more."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


def decode_image(data: bytes) -> Image.Image:
    """First frame of an image file as 8-bit RGB.

    16-bit and floating-point images are scaled from their own range to 0-255.
    Raises ImageError for images that are empty, broken, of another format than FORMATS, over
    MAX_PIXELS, with a side under MIN_SIDE pixels or more than MAX_ASPECT times as long as wide.
    """
    if not data:
        raise ImageError("image is empty", "0 bytes")
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
        _check_size(image.width, image.height)
        image.load()
    except UnidentifiedImageError as error:
        raise ImageError("image format is unknown", f"starts with {data[:8].hex()}") from error
    except Image.DecompressionBombError as error:
        raise ImageError("image is too large", str(error)) from error
    except ImageError:
        raise
    except Exception as error:  # decoders raise whatever their format suggests
        raise ImageError("image is broken", f"{type(error).__name__}: {error}") from error
    return _to_rgb(image)


def _check_size(width: int, height: int) -> None:
    size = f"{width} x {height} pixels"
    if width * height > MAX_PIXELS:
        raise ImageError("image is too large", f"{size}, at most {MAX_PIXELS:,} are read")
    if min(width, height) < MIN_SIDE:
        raise ImageError("image is too small", f"{size}, each side must have {MIN_SIDE}")
    if max(width, height) > MAX_ASPECT * min(width, height):
        raise ImageError("image is too narrow", f"{size}, at most {MAX_ASPECT} to 1 are read")


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I") or image.mode == "F":
        values = np.asarray(image, dtype=np.float64)
        low, high = float(values.min()), float(values.max())
        scaled = (values - low) / ((high - low) or 1.0) * 255.0
        return Image.fromarray(scaled.astype(np.uint8)).convert("RGB")
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        layer = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer).convert("RGB")
    return image if image.mode == "RGB" else image.convert("RGB")
