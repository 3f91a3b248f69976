"""Puts the folder of a Space together: `python space/make_upload.py FOLDER [RELEASE]`."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PACKAGES = ("builder", "filtering", "scoring")
_LEFT = shutil.ignore_patterns("__pycache__", ".*", "make_*.py")


def make_upload(folder: Path, release: Path | None = None) -> None:
    """Copy the app and the packages that it needs into a folder that is not there yet.

    The release takes the place of the shipped samples. Raises FileExistsError.
    """
    shutil.copytree(HERE, folder, ignore=_LEFT)
    for name in PACKAGES:
        shutil.copytree(HERE.parent / name, folder / name, ignore=_LEFT)
    shutil.copy(HERE.parent / "dataset_card.md", folder)
    if release is not None:
        shutil.rmtree(folder / "samples")
        shutil.copytree(release, folder / "samples")


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit("usage: make_upload.py FOLDER [RELEASE]")
    try:
        make_upload(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
    except OSError as error:
        sys.exit(f"make_upload.py: {error.strerror}: {error.filename}")
