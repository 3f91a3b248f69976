"""Folders for as long as the app runs."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from pathlib import Path


def scratch(purpose: str) -> Path:
    """A new folder outside of everything, which is removed when the program ends."""
    folder = Path(tempfile.mkdtemp(prefix=f"microvqa_pp-{purpose}-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
