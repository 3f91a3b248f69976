"""What another keep ratio would change, and in words what would flip a single decision."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Any

import numpy as np

from filtering.graph.counterfactual import Changes
from filtering.signals.text_signals import WEIGHTS
from space.corpus import Corpus, Floats, Indices, Mask, label


@dataclass(frozen=True, slots=True)
class Change:
    """Of one group of candidates: how many there are, are kept now, and would be kept."""

    name: str
    total: int
    now: int
    then: int


class Ranking:
    """The order in which candidates are kept, for any keep ratio.

    The same order as in `filtering.decide`: ungated pairs by score, equal ones by identifier.
    """

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        ranked = np.flatnonzero(corpus.is_candidate & ~corpus.gated)
        ids = corpus.table["candidate_id"].take(ranked).to_pylist()
        encoded = np.array([i.encode() for i in ids] or [b""])[: len(ranked)]
        self._order: Indices = ranked[np.lexsort((encoded, -corpus.scores[ranked]))]
        self.total = int(corpus.is_candidate.sum())
        self.is_mean = _is_mean(corpus)

    @property
    def built_ratio(self) -> float:
        """The keep ratio of the build, in hundredths: the least that keeps as many as it kept."""
        kept = int(self._corpus.keep.sum())
        return ceil(Fraction(100 * kept, self.total)) / 100 if self.total else 0.0

    def count(self, ratio: float) -> int:
        """How many candidates a keep ratio keeps."""
        return min(floor(Fraction(str(ratio)) * self.total), len(self._order))

    def kept(self, ratio: float) -> Mask:
        """Which rows a keep ratio keeps; for the build's own ratio, which it kept."""
        if ratio == self.built_ratio:
            return self._corpus.keep
        mask = np.zeros(self._corpus.table.num_rows, np.bool_)
        mask[self._order[: self.count(ratio)]] = True
        return mask

    def cut(self, ratio: float) -> float | None:
        """The lowest score that is kept; None where nothing is."""
        count = int(self.kept(ratio).sum())
        return float(self._corpus.scores[self._order[count - 1]]) if count else None

    def changes(self, name: str, ratio: float) -> list[Change]:
        """What a keep ratio changes, by the values of a column."""
        corpus = self._corpus
        masks = corpus.is_candidate, corpus.keep, self.kept(ratio)
        total, now, then = (corpus.counts(name, mask) for mask in masks)
        return [Change(v, total[v], now[v], then[v]) for v in total if total[v]]


def _is_mean(corpus: Corpus) -> bool:
    """Whether the score of every candidate is the weighted mean of its signals."""
    rows = corpus.is_candidate
    known = weighted_means(corpus)
    return bool(rows.any()) and bool(np.allclose(known[rows], corpus.scores[rows], atol=1e-6))


def weighted_means(corpus: Corpus) -> Floats:
    """The weighted mean of the text signals of every row, 0 where it has none.

    Vectorises `filtering.signals.text_signals.consistency`.
    """
    whole, total = np.zeros(corpus.table.num_rows), np.zeros(corpus.table.num_rows)
    for name, values in corpus.signals.items():
        weight = WEIGHTS.get(name, 0.0) * np.isfinite(values)
        whole += weight
        total += weight * np.nan_to_num(values)
    return np.divide(total, whole, out=np.zeros_like(total), where=whole > 0)


def told(changes: Changes) -> dict[str, list[Any]]:
    """Changes with the names of signals as people read them, for the templates."""
    flips = [(label(f.signal), f.value, f.needed, f.deviations) for f in changes.flips]
    return {"flips": flips, "powerless": [label(name) for name in changes.powerless]}
