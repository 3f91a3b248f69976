"""Trains the bundled encoders from scratch and measures them: make weights.

    python -m benchmarks.train_encoders [--quick] [--weights FOLDER] [--weak FOLDER]

Both are trained at the same time, one thread each, so that the result does not depend on the
number of cores.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
from dataclasses import replace
from pathlib import Path

from rich.progress import Progress
from rich.table import Table
from tokenizers import Tokenizer

from benchmarks.train_encoders import clip_training, nli_training
from benchmarks.train_encoders.cards import clip_card, nli_card
from benchmarks.train_encoders.figures import IMAGE_SIDE, TEST_SEED, TRAIN_SEED, Drawn, draw
from benchmarks.train_encoders.loop import prepare
from benchmarks.train_encoders.measure import Share, measure_clip, measure_nli
from benchmarks.train_encoders.tokenizer import VOCABULARY_FILE
from filtering.encoders import open_clip_encoder, open_nli

ROOT = Path(__file__).resolve().parents[2]
FIGURES, TESTED = 16_000, 1_000
WEAK = {0.05: "phantom-early-05", 0.15: "phantom-early-15", 0.35: "phantom-early-35"}
"""Early states that are saved: share of the training, and name."""


def _table(title: str, column: str, measured: dict[str, Share]) -> Table:
    table = Table(title=title)
    for name in ("", column, "cases"):
        table.add_column(name)
    for name, share in measured.items():
        table.add_row(name, f"{share.value:.3f}", f"{share.cases:,}")
    return table


def _train(arguments: argparse.Namespace, drawn: Drawn, progress: Progress) -> None:
    tokenizer = Tokenizer.from_file(str(VOCABULARY_FILE))
    clip_settings, nli_settings = _settings(arguments)
    early = {share: arguments.weak / name for share, name in WEAK.items()}
    other = multiprocessing.get_context("spawn").Process(
        target=nli_training.train_apart,
        args=(
            tokenizer.to_str(),
            arguments.weights / "nli",
            nli_settings,
            {share: folder / "nli" for share, folder in early.items()},
        ),
    )
    other.start()
    clip_early = {share: folder / "clip" for share, folder in early.items()}
    folder = arguments.weights / "clip"
    clip_training.train(drawn, tokenizer, folder, clip_settings, progress, clip_early)
    other.join()
    if other.exitcode:
        raise SystemExit("training the entailment model failed; its message is above")


def _settings(
    arguments: argparse.Namespace,
) -> tuple[clip_training.Settings, nli_training.Settings]:
    clip = clip_training.Settings(seed=arguments.seed)
    nli = nli_training.Settings(seed=arguments.seed)
    return (replace(clip, epochs=1), replace(nli, steps=60)) if arguments.quick else (clip, nli)


def _measure(arguments: argparse.Namespace, tested: Drawn, progress: Progress) -> None:
    """Prints the measured quality and writes it into the model cards."""
    clip = open_clip_encoder(str(arguments.weights), device="cpu")
    nli = open_nli(str(arguments.weights), device="cpu")
    seen, said = measure_clip(clip, tested), measure_nli(nli, tested)
    progress.console.print(_table("image-text encoder", "AUROC", seen))
    progress.console.print(_table("entailment model", "accuracy", said))
    common = {"first": TRAIN_SEED, "test": TEST_SEED, "tested": len(tested.facts)}
    for part, model, card, measured in (
        ("clip", clip.model, clip_card, seen),
        ("nli", nli.model, nli_card, said),
    ):
        folder = arguments.weights / part
        made = json.loads((folder / "training.json").read_text(encoding="utf-8"))
        count = sum(parameter.numel() for parameter in model.parameters())
        text = card(measured, parameters=count, side=IMAGE_SIDE, **made, **common)
        (folder / "README.md").write_text(text, encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    weights = ROOT / "filtering" / "weights" / "phantom-tiny"
    parser.add_argument("--weights", type=Path, default=weights)
    parser.add_argument("--weak", type=Path, default=ROOT / "benchmarks" / "weights")
    parser.add_argument("--cache", type=Path, help="where drawn figures are kept")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2, help="processes that draw figures")
    parser.add_argument("--measure-only", action="store_true")
    parser.add_argument("--quick", action="store_true", help="a few steps, to try the command")
    arguments = parser.parse_args()
    arguments.figures, arguments.tested = (600, 60) if arguments.quick else (FIGURES, TESTED)
    return arguments


def main() -> None:
    """Draws figures, trains both encoders, measures them."""
    arguments = _arguments()
    prepare()
    with Progress() as progress:
        if not arguments.measure_only:
            size, workers = arguments.figures, arguments.workers
            _train(arguments, draw(TRAIN_SEED, size, workers, progress, arguments.cache), progress)
        tested = draw(TEST_SEED, arguments.tested, arguments.workers, progress, arguments.cache)
        _measure(arguments, tested, progress)


if __name__ == "__main__":
    main()
