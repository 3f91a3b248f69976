"""Scores pairs: with HiCQA-Graph where there are weights for their encoders, else by their mean.

Two steps: what can be seen of a pair by itself (`observe`) needs no other pair; the score (`rate`)
needs its siblings and its group.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from filtering.encoders import open_clip_encoder, open_nli
from filtering.encoders.pair_encoding import Encoded, encode_pairs, number_figures
from filtering.encoders.protocols import NO_ENCODERS, Encoders, Floats
from filtering.graph.channels import CHANNELS, Scaled, compute_anchor, make_graph_rows
from filtering.graph.edges import Indices, Words, collect_words
from filtering.graph.hicqa import HiCQAFilter, compute_channels, use_one_thread
from filtering.records import PairTable, Signals
from filtering.scorer_choice import NO_ENCODER, FilterError
from filtering.text_signals import add_siblings, compute_signals

logger = logging.getLogger("microvqa_pp")
BUNDLED = Path(__file__).parent.parent / "weights" / "hicqa"
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
class GraphInput:
    """What the graph reads of n pairs: channels, questions and statements as unit rows, words."""

    scaled: Scaled
    questions: Floats
    statements: Floats
    words: Words

    def to_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """All arrays by name, one row a pair; `from_arrays` takes them back."""
        return {
            "globally": self.scaled.globally,
            "locally": self.scaled.locally,
            "questions": self.questions,
            "statements": self.statements,
            "words": self.words,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> GraphInput:
        """The input that `to_arrays` took apart."""
        scaled = Scaled(arrays["globally"], arrays["locally"])
        return cls(scaled, arrays["questions"], arrays["statements"], arrays["words"])


@dataclass(frozen=True, slots=True)
class Observed:
    """What is seen of each pair by itself.

    `signals` have their mean as score, `figure` numbers the figures, and `graph_input` is None
    without a filter.
    """

    signals: list[Signals]
    figure: Indices
    graph_input: GraphInput | None


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

    @use_one_thread()
    def observe(self, pairs: PairTable) -> Observed:
        """Signals of each pair, with the mean of them as score.

        On one thread, here and in `rate`: the last bits of a product depend on their number.
        """
        signals = compute_signals(pairs.rows)
        if self.hicqa is None:
            named = [replace(s, scorer=self.name) for s in signals]
            return Observed(named, number_figures(pairs), None)
        # What the encoders see, with other answers from the filter's own sample.
        reference = self.hicqa.reference
        encoded = encode_pairs(pairs, self.encoders, reference.bank)
        # Channels on the scale of the whole sample, and of questions like the pair's own.
        channels = compute_channels(encoded, signals, reference.centre)
        near = reference.scale.find_neighbours(encoded.questions, [q.figure_id for q in pairs.rows])
        scaled = Scaled.of(channels, reference.scale, near)
        # The columns that a reader sees, and the mean as score until the graph has spoken.
        worse = reference.scale.compare_with_neighbours(channels, near)
        columns = _show_encoder_signals(channels, encoded, worse)
        shown = [
            _average(replace(s, **more, scorer=self.name))
            for s, more in zip(signals, columns, strict=True)
        ]
        words = collect_words(pairs.rows)
        graph_input = GraphInput(scaled, encoded.questions, encoded.statements, words)
        return Observed(shown, encoded.figure, graph_input)

    @use_one_thread()
    def rate(self, graph_input: GraphInput, figure: Indices, group: Indices) -> Floats:
        """The graph's score of pairs that stand together with all their siblings.

        Args:
            graph_input: what the graph reads of n pairs.
            figure: number of each pair's figure, from 0 without gaps.
            group: number of each pair's group (article).

        Shape:
            Scores (n,), calibrated probabilities of being consistent, 0-1.

        Raises:
            ValueError: without a graph.
        """
        if self.hicqa is None:
            raise ValueError("without a filter the score is the mean of signals")
        rows = make_graph_rows(
            graph_input.scaled,
            graph_input.questions,
            graph_input.statements,
            graph_input.words,
            figure,
            group,
        )
        fixed = compute_anchor(graph_input.scaled, self.hicqa.config.anchor)
        return self.hicqa.compute_probabilities(rows, fixed)

    def score(self, pairs: PairTable) -> list[Signals]:
        """Signals and score of each pair, in order. Siblings must be among the pairs."""
        observed = self.observe(pairs)
        signals = add_siblings(observed.signals, observed.figure)
        if observed.graph_input is None or not self.rates:
            return signals
        scores = self.rate(observed.graph_input, observed.figure, pairs.number_groups())
        return [replace(s, score=round_score(p)) for s, p in zip(signals, scores, strict=True)]


def round_score(score: float) -> float:
    """A score as it is written: six digits, so that it does not depend on the batch."""
    return round(float(score), 6)


def _show_encoder_signals(
    channels: Floats, encoded: Encoded, worse: Floats
) -> list[dict[str, Any]]:
    """What the encoders say of each pair, as fields of its signals."""

    def blank_missing(values: Floats) -> list[float | None]:
        return [round(float(v), 4) if np.isfinite(v) else None for v in values]

    columns: dict[str, list[Any]] = {
        shown: blank_missing(channels[:, CHANNELS.index(name)]) for shown, name in _SHOWN.items()
    }
    columns["signal_neutral"] = blank_missing(encoded.nli[:, 1])
    columns["signal_contradiction"] = blank_missing(encoded.nli[:, 2])
    columns["weakness"] = [_describe_weakness(row) for row in worse]
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _describe_weakness(worse: Floats) -> str:
    """What counts most against a pair, given the share of its kind that is better by channel."""
    shares = {name: float(worse[CHANNELS.index(name)]) for name in _WEAKNESS}
    name, share = max(shares.items(), key=lambda item: np.nan_to_num(item[1]))
    return _WEAKNESS[name].format(share) if share >= _WEAK else ""


def _average(row: Signals) -> Signals:
    """The row with the plain mean of its text score and the encoders' signals as score."""
    denied = row.signal_contradiction
    values = (
        row.signal_image_qa,
        row.signal_caption_qa,
        row.signal_entailment,
        None if denied is None else 1 - denied,
        row.signal_image_caption,
    )
    present = [v for v in values if v is not None]
    return replace(row, score=float(np.mean([row.score, *present]))) if present else row


def open_encoders(clip: str, nli: str) -> Encoders:
    """Encoders by name; none for 'none'. Raises EncoderError where one cannot be opened.

    Torch is held to one thread, so that results do not depend on the number of cores.
    """
    torch.set_num_threads(1)
    if clip == NO_ENCODER:
        return Encoders()
    return Encoders(open_clip_encoder(clip), open_nli(nli))


@lru_cache(maxsize=4)
def open_scorer(folder: Path = BUNDLED) -> Scorer:
    """The scorer of a fitted filter, with the encoders that it names.

    Raises FilterError where the folder holds none, or the encoders have changed since.
    """
    try:
        hicqa = HiCQAFilter.load(folder)
    except (OSError, ValueError, KeyError) as error:
        raise FilterError(f"{folder} holds no filter that can be read: {error}") from error
    config = hicqa.config
    encoders = open_encoders(config.clip or NO_ENCODER, config.nli or NO_ENCODER)
    # Weights mean nothing to other encoders, also to another revision under the same name.
    for encoder, revision in (
        (encoders.clip, config.clip_revision),
        (encoders.nli, config.nli_revision),
    ):
        if encoder is not None and encoder.revision != revision:
            raise FilterError(
                f"the filter in {folder} was fitted with revision {revision} of {encoder.name}; "
                f"here it has revision {encoder.revision}: fit it again"
            )
    scorer = Scorer(encoders, hicqa)
    logger.debug("opened %s from %s", scorer.name, folder)
    return scorer
