"""Scores pairs: with HiCQA-Graph where there are weights for their encoders, else by their mean.

Two steps: what can be seen of a pair by itself (`observe`) needs no other pair; the score (`rate`)
needs its siblings and its group.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from filtering.encoding import Encoded, Floats
from filtering.features import CHANNELS, Scaled, anchor, graph_rows
from filtering.hicqa import HiCQAFilter, channels_of
from filtering.lessons import NO_ENCODERS, Encoders
from filtering.pairs import Pairs
from filtering.records import Signals
from filtering.signals import compute_signals

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
    """What is seen of each pair by itself; `scaled` is None without a reference sample."""

    signals: list[Signals]
    encoded: Encoded
    scaled: Scaled | None


@dataclass(frozen=True, slots=True)
class Scorer:
    """How a table is scored: by `hicqa`, or by the mean of its text signals without.

    A filter that has no graph adds what the encoders say to the mean.
    """

    encoders: Encoders = NO_ENCODERS
    hicqa: HiCQAFilter | None = None

    @property
    def name(self) -> str:
        """What the score is, with the models and revisions behind it."""
        fitted = self.hicqa is not None and self.hicqa.graph is not None
        kind = f"HiCQA-Graph {self.hicqa.config.name}" if self.hicqa and fitted else MEAN
        clip, nli = self.encoders.clip, self.encoders.nli
        if clip is None or nli is None:
            return kind
        return f"{kind}; CLIP {clip.name} {clip.revision}; NLI {nli.name} {nli.revision}"

    def observe(self, pairs: Pairs) -> Observed:
        """Signals of each pair, with the mean of them as score."""
        signals = compute_signals(pairs.rows)
        encoded = self.encoders.encode(pairs, self.hicqa.reference.bank if self.hicqa else None)
        if self.hicqa is None:
            return Observed([replace(s, scorer=self.name) for s in signals], encoded, None)
        reference = self.hicqa.reference
        channels = channels_of(encoded, signals, reference.centre)
        figures = [qa.figure_id for qa in pairs.rows]
        near = reference.scale.neighbours(encoded.questions, figures)
        scaled = Scaled.of(channels, reference.scale, near)
        told = _told(channels, encoded, reference.scale.worse_than(channels, near))
        seen = [
            _scored(replace(s, **t, scorer=self.name)) for s, t in zip(signals, told, strict=True)
        ]
        return Observed(_with_siblings(seen, encoded.figure), encoded, scaled)

    def rate(self, observed: Observed, pairs: Pairs) -> list[Signals]:
        """The signals with the score that ranks the pairs."""
        if self.hicqa is None or self.hicqa.graph is None or observed.scaled is None:
            return observed.signals
        rows = graph_rows(observed.scaled, observed.encoded, pairs.numbered_groups())
        fixed = anchor(observed.scaled, self.hicqa.config.anchor)
        found = self.hicqa.probabilities(rows, fixed)
        return [
            replace(s, score=round(float(p), 6))
            for s, p in zip(observed.signals, found, strict=True)
        ]

    def score(self, pairs: Pairs) -> list[Signals]:
        """Signals and score of each pair, in order."""
        return self.rate(self.observe(pairs), pairs)


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


def _with_siblings(rows: Sequence[Signals], figure: np.ndarray) -> list[Signals]:
    """The rows with the mean score of the others of their figure."""
    scores = np.array([row.score for row in rows], dtype=np.float64)
    total, count = np.bincount(figure, scores), np.bincount(figure)
    return [
        replace(row, signal_siblings=round((total[f] - s) / (count[f] - 1), 4))
        if count[f] > 1
        else row
        for row, f, s in zip(rows, figure, scores, strict=True)
    ]
