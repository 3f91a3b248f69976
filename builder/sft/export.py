"""The train split as chat messages, in the form that TRL's SFTTrainer takes for vision models.

Columns: `prompt` and `completion`, lists of one message each (`role`, `content`), `images`, a list
of one image with its bytes as the release has them, and `id`. TRL takes the loss on the completion
alone and puts the image before the prompt's text (trl.data_utils.prepare_multimodal_messages).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from builder.errors import BuildError
from builder.sft import QuestionForm
from builder.tables.shards import open_aside
from scoring.models import BenchmarkQuestion, Presentation
from scoring.runner.prompts import render

logger = logging.getLogger("microvqa_pp")

CONFIGS: dict[QuestionForm, str] = {"mcq": "default", "open": "open"}
"""The config of a release that each form is made from."""

PROMPT = "ours-v1"
"""Version of the benchmark's prompt, which is also what a model is trained with."""

_SPEAKS_OF_CAPTION = re.compile(r"\b(?:caption|legend)\b", re.IGNORECASE)
_OPEN = "Answer the question about the microscopy image in a few words.\n\nQuestion: {question}"
_BATCH = 64


@dataclass(frozen=True, slots=True)
class ExportResult:
    """What was written: the file, its rows, and how many of them give reasons."""

    file: Path
    rows: int
    with_rationale: int


def export_sft(
    output: Path, form: QuestionForm, target: Path, split: str = "train"
) -> ExportResult:
    """Write the questions of a split to a Parquet file.

    Args:
        output: folder of a build, or of a release.
        form: multiple choice or free form.
        target: a file that ends in .parquet, or a folder that gets `train.parquet`.
        split: of the release.

    Raises:
        BuildError: there is no such split.
    """
    release = output / "release" if (output / "release").is_dir() else output
    files = sorted((release / "data" / CONFIGS[form]).glob(f"{split}-*.parquet"))
    if not files:
        raise BuildError(f"{output} has no {split} split of {CONFIGS[form]}; build one first")
    file = target if target.suffix == ".parquet" else target / "train.parquet"
    # Heavy; it alone knows how the metadata of its features is spelled.
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
    schema, rows, reasoned = features.arrow_schema, 0, 0
    with open_aside(file) as aside, pq.ParquetWriter(aside, schema, compression="zstd") as writer:
        for batch in _read_batches(files):
            examples = [_make_example(form, row) for row in batch]
            writer.write_table(pa.Table.from_pylist(examples, schema))
            rows += len(batch)
            reasoned += sum(form == "mcq" and bool(read_rationale(row)) for row in batch)
    logger.info("%s: %d examples, %d of them with reasons", file, rows, reasoned)
    return ExportResult(file, rows, reasoned)


def write_turns(form: QuestionForm, row: Mapping[str, Any]) -> tuple[str, str]:
    """The two turns that a model learns from: what the user asks beside the image, and the answer.

    A multiple-choice answer is the rationale and a line `Answer: X`, as the benchmark asks for it.

    Args:
        form: multiple choice or free form.
        row: with the columns of the form's config.
    """
    if form == "open":
        return _OPEN.format(question=row["question"]), row["answer"]
    question = BenchmarkQuestion(
        row["id"], row["question"], tuple(row["choices"]), int(row["correct_index"])
    )
    reasons = read_rationale(row)
    last = f"Answer: {chr(65 + question.correct)}"
    return render(PROMPT, Presentation(question)), f"{reasons}\n\n{last}" if reasons else last


def read_rationale(row: Mapping[str, Any]) -> str:
    """The reasons that a model may learn to give.

    Empty where they speak of the caption, which the model that is trained does not see.
    """
    rationale: str = row["rationale"] or ""
    return "" if _SPEAKS_OF_CAPTION.search(rationale) else rationale


def _read_batches(files: list[Path]) -> Iterator[list[dict[str, Any]]]:
    for path in files:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(_BATCH):
                yield batch.to_pylist()


def _make_example(form: QuestionForm, row: dict[str, Any]) -> dict[str, Any]:
    user, assistant = write_turns(form, row)
    return {
        "id": row["id"],
        "prompt": [{"role": "user", "content": user}],
        "completion": [{"role": "assistant", "content": assistant}],
        "images": [row["image"]],
    }
