"""The ways of ranking that the leaderboard compares, each fitted and scored alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch

from benchmarks.support.simple_rankers import Baseline, Score, make_baselines
from filtering.encoders.protocols import Floats
from filtering.graph.channels import CHANNELS, TEXT
from filtering.graph.edges import build_graph
from filtering.graph.training import TrainingPool, choose_anchor, train_graph

SINGLE = (
    "image_qa_probability",
    "caption_qa_probability",
    "entailment",
    "contradiction",
    "image_caption_probability",
)


def _graph(shuffle: bool) -> Callable[[Sequence[TrainingPool], int], Score]:
    def fit(lessons: Sequence[TrainingPool], seed: int) -> Score:
        kind = choose_anchor(lessons)
        graph = train_graph(lessons, kind, seed, shuffle=shuffle)

        def score(lesson: TrainingPool) -> Floats:
            rng = np.random.default_rng(seed) if shuffle else None
            with torch.inference_mode():
                odds, _ = graph(
                    build_graph(lesson.rows, rng), torch.from_numpy(lesson.compute_anchor(kind))
                )
            return np.asarray(odds.numpy())

        return score

    return fit


def methods(text: bool) -> Mapping[str, Baseline]:
    """All methods by name, the graph last."""
    single = (*SINGLE, *(TEXT if text else ()))
    assert set(single) <= set(CHANNELS)
    found = [
        *make_baselines(single).values(),
        Baseline("graph, shuffled edges", "the graph joined at random", _graph(True)),
        Baseline("graph", "HiCQA-Graph", _graph(False)),
    ]
    return {method.name: method for method in found}
