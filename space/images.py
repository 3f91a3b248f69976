"""Images of a release, read when they are looked at, and the routes that serve them.

A route knows figures by the hash of their image and nothing by its path.
"""

from __future__ import annotations

import io
import threading
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import pyarrow.parquet as pq
from PIL import Image
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from filtering.image_files import FORMATS, ImageError, decode_image, looks_alike_everywhere
from space.corpus import Corpus

THUMB = 240
LARGEST = 4096
_SHOWN = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}
_HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'",
}


class _Spot(NamedTuple):
    file: Path
    group: int
    row: int


class ImageStore:
    """Finds the image of every figure that a release, or the build around it, holds."""

    def __init__(self, corpus: Corpus) -> None:
        # Only places are kept: a release may hold more images than there is memory.
        self._spots: dict[str, _Spot] = {}
        hashes = {f.figure_id: f.image_sha256 for f in corpus.figures}
        # Parquet files with figures: those of the release first, for their small row groups.
        # The files of the release come first, for their small row groups.
        data = corpus.release / "data"
        files = sorted([*data.glob("open/*.parquet"), *data.glob("default/*.parquet")])
        if corpus.release.name == "release":
            files += sorted((corpus.release.parent / "work" / "figures").glob("*.parquet"))
        for file in files:
            source = pq.ParquetFile(file)
            for group in range(source.num_row_groups):
                ids = source.read_row_group(group, columns=["figure_id"])["figure_id"].to_pylist()
                for row, figure in enumerate(ids):
                    if sha := hashes.get(figure):
                        self._spots.setdefault(sha, _Spot(file, group, row))
        self.read = lru_cache(maxsize=64)(self._read)
        self._small = lru_cache(maxsize=4096)(self._make_thumb)
        self._lock = threading.Lock()

    def __contains__(self, sha256: str) -> bool:
        return sha256 in self._spots

    def read_thumb(self, sha256: str) -> bytes | None:
        """A small JPEG; made once however many ask for it at the same time. Raises ImageError."""
        with self._lock:
            return self._small(sha256)

    def _read(self, sha256: str) -> bytes | None:
        """Image bytes as the source has them; None for a hash that no figure has."""
        spot = self._spots.get(sha256)
        if spot is None:
            return None
        images = pq.ParquetFile(spot.file).read_row_group(spot.group, columns=["image"])["image"]
        data: bytes = images[spot.row].as_py()["bytes"]
        return data

    def _make_thumb(self, sha256: str) -> bytes | None:
        data = self.read(sha256)
        return None if data is None else shrink_to_jpeg(data, THUMB)

    def make_routes(self) -> list[Route]:
        """Routes `/figures/HASH` for the image and `/figures/HASH/thumb` for a small one."""
        return [
            Route("/figures/{sha256}", self._serve_image),
            Route("/figures/{sha256}/thumb", self._serve_thumb),
        ]

    def _serve_image(self, request: Request) -> Response:
        data = self.read(request.path_params["sha256"])
        return _refuse() if data is None else _respond(data)

    def _serve_thumb(self, request: Request) -> Response:
        try:
            data = self.read_thumb(request.path_params["sha256"])
        except ImageError:
            return _refuse()
        return _refuse() if data is None else Response(data, 200, _HEADERS, "image/jpeg")


def shrink_to_jpeg(data: bytes, side: int) -> bytes:
    """An image as JPEG with no side over `side` pixels. Raises ImageError."""
    image = decode_image(data)
    image.thumbnail((side, side))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()


def _respond(data: bytes) -> Response:
    """The bytes themselves where all browsers show the same of them, else a JPEG of them."""
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            kind = _SHOWN.get(image.format or "")
        if kind is None or not looks_alike_everywhere(data):
            data, kind = shrink_to_jpeg(data, LARGEST), "image/jpeg"
    except (OSError, ImageError):
        return _refuse()
    return Response(data, 200, _HEADERS, kind)


def _refuse() -> Response:
    return Response("no such figure", 404, media_type="text/plain")
