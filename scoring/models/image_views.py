"""Images as models are to see them: upright, 8-bit RGB, on white. The files stay untouched.

Programs differ in what they do with EXIF orientation, 16 bits, transparency, CMYK and frames;
what is sent to a model must not depend on that.
"""

from __future__ import annotations

import io
from typing import Any

import numpy as np

from scoring.models.records import RequestError

_FORMATS = ("JPEG", "PNG", "TIFF", "GIF", "WEBP", "BMP")
"""Formats that are read; others of Pillow start programs such as Ghostscript."""


def open_as_rgb(data: bytes) -> Any:
    """First frame of an image file as an upright 8-bit RGB picture of Pillow.

    Raises RequestError where the image cannot be read.
    """
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
            image.load()
            return convert_to_rgb(image)
    except Exception as error:  # decoders raise whatever their format suggests
        raise RequestError(f"an image cannot be read: {error}") from error


def looks_alike_everywhere(data: bytes) -> bool:
    """Whether any program shows a file as `open_as_rgb` does. Raises RequestError."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
            frames = bool(getattr(image, "is_animated", False))
            if frames or "transparency" in image.info or _turn_upright(image) is not image:
                return False
            if image.mode in ("RGBA", "LA"):
                return bool(image.getchannel("A").getextrema() == (255, 255))
            return image.mode in ("1", "L", "P", "RGB")
    except Exception as error:  # decoders raise whatever their format suggests
        raise RequestError(f"an image cannot be read: {error}") from error


def convert_to_rgb(picture: Any) -> Any:
    """A picture of Pillow, decoded from a file, as upright 8-bit RGB.

    16-bit and floating-point pictures are scaled from their own range, transparency lies on
    white, CMYK goes through the ICC profile that comes with it.
    """
    from PIL import Image

    picture = _turn_upright(_restore_plain_cmyk(picture))
    if picture.mode.startswith("I") or picture.mode == "F":
        return _scale_to_8_bits(picture)
    if picture.mode == "CMYK":
        return _print_on_screen(picture)
    if picture.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in picture.info:
        unmultiplied = {"RGBa": "RGBA", "La": "LA"}.get(picture.mode)
        layer = (picture.convert(unmultiplied) if unmultiplied else picture).convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer).convert("RGB")
    return picture.convert("RGB")


def _turn_upright(picture: Any) -> Any:
    """As its EXIF says; as it is where that is broken."""
    from PIL import ImageOps

    try:
        turned = picture.getexif().get(0x0112) in range(2, 9)
        return ImageOps.exif_transpose(picture) if turned else picture
    except Exception:  # EXIF that is broken raises whatever its parts suggest
        return picture


def _restore_plain_cmyk(picture: Any) -> Any:
    """Undoes that Pillow inverts CMYK of JPEG files without Adobe's mark that are not inverted.

    That is where it leaves full black ink everywhere, or more ink than paper holds.
    """
    from PIL import ImageChops

    if picture.mode != "CMYK" or picture.format != "JPEG" or "adobe" in picture.info:
        return picture
    ink = np.asarray(picture)
    full = ink.sum(axis=2, dtype=np.uint16) > 0.95 * 4 * 255
    if ink[..., 3].min() < 250 and full.mean() < 0.005:
        return picture
    return ImageChops.invert(picture)


def _scale_to_8_bits(picture: Any) -> Any:
    from PIL import Image

    values = np.asarray(picture, dtype=np.float64)
    known = np.isfinite(values)
    low, high = (float(f(values[known])) for f in (np.min, np.max)) if known.any() else (0.0, 0.0)
    values = np.clip(np.nan_to_num(values, nan=low, posinf=high, neginf=low), low, high)
    scaled = (values - low) / ((high - low) or 1.0) * 255.0
    return Image.fromarray(scaled.astype(np.uint8)).convert("RGB")


def _print_on_screen(picture: Any) -> Any:
    from PIL import ImageCms

    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(picture.info["icc_profile"]))
        if profile.profile.xcolor_space.strip() != "CMYK":
            return picture.convert("RGB")
        screen = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(picture, profile, screen, outputMode="RGB")
    except (KeyError, TypeError, OSError, ImageCms.PyCMSError):
        return picture.convert("RGB")
