"""Questions as chat messages, and one step of training: plumbing, with random weights."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from builder.errors import BuildError
from builder.sft.export import export_sft, write_turns
from scoring import extract
from tests.scoring.models.tiny import make_tiny_model

ROW: dict[str, Any] = {
    "id": "a",
    "question": "What is green?",
    "choices": ["actin", "tubulin", "DNA", "lamin"],
    "correct_index": 1,
    "rationale": "The green fibres radiate from one point.",
}


def test_a_multiple_choice_answer_is_its_reasons_and_the_line_that_the_benchmark_reads() -> None:
    asked, answered = write_turns("mcq", ROW)
    assert "What is green?" in asked and "B. tubulin" in asked
    assert answered == "The green fibres radiate from one point.\n\nAnswer: B"
    assert extract(answered, ROW["choices"], labels="letters").index == 1
    _, bare = write_turns("mcq", {**ROW, "rationale": 'The caption states: "tubulin".'})
    assert bare == "Answer: B"


def test_the_export_has_images_untouched_and_opens_with_datasets(
    release: Path, tmp_path: Path
) -> None:
    from datasets import load_dataset

    made = export_sft(release, "mcq", tmp_path)
    files = sorted((release / "data" / "default").glob("train-*.parquet"))
    rows = [row for file in files for row in pq.read_table(file).to_pylist()]
    written = pq.read_table(made.file).to_pylist()
    assert [row["id"] for row in written] == [row["id"] for row in rows]
    assert [row["images"] for row in written] == [[row["image"]] for row in rows]
    opened: Any = load_dataset(str(tmp_path), split="train", cache_dir=str(tmp_path / "cache"))
    assert opened[0]["images"][0].size[0] > 0
    assert [m["role"] for m in opened[0]["prompt"] + opened[0]["completion"]] == [
        "user",
        "assistant",
    ]
    free = export_sft(release, "open", tmp_path / "open.parquet")
    assert free.rows >= made.rows
    with pytest.raises(BuildError, match="has no train split"):
        export_sft(tmp_path, "mcq", tmp_path)


def test_plumbing_trl_collates_the_export_and_takes_one_step(release: Path, tmp_path: Path) -> None:
    """Random weights learn nothing; what is shown is that the form fits and loss is on answers."""
    trl = pytest.importorskip("trl.trainer.sft_trainer", reason="needs the extra sft")
    from datasets import load_dataset
    from transformers import AutoProcessor

    from builder.sft.train import Recipe, fine_tune

    made = export_sft(release, "mcq", tmp_path / "mcq.parquet")
    model = make_tiny_model(tmp_path / "tiny-random")
    opening: Any = AutoProcessor
    processor = opening.from_pretrained(model)
    rows: Any = load_dataset(
        "parquet", data_files=str(made.file), split="train", cache_dir=str(tmp_path / "cache")
    )
    collator = trl.DataCollatorForVisionLanguageModeling(processor, completion_only_loss=True)
    batch = collator([rows[0], rows[1]])
    assert batch["pixel_values"].shape[0] == 2
    learned = (batch["labels"] != -100).sum(dim=1)
    told = [processor.tokenizer(row["completion"][0]["content"]) for row in (rows[0], rows[1])]
    assert all(0 < n < 2 * len(t["input_ids"]) + 8 for n, t in zip(learned, told, strict=True))

    recipe = Recipe(steps=1, batch_size=2, accumulation=1, lora_rank=2)
    tuned = fine_tune(made.file, str(model), tmp_path / "tuned", recipe)
    assert json.loads((tuned / "config.json").read_text())["model_type"] == "llava"
    assert not list(tuned.glob("*.bin")) and list(tuned.glob("*.safetensors"))
