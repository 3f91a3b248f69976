"""95% intervals for rates over questions that come in articles.

The bootstrap resamples articles and is studentised: each resample is measured in its own
linearised standard error (Efron & Tibshirani 1993, chapter 12; Davison & Hinkley 1997, section
5.2), rates on the logit scale. The percentile bootstrap covers too little where articles are few.
Articles with equal sums are drawn together, as one multinomial, which is the same distribution.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit
from scipy.stats import beta, norm
from scipy.stats import t as student

Floats = npt.NDArray[np.float64]
RESAMPLES = 1000
_TAILS = (0.025, 0.975)
_CELLS = 4_000_000
_TINY = 1e-12


@dataclass(frozen=True, slots=True)
class IntervalEstimate:
    """A value with its 95% interval; the interval is None for fewer than two articles."""

    value: float
    low: float | None
    high: float | None
    items: int
    articles: int


@dataclass(frozen=True, slots=True)
class Clusters:
    """Sums per article: `top` over `bottom` is a rate; one column per group, for their mean."""

    top: Floats
    bottom: Floats

    @property
    def value(self) -> float:
        """Mean over the columns of the ratio of sums."""
        return float((self.top.sum(axis=0) / self.bottom.sum(axis=0)).mean())


def _distinct(clusters: Clusters) -> tuple[Clusters, npt.NDArray[np.int64]]:
    """Distinct rows and how many articles have each."""
    width = clusters.top.shape[1]
    rows = np.ascontiguousarray(np.hstack([clusters.top, clusters.bottom]))
    order = np.lexsort(rows.T)
    ordered = rows[order]
    first = np.flatnonzero(np.r_[True, np.any(ordered[1:] != ordered[:-1], axis=1)])
    counts = np.diff(np.r_[first, len(rows)])
    return Clusters(ordered[first, :width], ordered[first, width:]), counts


def _spread(distinct: Clusters, times: Floats) -> tuple[Floats, Floats]:
    """Values and linearised standard errors, for rows of how often each distinct row counts."""
    total = np.maximum(times @ distinct.bottom, _TINY)
    rates = (times @ distinct.top) / total
    width = rates.shape[1]
    influence = np.zeros_like(times)
    for column in range(width):
        gap = distinct.top[:, column] - rates[:, column, None] * distinct.bottom[:, column]
        influence += gap / total[:, column, None]
    articles = times.sum(axis=1)
    squares = (times * influence**2).sum(axis=1) * articles / (articles - 1)
    return rates.mean(axis=1), np.sqrt(squares) / width


def _resampled(
    distinct: Clusters, counts: npt.NDArray[np.int64], resamples: int, seed: int
) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(seed)
    articles = int(counts.sum())
    chunk = max(1, min(resamples, _CELLS // len(counts)))
    parts = []
    for start in range(0, resamples, chunk):
        times = rng.multinomial(articles, counts / articles, min(chunk, resamples - start))
        parts.append(_spread(distinct, times.astype(np.float64)))
    values, errors = zip(*parts, strict=True)
    return np.concatenate(values), np.concatenate(errors)


def _effective(bottom: Floats) -> float:
    """How many articles of equal size hold as much (Kish)."""
    sizes = np.abs(bottom).sum(axis=1)
    return float(sizes.sum() ** 2 / (sizes**2).sum())


def _widening(bottom: Floats) -> float:
    """What few articles add to an error: Student's quantile over the normal one."""
    degrees = max(1.0, _effective(bottom) - 1)
    return float(student.ppf(_TAILS[1], degrees) / norm.ppf(_TAILS[1]))


def _certain(value: float, bottom: Floats, bounds: tuple[float, float]) -> tuple[float, float]:
    """Interval where no article deviates, each counted once (exact, as the rule of three)."""
    reach = float(beta.ppf(_TAILS[1], 1, _effective(bottom))) * (bounds[1] - bounds[0])
    return max(bounds[0], value - reach), min(bounds[1], value + reach)


def _without_endless(
    value: float, bottom: Floats, ends: tuple[float, float]
) -> tuple[float, float]:
    """Ends that the bootstrap cannot place (0 or 1) taken from the exact binomial interval.

    Clopper & Pearson (1934), with as many trials as there are articles of equal size. Resamples
    without any deviation are common where few articles hold a rate near 0 or 1.
    """
    trials = _effective(bottom)
    wins = value * trials
    low, high = ends
    if low <= _TINY:
        low = float(beta.ppf(_TAILS[0], wins, trials - wins + 1))
    if high >= 1 - _TINY:
        high = float(beta.ppf(_TAILS[1], wins + 1, trials - wins))
    return low, high


def interval(
    clusters: Clusters,
    *,
    bounds: tuple[float, float] = (0.0, 1.0),
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> tuple[float, float] | None:
    """The 95% interval of `clusters.value`, which lies within `bounds`; None below 2 articles.

    Rates between 0 and 1 are studentised on the logit scale, other ranges as they are.
    """
    if len(clusters.top) < 2:
        return None
    distinct, counts = _distinct(clusters)
    value, error = _spread(distinct, counts[None, :].astype(np.float64))
    at, deviation = float(value[0]), float(error[0]) * _widening(clusters.bottom)
    rate = bounds == (0.0, 1.0)
    if deviation < _TINY or (rate and not _TINY < at < 1 - _TINY):
        return _certain(at, clusters.bottom, bounds)
    values, errors = _resampled(distinct, counts, resamples, seed)
    if rate:
        least = 0.5 / max(1.0, float(clusters.bottom.sum()))
        held = np.clip(values, least, 1 - least)
        ratios = _ratios(logit(held) - logit(at), errors / (held * (1 - held)))
        high, low = np.quantile(ratios, _TAILS, method="nearest")
        scale = deviation / (at * (1 - at))
        ends = float(expit(logit(at) - low * scale)), float(expit(logit(at) - high * scale))
        return _without_endless(at, clusters.bottom, ends)
    high, low = np.quantile(_ratios(values - at, errors), _TAILS, method="nearest")
    return max(bounds[0], at - float(low) * deviation), min(bounds[1], at - float(high) * deviation)


def _ratios(gaps: Floats, errors: Floats) -> Floats:
    """Gaps in standard errors; endless where a resample has no error but is off."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = gaps / np.where(errors < _TINY, 0.0, errors)
    return np.asarray(np.nan_to_num(ratios, nan=0.0, posinf=np.inf, neginf=-np.inf))


def per_article(codes: npt.NDArray[np.int64], *columns: npt.ArrayLike) -> list[Floats]:
    """Sums of columns by article, for articles that have rows."""
    used, place = np.unique(codes, return_inverse=True)
    return [
        np.bincount(place, np.asarray(column, np.float64), len(used)).astype(np.float64)
        for column in columns
    ]


def estimate(
    codes: npt.NDArray[np.int64],
    top: npt.ArrayLike,
    bottom: npt.ArrayLike | None = None,
    *,
    bounds: tuple[float, float] = (0.0, 1.0),
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> IntervalEstimate:
    """Sum of `top` over sum of `bottom` (default: rows), with its interval over articles."""
    weights = np.ones(len(codes)) if bottom is None else bottom
    tops, bottoms = per_article(codes, top, weights)
    clusters = Clusters(tops[:, None], bottoms[:, None])
    span = interval(clusters, bounds=bounds, resamples=resamples, seed=seed)
    low, high = span or (None, None)
    return IntervalEstimate(clusters.value, low, high, len(codes), len(tops))
