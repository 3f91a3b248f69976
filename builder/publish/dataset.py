"""The dataset repository: the release's own Parquet files, its card, and a Croissant file."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from builder.publish.croissant import write_croissant
from builder.release.card import read_version
from builder.tables.licenses import choose_most_restrictive, normalise

_PLACEHOLDER = "path/to/this/folder"


def stage_dataset(release: Path, folder: Path, repo_id: str, licenses: Iterable[str]) -> Path:
    """Lay out the dataset repository in `folder`: data files (hard links), card, Croissant.

    `licenses` are those of the rows. Never a loading script: `datasets` refuses a repository
    that has one. Raises BuildError where the Croissant file cannot be made.
    """
    for path in sorted(release.glob("data/*/*.parquet")):
        target = folder / path.relative_to(release)
        target.parent.mkdir(parents=True, exist_ok=True)
        _link(path, target)
    card = (release / "README.md").read_text(encoding="utf-8")
    (folder / "README.md").write_text(card.replace(_PLACEHOLDER, repo_id), encoding="utf-8")
    strictest = choose_most_restrictive([normalise(name) for name in licenses])
    write_croissant(folder, repo_id, strictest.url or strictest.id, read_version())
    return folder


def _link(path: Path, target: Path) -> None:
    """The same bytes under another name, without a copy where the file system allows."""
    try:
        os.link(path, target)
    except OSError:
        shutil.copyfile(path, target)
