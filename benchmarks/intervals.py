"""Measures how often the 95% intervals of scores hold the truth, on simulated benchmarks.

    python benchmarks/intervals.py [SIMULATIONS]

Every article has its own rate of right answers (beta-binomial), so that answers within an article
correlate, and 1 to 40 questions (geometric, mean 6.7). Prints the coverage for numbers of
articles, correlations and accuracies, beside that of the percentile bootstrap of the same
articles; ends with status 1 where the coverage of an accuracy from .25 to .75, or of the
difference of two models, leaves 93-97% (default 1,000 simulations each).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from rich.console import Console
from rich.table import Table

from scoring.metrics.intervals import Clusters, Floats, interval

ARTICLES = (50, 200, 1000)
CORRELATIONS = (0.1, 0.3)
ACCURACIES = (0.25, 0.55, 0.75, 0.05, 0.95)
GAIN = 0.05
HARD = (0.05, 0.95)
LIMITS = (0.93, 0.97)
SIMULATIONS = 1000
RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Coverage:
    """Share of simulations whose interval held the truth, for ours and for percentiles."""

    what: str
    articles: int
    correlation: float
    ours: float
    percentile: float
    width: float
    limited: bool

    @property
    def holds(self) -> bool:
        """Whether it is within its limits."""
        return not self.limited or LIMITS[0] <= self.ours <= LIMITS[1]


def sizes(rng: np.random.Generator, articles: int) -> Floats:
    """Questions per article."""
    return np.minimum(rng.geometric(0.15, articles), 40).astype(np.float64)


def rates(rng: np.random.Generator, accuracy: float, correlation: float, articles: int) -> Floats:
    """A rate per article with the given mean and intra-article correlation of answers."""
    scale = (1 - correlation) / correlation
    return rng.beta(accuracy * scale, (1 - accuracy) * scale, articles)


def one_model(
    rng: np.random.Generator, accuracy: float, correlation: float, articles: int
) -> Clusters:
    """Right answers and questions per article."""
    asked = sizes(rng, articles)
    right = rng.binomial(asked.astype(int), rates(rng, accuracy, correlation, articles))
    return Clusters(right[:, None].astype(np.float64), asked[:, None])


def two_models(
    rng: np.random.Generator, accuracy: float, correlation: float, articles: int
) -> Clusters:
    """Gain of a model that is right on 5% more; the articles are as hard for both."""
    asked = sizes(rng, articles)
    base = rates(rng, accuracy, correlation, articles)
    better = np.minimum(base + GAIN * (1 - base) / (1 - accuracy), 1)
    gained = rng.binomial(asked.astype(int), better) - rng.binomial(asked.astype(int), base)
    return Clusters(gained[:, None].astype(np.float64), asked[:, None])


def percentiles(clusters: Clusters, rng: np.random.Generator) -> tuple[float, float]:
    """The percentile bootstrap interval over articles."""
    top, bottom = clusters.top[:, 0], clusters.bottom[:, 0]
    times = rng.multinomial(len(top), np.full(len(top), 1 / len(top)), 300)
    low, high = np.quantile((times @ top) / (times @ bottom), [0.025, 0.975])
    return float(low), float(high)


Simulator = Callable[[np.random.Generator, float, float, int], Clusters]


def coverage(
    simulate: Simulator,
    accuracy: float,
    correlation: float,
    articles: int,
    simulations: int,
) -> Coverage:
    """Coverage of one cell of the table."""
    gain = simulate is two_models
    truth, bounds = (GAIN, (-1.0, 1.0)) if gain else (accuracy, (0.0, 1.0))
    ours, plain, widths = 0, 0, 0.0
    for seed in range(simulations):
        rng = np.random.default_rng([seed, articles, int(100 * accuracy), int(10 * correlation)])
        clusters = simulate(rng, accuracy, correlation, articles)
        low, high = interval(clusters, bounds=bounds, resamples=RESAMPLES, seed=seed) or bounds
        ours += low <= truth <= high
        widths += high - low
        low, high = percentiles(clusters, rng)
        plain += low <= truth <= high
    return Coverage(
        f"difference {GAIN:.2f}" if gain else f"accuracy {accuracy:.2f}",
        articles,
        correlation,
        ours / simulations,
        plain / simulations,
        widths / simulations,
        accuracy not in HARD,
    )


def measure(simulations: int) -> list[Coverage]:
    """All cells."""
    cells = [(one_model, accuracy) for accuracy in ACCURACIES] + [(two_models, 0.55)]
    return [
        coverage(simulate, accuracy, correlation, articles, simulations)
        for (simulate, accuracy), articles, correlation in product(cells, ARTICLES, CORRELATIONS)
    ]


def table(found: Sequence[Coverage]) -> Table:
    """The cells as a table for people."""
    shown = Table("interval of", "articles", "ICC", "coverage", "percentile", "width", "")
    for c in found:
        verdict = ("ok" if c.holds else "MISSED") if c.limited else "no limit"
        numbers = (f"{c.ours:.3f}", f"{c.percentile:.3f}", f"{c.width:.3f}")
        shown.add_row(c.what, str(c.articles), f"{c.correlation:.1f}", *numbers, verdict)
    return shown


def main(arguments: Sequence[str]) -> int:
    """Measures; 0 where all limits hold."""
    if len(arguments) > 1 or not all(a.isdigit() and int(a) for a in arguments):
        raise SystemExit("usage: python benchmarks/intervals.py [SIMULATIONS]")
    found = measure(int(arguments[0]) if arguments else SIMULATIONS)
    Console().print(table(found))
    return 0 if all(cell.holds for cell in found) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
