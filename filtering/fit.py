"""Fitting HiCQA-Graph without labels: the pool itself, with errors planted into it, is the teacher.

Rows as they are count as consistent, planted ones as not, whatever the pool's own error rate:
an error that is there already is as frequent among both and teaches nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from sklearn.metrics import roc_auc_score
from torch import Tensor, nn
from torch_geometric.data import HeteroData

from filtering.encoding import Floats
from filtering.features import ANCHORS, Anchor
from filtering.graph import Indices, batches, build_graph, select
from filtering.lessons import Lesson
from filtering.model import HiCQAGraph

EPOCHS = 40
BATCH = 1500
_RATE = 3e-3
_MATCH = 0.3


def best_anchor(lessons: Sequence[Lesson]) -> Anchor:
    """The kind of anchor that ranks planted errors lowest."""

    def quality(kind: Anchor) -> float:
        return float(np.mean([roc_auc_score(x.labels, x.anchor(kind)) for x in lessons]))

    return max(ANCHORS, key=quality)


@dataclass(frozen=True, slots=True)
class _Batch:
    """Whole groups of a lesson: graph, anchor, labels of the QAs, and of the figures."""

    graph: HeteroData
    fixed: Tensor
    labels: Tensor
    matched: Tensor

    @classmethod
    def of(
        cls, lesson: Lesson, which: Indices, fixed: Floats, shuffle: np.random.Generator | None
    ) -> _Batch:
        tensors = (
            fixed[which],
            lesson.labels[which],
            lesson.matched[np.unique(lesson.rows.figure[which])],
        )
        graph = build_graph(select(lesson.rows, which), shuffle)
        return cls(graph, *(torch.from_numpy(t) for t in tensors))


def _new_graph(lesson: Lesson, width: int, layers: int, bound: float, dropout: float) -> HiCQAGraph:
    rows = lesson.rows
    qa, figure = rows.features.shape[1], rows.figures.shape[1]
    image_pair, caption_pair = rows.image_pairs.shape[1], rows.caption_pairs.shape[1]
    return HiCQAGraph(qa, figure, image_pair, caption_pair, width, layers, bound, dropout)


def train_graph(
    lessons: Sequence[Lesson],
    kind: Anchor,
    seed: int = 0,
    *,
    epochs: int = EPOCHS,
    shuffle: bool = False,
    width: int = 48,
    layers: int = 2,
    bound: float = 1.0,
    dropout: float = 0.3,
) -> HiCQAGraph:
    """A graph that tells planted errors apart; with `shuffle`, on edges that mean nothing."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    graph = _new_graph(lessons[0], width, layers, bound, dropout)
    parts = [
        _Batch.of(lesson, which, lesson.anchor(kind), rng if shuffle else None)
        for lesson in lessons
        for which in batches(lesson.rows.group, BATCH)
    ]
    optimiser = torch.optim.AdamW(graph.parameters(), lr=_RATE, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, _RATE, total_steps=epochs * len(parts)
    )
    graph.train()
    for _ in range(epochs):
        for place in rng.permutation(len(parts)):
            optimiser.zero_grad()
            _cost(graph, parts[place]).backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
    return graph.eval()


def _cost(graph: HiCQAGraph, part: _Batch) -> Tensor:
    """Cross entropy over QAs, and with less weight over figures."""
    loss = nn.functional.binary_cross_entropy_with_logits
    odds, together = graph(part.graph, part.fixed)
    return loss(odds, part.labels) + _MATCH * loss(together, part.matched)
