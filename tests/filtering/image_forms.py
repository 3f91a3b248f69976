"""One picture in all the forms that image files come in."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops, ImageCms

_LEVELS = np.array([[20, 235, 128], [60, 235, 235]], np.uint8)
PICTURE: npt.NDArray[np.uint8] = np.kron(_LEVELS, np.ones((24, 24), np.uint8))
"""Grey, 72 x 48, upright, with no symmetry and no colour that survives being turned white."""

_UNDO = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def encode(image: Image.Image, kind: str, **options: object) -> bytes:
    """An image file."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def _turned(orientation: int, mode: str, kind: str) -> bytes:
    """The picture as a camera that was held otherwise stores it, with the tag that says so."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    grey = Image.fromarray(PICTURE).convert(mode)
    stored = grey.transpose(_UNDO[orientation]) if orientation in _UNDO else grey
    return encode(stored, kind, exif=exif)


def strip_adobe(data: bytes) -> bytes:
    """A JPEG file without the segment by which Adobe's programs mark it."""
    start = data.index(b"\xff\xee")
    return data[:start] + data[start + 2 + int.from_bytes(data[start + 2 : start + 4], "big") :]


def list_forms() -> dict[str, bytes]:
    """Files by what is particular about them; each shows PICTURE."""
    grey = Image.fromarray(PICTURE)
    deep = Image.fromarray(PICTURE.astype(np.uint16) * 16)
    clear = grey.convert("RGBA")
    # Transparent where the picture is brightest: on white that looks nearly the same.
    clear.putalpha(Image.fromarray(np.where(PICTURE > 200, 0, 255).astype(np.uint8)))
    black = Image.fromarray(np.where(PICTURE > 200, 0, PICTURE))
    cut = Image.merge("LA", (black, clear.getchannel("A")))
    palette = black.convert("P")
    cmyk = grey.convert("CMYK")
    other = grey.rotate(180)
    return {
        **{f"EXIF {n}": _turned(n, "RGB", "JPEG") for n in range(1, 9)},
        "EXIF of PNG": _turned(6, "L", "PNG"),
        "EXIF of WebP": _turned(8, "RGB", "WEBP"),
        "EXIF of TIFF": _turned(5, "L", "TIFF"),
        "CMYK": encode(cmyk, "JPEG", quality=95),
        "CMYK without mark": strip_adobe(encode(cmyk, "JPEG", quality=95)),
        "CMYK as it is": strip_adobe(encode(ImageChops.invert(cmyk), "JPEG", quality=95)),
        "CMYK with a profile of RGB": encode(cmyk, "JPEG", icc_profile=_rgb_profile()),
        "CMYK TIFF": encode(cmyk, "TIFF"),
        "16-bit PNG": encode(deep, "PNG"),
        "16-bit TIFF": encode(deep, "TIFF"),
        "32-bit TIFF": encode(Image.fromarray(PICTURE.astype(np.int32) * 1000), "TIFF"),
        "float TIFF": encode(Image.fromarray(PICTURE.astype(np.float32) / 255), "TIFF"),
        "float TIFF with holes": encode(Image.fromarray(_with_holes()), "TIFF"),
        "RGBA": encode(clear, "PNG"),
        "LA": encode(cut, "PNG"),
        "palette": encode(grey.convert("P"), "PNG"),
        "palette with transparency": encode(palette, "PNG", transparency=0),
        "grey with transparency": encode(black, "PNG", transparency=0),
        "GIF": encode(grey.convert("P"), "GIF"),
        "animated GIF": encode(grey, "GIF", save_all=True, append_images=[other]),
        "animated PNG": encode(grey, "PNG", save_all=True, append_images=[other]),
        "animated WebP": encode(
            grey.convert("RGB"), "WEBP", save_all=True, lossless=True, append_images=[other]
        ),
        "pages": encode(grey, "TIFF", save_all=True, append_images=[other, other]),
        "LAB": encode(_lab(), "TIFF"),
        "WebP": encode(grey.convert("RGB"), "WEBP", lossless=True),
        "BMP": encode(grey, "BMP"),
    }


def _with_holes() -> npt.NDArray[np.float32]:
    values = PICTURE.astype(np.float32)
    values[0, 0], values[1, 1], values[2, 2] = np.nan, np.inf, -np.inf
    return values


def _rgb_profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def _lab() -> Image.Image:
    rgb = Image.fromarray(PICTURE).convert("RGB")
    spaces = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    lab = ImageCms.profileToProfile(rgb, *spaces, outputMode="LAB")
    assert lab is not None
    return lab


FORMS = list_forms()
ALIKE = {"EXIF 1", "palette", "GIF", "WebP", "BMP"}
"""Those that every program shows alike."""
