"""Images from bytes that nobody vouches for."""

from __future__ import annotations

import io
import warnings

import numpy as np
from PIL import ExifTags, Image, ImageChops, ImageCms, ImageOps, UnidentifiedImageError

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
    """First frame of an image file as 8-bit RGB, upright, as everybody should see it.

    It is turned as its EXIF orientation says, which is what `datasets` does, so that width and
    height are those that users of a release get. 16-bit and floating-point images are scaled from
    their own range to 0-255, transparency lies on white, and CMYK goes through its ICC profile.

    Raises ImageError for images that are empty, broken, of another format than FORMATS, over
    MAX_PIXELS, with a side under MIN_SIDE pixels or more than MAX_ASPECT times as long as wide.
    """
    if not data:
        raise ImageError("image is empty", "0 bytes")
    try:
        image: Image.Image = Image.open(io.BytesIO(data), formats=FORMATS)
        _check_size(image.width, image.height)
        image.load()
        return _convert_to_rgb(_turn_upright(_restore_plain_cmyk(image)))
    except UnidentifiedImageError as error:
        raise ImageError("image format is unknown", _describe_format(data)) from error
    except Image.DecompressionBombError as error:
        raise ImageError("image is too large", str(error)) from error
    except ImageError:
        raise
    except Exception as error:  # decoders raise whatever their format suggests
        raise ImageError("image is broken", f"{type(error).__name__}: {error}"[:400]) from error


def looks_alike_everywhere(data: bytes) -> bool:
    """Whether any program shows an image file as `decode_image` decodes it.

    False where programs differ: in turning it, in more than 8 bits, transparency, CMYK, several
    frames. Then a picture made by `decode_image` is to be shown instead of the file.
    Raises ImageError for a file that cannot be read.
    """
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            turned = image.getexif().get(ExifTags.Base.Orientation) not in (None, 1)
            frames = bool(getattr(image, "is_animated", False))
            clear = "transparency" in image.info
            if turned or frames or clear:
                return False
            if image.mode in ("RGBA", "LA"):
                return image.getchannel("A").getextrema() == (255, 255)
            return image.mode in ("1", "L", "P", "RGB")
    except Exception as error:  # as above
        raise ImageError("image is broken", f"{type(error).__name__}: {error}"[:400]) from error


def _check_size(width: int, height: int) -> None:
    size = f"{width} x {height} pixels"
    if width * height > MAX_PIXELS:
        raise ImageError("image is too large", f"{size}, at most {MAX_PIXELS:,} are read")
    if min(width, height) < MIN_SIDE:
        raise ImageError("image is too small", f"{size}, each side must have {MIN_SIDE}")
    if max(width, height) > MAX_ASPECT * min(width, height):
        raise ImageError("image is too narrow", f"{size}, at most {MAX_ASPECT} to 1 are read")


def _describe_format(data: bytes) -> str:
    """What a file is that Pillow knows no way to decode, and what to do with it."""
    if data[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return "a TIFF of a form that Pillow does not read (channels, bits): save it as PNG"
    kind = "an AVIF or HEIC file: save it as PNG" if data[4:8] == b"ftyp" else ""
    return kind or f"starts with {data[:8].hex()}"


def _turn_upright(image: Image.Image) -> Image.Image:
    """As `datasets` turns it, which raises for EXIF that is broken: users could not open it."""
    if image.getexif().get(ExifTags.Base.Orientation) is None:
        return image
    return ImageOps.exif_transpose(image)


def _restore_plain_cmyk(image: Image.Image) -> Image.Image:
    """Undoes that Pillow inverts CMYK of JPEG files which are not inverted.

    Adobe's programs store CMYK inverted and mark the file. Of files without the mark both kinds
    occur. Where inverting leaves full black ink everywhere, or more ink than paper holds (four
    inks in full) on a part of it, the values were stored as they are.
    """
    if image.mode != "CMYK" or image.format != "JPEG" or "adobe" in image.info:
        return image
    ink = np.asarray(image)
    full = ink.sum(axis=2, dtype=np.uint16) > 0.95 * 4 * 255
    if ink[..., 3].min() < 250 and full.mean() < 0.005:
        return image
    return ImageChops.invert(image)


def _convert_to_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I") or image.mode == "F":
        return _scale_to_8_bits(image)
    if image.mode == "CMYK":
        return _print_on_screen(image)
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        unmultiplied = {"RGBa": "RGBA", "La": "LA"}.get(image.mode)
        layer = (image.convert(unmultiplied) if unmultiplied else image).convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer).convert("RGB")
    return image if image.mode == "RGB" else image.convert("RGB")


def _scale_to_8_bits(image: Image.Image) -> Image.Image:
    """Grey from the range that an image uses: 12 bits of 16 would be nearly black."""
    values = np.asarray(image, dtype=np.float64)
    known = np.isfinite(values)
    low, high = (float(f(values[known])) for f in (np.min, np.max)) if known.any() else (0.0, 0.0)
    values = np.clip(np.nan_to_num(values, nan=low, posinf=high, neginf=low), low, high)
    scaled = (values - low) / ((high - low) or 1.0) * 255.0
    return Image.fromarray(scaled.astype(np.uint8)).convert("RGB")


def _print_on_screen(image: Image.Image) -> Image.Image:
    """CMYK as its profile says what the inks look like; without one, plain complements."""
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
        if profile.profile.xcolor_space.strip() != "CMYK":
            return image.convert("RGB")
        screen = ImageCms.createProfile("sRGB")
        seen = ImageCms.profileToProfile(image, profile, screen, outputMode="RGB")
    except (KeyError, TypeError, OSError, ImageCms.PyCMSError):
        return image.convert("RGB")
    return seen or image.convert("RGB")
