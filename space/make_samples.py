"""Builds the shipped samples: `python space/make_samples.py [FOLDER]`.

A phantom build as any other, but with its figures saved as JPEG so that the samples stay small.
"""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from pathlib import Path
from unittest.mock import patch

import numpy as np
import numpy.typing as npt
from PIL import Image

from builder.run.config import BuildConfig
from builder.run.pipeline import build
from builder.sources.phantom import source as phantom_source

FIGURES = 24
QUALITY = 70


def encode_jpeg(picture: npt.NDArray[np.uint8]) -> bytes:
    """A picture (height, width, 3) as JPEG."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=QUALITY)
    return buffer.getvalue()


def main(folder: Path) -> None:
    """Build the samples into a folder, in place of those that are there."""
    with (
        tempfile.TemporaryDirectory() as aside,
        patch.object(phantom_source, "encode", encode_jpeg),
    ):
        config = BuildConfig(
            output=Path(aside) / "samples", sources=(f"phantom:{FIGURES}",), workers=1,
            test_ratio=0.3,
        )  # fmt: skip
        release = build(config).release
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(release, folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "samples")
