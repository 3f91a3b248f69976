"""Judges a pair that a visitor gives, beside the candidates of the corpus that is shown."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import filtering
from filtering.decide import Threshold, choose_threshold, decide_pairs
from filtering.graph.counterfactual import Changes, find_graph_changes, find_mean_changes
from filtering.records import QA, Decision, PairTable, Signals
from filtering.signals.text_signals import compute_signals
from space.decisions.counterfactual import told, weighted_means
from space.decisions.decision_views import Decisions
from space.decisions.distributions import Distribution, Standing
from space.try_it.rating import ENCODING

if TYPE_CHECKING:
    from filtering.graph.scorer import Observed, Scorer

_BUNDLED = Path(filtering.__file__).parent / "weights" / "hicqa"
_ID = "~"
"""Sorts behind every candidate id, so that a visitor's pair never takes the place of one."""

TEXT, GRAPH = "text", "graph"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the filter says of one pair."""

    decision: Decision
    score: Standing
    signals: list[Standing]
    changes: dict[str, list[Any]] | None
    cut: float
    scorer: str


def has_graph() -> bool:
    """Whether the bundled graph filter is there."""
    return _BUNDLED.is_dir()


@dataclass(frozen=True)
class Judge:
    """The corpus as the yardstick: its signals, and where its keep ratio draws the line."""

    decisions: Decisions

    @cached_property
    def _text_scores(self) -> Any:
        return weighted_means(self.decisions.corpus)

    def _yardstick(self, scorer: str) -> Any:
        """Scores of the corpus by the same scorer; None where it was scored otherwise."""
        corpus = self.decisions.corpus
        if scorer == "mean of signals":
            return self._text_scores
        return corpus.scores if corpus.scorers == [scorer] else None

    def judge(self, image: bytes | None, qa: QA, how: str = TEXT) -> Judgement:
        """Signals, score and decision for a pair. Raises ValueError for an empty text."""
        for name in ("caption", "question", "answer"):
            if not getattr(qa, name).strip():
                raise ValueError(f"the {name} is empty")
        seen = _with_graph(image, qa) if how == GRAPH else None
        signals = compute_signals([qa])[0] if seen is None else seen.signals
        yardstick = self._yardstick(signals.scorer)
        if yardstick is None:
            yardstick = self._text_scores
        threshold = self._threshold(yardstick)
        (decision,) = decide_pairs([signals], threshold)
        known = {n: getattr(signals, n, None) for n in self.decisions.distributions}
        known.pop("score", None)
        corpus = self.decisions.corpus
        scores = Distribution("score", np.asarray(yardstick[corpus.is_candidate]))
        return Judgement(
            decision,
            scores.standing(signals.score),
            [self.decisions.distributions[n].standing(v) for n, v in known.items()],
            None if decision.gated else told(_changes(seen, known, signals, decision, threshold)),
            threshold.cut_score,
            signals.scorer,
        )

    def _threshold(self, scores: Any) -> Threshold:
        corpus = self.decisions.corpus
        rows = np.flatnonzero(corpus.is_candidate)
        ids = corpus.table["candidate_id"].take(rows).to_pylist()
        triples = zip(ids, scores[rows].tolist(), corpus.gated[rows].tolist(), strict=True)
        ratio = self.decisions.ranking.built_ratio or 0.75
        return choose_threshold(triples, ratio)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A pair as the graph sees it, with its signals and score."""

    scorer: Scorer
    observed: Observed
    signals: Signals


def _with_graph(image: bytes | None, qa: QA) -> _Seen:
    """Signals and score of the bundled graph, which looks at the image too."""
    if image is None:
        raise ValueError("the graph looks at the image: upload one, or choose the text signals")
    from filtering.graph.scorer import open_scorer

    pairs = PairTable([qa], ["image"], ["own"], {"image": image})
    with ENCODING:
        scorer = open_scorer()
        observed = scorer.observe(pairs)
        (signals,) = scorer.score(pairs)
    return _Seen(scorer, observed, signals)


def _changes(
    seen: _Seen | None, known: dict[str, Any], row: Signals, made: Decision, line: Threshold
) -> Changes:
    if seen is None:
        return find_mean_changes(known, row.score, line.cut_score)
    return find_graph_changes(seen.scorer, seen.observed, 0, line.cut_score, made.keep)


def pair(caption: str, question: str, answer: str) -> QA:
    """A visitor's texts as a pair."""
    return QA(
        _ID, "own", (caption or "").strip(), (question or "").strip(), (answer or "").strip(), ""
    )
