"""The tables of stage 2. Every row is one question-answer pair, in the order of the input."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated


@dataclass(frozen=True, slots=True)
class QA:
    """What stage 2 needs to know of a question-answer pair."""

    qa_id: Annotated[str, "identifier, unique within the table"]
    figure_id: Annotated[str, "figure that the question is about; its other questions are siblings"]
    caption: Annotated[str, "caption of the figure"]
    question: Annotated[str, "question"]
    answer: Annotated[str, "answer"]
    statement: Annotated[str, "question and answer as one declarative sentence; may be empty"]


@dataclass(frozen=True, slots=True)
class Signals:
    """How a question-answer pair agrees with its caption and image, before any ranking."""

    qa_id: Annotated[str, "identifier of the question-answer pair"]
    signal_grounding: Annotated[
        float | None, "share of the named things of the pair that the caption names too, 0-1"
    ]
    signal_answer: Annotated[
        float | None, "share of the answer's content words found in the caption, 0-1"
    ]
    signal_overlap: Annotated[
        float | None,
        "share of the statement's content words in its two best caption sentences, 0-1",
    ]
    signal_specificity: Annotated[
        float | None, "how much the answer says that the question does not already say, 0-1"
    ]
    signal_binding: Annotated[
        float | None,
        "how much better what the pair names fits there than other things of its type in the "
        "caption, 0-1; empty where there is nothing to confuse",
    ]
    contradiction: Annotated[
        str, "plain contradiction of the caption in words; empty where there is none"
    ]
    score: Annotated[float, "consistency, 0-1, higher is more consistent; see `scorer`"]
    signal_image_caption: Annotated[
        float | None, "probability of the caption among others, given the image; CLIP, 0-1"
    ] = None
    signal_image_qa: Annotated[
        float | None, "probability of the answer among others to like questions, given the image"
    ] = None
    signal_caption_qa: Annotated[
        float | None, "probability of the answer among others to like questions, given the caption"
    ] = None
    signal_entailment: Annotated[
        float | None, "probability that the caption entails the statement; NLI, 0-1"
    ] = None
    signal_neutral: Annotated[
        float | None, "probability that the caption leaves the statement open; NLI, 0-1"
    ] = None
    signal_contradiction: Annotated[
        float | None, "probability that the caption contradicts the statement; NLI, 0-1"
    ] = None
    signal_siblings: Annotated[
        float | None, "mean consistency of the other pairs of the figure, by their signals, 0-1"
    ] = None
    weakness: Annotated[
        str, "what counts most against the pair in words; empty where the signals say it"
    ] = ""
    scorer: Annotated[
        str, "what the score is: 'mean of signals', or filter and encoders with their revisions"
    ] = "mean of signals"


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a question-answer pair is kept, and why."""

    qa_id: Annotated[str, "identifier of the question-answer pair"]
    gated: Annotated[bool, "dropped by the contradiction gate, whatever the score"]
    rank: Annotated[float, "share of all pairs that are less consistent than this one, 0-1"]
    keep: Annotated[bool, "kept for stage 3"]
    reason: Annotated[str, "the decision in words"]
