"""Channels: signals on scales that can be compared, relative to a reference sample.

Two normalisations take out what has nothing to do with the pair at hand. *Centring*: a similarity
less what its image, its text and the sample as a whole are usually worth (double-centring of the
similarity matrix; for inner products that is centring the embeddings). *Local* scaling: a channel
less its mean among the nearest questions of other figures, over their standard deviation.

From channels on both scales come the anchor, and what nodes and edges of the graph carry.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from filtering.encoders.pair_encoding import Encoded, find_nearest
from filtering.encoders.protocols import Floats
from filtering.graph.edges import Indices, Rows, Words
from filtering.records import Signals

RAW = (
    "image_qa_margin",
    "image_qa_probability",
    "image_qa_similarity",
    "caption_qa_margin",
    "caption_qa_probability",
    "caption_qa_similarity",
    "entailment_margin",
    "entailment",
    "contradiction",
    "image_caption_similarity",
    "image_caption_probability",
)
"""What the encoders say of a pair; NLI's three are from statement and caption."""
_LOGIT = 8.0
"""Log odds of entailment are cut here: beyond it they tell of the model's confidence alone."""
_NEIGHBOURS, _LEAST_NEIGHBOURS = 50, 8
_FLOOR = 1e-3
_BLOCK = 2048


@dataclass(frozen=True, slots=True)
class Centre:
    """Means of image, caption and statement embeddings of the reference sample, each (dim,), and
    some of its captions, (m, dim)."""

    image: Floats
    caption: Floats
    statement: Floats
    captions: Floats

    @classmethod
    def of(cls, encoded: Encoded, captions: int = 256) -> Centre:
        """The centre of a sample; its first `captions` captions are kept."""
        return cls(
            np.asarray(np.nanmean(encoded.images, axis=0, dtype=np.float64), dtype=np.float32),
            encoded.captions.mean(axis=0, dtype=np.float64).astype(np.float32),
            encoded.statements.mean(axis=0, dtype=np.float64).astype(np.float32),
            encoded.captions[:captions],
        )


def _margin(own: Floats, others: Floats) -> tuple[Floats, Floats]:
    """How much better a row's own text fits than k others, from similarities times the scale.

    margin = own - log(mean over k of exp(others)), probability = exp(own) / (exp(own) + sum of
    exp(others)): a softmax, as CLIP is trained with (Radford et al., 2021, arXiv 2103.00020).

    Shape:
        `own` (n,), `others` (n, k), NaN for those that are missing; returns two arrays (n,), NaN
        for rows without others.
    """
    # The largest is taken out first, so that no exponential overflows.
    known = np.isfinite(others)
    top = np.maximum(np.where(known, others, -np.inf).max(axis=1, initial=-np.inf), own)
    with np.errstate(invalid="ignore", divide="ignore"):
        rest = np.where(known, np.exp(others - top[:, None]), 0.0).sum(axis=1)
        mean = np.log(rest / known.sum(axis=1)) + top
        probability = np.exp(own - top) / (np.exp(own - top) + rest)
    some = known.any(axis=1) & np.isfinite(own)
    nothing = np.float32(np.nan)
    return np.where(some, own - mean, nothing), np.where(some, probability, nothing)


def _compare_statements(
    target: Floats, rows: Encoded, centre: Floats, texts: Centre
) -> list[Floats]:
    """Margin, probability and centred similarity of the statements to one embedding a row.

    The centred similarity is (u - mean of u) . (t - mean of t), u the unit vector of image or
    caption, t that of the statement, means over the reference sample.
    """
    direction = (target - centre) * rows.scale
    own = np.einsum("nd,nd->n", direction, rows.statements - texts.statement)
    others = np.einsum("nd,nkd->nk", direction, rows.others - texts.statement)
    return [*_margin(own, others), own / rows.scale]


def _compare_captions(rows: Encoded, centre: Centre) -> list[Floats]:
    """Centred similarity, and probability of the caption among the sample's captions."""
    direction = rows.images - centre.image
    own = np.einsum("fd,fd->f", direction, rows.captions - centre.caption) * rows.scale
    others = (direction @ (centre.captions - centre.caption).T) * rows.scale
    same = (rows.captions @ centre.captions.T) > 1 - 1e-4
    _, probability = _margin(own, np.where(same, np.nan, others).astype(np.float32))
    return [own[rows.figure] / rows.scale, probability[rows.figure]]


def _read_entailment(rows: Encoded) -> list[Floats]:
    """log p(entailment) - log p(contradiction), within -8 and 8, and the two probabilities."""
    yes, no = rows.nli[:, 0], rows.nli[:, 2]
    with np.errstate(divide="ignore"):
        odds = np.clip(np.log(yes + 1e-9) - np.log(no + 1e-9), -_LOGIT, _LOGIT)
    return [odds, yes, no]


def compute_encoder_channels(rows: Encoded, centre: Centre) -> Floats:
    """The channels of `RAW`, shape (n, 11), NaN where one does not apply."""
    columns = [
        *_compare_statements(rows.images[rows.figure], rows, centre.image, centre),
        *_compare_statements(rows.captions[rows.figure], rows, centre.caption, centre),
        *_read_entailment(rows),
        *_compare_captions(rows, centre),
    ]
    return np.stack(columns, axis=1).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Scale:
    """What channels (c) are like in the reference sample of r rows.

    `mean` and `deviation` are (c,), `rows` is (r, c), `questions` (r, dim); `figures` names the
    figure of each row, so that a row is not compared with its own figure.
    """

    mean: Floats
    deviation: Floats
    rows: Floats
    questions: Floats
    figures: tuple[str, ...]

    @classmethod
    def of(cls, channels: Floats, questions: Floats, figures: tuple[str, ...]) -> Scale:
        """The scale of a reference sample."""
        with np.errstate(invalid="ignore"):
            seen = np.isfinite(channels)
            count = np.maximum(seen.sum(axis=0), 1)
            mean = np.where(seen, channels, 0).sum(axis=0, dtype=np.float64) / count
            spread = np.where(seen, channels - mean, 0) ** 2
            deviation = np.sqrt(spread.sum(axis=0, dtype=np.float64) / count)
        least = np.maximum(deviation, _FLOOR)
        return cls(mean.astype(np.float32), least.astype(np.float32), channels, questions, figures)

    def scale_globally(self, channels: Floats) -> Floats:
        """z-scores: (channels - mean) / deviation, within -5 and 5; (n, c)."""
        return np.asarray(np.clip((channels - self.mean) / self.deviation, -5, 5))

    def find_neighbours(self, questions: Floats, figures: Sequence[str]) -> Neighbours:
        """The nearest questions of other figures, for each of n questions (unit rows)."""
        near = find_nearest(questions, self.questions, _NEIGHBOURS)
        names = {name: place for place, name in enumerate(dict.fromkeys(self.figures))}
        theirs = np.array([names[name] for name in self.figures])[near]
        own = np.array([names.get(name, -1) for name in figures])
        return Neighbours(near, theirs == own[:, None])

    def scale_locally(self, channels: Floats, near: Neighbours) -> Floats:
        """z-scores among the nearest questions: what is usual for a question of this kind.

        (channels - mean of neighbours) / max(deviation of neighbours, deviation / 3), within -5
        and 5. Where fewer than eight neighbours have the channel, the global value stands.

        Shape:
            `channels` (n, c); returns (n, c).
        """
        scaled = self.scale_globally(channels)
        for part in _blocks(len(channels)):
            values = near.values(self.rows, part)
            scaled[part] = _scale_among(channels[part], values, self.deviation, scaled[part])
        return scaled

    def compare_with_neighbours(self, channels: Floats, near: Neighbours) -> Floats:
        """Share of the neighbours whose channel is higher, (n, c); NaN with fewer than eight."""
        found = np.full(channels.shape, np.nan, dtype=np.float32)
        for part in _blocks(len(channels)):
            values = near.values(self.rows, part)
            count = np.isfinite(values).sum(axis=1)
            with np.errstate(invalid="ignore", divide="ignore"):
                share = (values > channels[part][:, None]).sum(axis=1) / count
            known = (count >= _LEAST_NEIGHBOURS) & np.isfinite(channels[part])
            found[part] = np.where(known, share, np.nan)
        return found


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Places (n, k) of neighbours in the reference sample, and which of them do not count."""

    places: npt.NDArray[np.int64]
    hidden: npt.NDArray[np.bool_]

    def values(self, rows: Floats, part: slice) -> Floats:
        """Channels of the neighbours of some rows, (n, k, c); NaN where they do not count."""
        return np.where(self.hidden[part][:, :, None], np.nan, rows[self.places[part]])


def _blocks(rows: int) -> Iterator[slice]:
    return (slice(start, start + _BLOCK) for start in range(0, rows, _BLOCK))


def _scale_among(channels: Floats, near: Floats, deviation: Floats, otherwise: Floats) -> Floats:
    seen = np.isfinite(near)
    count = np.maximum(seen.sum(axis=1), 1)
    mean = np.where(seen, near, 0).sum(axis=1) / count
    spread = np.where(seen, (near - mean[:, None]) ** 2, 0).sum(axis=1) / count
    scaled = (channels - mean) / np.maximum(np.sqrt(spread), deviation / 3)
    enough = seen.sum(axis=1) >= _LEAST_NEIGHBOURS
    return np.clip(np.where(enough, scaled, otherwise), -5, 5).astype(np.float32)


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


def take_text_channels(signals: Sequence[Signals] | None, rows: int) -> Floats:
    """The channels of `TEXT`, shape (rows, 4), NaN where a signal does not apply or for None."""
    if signals is None:
        return np.full((rows, len(TEXT)), np.nan, dtype=np.float32)
    values = [[getattr(s, f"signal_{name}", None) for name in TEXT] for s in signals]
    return np.array(values, dtype=np.float32).reshape(len(signals), len(TEXT))


def orient_channels(channels: Floats) -> Floats:
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
        """Channels (as `orient_channels` gives them) on both scales."""
        return cls(scale.scale_globally(channels), scale.scale_locally(channels, near))


def _mean(values: Floats) -> Floats:
    """Mean over the second axis of what is there; NaN where nothing is."""
    seen = np.isfinite(values)
    count = seen.sum(axis=1)
    total = np.where(seen, values, 0).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.float32(np.nan))


def compute_anchor(scaled: Scaled, kind: Anchor) -> Floats:
    """The fixed consistency score; 0 is that of a usual pair of the reference sample.

    A mean of blocks, each the mean of its z-scored channels; what is missing is left out of both
    means. For `plain` every signal is a block. For `normalised` the blocks are centred channels,
    some of them relative to the nearest questions, and the text signals are one block together.

    Shape:
        (n,).
    """
    if kind == "plain":
        blocks = [_mean(scaled.globally[:, _columns(names)]) for names in _PLAIN]
    else:
        blocks = [
            _mean((scaled.locally if local else scaled.globally)[:, _columns(names)])
            for names, local in (*_BLOCKS, (TEXT, False))
        ]
    return np.nan_to_num(_mean(np.stack(blocks, axis=1))).astype(np.float32)


def make_node_features(scaled: Scaled) -> Floats:
    """Both scales, 0 where missing, and what is missing; shape (n, 3c)."""
    missing = ~np.isfinite(scaled.globally)
    parts = [np.nan_to_num(scaled.globally), np.nan_to_num(scaled.locally), missing]
    return np.concatenate(parts, axis=1).astype(np.float32)


def list_figure_columns() -> list[int]:
    """Columns of `make_node_features` that tell of image and caption together."""
    width = len(CHANNELS)
    return [c + scale * width for scale in range(3) for c in _columns(_FIGURE)]


def make_graph_rows(
    scaled: Scaled,
    questions: Floats,
    statements: Floats,
    words: Words,
    figure: Indices,
    group: Indices,
) -> Rows:
    """Everything that the graph is made of: both scales of all channels, 0 where missing, sorted
    to nodes and edges. Figures are numbered from 0 without gaps."""
    filled, local = np.nan_to_num(scaled.globally), np.nan_to_num(scaled.locally)
    both = np.concatenate([filled, local], axis=1)
    first = np.unique(figure, return_index=True)[1]
    width = len(CHANNELS)

    def pair(names: Sequence[str]) -> Floats:
        return both[:, [*_columns(names), *(width + c for c in _columns(names))]]

    return Rows(
        features=make_node_features(scaled),
        image_pairs=pair(_IMAGE_PAIR),
        caption_pairs=pair(_CAPTION_PAIR),
        figures=filled[first][:, _columns(_FIGURE)],
        figure=figure,
        group=group,
        questions=questions,
        statements=statements,
        words=words,
    )
