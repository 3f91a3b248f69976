"""How well the bundled filter, with the very weights that are published, finds planted errors.

    python benchmarks/filter_quality.py [--figures 240] [--pools 5]

The pools are those of `benchmarks/filter.py`, which fits every way anew; here nothing is fitted.
Writes `quality.json` beside the weights, with their digest: the card of published weights shows it,
and says that nothing was measured once the weights have changed. Intervals by bootstrap over
figures; the difference is paired, row by row.
"""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer
from rich.progress import track

from benchmarks.filter import KEEP, PLANTED
from benchmarks.support.leaderboard import Leaderboard
from benchmarks.support.pools import FINAL_SEEDS, phantom_pool
from benchmarks.support.ranking import Mask, Vector, auroc, measures, resampled
from builder.publish.weights import QUALITY, digest_weights
from filtering.corruptions import CLEAN, list_families
from filtering.corruptions.planting import GROUPS
from filtering.graph.scorer import BUNDLED, Scorer, open_scorer
from filtering.graph.training import plant_errors
from filtering.records import Signals

OURS, MEAN = "HiCQA-Graph", "mean of the text signals"
_NAMES = {"kept is clean": f"share of clean pairs among the {KEEP:.0%} kept"}


def measure(
    filter_weights: Path, seed: int, figures: int, planted: int, draws: int
) -> dict[str, dict[str, Vector]]:
    """How both scores rank a pool of phantoms with planted errors: score, measure, draws."""
    torch.set_num_threads(1)
    pairs, errors = plant_errors(phantom_pool(seed, figures), planted)
    family = np.array([record.family for record in errors.records])
    weights = resampled([qa.figure_id for qa in pairs.rows], draws)
    scorers = {OURS: open_scorer(filter_weights), MEAN: Scorer()}
    ranked = {name: _ranked(scorer.score(pairs)) for name, scorer in scorers.items()}
    return {name: dict(_measures(scores, family, weights)) for name, scores in ranked.items()}


def _ranked(signals: list[Signals]) -> Vector:
    """Scores with gated pairs last."""
    return np.array([-np.inf if s.contradiction else s.score for s in signals])


def _measures(ranked: Vector, family: Mask, weights: Vector) -> Iterator[tuple[str, Vector]]:
    wrong = np.asarray(family != CLEAN)
    yield from measures(ranked, wrong, weights, KEEP).items()
    for group in GROUPS:
        names = [name for name, one in list_families().items() if one.group == group]
        among = np.isin(family, [*names, CLEAN])
        yield f"AUROC, {group}", auroc(ranked[among], wrong[among], weights[:, among])


def told(board: Leaderboard) -> dict[str, str]:
    """The measures in words, each with its 95% interval."""
    gain = board.gain("seen", OURS, MEAN)
    measures = [m for _, name, m in board.found if name == OURS]
    return {
        "judged on": f"{board.pools} x {board.figures} phantoms that nothing was fitted on, 29% of "
        "the pairs with planted errors of families that were in the fit",
        **{_NAMES.get(m, m): str(board.value("seen", OURS, m)) for m in measures},
        f"AUROC, difference to the {MEAN}": f"{gain.value:+.3f} ({gain.low:+.3f}-{gain.high:+.3f})",
    }


def main(
    figures: Annotated[int, typer.Option(help="figures per pool", min=50)] = 240,
    pools: Annotated[int, typer.Option(help="pools", min=1, max=len(FINAL_SEEDS))] = 5,
    draws: Annotated[int, typer.Option(help="bootstrap draws", min=2)] = 300,
    weights: Annotated[Path, typer.Option(help="folder of the filter")] = BUNDLED,
    workers: Annotated[int, typer.Option(help="processes that score pools", min=1)] = 2,
) -> None:
    """Score fresh pools with the filter as it lies there, and write down what came of it."""
    board = Leaderboard("strong", figures, pools, draws)
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as processes:
        scored = [
            processes.submit(measure, weights, seed, figures, PLANTED + place, draws)
            for place, seed in enumerate(FINAL_SEEDS[:pools])
        ]
        for pool in track(scored, "scoring"):
            for name, measured in pool.result().items():
                board.add("seen", name, measured)
    found = {"weights": digest_weights(weights), "measured": told(board)}
    text = json.dumps(found, indent=1, ensure_ascii=False) + "\n"
    (weights / QUALITY).write_text(text, encoding="utf-8")
    typer.echo(text)


if __name__ == "__main__":
    typer.run(main)
