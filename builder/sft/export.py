"""The train split as chat messages, in the form that TRL's SFTTrainer takes for vision models.

Columns: `prompt` and `completion`, lists of one message each (`role`, `content`), `images`, a list
of one image with its bytes as the release has them, and `id`. TRL takes the loss on the completion
alone and puts the image before the prompt's text (trl.data_utils.prepare_multimodal_messages).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from builder.errors import BuildError
from builder.sft.messages import CONFIGS, Form, has_rationale, turns
from builder.tables.shards import open_aside

_BATCH = 64


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: the file, its rows, and how many of them give reasons."""

    file: Path
    rows: int
    with_rationale: int


def export_sft(output: Path, form: Form, target: Path, split: str = "train") -> Exported:
    """Write the questions of a build's split (or of a release folder) to a Parquet file.

    `target` is a file that ends in .parquet, or a folder that gets `train.parquet`. Raises
    BuildError where there is no such split.
    """
    files = _files(output, form, split)
    file = target if target.suffix == ".parquet" else target / "train.parquet"
    rows = reasoned = 0
    with (
        open_aside(file) as aside,
        pq.ParquetWriter(aside, _schema(), compression="zstd") as writer,
    ):
        for batch in _batches(files):
            examples = [_example(form, row) for row in batch]
            writer.write_table(pa.Table.from_pylist(examples, _schema()))
            rows += len(batch)
            reasoned += sum(has_rationale(form, row) for row in batch)
    return Exported(file, rows, reasoned)


def _files(output: Path, form: Form, split: str) -> list[Path]:
    release = output / "release" if (output / "release").is_dir() else output
    files = sorted((release / "data" / CONFIGS[form]).glob(f"{split}-*.parquet"))
    if not files:
        raise BuildError(f"{output} has no {split} split of {CONFIGS[form]}; build one first")
    return files


def _batches(files: list[Path]) -> Iterator[list[dict[str, Any]]]:
    for path in files:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(_BATCH):
                yield batch.to_pylist()


def _example(form: Form, row: dict[str, Any]) -> dict[str, Any]:
    asked, answered = turns(form, row)
    return {
        "id": row["id"],
        "prompt": [{"role": "user", "content": asked}],
        "completion": [{"role": "assistant", "content": answered}],
        "images": [row["image"]],
    }


def _schema() -> pa.Schema:
    from datasets import Features, Image, List, Value

    message = {"role": Value("string"), "content": Value("string")}
    features = Features(
        {
            "id": Value("string"),
            "prompt": List(message),
            "completion": List(message),
            "images": List(Image()),
        }
    )
    return features.arrow_schema
