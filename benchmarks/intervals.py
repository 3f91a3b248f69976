"""Measures how often the 95% intervals of scores hold the truth, on simulated benchmarks.

    python benchmarks/intervals.py [SIMULATIONS]

Every article has its own rate of right answers (beta-binomial), so that answers within an article
correlate. Questions per article are 6 each, 1 to 40 (geometric, mean 6.7), or 1 to 200 with a long
tail (log-normal, mean 6.1). Prints coverage and mean width of the closed form and of the bootstrap
side by side, for numbers of articles, sizes, correlations and accuracies, and those of the
bootstrap for the difference of two models. Ends with status 1 where the closed form of an accuracy
from .25 to .75 covers less than 93% with articles of moderate size, or the difference leaves 93-97%
from 50 articles on (default 1,000 simulations each, 5 minutes).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from scoring.metrics.intervals import Clusters, Floats, bootstrap_interval, find_rate_interval

ARTICLES = (5, 15, 50, 200)
SIZES = ("equal", "geometric", "long tail")
CORRELATIONS = (0.1, 0.3)
ACCURACIES = (0.25, 0.55, 0.75, 0.9, 0.05, 0.95)
MODERATE = (0.25, 0.55, 0.75)
GAIN = 0.05
LEAST, MOST = 0.93, 0.97
SIMULATIONS = 1000
RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Coverage:
    """Share of simulations whose interval held the truth, and the mean width of the interval."""

    what: str
    articles: int
    sizes: str
    correlation: float
    closed: tuple[float, float] | None
    bootstrap: tuple[float, float]
    limits: tuple[float, float] | None

    @property
    def holds(self) -> bool:
        """Whether it is within its limits: of the closed form, or else of the bootstrap."""
        covered, _ = self.closed or self.bootstrap
        return self.limits is None or self.limits[0] <= covered <= self.limits[1]


def draw_sizes(rng: np.random.Generator, sizes: str, articles: int) -> Floats:
    """Questions per article."""
    if sizes == "equal":
        return np.full(articles, 6.0)
    if sizes == "geometric":
        return np.minimum(rng.geometric(0.15, articles), 40).astype(np.float64)
    return np.minimum(np.ceil(rng.lognormal(1, 1.2, articles)), 200)


def draw_rates(
    rng: np.random.Generator, accuracy: float, correlation: float, articles: int
) -> Floats:
    """A rate per article with the given mean and intra-article correlation of answers."""
    scale = (1 - correlation) / correlation
    return rng.beta(accuracy * scale, (1 - accuracy) * scale, articles)


def measure_accuracy(
    accuracy: float, sizes: str, correlation: float, articles: int, simulations: int
) -> Coverage:
    """One cell of the table: an accuracy, in closed form and by bootstrap."""
    held, widths = np.zeros(2), np.zeros(2)
    for seed in range(simulations):
        rng = np.random.default_rng([seed, articles, int(100 * accuracy), int(10 * correlation)])
        rows = draw_sizes(rng, sizes, articles)
        rates = draw_rates(rng, accuracy, correlation, articles)
        right = rng.binomial(rows.astype(int), rates).astype(np.float64)
        clusters = Clusters(right[:, None], rows[:, None])
        both = (
            find_rate_interval(right, rows),
            bootstrap_interval(clusters, resamples=RESAMPLES, seed=seed),
        )
        for place, (low, high) in enumerate(ends or (0.0, 1.0) for ends in both):
            held[place] += low <= accuracy <= high
            widths[place] += high - low
    closed, bootstrap = zip(
        (held / simulations).tolist(), (widths / simulations).tolist(), strict=True
    )
    # Intervals of very few articles are safe rather than sharp, so only the lower limit counts.
    limited = accuracy in MODERATE and sizes != "long tail"
    return Coverage(
        f"rate {accuracy:.2f}",
        articles,
        sizes,
        correlation,
        closed,
        bootstrap,
        (LEAST, 1.0) if limited else None,
    )


def measure_difference(correlation: float, articles: int, simulations: int) -> Coverage:
    """The gain of a model that is right on 5% more; the articles are as hard for both."""
    accuracy, held, width = 0.55, 0, 0.0
    for seed in range(simulations):
        rng = np.random.default_rng([seed, articles, int(10 * correlation)])
        rows = draw_sizes(rng, "geometric", articles)
        base = draw_rates(rng, accuracy, correlation, articles)
        better = np.minimum(base + GAIN * (1 - base) / (1 - accuracy), 1)
        gained = rng.binomial(rows.astype(int), better) - rng.binomial(rows.astype(int), base)
        clusters = Clusters(gained[:, None].astype(np.float64), rows[:, None])
        bounds = (-1.0, 1.0)
        ends = bootstrap_interval(clusters, bounds=bounds, resamples=RESAMPLES, seed=seed)
        low, high = ends or bounds
        held += low <= GAIN <= high
        width += high - low
    return Coverage(
        f"gain {GAIN:.2f}",
        articles,
        "geometric",
        correlation,
        None,
        (held / simulations, width / simulations),
        (LEAST, MOST) if articles >= 50 else None,
    )


def measure(simulations: int) -> list[Coverage]:
    """All cells."""
    accuracies = product(ACCURACIES, SIZES, CORRELATIONS, ARTICLES)
    return [measure_accuracy(*cell, simulations) for cell in accuracies] + [
        measure_difference(*cell, simulations) for cell in product(CORRELATIONS, ARTICLES)
    ]


def make_table(cells: Sequence[Coverage]) -> Table:
    """The cells as a table for people."""
    shown = Table(
        *("interval of", "questions", "ICC", "articles", "closed", "width", "bootstrap", "width"),
        "",
        box=SIMPLE,
        padding=(0, 1, 0, 0),
        pad_edge=False,
    )
    for c in cells:
        verdict = ("ok" if c.holds else "MISSED") if c.limits else ""
        closed = ("", "") if c.closed is None else (f"{c.closed[0]:.3f}", f"{c.closed[1]:.3f}")
        bootstrap = f"{c.bootstrap[0]:.3f}", f"{c.bootstrap[1]:.3f}"
        cell = (c.what, c.sizes, f"{c.correlation:.1f}", str(c.articles))
        shown.add_row(*cell, *closed, *bootstrap, verdict)
    return shown


def main(arguments: Sequence[str]) -> int:
    """Measures; 0 where all limits hold."""
    if len(arguments) > 1 or not all(a.isdigit() and int(a) for a in arguments):
        raise SystemExit("usage: python benchmarks/intervals.py [SIMULATIONS]")
    cells = measure(int(arguments[0]) if arguments else SIMULATIONS)
    Console().print(make_table(cells))
    return 0 if all(cell.holds for cell in cells) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
