"""Where a candidate stands among all others, and what would move it across the line.

`Distribution` places one signal of it, `Ranking` its score at any keep ratio, and `Rater` asks the
graph that scored it again, to see which change of one signal would flip its decision.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from math import ceil, floor
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from filtering.graph.counterfactual import Changes, find_graph_changes
from filtering.records import QA, WEIGHTS, PairTable
from space.corpus import Corpus, Floats, Indices, Mask, describe_signal, name_signal
from space.images import ImageStore

if TYPE_CHECKING:
    from filtering.graph.scorer import Observed, Scorer

BINS = 24
_SIDES: tuple[Literal["left"], Literal["right"]] = ("left", "right")
ENCODING = threading.Lock()
"""Held while encoders work: their tokenisers serve one thread at a time."""
_NEARLY = 1e-4
_ARTICLES = 256
_CANDIDATES = 4096


@dataclass(frozen=True, slots=True)
class Bin:
    """A bin of a histogram: where it starts and how high it is, both 0-1; whether it is ours."""

    start: float
    height: float
    here: bool


@dataclass(frozen=True, slots=True)
class SignalRank:
    """A signal of one candidate beside the corpus.

    `below` and `same` are the shares of lower and of equal values, 0-1.
    """

    name: str
    label: str
    description: str
    value: float | None
    below: float
    same: float
    bins: tuple[Bin, ...]


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

    def rank(self, value: float | None) -> SignalRank:
        """Where a value stands; None is a signal that does not apply."""
        # Values outside the range, as a visitor's may be, count to the first or the last bin.
        place = -1
        if value is not None:
            place = int(np.searchsorted(self._edges, value, "right")) - 1
        bins = tuple(
            Bin(n / BINS, float(height), n == min(max(place, 0), BINS - 1) and value is not None)
            for n, height in enumerate(self._heights)
        )
        below, same = 0.0, 0.0
        if value is not None:
            before, through = (int(np.searchsorted(self._sorted, value, side)) for side in _SIDES)
            below = before / len(self._sorted)
            same = (through - before) / len(self._sorted)
        name = self.name
        return SignalRank(name, name_signal(name), describe_signal(name), value, below, same, bins)


def measure_distributions(corpus: Corpus) -> dict[str, Distribution]:
    """The distribution of every signal that the ledger has, and of the score."""
    rows = corpus.is_candidate
    by_name = {n: Distribution(n, v[rows]) for n, v in corpus.signals.items()}
    if rows.any():
        by_name["score"] = Distribution("score", corpus.scores[rows])
    return by_name


@dataclass(frozen=True, slots=True)
class GroupCounts:
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
        # Whether the score of every candidate is the weighted mean of its signals.
        rows = corpus.is_candidate
        known = compute_weighted_means(corpus)
        self.is_mean = bool(rows.any()) and bool(
            np.allclose(known[rows], corpus.scores[rows], atol=1e-6)
        )

    @property
    def built_ratio(self) -> float:
        """The keep ratio of the build, in hundredths: the least that keeps as many as it kept."""
        kept = int(self._corpus.keep.sum())
        return ceil(Fraction(100 * kept, self.total)) / 100 if self.total else 0.0

    def count_kept(self, ratio: float) -> int:
        """How many candidates a keep ratio keeps."""
        return min(floor(Fraction(str(ratio)) * self.total), len(self._order))

    def select_kept(self, ratio: float) -> Mask:
        """Which rows a keep ratio keeps; for the build's own ratio, which it kept."""
        if ratio == self.built_ratio:
            return self._corpus.keep
        mask = np.zeros(self._corpus.table.num_rows, np.bool_)
        mask[self._order[: self.count_kept(ratio)]] = True
        return mask

    def find_cut(self, ratio: float) -> float | None:
        """The lowest score that is kept; None where nothing is."""
        count = int(self.select_kept(ratio).sum())
        return float(self._corpus.scores[self._order[count - 1]]) if count else None

    def count_changes(self, name: str, ratio: float) -> list[GroupCounts]:
        """What a keep ratio changes, by the values of a column."""
        corpus = self._corpus
        masks = corpus.is_candidate, corpus.keep, self.select_kept(ratio)
        total, now, then = (corpus.count_values(name, mask) for mask in masks)
        return [GroupCounts(v, total[v], now[v], then[v]) for v in total if total[v]]


def compute_weighted_means(corpus: Corpus) -> Floats:
    """The weighted mean of the text signals of every row, 0 where it has none.

    sum_k w_k s_k / sum_k w_k over the signals k that a row has, for all rows at once what
    `filtering.text_signals.compute_consistency` is for one.

    Shape:
        Returns (rows of the ledger,).
    """
    weights, total = np.zeros(corpus.table.num_rows), np.zeros(corpus.table.num_rows)
    for name, values in corpus.signals.items():
        weight = WEIGHTS.get(name, 0.0) * np.isfinite(values)
        weights += weight
        total += weight * np.nan_to_num(values)
    return np.divide(total, weights, out=np.zeros_like(total), where=weights > 0)


class Rater:
    """Opens the filter that scored a corpus, if it is at hand, when it is first asked."""

    def __init__(self, corpus: Corpus, images: ImageStore) -> None:
        self._corpus, self._images = corpus, images
        self._observed = lru_cache(maxsize=_ARTICLES)(self._observe)
        self._changes = lru_cache(maxsize=_CANDIDATES)(self._find)

    def find_changes(self, row: dict[str, Any], cut: float, kept: bool) -> Changes | None:
        """Changes of one signal that would flip the decision on a candidate (a ledger row).

        None where its score cannot be reached again from here: by another filter than those at
        hand, with texts or images that the licence keeps out, or not the graph's at all.
        """
        return self._changes(row["candidate_id"], row["article_id"], row["scorer"], cut, kept)

    def _find(
        self, candidate: str, article: str, name: str, cut: float, kept: bool
    ) -> Changes | None:
        with ENCODING:
            observation = self._observed(article, name)
        if observation is None or candidate not in observation[1]:
            return None
        observed, places, scorer = observation
        return find_graph_changes(scorer, observed, places[candidate], cut, kept)

    def warm(self) -> None:
        """Open the filters now, so that the first who asks does not wait for it."""
        if any("Graph" in name for name in self._corpus.scorers):
            with ENCODING:
                self._scorers  # noqa: B018

    def _observe(self, article: str, name: str) -> tuple[Observed, dict[str, int], Scorer] | None:
        """An article as its scorer sees it, and its candidates that get their scores again."""
        rows, scorer = self._corpus.read_article(article), self._scorers.get(name)
        hidden = any(row["question"] is None or row["caption"] is None for row in rows)
        if scorer is None or not scorer.rates or hidden:
            return None
        qas = [
            QA(r["candidate_id"], r["figure_id"], r["caption"], r["question"], r["answer"],
               r["statement"] or "")
            for r in rows
        ]  # fmt: skip
        data_of = {r["figure_id"]: self._images.read(r["image_sha256"]) for r in rows}
        files = {name: data for name, data in data_of.items() if data is not None}
        images = [qa.figure_id if qa.figure_id in files else "" for qa in qas]
        pairs = PairTable(qas, images, [r["article_id"] for r in rows], files)
        observed = scorer.observe(pairs)
        if observed.graph_input is None:
            return None
        # Only where a score comes out again is this the filter that saw this text and image. The
        # ledger has the words of the final question: one that was worded anew after it was scored
        # gets another score, and must not take the rest of its article with it.
        scores = scorer.rate(observed.graph_input, observed.figure, pairs.number_groups())
        places = {
            row["candidate_id"]: n
            for n, (score, row) in enumerate(zip(scores, rows, strict=True))
            if abs(score - row["score"]) <= _NEARLY
        }
        return observed, places, scorer

    @cached_property
    def _scorers(self) -> dict[str, Scorer]:
        """The bundled filter and those fitted for this build, by what they call themselves."""
        # Heavy: torch comes with these, and only who asks for a graph's reasons needs it.
        from filtering.encoders import EncoderError
        from filtering.graph.scorer import BUNDLED, open_scorer
        from filtering.scorer_choice import FilterError

        fitted = (self._corpus.release.parent / "work" / "filter").glob("*")
        scorers = {}
        for folder in (BUNDLED, *sorted(fitted)):
            try:
                scorer = open_scorer(folder)
            except (FilterError, EncoderError):
                continue
            scorers[scorer.name] = scorer
        return scorers


def describe_changes(changes: Changes) -> dict[str, list[Any]]:
    """Changes with the names of signals as people read them, for the templates."""
    flips = [(name_signal(f.signal), f.value, f.needed, f.deviations) for f in changes.flips]
    return {"flips": flips, "powerless": [name_signal(name) for name in changes.powerless]}
