"""Fitting HiCQA-Graph without labels: the pool itself, with errors planted into it, is the teacher.

Rows as they are count as consistent, planted ones as not, whatever the pool's own error rate:
an error that is there already is as frequent among both and teaches nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from torch import Tensor, nn

from filtering.corruptions import families
from filtering.encoders.pair_encoding import Floats
from filtering.graph.edges import Indices, batches, build_graph, select
from filtering.graph.features import ANCHORS, Anchor, figure_columns
from filtering.graph.hicqa import FilterConfig, HiCQAFilter
from filtering.graph.model import HiCQAGraph
from filtering.graph.pyg_import import HeteroData
from filtering.graph.threads import one_thread
from filtering.graph.training_pools import (
    Encoders,
    Lesson,
    corrupted,
    lesson,
    make_reference,
    part,
    reference_sample,
)
from filtering.pairs import Pairs

EPOCHS = 20
BATCH = 1500
VERSIONS = 4
SMALLEST = 400
_VERSION = 1000
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
    return HiCQAGraph(
        qa,
        figure,
        image_pair,
        caption_pair,
        width=width,
        layers=layers,
        bound=bound,
        dropout=dropout,
        hidden=figure_columns(),
    )


def train_graph(
    lessons: Sequence[Lesson],
    kind: Anchor,
    seed: int = 0,
    *,
    epochs: int = EPOCHS,
    shuffle: bool = False,
    width: int = 48,
    layers: int = 2,
    bound: float = 2.0,
    dropout: float = 0.3,
) -> HiCQAGraph:
    """A graph that tells planted errors apart; with `shuffle`, on edges that mean nothing.

    Torch is held to one thread: sums over edges depend on the order of their terms.
    """
    torch.set_num_threads(1)
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
            torch.autograd.backward(_cost(graph, parts[place]))
            optimiser.step()
            schedule.step()
    return graph.eval()


def _cost(graph: HiCQAGraph, part: _Batch) -> Tensor:
    """Cross entropy over QAs, and with less weight over figures, of each reader by itself."""
    loss = nn.functional.binary_cross_entropy_with_logits
    costs = [
        loss(odds, part.labels) + _MATCH * loss(together, part.matched)
        for odds, together in graph.read(part.graph, part.fixed)
    ]
    return torch.stack(costs).sum()


@one_thread()
def fit_filter(
    pairs: Pairs,
    encoders: Encoders,
    *,
    seed: int = 0,
    names: Collection[str] | None = None,
    about: str = "fitted on the pool at hand",
) -> HiCQAFilter:
    """A filter fitted on a pool by self-corruption, about a minute per 10,000 pairs and version.

    `names` are families of `filtering.corruptions` (all by default). With fewer than `SMALLEST`
    pairs no graph is fitted, and the score is the mean of signals. One group in five is kept back
    for calibration.
    """
    encoders = encoders.remembering()
    reference = make_reference(reference_sample(pairs, seed), encoders)
    told = _config(encoders, pairs, seed, names, about)
    if len(pairs.rows) < SMALLEST:
        return HiCQAFilter(told, reference, None)
    made = [corrupted(pairs, _VERSION * (seed + 1) + version, names) for version in range(VERSIONS)]
    lessons = [lesson(rows, planted, encoders, reference) for rows, planted in made]
    kind = best_anchor(lessons)
    held = lessons[0].rows.group % 5 == 0
    graph = train_graph([part(x, ~held) for x in lessons], kind, seed)
    slope, offset = _calibrated(graph, [part(x, held) for x in lessons], kind)
    told = told.model_copy(update={"anchor": kind, "slope": slope, "offset": offset})
    return HiCQAFilter(told, reference, graph)


def _config(
    encoders: Encoders, pairs: Pairs, seed: int, names: Collection[str] | None, about: str
) -> FilterConfig:
    clip, nli = encoders.clip, encoders.nli
    return FilterConfig(
        name=about,
        clip=clip.name if clip else "",
        clip_revision=clip.revision if clip else "",
        nli=nli.name if nli else "",
        nli_revision=nli.revision if nli else "",
        families=tuple(families()) if names is None else tuple(sorted(names)),
        rows=len(pairs.rows),
        seed=seed,
    )


def _calibrated(graph: HiCQAGraph, lessons: Sequence[Lesson], kind: Anchor) -> tuple[float, float]:
    """Slope and offset that make probabilities of log odds (Platt, 1999)."""
    odds = np.concatenate([graph_odds(graph, x, kind) for x in lessons])
    labels = np.concatenate([x.labels for x in lessons])
    model = LogisticRegression(C=1e6).fit(odds[:, None], labels)
    return round(float(model.coef_[0, 0]), 6), round(float(model.intercept_[0]), 6)


def graph_odds(graph: HiCQAGraph, lesson: Lesson, kind: Anchor) -> Floats:
    """Log odds (n,) of a lesson's rows."""
    with torch.inference_mode():
        odds, _ = graph(build_graph(lesson.rows), torch.from_numpy(lesson.anchor(kind)))
    return np.asarray(odds.numpy())
