"""Trains the bundled encoders from scratch and measures them: make weights.

    python -m benchmarks.training [--quick] [--weights FOLDER] [--weak FOLDER]

Both are trained and measured at the same time, one thread each, so that the result does not depend
on the number of cores.
"""

from __future__ import annotations

import argparse
import multiprocessing
from dataclasses import replace
from pathlib import Path

from rich.progress import Progress
from tokenizers import Tokenizer

from benchmarks.training import clip_training, nli_training
from benchmarks.training.apart import train_nli_apart
from benchmarks.training.figures import TEST_SEED, TRAIN_SEED, Drawn, draw
from benchmarks.training.loop import prepare
from benchmarks.training.report import report
from benchmarks.training.tokenizer import VOCABULARY_FILE
from filtering.encoders import EncoderError

ROOT = Path(__file__).resolve().parents[2]
FIGURES, TESTED = 16_000, 1_000
WEAK = {0.05: "phantom-early-05", 0.15: "phantom-early-15", 0.35: "phantom-early-35"}
"""Early states that are saved: share of the training, and name."""


def _train(arguments: argparse.Namespace, drawn: Drawn, tested: Drawn, progress: Progress) -> None:
    tokenizer = Tokenizer.from_file(str(VOCABULARY_FILE))
    clip_settings, nli_settings = _settings(arguments)
    early = {share: arguments.weak / name for share, name in WEAK.items()}
    nli_early = {share: folder / "nli" for share, folder in early.items()}
    other = multiprocessing.get_context("spawn").Process(
        target=train_nli_apart,
        args=(tokenizer.to_str(), arguments.weights, nli_settings, nli_early, tested),
    )
    other.start()
    clip_early = {share: folder / "clip" for share, folder in early.items()}
    folder = arguments.weights / "clip"
    clip_training.train(drawn, tokenizer, folder, clip_settings, progress, clip_early)
    report("clip", arguments.weights, tested, progress.console)
    other.join()
    if other.exitcode:
        raise SystemExit("training the entailment model failed; its message is above")


def _measure(weights: Path, tested: Drawn, progress: Progress) -> None:
    try:
        for name in ("clip", "nli"):
            report(name, weights, tested, progress.console)
    except EncoderError as error:
        raise SystemExit(f"nothing to measure: {error}") from error


def _settings(
    arguments: argparse.Namespace,
) -> tuple[clip_training.Settings, nli_training.Settings]:
    clip = clip_training.Settings(seed=arguments.seed)
    nli = nli_training.Settings(seed=arguments.seed)
    return (replace(clip, epochs=1), replace(nli, steps=60)) if arguments.quick else (clip, nli)


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
        workers, cache = arguments.workers, arguments.cache
        tested = draw(TEST_SEED, arguments.tested, workers, progress, cache)
        if arguments.measure_only:
            _measure(arguments.weights, tested, progress)
        else:
            drawn = draw(TRAIN_SEED, arguments.figures, workers, progress, cache)
            _train(arguments, drawn, tested, progress)


if __name__ == "__main__":
    main()
