"""Fitting HiCQA-Graph without labels: the pool itself, with errors planted into it, is the teacher.

Rows as they are count as consistent, planted ones as not, whatever the pool's own error rate:
an error that is there already is as frequent among both and teaches nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from torch import Tensor, nn

from filtering.corruptions import CLEAN, PlantedTable, corrupt, list_families
from filtering.encoders.pair_encoding import (
    Bank,
    encode_pairs,
)
from filtering.encoders.protocols import Encoders, Floats
from filtering.graph.channels import (
    ANCHORS,
    Anchor,
    Centre,
    Scale,
    Scaled,
    compute_anchor,
    list_figure_columns,
    make_graph_rows,
)
from filtering.graph.edges import (
    Indices,
    Rows,
    build_graph,
    collect_words,
    select_rows,
    split_batches,
)
from filtering.graph.hicqa import (
    FilterConfig,
    HiCQAFilter,
    Reference,
    compute_channels,
    use_one_thread,
)
from filtering.graph.model import HiCQAGraph
from filtering.records import PairTable, Signals
from filtering.text_signals import compute_signals

if TYPE_CHECKING:
    from torch_geometric.data import HeteroData

logger = logging.getLogger("microvqa_pp")
EPOCHS = 20
BATCH = 1500
VERSIONS = 4
"""Copies of the pool, each with errors of its own."""
SMALLEST = 400
"""Pairs that a pool must have for a graph to be fitted."""
_VERSION = 1000
_RATE = 3e-3
_MATCH = 0.3
"""Weight of the figures' loss beside that of the QAs."""
REFERENCE_ROWS = 2000
RATE = 0.29
"""Share of the rows that get an error."""
WHOLE_FIGURE = frozenset(f.name for f in list_families().values() if f.whole_figure)


@dataclass(frozen=True, slots=True)
class TrainingPool:
    """A pool with planted errors, as the graph sees it, and what is known of them.

    Shape:
        labels: (n,), 1 for a row as it was given, 0 for one with an error.
        matched: (f,), 1 where image and caption of a figure belong together, else 0.
    """

    rows: Rows
    scaled: Scaled
    labels: Floats
    matched: Floats

    def compute_anchor(self, kind: Anchor) -> Floats:
        """The anchor of each row, (n,)."""
        return compute_anchor(self.scaled, kind)


def draw_reference_sample(pairs: PairTable, seed: int, size: int = REFERENCE_ROWS) -> PairTable:
    """Rows of randomly drawn figures, about `size` of them."""
    figures = list(dict.fromkeys(qa.figure_id for qa in pairs.rows))
    order = np.random.default_rng(seed).permutation(len(figures))
    rank = {figures[place]: n for n, place in enumerate(order)}
    places = sorted(range(len(pairs.rows)), key=lambda i: (rank[pairs.rows[i].figure_id], i))
    return select_pairs(pairs, sorted(places[:size]))


def select_pairs(pairs: PairTable, places: Sequence[int]) -> PairTable:
    """Some of the pairs."""
    return PairTable(
        [pairs.rows[i] for i in places],
        [pairs.images[i] for i in places],
        [pairs.groups[i] for i in places],
        pairs.files,
    )


def make_reference(sample: PairTable, encoders: Encoders, text: bool = True) -> Reference:
    """What rows are to be compared with, from a sample of them. Without `text` no text signal."""
    figures = [qa.figure_id for qa in sample.rows]
    answers = [qa.answer for qa in sample.rows]
    questions = encode_pairs(sample, encoders, None).questions
    bank = Bank(questions, answers, figures)
    encoded = encode_pairs(sample, encoders, bank)
    centre = Centre.of(encoded)
    channels = compute_channels(encoded, _signals(sample, text), centre)
    return Reference(centre, Scale.of(channels, questions, tuple(figures)), bank)


def _signals(pairs: PairTable, text: bool) -> list[Signals] | None:
    return compute_signals(pairs.rows) if text else None


def plant_errors(
    pairs: PairTable, seed: int, names: Collection[str] | None = None
) -> tuple[PairTable, PlantedTable]:
    """Pairs with errors planted into 29% of the rows, and the record of them."""
    images = pairs.images if any(pairs.images) else None
    planted = corrupt(pairs.rows, seed=seed, rate=RATE, names=names, images=images)
    return PairTable(planted.rows, planted.images, pairs.groups, pairs.files), planted


def make_training_pool(
    pairs: PairTable,
    planted: PlantedTable,
    encoders: Encoders,
    reference: Reference,
    text: bool = True,
) -> TrainingPool:
    """A pool with planted errors as the graph sees it."""
    encoded = encode_pairs(pairs, encoders, reference.bank)
    channels = compute_channels(encoded, _signals(pairs, text), reference.centre)
    figures = [qa.figure_id for qa in pairs.rows]
    near = reference.scale.find_neighbours(encoded.questions, figures)
    scaled = Scaled.of(channels, reference.scale, near)
    wrong = np.array([r.family != CLEAN for r in planted.records])
    apart = np.array([r.family in WHOLE_FIGURE for r in planted.records])
    matched = np.ones(len(encoded.captions), dtype=np.float32)
    matched[encoded.figure[apart]] = 0
    rows = make_graph_rows(
        scaled,
        encoded.questions,
        encoded.statements,
        collect_words(pairs.rows),
        encoded.figure,
        pairs.number_groups(),
    )
    return TrainingPool(rows, scaled, (~wrong).astype(np.float32), matched)


def select_part(whole: TrainingPool, chosen: npt.NDArray[np.bool_]) -> TrainingPool:
    """Some of the rows of a lesson."""
    which = np.flatnonzero(chosen)
    scaled = Scaled(whole.scaled.globally[which], whole.scaled.locally[which])
    matched = whole.matched[np.unique(whole.rows.figure[which])]
    return TrainingPool(select_rows(whole.rows, which), scaled, whole.labels[which], matched)


def choose_anchor(lessons: Sequence[TrainingPool]) -> Anchor:
    """The kind of anchor that ranks planted errors lowest."""

    def measure(kind: Anchor) -> float:
        return float(np.mean([roc_auc_score(x.labels, x.compute_anchor(kind)) for x in lessons]))

    return max(ANCHORS, key=measure)


@dataclass(frozen=True, slots=True)
class _Batch:
    """Whole groups of a lesson: graph, anchor, labels of the QAs, and of the figures."""

    graph: HeteroData
    fixed: Tensor
    labels: Tensor
    matched: Tensor

    @classmethod
    def of(
        cls,
        lesson: TrainingPool,
        which: Indices,
        fixed: Floats,
        shuffle: np.random.Generator | None,
    ) -> _Batch:
        tensors = (
            fixed[which],
            lesson.labels[which],
            lesson.matched[np.unique(lesson.rows.figure[which])],
        )
        graph = build_graph(select_rows(lesson.rows, which), shuffle)
        return cls(graph, *(torch.from_numpy(t) for t in tensors))


def _new_graph(
    lesson: TrainingPool, width: int, layers: int, bound: float, dropout: float
) -> HiCQAGraph:
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
        hidden=list_figure_columns(),
    )


def train_graph(
    lessons: Sequence[TrainingPool],
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
    """Train a graph to tell planted errors from rows as they were given.

    AdamW with a one-cycle schedule, on batches of whole groups in a random order. Torch is held to
    one thread: sums over edges depend on the order of their terms.

    Args:
        lessons: pools with planted errors, of one set of encoders.
        kind: the anchor that the graph corrects.
        seed: of weights, dropout and the order of batches.
        epochs: passes over all pools.
        shuffle: trains on edges that mean nothing, as a control.
        width, layers, bound, dropout: as `HiCQAGraph` has them.
    """
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    graph = _new_graph(lessons[0], width, layers, bound, dropout)
    parts = [
        _Batch.of(lesson, which, lesson.compute_anchor(kind), rng if shuffle else None)
        for lesson in lessons
        for which in split_batches(lesson.rows.group, BATCH)
    ]
    # One step a batch; the learning rate rises and falls once over the whole training.
    optimiser = torch.optim.AdamW(graph.parameters(), lr=_RATE, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, _RATE, total_steps=epochs * len(parts)
    )
    graph.train()
    for epoch in range(epochs):
        total = 0.0
        for place in rng.permutation(len(parts)):
            optimiser.zero_grad()
            cost = _compute_cost(graph, parts[place])
            total += float(cost)
            torch.autograd.backward(cost)
            optimiser.step()
            schedule.step()
        logger.debug("epoch %d of %d: loss %.4f", epoch + 1, epochs, total / len(parts))
    return graph.eval()


def _compute_cost(graph: HiCQAGraph, part: _Batch) -> Tensor:
    """Binary cross entropy (BCE) of each reader by itself, summed over both readers:

    BCE(odds of QAs, labels) + 0.3 * BCE(match of figures, matched)
    """
    loss = nn.functional.binary_cross_entropy_with_logits
    costs = [
        loss(odds, part.labels) + _MATCH * loss(together, part.matched)
        for odds, together in graph.read(part.graph, part.fixed)
    ]
    return torch.stack(costs).sum()


@use_one_thread()
def fit_filter(
    pairs: PairTable,
    encoders: Encoders,
    *,
    seed: int = 0,
    names: Collection[str] | None = None,
    about: str = "fitted on the pool at hand",
) -> HiCQAFilter:
    """Fit a filter on a pool by self-corruption, about a minute per 10,000 pairs and version.

    With fewer than `SMALLEST` pairs no graph is fitted, and the score is the mean of signals.

    Args:
        pairs: the pool, with whatever errors it has.
        encoders: those that the filter will be used with.
        seed: of the sample, the planted errors and the training.
        names: families of `filtering.corruptions` to plant; all without.
        about: what the filter calls itself.
    """
    logger.info("fitting a filter on %d pairs", len(pairs.rows))
    # The same texts and images come again in every version: encode each once.
    encoders = encoders.remember()
    # What rows are compared with from now on: a sample of the pool as it is.
    reference = make_reference(draw_reference_sample(pairs, seed), encoders)
    config = _make_config(encoders, pairs, seed, names, about)
    if len(pairs.rows) < SMALLEST:
        logger.warning(
            "%d pairs are too few for a graph: the mean of signals scores", len(pairs.rows)
        )
        return HiCQAFilter(config, reference, None)
    # Copies of the pool with different errors, and the anchor that ranks these errors lowest.
    made = [
        plant_errors(pairs, _VERSION * (seed + 1) + version, names) for version in range(VERSIONS)
    ]
    lessons = [make_training_pool(rows, planted, encoders, reference) for rows, planted in made]
    kind = choose_anchor(lessons)
    # One group in five is kept back, so that probabilities are those of rows never trained on.
    held_out = lessons[0].rows.group % 5 == 0
    graph = train_graph([select_part(x, ~held_out) for x in lessons], kind, seed)
    slope, offset = _calibrate(graph, [select_part(x, held_out) for x in lessons], kind)
    logger.info("fitted; anchor %s, slope %.3f, offset %.3f", kind, slope, offset)
    fitted = config.model_copy(update={"anchor": kind, "slope": slope, "offset": offset})
    return HiCQAFilter(fitted, reference, graph)


def _make_config(
    encoders: Encoders, pairs: PairTable, seed: int, names: Collection[str] | None, about: str
) -> FilterConfig:
    clip, nli = encoders.clip, encoders.nli
    return FilterConfig(
        name=about,
        clip=clip.name if clip else "",
        clip_revision=clip.revision if clip else "",
        nli=nli.name if nli else "",
        nli_revision=nli.revision if nli else "",
        families=tuple(list_families()) if names is None else tuple(sorted(names)),
        rows=len(pairs.rows),
        seed=seed,
    )


def _calibrate(
    graph: HiCQAGraph, lessons: Sequence[TrainingPool], kind: Anchor
) -> tuple[float, float]:
    """Slope a, offset b of p = 1 / (1 + exp(-(a * odds + b))), fitted on labels (Platt, 1999)."""
    odds = np.concatenate([compute_odds(graph, x, kind) for x in lessons])
    labels = np.concatenate([x.labels for x in lessons])
    model = LogisticRegression(C=1e6).fit(odds[:, None], labels)
    return round(float(model.coef_[0, 0]), 6), round(float(model.intercept_[0]), 6)


def compute_odds(graph: HiCQAGraph, lesson: TrainingPool, kind: Anchor) -> Floats:
    """Log odds (n,) of a lesson's rows."""
    with torch.inference_mode():
        odds, _ = graph(build_graph(lesson.rows), torch.from_numpy(lesson.compute_anchor(kind)))
    return np.asarray(odds.numpy())
