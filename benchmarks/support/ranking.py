"""How well scores rank planted errors below clean rows, with intervals by bootstrap over figures.

All functions take weights of shape (draws, rows): how often each row is in each draw. The first
draw holds every row once. Rows with the score -inf are gated: last in every ranking, never kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


class Estimate(NamedTuple):
    """A value with its 95% interval; NaN where there is nothing to measure."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, draws: Vector) -> Estimate:
        """The first draw, and the 2.5% and 97.5% quantiles of the others."""
        others = draws[1:][np.isfinite(draws[1:])]
        low, high = np.quantile(others, [0.025, 0.975]) if len(others) else (np.nan, np.nan)
        return cls(float(draws[0]), float(low), float(high))

    def __str__(self) -> str:
        if not np.isfinite(self.value):
            return "-"
        return f"{self.value:.3f} ({self.low:.3f}-{self.high:.3f})"


def resampled(figures: Sequence[str], draws: int, seed: int = 0) -> Vector:
    """Weights (draws + 1, rows) of a bootstrap over figures; the first draw is the data itself."""
    names, which = np.unique(np.asarray(figures, dtype=object).astype(str), return_inverse=True)
    rng = np.random.default_rng(seed)
    picks = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=draws)
    return np.vstack([np.ones(len(names)), picks])[:, which].astype(np.float64)


def _binned(scores: Vector, wrong: Mask, weights: Vector) -> tuple[Vector, Vector]:
    """Weight of the clean and of the wrong rows at each distinct score, ascending."""
    values, which = np.unique(scores, return_inverse=True)
    order = np.argsort(which, kind="stable")
    starts = np.searchsorted(which[order], np.arange(len(values)))
    split = [
        np.add.reduceat(weights[:, order] * part[order], starts, axis=1) for part in (~wrong, wrong)
    ]
    return split[0], split[1]


def auroc(scores: Vector, wrong: Mask, weights: Vector) -> Vector:
    """Per draw, the chance that a wrong row scores less than a clean one; ties count half."""
    clean, bad = _binned(scores, wrong, weights)
    before = np.cumsum(bad, axis=1) - bad / 2
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((clean * before).sum(axis=1) / (clean.sum(axis=1) * bad.sum(axis=1)))


def average_precision(scores: Vector, wrong: Mask, weights: Vector) -> Vector:
    """Per draw, the average precision of finding wrong rows from the lowest score upwards."""
    clean, bad = _binned(scores, wrong, weights)
    found = np.cumsum(bad, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        precision = np.nan_to_num(found / (found + np.cumsum(clean, axis=1)))
        return np.asarray((bad * precision).sum(axis=1) / bad.sum(axis=1))


def cleanness(scores: Vector, wrong: Mask, weights: Vector, keep_ratio: float = 0.75) -> Vector:
    """Per draw, the share of clean rows among those kept, from the highest score downwards.

    Kept are `keep_ratio` of all rows, gated ones excepted; rows with the last score that is kept
    count in part.
    """
    usable = np.isfinite(scores)
    room = keep_ratio * weights.sum(axis=1, keepdims=True)
    clean, bad = (
        part[:, ::-1] for part in _binned(scores[usable], wrong[usable], weights[:, usable])
    )
    sizes = clean + bad
    taken = np.clip(room - (np.cumsum(sizes, axis=1) - sizes), 0, sizes)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.nan_to_num(taken / sizes)
        return np.asarray((share * clean).sum(axis=1) / taken.sum(axis=1))


def rate(hits: Mask, among: Mask, weights: Vector) -> Vector:
    """Per draw, the share of the rows of `among` that are hits."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(weights @ (hits & among) / (weights @ among))


def measures(scores: Vector, wrong: Mask, weights: Vector, keep_ratio: float) -> dict[str, Vector]:
    """Per draw, what the leaderboard tells of a ranking, by name."""
    return {
        "AUROC": auroc(scores, wrong, weights),
        "average precision": average_precision(scores, wrong, weights),
        "kept is clean": cleanness(scores, wrong, weights, keep_ratio),
    }
