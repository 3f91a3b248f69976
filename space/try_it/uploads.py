"""What visitors upload, looked at before anything opens it in full."""

from __future__ import annotations

import base64
import io
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image, UnidentifiedImageError

from filtering.image_files import FORMATS, ImageError, decode_image
from space.images import small_jpeg

IMAGE_TYPES = [".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".gif", ".bmp"]
TABLE_TYPES = [".parquet", ".jsonl", ".json", ".csv", ".tsv"]
MOST_PIXELS = 40_000_000
MOST_BYTES = 20 << 20
MOST_TABLE_BYTES = 50 << 20
MOST_UNPACKED = 400 << 20
_PREVIEW = 900


class UploadError(ValueError):
    """An upload that is refused; the message says why."""


def read_image(path: str | Path) -> bytes:
    """The bytes of an uploaded figure, as they are. Raises UploadError in words.

    The size is read from the header before the image is unpacked: at most 40 megapixels.
    """
    file = Path(path)
    if file.stat().st_size > MOST_BYTES:
        raise UploadError(f"the image has more than {MOST_BYTES >> 20} MB")
    data = file.read_bytes()
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            width, height = image.size
        if width * height > MOST_PIXELS:
            megapixels = width * height / 1e6
            limit = MOST_PIXELS // 1_000_000
            raise UploadError(f"the image has {megapixels:.0f} megapixels; at most {limit}")
        decode_image(data)
    except UnidentifiedImageError as error:
        kinds = ", ".join(FORMATS)
        raise UploadError(f"this is no image that is read here; give one of {kinds}") from error
    except (ImageError, Image.DecompressionBombError, OSError, SyntaxError) as error:
        raise UploadError(f"this image cannot be used: {error}") from error
    return data


def preview(data: bytes) -> str:
    """A small version of an image as a data URL."""
    return "data:image/jpeg;base64," + base64.b64encode(small_jpeg(data, _PREVIEW)).decode()


def take_table(path: str | Path, folder: Path) -> Path:
    """A copy of an uploaded table in a folder of ours, under a name of ours.

    Raises UploadError for other kinds of file, and for one that is too large or that unpacks to
    more than 400 MB.
    """
    file = Path(path)
    kind = file.suffix.lower()
    if kind not in TABLE_TYPES:
        raise UploadError(f"a table is one of {', '.join(TABLE_TYPES)}")
    if file.stat().st_size > MOST_TABLE_BYTES:
        raise UploadError(f"the table has more than {MOST_TABLE_BYTES >> 20} MB")
    if kind == ".parquet":
        _check_parquet(file)
    taken = folder / f"table{kind}"
    shutil.copyfile(file, taken)
    return taken


def _check_parquet(file: Path) -> None:
    try:
        meta = pq.read_metadata(file)
    except (pa.ArrowException, OSError) as error:
        raise UploadError("this is no Parquet file") from error
    groups = [meta.row_group(n) for n in range(meta.num_row_groups)]
    if sum(group.total_byte_size for group in groups) > MOST_UNPACKED:
        raise UploadError(f"the table unpacks to more than {MOST_UNPACKED >> 20} MB")
