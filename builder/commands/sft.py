"""The commands `microvqa-pp sft` and `microvqa-pp finetune`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from builder.errors import BuildError
from builder.sft import QuestionForm

_FROM = "folder that a build wrote, or a release"


def sft_command(
    output: Annotated[Path, typer.Argument(help=_FROM)],
    target: Annotated[
        Path, typer.Option("--output", help="file that ends in .parquet, or folder")
    ] = Path("sft"),
    form: Annotated[QuestionForm, typer.Option(help="multiple choice or free form")] = "mcq",
    split: Annotated[str, typer.Option(help="split to export")] = "train",
) -> None:
    """Write the questions of a build as chat messages with images, for TRL's SFTTrainer.

    Example: microvqa-pp sft my_build --form mcq --output sft
    """
    from builder.sft.export import export_sft

    made = export_sft(output, form, target, split)
    out = Console(highlight=False, markup=False, emoji=False)
    reasons = f", {made.with_rationale:,} with reasons" if form == "mcq" else ""
    out.print(f"{made.rows:,} examples{reasons}: {made.file}", soft_wrap=True)


def finetune_command(
    output: Annotated[Path, typer.Argument(help=_FROM)],
    target: Annotated[Path, typer.Option("--output", help="folder for the tuned model")],
    model: Annotated[str, typer.Option(help="Hub id or folder of a vision-language model")] = (
        "OpenGVLab/InternVL3_5-4B-HF"
    ),
    form: Annotated[QuestionForm, typer.Option(help="multiple choice or free form")] = "mcq",
    epochs: Annotated[float, typer.Option(help="passes over the questions", min=0)] = 1.0,
    steps: Annotated[int | None, typer.Option(help="steps instead of epochs", min=1)] = None,
    batch_size: Annotated[int, typer.Option(help="questions at once on a device", min=1)] = 2,
    accumulation: Annotated[int, typer.Option(help="batches to a step", min=1)] = 8,
    learning_rate: Annotated[float, typer.Option(help="highest learning rate", min=0)] = 1e-4,
    lora_rank: Annotated[
        int, typer.Option(help="rank of the adapters; 0 trains all weights", min=0)
    ] = 16,
    longest: Annotated[
        int | None, typer.Option(help="longest example in tokens, image included", min=1)
    ] = None,
    seed: Annotated[int, typer.Option(help="seed of everything random")] = 0,
    limit: Annotated[
        int | None, typer.Option(help="score only so many test questions", min=1)
    ] = None,
) -> None:
    """Fine-tune a model on the train split, then score it on the test split.

    Needs a GPU and the extra `sft`. Example:
    microvqa-pp finetune my_build --model OpenGVLab/InternVL3_5-4B-HF --output tuned
    """
    from builder.sft.export import export_sft
    from builder.sft.train import Recipe, fine_tune

    recipe = Recipe(
        epochs, steps, batch_size, accumulation, learning_rate, lora_rank, longest, seed
    )
    made = export_sft(output, form, target / f"{form}.parquet")
    folder = fine_tune(made.file, model, target, recipe)
    score = [
        sys.executable, "-m", "builder.commands.main", "benchmark", "--dataset", str(output),
        "--model", f"transformers:{folder}", "--output", str(target / "benchmark"),
    ]  # fmt: skip
    limited = ["--limit", str(limit)] if limit else []
    if subprocess.run([*score, *limited]).returncode:  # noqa: S603 - this program itself
        raise BuildError(f"the tuned model is in {folder}, but it could not be scored")
