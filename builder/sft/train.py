"""Fine-tunes a vision-language model on exported questions, with LoRA and TRL's SFTTrainer."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from builder.errors import BuildError

logger = logging.getLogger("microvqa_pp")


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a model is tuned. `lora_rank` 0 trains all weights; `steps` None is whole epochs.

    `longest` bounds a sequence in tokens, image included. The rate suits LoRA; for all weights
    1e-5 is usual.
    """

    epochs: float = 1.0
    steps: int | None = None
    batch_size: int = 2
    accumulation: int = 8
    learning_rate: float = 1e-4
    lora_rank: int = 16
    longest: int | None = None
    seed: int = 0


def fine_tune(data: Path, model: str, output: Path, recipe: Recipe = Recipe()) -> Path:
    """Tune a model on exported questions.

    Adapters are merged, so that the folder opens like any model. Code that comes with a model is
    never run. LoRA: Hu et al., arXiv 2106.09685.

    Args:
        data: Parquet file of `export_sft`.
        model: Hub id or folder of a vision-language model.
        output: folder for checkpoints, a cache and the tuned model.
        recipe: how it is tuned.

    Returns:
        Folder of the tuned model.

    Raises:
        BuildError: packages are missing, or the model cannot be opened.
    """
    # Heavy, and the extra `sft` may not be installed.
    try:
        import torch
        from peft import LoraConfig
        from transformers import AutoModelForImageTextToText, AutoProcessor
        from trl.trainer.sft_config import SFTConfig
        from trl.trainer.sft_trainer import SFTTrainer
    except ImportError as error:
        raise BuildError("fine-tuning needs an extra: pip install 'microvqa-pp[sft]'") from error
    from datasets import load_dataset

    on_gpu = torch.cuda.is_available()
    kind: Any = torch.bfloat16 if on_gpu else torch.float32
    auto_processor: Any = AutoProcessor
    auto_model: Any = AutoModelForImageTextToText
    try:
        processor = auto_processor.from_pretrained(model)
        untuned = auto_model.from_pretrained(model, dtype=kind, use_safetensors=True)
    except (OSError, ValueError) as error:
        raise BuildError(f"cannot open {model}: {str(error).strip().splitlines()[0]}") from error
    rows: Any = load_dataset(
        "parquet", data_files=str(data), split="train", cache_dir=str(output / "cache")
    )
    trainer = SFTTrainer(
        model=untuned,
        args=SFTConfig(**_make_arguments(recipe, output, on_gpu)),
        train_dataset=rows.remove_columns("id"),
        processing_class=processor,
        peft_config=LoraConfig(r=recipe.lora_rank, target_modules="all-linear")
        if recipe.lora_rank
        else None,
    )
    logger.info("fine-tuning %s on %d questions", model, len(rows))
    trainer.train()
    # The adapters are added to the weights they adapt, and only then is the model saved.
    trained: Any = trainer.model
    final = trained.merge_and_unload() if recipe.lora_rank else trained
    folder = output / "model"
    final.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


def _make_arguments(recipe: Recipe, output: Path, on_gpu: bool) -> dict[str, Any]:
    return {
        "output_dir": str(output / "checkpoints"),
        "num_train_epochs": recipe.epochs,
        "max_steps": -1 if recipe.steps is None else recipe.steps,
        "per_device_train_batch_size": recipe.batch_size,
        "gradient_accumulation_steps": recipe.accumulation,
        "learning_rate": recipe.learning_rate,
        "lr_scheduler_type": "cosine",
        "warmup_steps": 0.03,
        "max_length": recipe.longest,
        "bf16": on_gpu,
        "use_cpu": not on_gpu,
        "gradient_checkpointing": on_gpu,
        "logging_steps": 10,
        "save_strategy": "no",
        "report_to": "none",
        "seed": recipe.seed,
    }
