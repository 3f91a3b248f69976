"""The dataset card: front matter that stock `datasets` reads, and numbers from the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml
from jinja2 import Environment, StrictUndefined

from builder.release.ledger import Summary
from builder.release.schemas import DESCRIPTIONS, SCHEMAS
from builder.tables.shards import write_atomically

CANARY = "microvqa-pp-canary-7f1c2b0e-5d0a-4e6b-9a51-3c8e4f6d2a90"
"""In every card, so that this data can be found (and left out) in training corpora."""

_SIZES = (
    (1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"),
)  # fmt: skip
_FEATURES = {
    pa.string(): "string",
    pa.int64(): "int64",
    pa.float64(): "float64",
    pa.bool_(): "bool",
}


@dataclass(frozen=True, slots=True)
class SplitFiles:
    """A written split: rows, bytes on disk, files."""

    split: str
    rows: int
    size: int
    files: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class ConfigFiles:
    """A written config with at least one split."""

    name: str
    splits: tuple[SplitFiles, ...]


def read_version() -> str:
    """Version of this package, which the dataset's version follows."""
    try:
        return version("microvqa-pp")
    except PackageNotFoundError:
        return "0+unknown"


def write_card(
    folder: Path,
    configs: Sequence[ConfigFiles],
    summary: Summary,
    content: str,
    settings: Mapping[str, Any],
    screening: Mapping[str, Any] | None = None,
) -> None:
    """Write README.md of a release: front matter and `dataset_card.md` filled in.

    Args:
        folder: the release.
        configs: the files that were written, with their rows and bytes.
        summary: counts of the ledger, from which all numbers come.
        content: digest over the data files, which names this very release.
        settings: of the build, as the template wants them.
        screening: what reviewers did; None where nobody has reviewed.
    """
    licenses = [name.lower() for name, _ in summary.of("license") if name != "unknown"]
    questions = sum(n for _, n in summary.of("split"))
    front = {
        "pretty_name": "microvqa_pp" + (" (phantom)" if summary.phantom_only else ""),
        "language": ["en"],
        "license": licenses[0] if len(licenses) == 1 else "other",
        "task_categories": ["visual-question-answering", "multiple-choice"],
        "tags": [
            "microscopy",
            "biology",
            *(f"source-{name}" for name, _ in summary.of("source")),
        ],
        "size_categories": [next((n for limit, n in _SIZES if questions < limit), "1M<n<10M")],
        "configs": [_describe_config(config, content) for config in configs],
        "dataset_info": [_describe_features(config) for config in configs],
    }
    # StrictUndefined: a number that the summary does not give is a bug, not an empty cell.
    environment = Environment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=True
    )
    environment.filters["cell"] = _escape_cell
    environment.filters["code"] = _escape_code
    # The template beside a clone's `builder/`, or the copy that the wheel ships inside it.
    package = Path(__file__).resolve().parents[1]
    in_clone = package.parent / "dataset_card.md"
    template = in_clone if in_clone.exists() else package / "dataset_card.md"
    body = environment.from_string(template.read_text(encoding="utf-8")).render(
        summary=summary,
        configs=configs,
        settings=settings,
        screening=screening,
        columns=DESCRIPTIONS,
        version=f"{read_version()}+{content[:12]}",
        canary=CANARY,
    )
    header = yaml.safe_dump(front, sort_keys=False, width=1000)
    write_atomically(folder / "README.md", f"---\n{header}---\n{body}".encode())


def _escape_cell(text: object) -> str:
    """Text that stays one cell of a Markdown table; markup is escaped by the template engine."""
    return str(text).replace("|", "\\|").replace("\n", " ")


def _escape_code(text: object) -> str:
    """Text that stays one code span; an ASCII quote would show as its escape there."""
    return str(text).replace("`", "’").replace("\n", " ")


def list_features(config: str) -> list[dict[str, str]]:
    """Features of a config, as the card's front matter declares them.

    Raises:
        KeyError: there is no such config.
    """
    return [describe_feature(field) for field in SCHEMAS[config]]


def _describe_config(config: ConfigFiles, content: str) -> dict[str, Any]:
    files = [
        {"split": s.split, "path": f"data/{config.name}/{s.split}-*.parquet"} for s in config.splits
    ]
    # The content hash makes `datasets` cache a changed release anew: its cache key covers this
    # front matter, not the files.
    entry = {"config_name": config.name, "description": f"content {content}", "data_files": files}
    return entry | ({"default": True} if config.name == "default" else {})


def _describe_features(config: ConfigFiles) -> dict[str, Any]:
    size = sum(s.size for s in config.splits)
    return {
        "config_name": config.name,
        "features": list_features(config.name),
        "splits": [
            {"name": s.split, "num_bytes": s.size, "num_examples": s.rows} for s in config.splits
        ],
        "download_size": size,
        "dataset_size": size,
    }


def describe_feature(field: pa.Field) -> dict[str, str]:
    """A feature in the spelling that both `datasets` 3.6 and 5 read."""
    if pa.types.is_struct(field.type):
        return {"name": field.name, "dtype": "image"}
    if pa.types.is_list(field.type):
        return {"name": field.name, "sequence": _FEATURES[field.type.value_type]}
    return {"name": field.name, "dtype": _FEATURES[field.type]}
