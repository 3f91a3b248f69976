"""Where a value lies among those of the whole corpus."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from space.corpus import Corpus, Floats, description, label

BINS = 24


@dataclass(frozen=True, slots=True)
class Bar:
    """A bin of a histogram: where it starts and how high it is, both 0-1; whether it is ours."""

    start: float
    height: float
    here: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """A signal of one candidate beside the corpus.

    `below` and `same` are the shares of lower and of equal values, 0-1.
    """

    name: str
    label: str
    description: str
    value: float | None
    below: float
    same: float
    bars: tuple[Bar, ...]


class Distribution:
    """The values of one signal over the corpus, as a histogram and for percentiles."""

    def __init__(self, name: str, values: Floats) -> None:
        known = np.sort(values[np.isfinite(values)])
        low, high = float(known[0]), float(known[-1])
        self._range = (min(low, 0.0), max(high, 1.0)) if low >= -1 and high <= 1 else (low, high)
        counts, self._edges = np.histogram(known, BINS, self._range)
        self._heights = np.sqrt(counts / counts.max())
        self._sorted = known
        self.name = name

    def standing(self, value: float | None) -> Standing:
        """Where a value stands; None is a signal that does not apply."""
        place = -1
        if value is not None:
            place = int(np.searchsorted(self._edges, value, "right")) - 1
        bars = tuple(
            Bar(n / BINS, float(height), n == min(max(place, 0), BINS - 1) and value is not None)
            for n, height in enumerate(self._heights)
        )
        ends = (0, 0)
        if value is not None:
            ends = self._rank(value, "left"), self._rank(value, "right")
        below, same = ends[0] / len(self._sorted), (ends[1] - ends[0]) / len(self._sorted)
        name = self.name
        return Standing(name, label(name), description(name), value, below, same, bars)

    def _rank(self, value: float, side: Literal["left", "right"]) -> int:
        return int(np.searchsorted(self._sorted, value, side))


def distributions(corpus: Corpus) -> dict[str, Distribution]:
    """The distribution of every signal that the ledger has, and of the score."""
    rows = corpus.is_candidate
    found = {n: Distribution(n, v[rows]) for n, v in corpus.signals.items()}
    if rows.any():
        found["score"] = Distribution("score", corpus.scores[rows])
    return found
