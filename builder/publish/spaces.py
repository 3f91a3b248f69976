"""The Spaces: the metric for `evaluate`, and the demo."""

from __future__ import annotations

import logging
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path

import yaml

from builder.errors import BuildError

logger = logging.getLogger("microvqa_pp")

CopyApp = Callable[[Path, Path | None], None]
"""Copies the app and its packages into a new folder, with a release in place of the samples."""

_ROOT = Path(__file__).resolve().parent.parent.parent
_EXTRAS = ("models",)
MOST_IN_DEMO = 500 << 20
"""Bytes of a release that the demo still carries; a Space is cloned whole when it starts."""

_TEXT = """\
# microvqa_pp

Every candidate question of [{dataset}](https://huggingface.co/datasets/{dataset}) with its signals, its score, and why it was kept or dropped. {shown}
"""  # noqa: E501


def stage_metric(folder: Path, space_id: str) -> Path:
    """Lay out the Space behind `evaluate.load(space_id)`.

    Raises BuildError for a name that `evaluate` cannot load.
    """
    from scoring.adapters.evaluate_space import write_space  # only a metric needs it

    try:
        return write_space(folder, space_id.rpartition("/")[2])
    except ValueError as error:
        raise BuildError(f"metric {space_id}: {error} (--metric ORG/NAME)") from error


def stage_demo(folder: Path, dataset_id: str, release: Path, copy_app: CopyApp) -> Path:
    """Lay out the demo Space: the app at the top, the packages and the release that it uses beside.

    A release over MOST_IN_DEMO is left out; the shipped samples are shown then.

    Args:
        folder: to be made.
        dataset_id: dataset on the Hub that the demo shows.
        release: folder of the release.
        copy_app: puts app and packages there. It is passed in, because nothing here knows the app.

    Returns:
        `folder`.

    Raises:
        BuildError: the app is not that of a clone.
    """
    sizes = (p.stat().st_size for p in release.rglob("*") if p.is_file())
    carried = release if sum(sizes) <= MOST_IN_DEMO else None
    if carried is None:
        logger.info("the release is too large for the demo, which gets the shipped samples")
    try:
        copy_app(folder, carried)
        # What the project and its app need, without Gradio: the Space brings it in its own version.
        project = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        extras = (project["optional-dependencies"][name] for name in _EXTRAS)
        needed = {*project["dependencies"], *(one for extra in extras for one in extra)}
        for name in ("microvqa_pp.py", "LICENSE"):
            shutil.copyfile(_ROOT / name, folder / name)
    except OSError as error:
        raise BuildError(f"the demo is published from a clone of this project: {error}") from error
    # The app's own front matter, naming the dataset, above a text for visitors.
    settings = yaml.safe_load((folder / "README.md").read_text(encoding="utf-8").split("---\n")[1])
    settings["datasets"] = [dataset_id]
    shown = "" if carried else "That release is large: shown here are samples of phantoms."
    front = yaml.safe_dump(settings, sort_keys=False, allow_unicode=True)
    text = _TEXT.format(dataset=dataset_id, shown=shown)
    (folder / "README.md").write_text(f"---\n{front}---\n{text}", encoding="utf-8")
    (folder / "requirements.txt").write_text("\n".join(sorted(needed)) + "\n", encoding="utf-8")
    return folder
