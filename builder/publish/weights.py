"""The filter's weights as a model repository: HiCQA-Graph and all that it needs to score."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from builder.errors import BuildError
from builder.publish.hub import push_folder

if TYPE_CHECKING:
    from filtering.hicqa import HiCQAFilter

CONFIG, QUALITY = "filter.json", "quality.json"
_BUNDLED = Path(__file__).resolve().parent.parent.parent / "filtering" / "weights"
_SUFFIXES = (".json", ".safetensors", ".txt")


def find_weights(output: Path) -> Path:
    """Folder of the filter that the build under OUTPUT fitted, else of the bundled one.

    Raises BuildError where there is neither.
    """
    for root in (output / "filter", output / "work", _BUNDLED):
        found = sorted(root.rglob(CONFIG), key=lambda path: (len(path.parts), path))
        if found:
            return found[0].parent
    raise BuildError(f"no filter to publish: neither {output} nor {_BUNDLED} holds {CONFIG}")


def stage_weights(source: Path, folder: Path, repo_id: str) -> Path:
    """Lay out the model repository in `folder`: the filter's files, and a card.

    The card's quality is what the benchmark wrote beside the filter (`quality.json`: measure ->
    value), or it says that nothing was measured.
    """
    for path in sorted(p for p in source.rglob("*") if p.is_file() and p.suffix in _SUFFIXES):
        target = folder / path.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    (folder / "README.md").write_text(_card(source, repo_id), encoding="utf-8")
    return folder


def _card(source: Path, repo_id: str) -> str:
    environment = Environment(
        loader=PackageLoader("builder.publish", "."),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=True,
    )
    config = _json(source / CONFIG)
    shown = {k: v for k, v in config.items() if isinstance(v, str | int | float) and v != ""}
    quality = _json(source / QUALITY) if (source / QUALITY).is_file() else {}
    template = environment.get_template("model_card.md.jinja")
    return template.render(repo_id=repo_id, config=shown, quality=quality)


def _json(path: Path) -> dict[str, Any]:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BuildError(f"{path} cannot be read: {error}") from error
    return told if isinstance(told, dict) else {}


def from_pretrained(repo_id: str, revision: str | None = None) -> HiCQAFilter:
    """The filter in a model repository. Raises what `snapshot_download` and `load` raise."""
    from huggingface_hub import snapshot_download

    from filtering.hicqa import HiCQAFilter

    folder = snapshot_download(
        repo_id, revision=revision, allow_patterns=[f"*{suffix}" for suffix in _SUFFIXES]
    )
    return HiCQAFilter.load(Path(folder))


def push_to_hub(fitted: HiCQAFilter, repo_id: str, folder: Path, private: bool = False) -> str:
    """Save a filter in an empty folder with its card and upload that. Returns the repository's URL.

    Raises BuildError when the Hub refuses.
    """
    saved = folder / "filter"
    fitted.save(saved)
    stage_weights(saved, folder / "model", repo_id)
    return push_folder(folder / "model", repo_id, "model", private).url
