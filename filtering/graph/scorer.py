"""Scores pairs: with HiCQA-Graph where there are weights for their encoders, else by their mean.

Two steps: what can be seen of a pair by itself (`observe`) needs no other pair; the score (`rate`)
needs its siblings and its group.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from filtering.encoders.pair_encoding import Encoded, Floats, figure_numbers
from filtering.graph.edges import Indices
from filtering.graph.features import CHANNELS, Scaled, anchor, graph_rows
from filtering.graph.hicqa import HiCQAFilter, channels_of
from filtering.graph.threads import one_thread
from filtering.graph.training_pools import NO_ENCODERS, Encoders
from filtering.pairs import Pairs
from filtering.records import Signals
from filtering.signals.shared_words import Words, pair_words
from filtering.signals.text_signals import compute_signals, with_siblings

MEAN = "mean of signals"
_SHOWN = {
    "signal_image_caption": "image_caption_probability",
    "signal_image_qa": "image_qa_probability",
    "signal_caption_qa": "caption_qa_probability",
    "signal_entailment": "entailment",
}
_WEAKNESS = {
    "image_qa_margin": "it fits its image worse than {:.0%} of its kind",
    "entailment_margin": "its caption supports it less than {:.0%} of its kind",
    "image_caption_similarity": "image and caption fit each other worse than {:.0%} of figures",
}
_WEAK = 0.7


@dataclass(frozen=True, slots=True)
class Observed:
    """What is seen of each pair by itself: signals with their mean as score, and what the graph
    reads, None without a filter. `figure` numbers the figures."""

    signals: list[Signals]
    figure: Indices
    seen: Seen | None


@dataclass(frozen=True, slots=True)
class Seen:
    """Channels of n pairs, their questions and statements as unit rows, and their words."""

    scaled: Scaled
    questions: Floats
    statements: Floats
    words: Words


@dataclass(frozen=True, slots=True)
class Scorer:
    """How a table is scored: by `hicqa`, or by the mean of its text signals without.

    A filter that has no graph adds what the encoders say to the mean.
    """

    encoders: Encoders = NO_ENCODERS
    hicqa: HiCQAFilter | None = None

    @property
    def rates(self) -> bool:
        """Whether a graph gives the score."""
        return self.hicqa is not None and self.hicqa.graph is not None

    @property
    def name(self) -> str:
        """What the score is, with the models and revisions behind it."""
        kind = f"HiCQA-Graph {self.hicqa.config.name}" if self.hicqa and self.rates else MEAN
        clip, nli = self.encoders.clip, self.encoders.nli
        if clip is None or nli is None:
            return kind
        return f"{kind}; CLIP {clip.name} {clip.revision}; NLI {nli.name} {nli.revision}"

    @one_thread()
    def observe(self, pairs: Pairs) -> Observed:
        """Signals of each pair, with the mean of them as score.

        On one thread, here and in `rate`: the last bits of a product depend on their number.
        """
        signals = compute_signals(pairs.rows)
        if self.hicqa is None:
            named = [replace(s, scorer=self.name) for s in signals]
            return Observed(named, figure_numbers(pairs), None)
        reference = self.hicqa.reference
        encoded = self.encoders.encode(pairs, reference.bank)
        channels = channels_of(encoded, signals, reference.centre)
        near = reference.scale.neighbours(encoded.questions, [q.figure_id for q in pairs.rows])
        scaled = Scaled.of(channels, reference.scale, near)
        told = _told(channels, encoded, reference.scale.worse_than(channels, near))
        named = [
            _scored(replace(s, **t, scorer=self.name)) for s, t in zip(signals, told, strict=True)
        ]
        words = pair_words(pairs.rows)
        seen = Seen(scaled, encoded.questions, encoded.statements, words)
        return Observed(named, encoded.figure, seen)

    @one_thread()
    def rate(self, seen: Seen, figure: Indices, group: Indices) -> Floats:
        """The score of pairs with all their siblings, (n,), 0-1. Raises ValueError without a
        graph."""
        if self.hicqa is None:
            raise ValueError("without a filter the score is the mean of signals")
        rows = graph_rows(seen.scaled, seen.questions, seen.statements, seen.words, figure, group)
        return self.hicqa.probabilities(rows, anchor(seen.scaled, self.hicqa.config.anchor))

    def score(self, pairs: Pairs) -> list[Signals]:
        """Signals and score of each pair, in order. Siblings must be among the pairs."""
        observed = self.observe(pairs)
        signals = with_siblings(observed.signals, observed.figure)
        if observed.seen is None or not self.rates:
            return signals
        found = self.rate(observed.seen, observed.figure, pairs.numbered_groups())
        return [replace(s, score=rounded(p)) for s, p in zip(signals, found, strict=True)]


def rounded(score: float) -> float:
    """A score as it is written: six digits, so that it does not depend on the batch."""
    return round(float(score), 6)


def _told(channels: Floats, encoded: Encoded, worse: Floats) -> list[dict[str, Any]]:
    """What the encoders say of each pair, as fields of its signals."""
    columns: dict[str, list[Any]] = {
        shown: _optional(channels[:, CHANNELS.index(name)]) for shown, name in _SHOWN.items()
    }
    columns["signal_neutral"] = _optional(encoded.nli[:, 1])
    columns["signal_contradiction"] = _optional(encoded.nli[:, 2])
    columns["weakness"] = [_weakness(row) for row in worse]
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _optional(values: Floats) -> list[float | None]:
    return [round(float(v), 4) if np.isfinite(v) else None for v in values]


def _weakness(worse: Floats) -> str:
    """What counts most against a pair, given the share of its kind that is better by channel."""
    shares = {name: float(worse[CHANNELS.index(name)]) for name in _WEAKNESS}
    name, share = max(shares.items(), key=lambda item: np.nan_to_num(item[1]))
    return _WEAKNESS[name].format(share) if share >= _WEAK else ""


def _scored(row: Signals) -> Signals:
    """The mean of the text signals with those of the encoders."""
    denied = row.signal_contradiction
    values = {
        "signal_image_qa": row.signal_image_qa,
        "signal_caption_qa": row.signal_caption_qa,
        "signal_entailment": row.signal_entailment,
        "contradiction": None if denied is None else 1 - denied,
        "signal_image_caption": row.signal_image_caption,
    }
    seen = [v for v in values.values() if v is not None]
    return replace(row, score=float(np.mean([row.score, *seen])) if seen else row.score)
