"""From signals to what the graph reads: channels, blocks of the anchor, node and edge features."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from filtering.encoders.pair_encoding import Floats
from filtering.graph.edges import Indices, Rows
from filtering.graph.normalise import RAW, Neighbours, Scale
from filtering.records import Signals
from filtering.signals.shared_words import Words

TEXT = ("grounding", "answer", "overlap", "binding")
CHANNELS = (*RAW, *TEXT)
_NEGATIVE = ("contradiction",)
_IMAGE_PAIR = ("image_qa_margin", "image_qa_probability", "image_qa_similarity")
_CAPTION_PAIR = (
    "caption_qa_margin",
    "caption_qa_probability",
    "caption_qa_similarity",
    "entailment_margin",
    "entailment",
    "contradiction",
)
_FIGURE = ("image_caption_similarity", "image_caption_probability")
Anchor = Literal["plain", "normalised"]
ANCHORS: tuple[Anchor, ...] = get_args(Anchor)
_PLAIN = (
    ("image_qa_probability",),
    ("caption_qa_probability",),
    ("entailment",),
    ("contradiction",),
    ("image_caption_probability",),
    *((name,) for name in TEXT),
)
_SEEN = ("image_qa_margin", "image_qa_probability")
_SAID = ("entailment_margin", "caption_qa_similarity")
_BLOCKS = ((_SEEN, False), (_SEEN, True), (_SAID, False), (_SAID, True), (_FIGURE[:1], False))


def _columns(names: Sequence[str]) -> list[int]:
    return [CHANNELS.index(name) for name in names]


def text_channels(signals: Sequence[Signals] | None, rows: int) -> Floats:
    """The channels of `TEXT`, shape (rows, 4), NaN where a signal does not apply or for None."""
    if signals is None:
        return np.full((rows, len(TEXT)), np.nan, dtype=np.float32)
    values = [[getattr(s, f"signal_{name}", None) for name in TEXT] for s in signals]
    return np.array(values, dtype=np.float32).reshape(len(signals), len(TEXT))


def oriented(channels: Floats) -> Floats:
    """Channels with the sign at which more is more consistent."""
    signs = np.array([-1 if name in _NEGATIVE else 1 for name in CHANNELS], dtype=np.float32)
    return channels * signs


@dataclass(frozen=True, slots=True)
class Scaled:
    """Channels on the scale of the whole sample and of the nearest questions, (n, c) each."""

    globally: Floats
    locally: Floats

    @classmethod
    def of(cls, channels: Floats, scale: Scale, near: Neighbours) -> Scaled:
        """Channels (as `oriented` gives them) on both scales."""
        return cls(scale.globally(channels), scale.locally(channels, near))


def _mean(values: Floats) -> Floats:
    """Mean over the second axis of what is there; NaN where nothing is."""
    seen = np.isfinite(values)
    count = seen.sum(axis=1)
    total = np.where(seen, values, 0).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.float32(np.nan))


def anchor(scaled: Scaled, kind: Anchor) -> Floats:
    """The fixed consistency score, (n,); 0 is that of a usual pair of the reference sample.

    `plain` is the mean of z-scored signals. `normalised` is the mean of blocks that are centred
    and, in part, relative to the nearest questions; text signals are one block.
    """
    if kind == "plain":
        blocks = [_mean(scaled.globally[:, _columns(names)]) for names in _PLAIN]
    else:
        blocks = [
            _mean((scaled.locally if local else scaled.globally)[:, _columns(names)])
            for names, local in (*_BLOCKS, (TEXT, False))
        ]
    return np.nan_to_num(_mean(np.stack(blocks, axis=1))).astype(np.float32)


def node_features(scaled: Scaled) -> Floats:
    """Both scales, 0 where missing, and what is missing; shape (n, 3c)."""
    missing = ~np.isfinite(scaled.globally)
    parts = [np.nan_to_num(scaled.globally), np.nan_to_num(scaled.locally), missing]
    return np.concatenate(parts, axis=1).astype(np.float32)


def figure_columns() -> list[int]:
    """Columns of `node_features` that tell of image and caption together."""
    width = len(CHANNELS)
    return [c + scale * width for scale in range(3) for c in _columns(_FIGURE)]


def graph_rows(
    scaled: Scaled,
    questions: Floats,
    statements: Floats,
    words: Words,
    figure: Indices,
    group: Indices,
) -> Rows:
    """Everything that the graph is made of; figures are numbered from 0 without gaps."""
    filled, local = np.nan_to_num(scaled.globally), np.nan_to_num(scaled.locally)
    both = np.concatenate([filled, local], axis=1)
    first = np.unique(figure, return_index=True)[1]
    width = len(CHANNELS)

    def pair(names: Sequence[str]) -> Floats:
        return both[:, [*_columns(names), *(width + c for c in _columns(names))]]

    return Rows(
        features=node_features(scaled),
        image_pairs=pair(_IMAGE_PAIR),
        caption_pairs=pair(_CAPTION_PAIR),
        figures=filled[first][:, _columns(_FIGURE)],
        figure=figure,
        group=group,
        questions=questions,
        statements=statements,
        words=words,
    )
