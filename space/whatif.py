"""What another keep ratio would change, and what would flip a single decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import floor

import numpy as np

from space.corpus import Corpus, Indices, Mask


@dataclass(frozen=True, slots=True)
class Change:
    """Of one group of candidates: how many there are, are kept now, and would be kept."""

    name: str
    total: int
    now: int
    then: int


@dataclass(frozen=True, slots=True)
class Flip:
    """A signal's value, and the one beyond which the decision would be the other."""

    signal: str
    value: float
    needed: float


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
        """The share that the build kept, to two digits."""
        return round(float(self._corpus.keep.sum()) / self.total, 2) if self.total else 0.0

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
        now, then = self._corpus.keep, self.kept(ratio)
        found = []
        for value in self._corpus.values(name):
            group = self._corpus.equals(name, value) & self._corpus.is_candidate
            if total := int(group.sum()):
                found.append(
                    Change(value, total, int((now & group).sum()), int((then & group).sum()))
                )
        return found


def _is_mean(corpus: Corpus) -> bool:
    """Whether the score of every candidate is the mean of its signals."""
    rows = corpus.is_candidate
    if not rows.any() or not corpus.signals:
        return False
    known = np.stack([values[rows] for values in corpus.signals.values()])
    count = np.isfinite(known).sum(axis=0)
    mean = np.nansum(known, axis=0) / np.maximum(count, 1)
    return bool(np.allclose(mean, corpus.scores[rows], atol=1e-6))


def flips(signals: Mapping[str, float | None], score: float, cut: float) -> list[Flip]:
    """The smallest changes of one signal that take a mean of signals (0-1) across the cut.

    All of them are equally small; a signal that would have to leave 0-1 is not among them.
    """
    known = {name: value for name, value in signals.items() if value is not None}
    step = (cut - score) * len(known)
    return [
        Flip(name, value, value + step) for name, value in known.items() if 0 <= value + step <= 1
    ]
