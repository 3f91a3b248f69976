"""The Spaces: the metric for `evaluate`, and the demo."""

from __future__ import annotations

import shutil
import tomllib
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

from builder.errors import BuildError

_ROOT = Path(__file__).resolve().parent.parent.parent
_PACKAGES = ("builder", "filtering", "scoring")
_SKIPPED = shutil.ignore_patterns("__pycache__", ".*", "*.pyc")
_SDK = "6.31.0"
_CARD = """\
---
title: microvqa_pp
emoji: 🔬
sdk: gradio
sdk_version: {sdk}
app_file: app.py
license: apache-2.0
datasets:
- {dataset}
short_description: Microscopy questions, with the reason for each decision
---

Browse the ledger of [{dataset}](https://huggingface.co/datasets/{dataset}): every candidate
question with its signals, its score, and why it was kept or dropped.
"""


def stage_metric(folder: Path, space_id: str) -> Path:
    """Lay out the Space behind `evaluate.load(space_id)`.

    Raises BuildError for a name that `evaluate` cannot load.
    """
    from scoring.adapters.evaluate_space import write_space

    try:
        return write_space(folder, space_id.rpartition("/")[2])
    except ValueError as error:
        raise BuildError(f"metric {space_id}: {error} (--metric ORG/NAME)") from error


def stage_demo(folder: Path, dataset_id: str) -> Path:
    """Lay out the demo Space: the app at the top, the packages that it uses beside it.

    Raises BuildError where the app is not installed beside this package.
    """
    app = _ROOT / "space"
    if not (app / "app.py").is_file():
        raise BuildError(f"no demo to publish: {app} holds no app.py; publish from a clone")
    shutil.copytree(app, folder, ignore=_SKIPPED, dirs_exist_ok=True)
    for package in _PACKAGES:
        shutil.copytree(_ROOT / package, folder / package, ignore=_SKIPPED)
    for name in ("microvqa_pp.py", "dataset_card.md", "LICENSE"):
        shutil.copyfile(_ROOT / name, folder / name)
    (folder / "README.md").write_text(_CARD.format(sdk=_SDK, dataset=dataset_id), encoding="utf-8")
    (folder / "requirements.txt").write_text("\n".join(_requirements()) + "\n", encoding="utf-8")
    return folder


def _requirements() -> list[str]:
    """What the project needs, and not Gradio, which the Space brings in its own version."""
    project = _ROOT / "pyproject.toml"
    if project.is_file():
        told = tomllib.loads(project.read_text(encoding="utf-8"))
        return sorted(told["project"]["dependencies"])
    try:
        return sorted(r for r in requires("microvqa-pp") or [] if "extra ==" not in r)
    except PackageNotFoundError as error:
        raise BuildError("what the demo needs is not known: install microvqa-pp") from error
