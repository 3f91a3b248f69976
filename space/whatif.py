"""What another keep ratio would change, and what would flip a single decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

import numpy as np

from filtering.signals import WEIGHTS
from space.corpus import Corpus, Floats, Indices, Mask


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
    """Whether the score of every candidate is the weighted mean of its signals."""
    rows = corpus.is_candidate
    known = weighted_means(corpus)
    return bool(rows.any()) and bool(np.allclose(known[rows], corpus.scores[rows], atol=1e-6))


def weighted_means(corpus: Corpus) -> Floats:
    """The weighted mean of the text signals of every row, 0 where it has none.

    Vectorises `filtering.signals.consistency`.
    """
    whole, total = np.zeros(corpus.table.num_rows), np.zeros(corpus.table.num_rows)
    for name, values in corpus.signals.items():
        weight = WEIGHTS.get(name, 0.0) * np.isfinite(values)
        whole += weight
        total += weight * np.nan_to_num(values)
    return np.divide(total, whole, out=np.zeros_like(total), where=whole > 0)


def flips(signals: Mapping[str, float | None], score: float, cut: float) -> list[Flip]:
    """Changes of one signal that take a weighted mean of signals (0-1) across the cut.

    The smallest change first; a signal that would have to leave 0-1 is not among them.
    """
    known = {n: v for n, v in signals.items() if v is not None and n in WEIGHTS}
    step = (cut - score) * sum(WEIGHTS[name] for name in known)
    found = [Flip(name, v, v + step / WEIGHTS[name]) for name, v in known.items()]
    possible = [flip for flip in found if 0 <= flip.needed <= 1]
    return sorted(possible, key=lambda flip: abs(flip.needed - flip.value))
