"""A change that is said to flip a decision does, and a slightly smaller one does not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from filtering.graph.channels import CHANNELS, Scaled
from filtering.graph.counterfactual import FURTHEST, Changes, find_graph_changes, find_mean_changes
from filtering.graph.hicqa import FilterConfig, HiCQAFilter
from filtering.graph.model import HiCQAGraph
from filtering.graph.scorer import Observed, Scorer
from filtering.graph.training import make_reference
from filtering.records import WEIGHTS, PairTable
from filtering.text_signals import compute_consistency
from tests.filtering.made_pool import ENCODERS, made_pool

MOVES = {
    "signal_image_qa": "image_qa_margin image_qa_probability image_qa_similarity",
    "signal_caption_qa": "caption_qa_margin caption_qa_probability caption_qa_similarity",
    "signal_entailment": "entailment_margin entailment contradiction",
    "signal_image_caption": "image_caption_similarity image_caption_probability",
}


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    """A graph with random weights over a reference of made-up words."""
    torch.manual_seed(1)
    width = len(CHANNELS)
    graph = HiCQAGraph(3 * width, 2, 6, 12).eval()
    reference = make_reference(made_pool(40, seed=2), ENCODERS)
    return Scorer(ENCODERS, HiCQAFilter(FilterConfig(anchor="normalised"), reference, graph))


@pytest.fixture(scope="module")
def article() -> PairTable:
    """Two figures of one article, three pairs each."""
    return made_pool(2, seed=5)


def rated(scorer: Scorer, observed: Observed, row: int, signal: str, shift: float) -> float:
    """The score of a pair with a signal shifted, the article rated by itself."""
    assert observed.graph_input is not None
    names = MOVES.get(signal, signal.removeprefix("signal_")).split()
    of_figure = observed.figure == observed.figure[row]
    rows = of_figure if signal == "signal_image_caption" else np.arange(len(of_figure)) == row
    moved = []
    for values in (observed.graph_input.scaled.globally, observed.graph_input.scaled.locally):
        own = values.copy()
        for name in names:
            own[rows, CHANNELS.index(name)] += shift
        moved.append(np.clip(own, -FURTHEST, FURTHEST))
    seen = replace(observed.graph_input, scaled=Scaled(*moved))
    group = np.zeros(len(of_figure), dtype=np.int64)
    return float(scorer.rate(seen, observed.figure, group)[row])


@pytest.mark.parametrize("kept", [True, False])
def test_the_smallest_change_of_each_signal_flips_the_decision(
    scorer: Scorer, article: PairTable, kept: bool
) -> None:
    observed, row = scorer.observe(article), 1
    score = rated(scorer, observed, row, "signal_entailment", 0.0)
    cut = score - 0.02 if kept else score + 0.02
    found = find_graph_changes(scorer, observed, row, cut, kept)
    assert {"signal_image_qa", "signal_image_caption", "signal_answer"} & {
        flip.signal for flip in found.flips
    }
    for flip in found.flips:
        assert flip.deviations is not None and 0 <= flip.needed <= 1
        then = rated(scorer, observed, row, flip.signal, flip.deviations)
        before = rated(scorer, observed, row, flip.signal, 0.97 * flip.deviations)
        assert (then < cut, before < cut) == ((True, False) if kept else (False, True))
    sizes = [abs(flip.deviations or 0) for flip in found.flips]
    assert sizes == sorted(sizes)


def test_what_no_signal_can_reach_is_said_of_each(scorer: Scorer, article: PairTable) -> None:
    observed = scorer.observe(article)
    found = find_graph_changes(scorer, observed, 0, 1.0, kept=False)
    shown = {n for n in (*MOVES, *WEIGHTS) if getattr(observed.signals[0], n) is not None}
    assert found == Changes([], found.powerless)
    assert set(found.powerless) == shown


def test_text_signals_stay_within_their_range(scorer: Scorer, article: PairTable) -> None:
    observed = scorer.observe(article)
    assert observed.signals[0].signal_answer == 1
    found = find_graph_changes(scorer, observed, 0, 0.0, kept=False)
    assert "signal_answer" in {f.signal for f in found.flips}
    assert all(f.signal not in WEIGHTS or f.needed <= f.value <= 1 for f in found.flips)


def test_a_contradiction_is_not_talked_round(scorer: Scorer, article: PairTable) -> None:
    observed = scorer.observe(article)
    gated = [replace(s, contradiction="says otherwise") for s in observed.signals]
    with pytest.raises(ValueError, match="contradiction"):
        find_graph_changes(scorer, replace(observed, signals=gated), 0, 0.5, kept=False)
    with pytest.raises(ValueError, match="graph"):
        find_graph_changes(Scorer(), Scorer().observe(article), 0, 0.5, kept=True)


def test_a_mean_is_solved_for_the_cut() -> None:
    signals: dict[str, float | None] = {
        "signal_grounding": 0.5, "signal_answer": 1.0, "signal_overlap": None,
        "signal_binding": 0.9, "signal_specificity": 0.1,
    }  # fmt: skip
    score, cut = compute_consistency(signals), 0.85
    found = find_mean_changes(signals, score, cut)
    assert found.flips and set(WEIGHTS) > {f.signal for f in found.flips}
    for flip in found.flips:
        assert compute_consistency(signals | {flip.signal: flip.needed}) == pytest.approx(cut)
    sizes = [abs(flip.needed - flip.value) for flip in found.flips]
    assert sizes == sorted(sizes)
    assert set(found.powerless) == {n for n in WEIGHTS if signals[n] is not None} - {
        f.signal for f in found.flips
    }
