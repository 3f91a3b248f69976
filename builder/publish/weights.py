"""The filter's weights as a model repository: HiCQA-Graph and all that it needs to score.

The graph lies at the top, where `HiCQAGraph.from_pretrained` looks for it, and once more in
`graph/`, where `HiCQAFilter.load` does; the Hub keeps equal files once.
"""

from __future__ import annotations

import json
import logging
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from builder.errors import BuildError
from builder.publish.hub import push_folder
from builder.tables.shards import digest, file_digest

if TYPE_CHECKING:
    from filtering.graph.hicqa import HiCQAFilter

logger = logging.getLogger("microvqa_pp")

CONFIG, QUALITY, GRAPH = "filter.json", "quality.json", "graph"
_BUNDLED = Path(__file__).resolve().parent.parent.parent / "filtering" / "weights" / "hicqa"
_BUNDLED_QUALITY = Path(__file__).resolve().parent / QUALITY
_SUFFIXES = (".json", ".safetensors", ".txt")


def find_weights(output: Path) -> Path:
    """Folder of the filter that the build under OUTPUT fitted last, else of the bundled one.

    Raises:
        BuildError: there is neither.
    """
    fitted = sorted(
        (output / "work" / "filter").glob(f"*/{CONFIG}"),
        key=lambda path: (path.stat().st_mtime_ns, str(path)),
    )
    run = _read_json(output / "run.json") if (output / "run.json").is_file() else {}
    if fitted and run.get("config", {}).get("fit"):
        return fitted[-1].parent
    if (_BUNDLED / CONFIG).is_file():
        logger.info("this build has fitted no filter: the bundled weights are published")
        return _BUNDLED
    raise BuildError(f"no filter to publish: neither {output} nor {_BUNDLED} holds {CONFIG}")


def stage_weights(source: Path, folder: Path, repo_id: str) -> Path:
    """Lay out the model repository in `folder`: the filter's files, and a card.

    Raises BuildError where the filter's settings cannot be read.
    """
    for path in sorted(p for p in source.rglob("*") if p.is_file() and p.suffix in _SUFFIXES):
        _copy(path, folder / path.relative_to(source))
    _complete(folder, repo_id)
    return folder


def _complete(folder: Path, repo_id: str) -> None:
    """Add to a saved filter what makes it a model repository: the graph at the top, the card."""
    for path in sorted((folder / GRAPH).glob("*")):
        if path.suffix in _SUFFIXES:
            _copy(path, folder / path.name)
    environment = Environment(
        loader=PackageLoader("builder.publish", "."),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=True,
    )
    config = _read_json(folder / CONFIG)
    shown = {k: v for k, v in config.items() if isinstance(v, str | int | float) and v != ""}
    template = environment.get_template("model_card.md.jinja")
    card = template.render(repo_id=repo_id, config=shown, quality=read_quality(folder))
    (folder / "README.md").write_text(card, encoding="utf-8")


def _copy(path: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, target)


def digest_weights(source: Path) -> str:
    """SHA-256 over the files of a filter that its scores depend on, hexadecimal."""
    names = (CONFIG, "reference.safetensors", f"{GRAPH}/model.safetensors")
    return digest([file_digest(source / name) for name in names if (source / name).is_file()])


def read_quality(source: Path) -> dict[str, str]:
    """What was measured of a filter, measure -> value; empty where nothing was.

    From `quality.json` beside the filter, else from that of the bundled filters. Either counts
    only for the weights that it names, so that new weights never carry old numbers.
    """
    for path in (source / QUALITY, _BUNDLED_QUALITY):
        quality = _read_json(path) if path.is_file() else {}
        if quality.get("weights") == digest_weights(source):
            return {str(k): str(v) for k, v in quality["measured"].items()}
    return {}


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BuildError(f"{path} cannot be read: {error}") from error
    return content if isinstance(content, dict) else {}


def download_weights(repo_id: str, revision: str | None = None) -> Path:
    """Folder with the filter of a model repository, for `open_scorer` and `HiCQAFilter.load`.

    Raises what `huggingface_hub.snapshot_download` raises.
    """
    from huggingface_hub import snapshot_download

    patterns = [f"*{suffix}" for suffix in _SUFFIXES]
    return Path(snapshot_download(repo_id, revision=revision, allow_patterns=patterns))


def from_pretrained(repo_id: str, revision: str | None = None) -> HiCQAFilter:
    """The filter of a model repository. Raises what `download_weights` and `load` raise."""
    from filtering.graph.hicqa import HiCQAFilter

    return HiCQAFilter.load(download_weights(repo_id, revision))


def save_pretrained(fitted: HiCQAFilter, folder: Path, repo_id: str) -> Path:
    """Write a filter into a new or empty folder as its model repository has it, card included."""
    fitted.save(folder)
    _complete(folder, repo_id)
    return folder


def push_to_hub(fitted: HiCQAFilter, repo_id: str, folder: Path, private: bool = False) -> str:
    """Save a filter in a new or empty folder and upload that. Returns the repository's URL.

    Raises BuildError when the Hub refuses.
    """
    save_pretrained(fitted, folder, repo_id)
    return push_folder(folder, repo_id, "model", private).url
