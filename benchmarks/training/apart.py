"""The entailment model, trained and measured in a process of its own."""

from __future__ import annotations

from pathlib import Path

from rich.progress import Progress
from tokenizers import Tokenizer

from benchmarks.training.figures import Drawn
from benchmarks.training.loop import prepare
from benchmarks.training.nli_training import Settings, train
from benchmarks.training.report import report


def train_nli_apart(
    tokenizer: str, weights: Path, settings: Settings, snapshots: dict[float, Path], tested: Drawn
) -> None:
    """Writes the model into `weights/nli` with its card; its progress is lines of text."""
    prepare()
    with Progress(disable=True) as progress:
        train(Tokenizer.from_str(tokenizer), weights / "nli", settings, progress, snapshots)
        report("nli", weights, tested, progress.console)
