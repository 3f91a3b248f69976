"""Pools with planted errors, as the graph sees them: what a filter is fitted on, and judged on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from filtering.corruptions import CLEAN, Planted, corrupt, families
from filtering.encoders.encoder_cache import RememberingClip, RememberingNli
from filtering.encoders.pair_encoding import Bank, Clip, Encoded, Floats, Nli, encode, encode_words
from filtering.graph.edges import Rows, select
from filtering.graph.features import Anchor, Scaled, anchor, graph_rows
from filtering.graph.hicqa import Reference, channels_of
from filtering.graph.normalise import Centre, Scale
from filtering.pairs import Pairs
from filtering.records import Signals
from filtering.signals.shared_words import pair_words
from filtering.signals.text_signals import compute_signals

REFERENCE_ROWS = 2000
RATE = 0.29
WHOLE_FIGURE = frozenset(f.name for f in families().values() if f.whole_figure)


@dataclass(frozen=True, slots=True)
class Encoders:
    """The encoders of a filter; None for one that reads text only."""

    clip: Clip | None = None
    nli: Nli | None = None

    def encode(self, pairs: Pairs, bank: Bank | None) -> Encoded:
        """What the encoders see of pairs; hashed words where there are no encoders."""
        if self.clip is None or self.nli is None:
            return encode_words(pairs)
        return encode(pairs, self.clip, self.nli, bank)

    def remembering(self) -> Encoders:
        """The same encoders; what was encoded once is not encoded again."""
        if self.clip is None or self.nli is None:
            return self
        return Encoders(RememberingClip(self.clip), RememberingNli(self.nli))


NO_ENCODERS = Encoders()


@dataclass(frozen=True, slots=True)
class Lesson:
    """A pool with errors and what is known of them: 1 consistent, 0 not.

    `labels` is (n,), `matched` (f,) says whether image and caption of a figure belong together.
    """

    rows: Rows
    scaled: Scaled
    labels: Floats
    matched: Floats

    def anchor(self, kind: Anchor) -> Floats:
        """The anchor of each row, (n,)."""
        return anchor(self.scaled, kind)


def reference_sample(pairs: Pairs, seed: int, size: int = REFERENCE_ROWS) -> Pairs:
    """Rows of randomly drawn figures, about `size` of them."""
    figures = list(dict.fromkeys(qa.figure_id for qa in pairs.rows))
    order = np.random.default_rng(seed).permutation(len(figures))
    rank = {figures[place]: n for n, place in enumerate(order)}
    places = sorted(range(len(pairs.rows)), key=lambda i: (rank[pairs.rows[i].figure_id], i))
    return taken(pairs, sorted(places[:size]))


def taken(pairs: Pairs, places: Sequence[int]) -> Pairs:
    """Some of the pairs."""
    return Pairs(
        [pairs.rows[i] for i in places],
        [pairs.images[i] for i in places],
        [pairs.groups[i] for i in places],
        pairs.files,
    )


def make_reference(sample: Pairs, encoders: Encoders, text: bool = True) -> Reference:
    """What rows are to be compared with, from a sample of them. Without `text` no text signal."""
    figures = [qa.figure_id for qa in sample.rows]
    answers = [qa.answer for qa in sample.rows]
    questions = encoders.encode(sample, None).questions
    bank = Bank(questions, answers, figures)
    encoded = encoders.encode(sample, bank)
    centre = Centre.of(encoded)
    channels = channels_of(encoded, _signals(sample, text), centre)
    return Reference(centre, Scale.of(channels, questions, tuple(figures)), bank)


def _signals(pairs: Pairs, text: bool) -> list[Signals] | None:
    return compute_signals(pairs.rows) if text else None


def corrupted(
    pairs: Pairs, seed: int, names: Collection[str] | None = None
) -> tuple[Pairs, Planted]:
    """Pairs with errors planted into 29% of the rows, and the record of them."""
    images = pairs.images if any(pairs.images) else None
    planted = corrupt(pairs.rows, seed=seed, rate=RATE, names=names, images=images)
    return Pairs(planted.rows, planted.images, pairs.groups, pairs.files), planted


def lesson(
    pairs: Pairs, planted: Planted, encoders: Encoders, reference: Reference, text: bool = True
) -> Lesson:
    """A pool with planted errors as the graph sees it."""
    encoded = encoders.encode(pairs, reference.bank)
    channels = channels_of(encoded, _signals(pairs, text), reference.centre)
    figures = [qa.figure_id for qa in pairs.rows]
    near = reference.scale.neighbours(encoded.questions, figures)
    scaled = Scaled.of(channels, reference.scale, near)
    wrong = np.array([r.family != CLEAN for r in planted.records])
    apart = np.array([r.family in WHOLE_FIGURE for r in planted.records])
    matched = np.ones(len(encoded.captions), dtype=np.float32)
    matched[encoded.figure[apart]] = 0
    rows = graph_rows(
        scaled,
        encoded.questions,
        encoded.statements,
        pair_words(pairs.rows),
        encoded.figure,
        pairs.numbered_groups(),
    )
    return Lesson(rows, scaled, (~wrong).astype(np.float32), matched)


def part(whole: Lesson, chosen: npt.NDArray[np.bool_]) -> Lesson:
    """Some of the rows of a lesson."""
    which = np.flatnonzero(chosen)
    scaled = Scaled(whole.scaled.globally[which], whole.scaled.locally[which])
    matched = whole.matched[np.unique(whole.rows.figure[which])]
    return Lesson(select(whole.rows, which), scaled, whole.labels[which], matched)
