"""95% intervals for numbers over questions that come in articles.

Questions of one article are alike, so that an interval which takes them for independent is too
narrow. Two methods count articles instead:

- A mean of 0s and 1s (accuracy, answered rate) has a closed form: `find_rate_interval`.
- What is no such mean (an adjusted accuracy, a difference, a mean over tasks) is resampled:
  `bootstrap_interval`.

`python benchmarks/intervals.py` measures how often either holds the truth.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit
from scipy.stats import beta, norm
from scipy.stats import t as student

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
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
    """Sums per article: `top` over `bottom` is a rate; one column per group, for their mean.

    Shape:
        `top` and `bottom` are (articles, groups).
    """

    top: Floats
    bottom: Floats

    @property
    def value(self) -> float:
        """Mean over the columns of the ratio of sums."""
        return float((self.top.sum(axis=0) / self.bottom.sum(axis=0)).mean())


def sum_by_article(codes: Ints, *columns: npt.ArrayLike) -> list[Floats]:
    """Sums of columns by article, for articles that have rows."""
    used, place = np.unique(codes, return_inverse=True)
    return [
        np.bincount(place, np.asarray(column, np.float64), len(used)).astype(np.float64)
        for column in columns
    ]


def count_effective_articles(sizes: Floats) -> float:
    """How many articles of equal size hold as much as articles of these sizes.

    (sum of sizes)^2 / sum of squared sizes (Kish 1965, 'Survey Sampling'): 10
    articles of which one has half of all questions count as 3.6.
    """
    return float(sizes.sum() ** 2 / (sizes**2).sum())


def estimate_rate(codes: Ints, hits: npt.ArrayLike) -> IntervalEstimate:
    """The mean of 0s and 1s, with its interval in closed form.

    Args:
        codes: The article of each row.
        hits: 0 or 1 (or False and True) for each row.
    """
    right, rows = sum_by_article(codes, hits, np.ones(len(codes)))
    low, high = find_rate_interval(right, rows) or (None, None)
    return IntervalEstimate(float(right.sum() / rows.sum()), low, high, len(codes), len(rows))


def find_rate_interval(right: Floats, rows: Floats) -> tuple[float, float] | None:
    """The 95% interval of a share of right answers, in closed form; None below two articles.

    With y_g right of n_g questions in article g, N = sum n_g, p = sum y_g / N and residuals
    e_g = y_g - p n_g, the cluster-robust variance of p is V = sum(e_g^2 / (1 - n_g / N)) / N^2
    (Liang & Zeger 1986; the divisor is the correction CR2 of Bell & McCaffrey 2002, see Cameron &
    Miller 2015, section VI.B). The interval is

        logit(p) -+ t(.975, G - 1) sqrt(V) / (p (1 - p)),

    mapped back by the logistic function, so that it stays within 0 and 1 (Agresti, 'Categorical
    Data Analysis'). G is Kish's effective number of articles.

    It is cut where it reaches beyond the exact binomial interval for p G right of G trials
    (Clopper & Pearson 1934). That one counts each article as a single question, the least that it
    can tell. Where p is 0 or 1, or no article deviates, V says nothing and the exact interval
    stands alone.

    Args:
        right: Right answers per article.
        rows: Questions per article, at least 1.
    """
    if len(rows) < 2:
        return None
    total, articles = rows.sum(), count_effective_articles(rows)
    rate = float(right.sum() / total)
    # The exact interval. A beta distribution with a parameter of 0 has no quantile: there the
    # interval ends at the bound itself.
    wins, losses = rate * articles, (1 - rate) * articles
    low = float(beta.ppf(_TAILS[0], wins, losses + 1)) if wins > _TINY else 0.0
    high = float(beta.ppf(_TAILS[1], wins + 1, losses)) if losses > _TINY else 1.0
    # The interval on logits, where the articles show how far they scatter.
    residuals = right - rate * rows
    error = float(np.sqrt((residuals**2 / (1 - rows / total)).sum()) / total)
    if error < _TINY:
        return low, high
    reach = student.ppf(_TAILS[1], max(1.0, articles - 1)) * error / (rate * (1 - rate))
    centre = logit(rate)
    return max(low, float(expit(centre - reach))), min(high, float(expit(centre + reach)))


def estimate_ratio(
    codes: Ints,
    top: npt.ArrayLike,
    bottom: npt.ArrayLike | None = None,
    *,
    bounds: tuple[float, float] = (0.0, 1.0),
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> IntervalEstimate:
    """Sum of `top` over sum of `bottom` (default: rows), with its bootstrap interval.

    Args:
        codes: The article of each row.
        top: A number for each row.
        bottom: A positive number for each row.
        bounds: What the ratio cannot leave.
        resamples: Of the bootstrap.
        seed: Of the bootstrap.
    """
    weights = np.ones(len(codes)) if bottom is None else bottom
    tops, bottoms = sum_by_article(codes, top, weights)
    clusters = Clusters(tops[:, None], bottoms[:, None])
    ends = bootstrap_interval(clusters, bounds=bounds, resamples=resamples, seed=seed)
    low, high = ends or (None, None)
    return IntervalEstimate(clusters.value, low, high, len(codes), len(tops))


def bootstrap_interval(
    clusters: Clusters,
    *,
    bounds: tuple[float, float] = (0.0, 1.0),
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> tuple[float, float] | None:
    """The 95% interval of `clusters.value` from resampled articles; None below two articles.

    Studentised: with value v and linearised standard error s of the data, and v*, s* of a
    resample, the interval is v - q s, q the quantiles of (v* - v) / s* (Efron & Tibshirani 1993,
    chapter 12; Davison & Hinkley 1997, section 5.2). Values between 0 and 1 are studentised on
    the logit scale, others as they are. s is widened by Student's quantile over the normal one,
    for Kish's effective number of articles, as the plain interval covers too little where
    articles are few.

    Args:
        clusters: Sums per article.
        bounds: What the value cannot leave.
        resamples: How often articles are drawn.
        seed: Of the draws.
    """
    if len(clusters.top) < 2:
        return None
    articles = count_effective_articles(np.abs(clusters.bottom).sum(axis=1))
    distinct, counts = _group_equal_articles(clusters)
    values, errors = _compute_errors(distinct, counts[None, :].astype(np.float64))
    value = float(values[0])
    widening = student.ppf(_TAILS[1], max(1.0, articles - 1)) / norm.ppf(_TAILS[1])
    error = float(errors[0] * widening)
    is_rate = bounds == (0.0, 1.0)
    # Where no article deviates, each counts as one trial without a deviation (rule of three).
    if error < _TINY or (is_rate and not _TINY < value < 1 - _TINY):
        reach = float(beta.ppf(_TAILS[1], 1, articles)) * (bounds[1] - bounds[0])
        return max(bounds[0], value - reach), min(bounds[1], value + reach)
    drawn, drawn_errors = _resample(distinct, counts, resamples, seed)
    if not is_rate:
        high, low = np.quantile(_studentise(drawn - value, drawn_errors), _TAILS, method="nearest")
        ends = value - float(low) * error, value - float(high) * error
        return max(bounds[0], ends[0]), min(bounds[1], ends[1])
    # On logits: a resample at 0 or 1 is moved inside by half a question.
    least = 0.5 / max(1.0, float(clusters.bottom.sum()))
    inside = np.clip(drawn, least, 1 - least)
    gaps = logit(inside) - logit(value)
    ratios = _studentise(gaps, drawn_errors / (inside * (1 - inside)))
    high, low = np.quantile(ratios, _TAILS, method="nearest")
    scale = error / (value * (1 - value))
    start, end = (float(expit(logit(value) - q * scale)) for q in (low, high))
    # Resamples without any deviation are common where few articles hold a rate near 0 or 1; an
    # end that they put at 0 or 1 is taken from the exact binomial interval (Clopper & Pearson).
    wins = value * articles
    if start <= _TINY:
        start = float(beta.ppf(_TAILS[0], wins, articles - wins + 1))
    if end >= 1 - _TINY:
        end = float(beta.ppf(_TAILS[1], wins + 1, articles - wins))
    return start, end


def _group_equal_articles(clusters: Clusters) -> tuple[Clusters, Ints]:
    """Distinct rows and how many articles have each.

    Articles with equal sums are drawn together, as one multinomial: the same distribution, and
    much less work.
    """
    width = clusters.top.shape[1]
    rows = np.ascontiguousarray(np.hstack([clusters.top, clusters.bottom]))
    ordered = rows[np.lexsort(rows.T)]
    first = np.flatnonzero(np.r_[True, np.any(ordered[1:] != ordered[:-1], axis=1)])
    counts = np.diff(np.r_[first, len(rows)])
    return Clusters(ordered[first, :width], ordered[first, width:]), counts


def _compute_errors(distinct: Clusters, times: Floats) -> tuple[Floats, Floats]:
    """Values and linearised standard errors of draws of articles.

    Shape:
        `times` is (draws, distinct rows): how often each distinct row counts. Both results are
        (draws,).
    """
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


def _resample(distinct: Clusters, counts: Ints, resamples: int, seed: int) -> tuple[Floats, Floats]:
    """Values and errors of draws, made in chunks that bound the memory."""
    rng = np.random.default_rng(seed)
    articles = int(counts.sum())
    chunk = max(1, min(resamples, _CELLS // len(counts)))
    parts = []
    for start in range(0, resamples, chunk):
        times = rng.multinomial(articles, counts / articles, min(chunk, resamples - start))
        parts.append(_compute_errors(distinct, times.astype(np.float64)))
    values, errors = zip(*parts, strict=True)
    return np.concatenate(values), np.concatenate(errors)


def _studentise(gaps: Floats, errors: Floats) -> Floats:
    """Gaps in standard errors; endless where a resample has no error but is off."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = gaps / np.where(errors < _TINY, 0.0, errors)
    return np.asarray(np.nan_to_num(ratios, nan=0.0, posinf=np.inf, neginf=-np.inf))
