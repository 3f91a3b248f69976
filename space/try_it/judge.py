"""Judges a pair that a visitor gives, beside the candidates of the corpus that is shown."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import filtering
from filtering.decide import choose_threshold, decide_pairs
from filtering.graph.counterfactual import find_graph_changes, find_mean_changes
from filtering.records import QA, Decision, PairTable, Signals
from filtering.text_signals import compute_signals
from space.decisions.ranking import (
    ENCODING,
    Distribution,
    SignalRank,
    compute_weighted_means,
    describe_changes,
)
from space.decisions.views import Decisions

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
    score: SignalRank
    signals: list[SignalRank]
    changes: dict[str, list[Any]] | None
    cut: float
    scorer: str


def has_graph() -> bool:
    """Whether the bundled graph filter is there."""
    return _BUNDLED.is_dir()


@dataclass(frozen=True)
class PairJudge:
    """The corpus as the yardstick: its signals, and where its keep ratio draws the line."""

    decisions: Decisions

    @cached_property
    def _text_scores(self) -> Any:
        return compute_weighted_means(self.decisions.corpus)

    def judge(self, image: bytes | None, qa: QA, how: str = TEXT) -> Judgement:
        """Signals, score and decision for a pair.

        Args:
            image: bytes of the figure; only the graph looks at it.
            qa: caption, question and answer.
            how: TEXT or GRAPH.

        Raises:
            ValueError: a text is empty, or the graph is asked without an image.
        """
        for name in ("caption", "question", "answer"):
            if not getattr(qa, name).strip():
                raise ValueError(f"the {name} is empty")
        view = _observe_in_graph(image, qa) if how == GRAPH else None
        signals = compute_signals([qa])[0] if view is None else view.signals
        # The line is drawn among the corpus by the same scorer; where it was scored otherwise,
        # among its text scores.
        corpus = self.decisions.corpus
        yardstick = self._text_scores
        if signals.scorer != "mean of signals" and corpus.scorers == [signals.scorer]:
            yardstick = corpus.scores
        rows = np.flatnonzero(corpus.is_candidate)
        ids = corpus.table["candidate_id"].take(rows).to_pylist()
        triples = zip(ids, yardstick[rows].tolist(), corpus.gated[rows].tolist(), strict=True)
        threshold = choose_threshold(triples, self.decisions.ranking.built_ratio or 0.75)
        (decision,) = decide_pairs([signals], threshold)
        known = {n: getattr(signals, n, None) for n in self.decisions.distributions}
        known.pop("score", None)
        # Which change of one signal would flip the decision.
        changes, cut = None, threshold.cut_score
        if not decision.gated:
            if view is None:
                found = find_mean_changes(known, signals.score, cut)
            else:
                found = find_graph_changes(view.scorer, view.observed, 0, cut, decision.keep)
            changes = describe_changes(found)
        scores = Distribution("score", np.asarray(yardstick[corpus.is_candidate]))
        return Judgement(
            decision,
            scores.rank(signals.score),
            [self.decisions.distributions[n].rank(v) for n, v in known.items()],
            changes,
            cut,
            signals.scorer,
        )


@dataclass(frozen=True, slots=True)
class _GraphView:
    """A pair as the graph sees it, with its signals and score."""

    scorer: Scorer
    observed: Observed
    signals: Signals


def _observe_in_graph(image: bytes | None, qa: QA) -> _GraphView:
    """Signals and score of the bundled graph, which looks at the image too."""
    if image is None:
        raise ValueError("the graph looks at the image: upload one, or choose the text signals")
    from filtering.graph.scorer import open_scorer

    pairs = PairTable([qa], ["image"], ["own"], {"image": image})
    with ENCODING:
        scorer = open_scorer()
        observed = scorer.observe(pairs)
        (signals,) = scorer.score(pairs)
    return _GraphView(scorer, observed, signals)


def make_pair(caption: str, question: str, answer: str) -> QA:
    """A visitor's texts as a pair."""
    return QA(
        _ID, "own", (caption or "").strip(), (question or "").strip(), (answer or "").strip(), ""
    )
