"""The tables of stages 1 and 3, field by field."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal, get_args

from filtering.records import Image

Task = Literal["Expert Visual Understanding", "Hypothesis Generation", "Experiment Proposal"]
TASKS: tuple[Task, ...] = get_args(Task)
EU, HG, EP = TASKS

Modality = Literal[
    "fluorescence microscopy",
    "histology",
    "phase contrast microscopy",
    "electron microscopy",
    "light microscopy",
    "unknown",
]
MODALITIES: tuple[Modality, ...] = get_args(Modality)


MAX_DETAIL_CHARS = 500
"""Of the texts of a quarantined row that come from its input."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its caption and where both come from."""

    figure_id: Annotated[str, "'{article_id}/{figure}', unique within the corpus"]
    article_id: Annotated[str, "article or package that the figure belongs to"]
    source: Annotated[str, "kind of source: 'phantom', 'pmc_oa' ..."]
    image: Annotated[Image, "encoded image file, bytes as the source has them, and its file name"]
    image_sha256: Annotated[str, "SHA-256 of the image bytes, hexadecimal"]
    image_phash: Annotated[str, "256-bit perceptual hash of the image, 64 hexadecimal digits"]
    width: Annotated[int, "pixels"]
    height: Annotated[int, "pixels"]
    label: Annotated[str, "label in the article: 'Figure 2'; may be empty"]
    title: Annotated[str, "title of the caption; may be empty"]
    caption: Annotated[str, "whole caption, title included, without the label"]
    panels: Annotated[list[str], "panel letters in order: ['A', 'B']; empty for a single panel"]
    mentions: Annotated[list[str], "paragraphs of the article that mention the figure"]
    is_microscopy: Annotated[bool, "whether the figure shows microscopy"]
    microscopy_reason: Annotated[str, "what that was decided by"]
    modality: Annotated[str, "one of builder.tables.records.MODALITIES"]
    license: Annotated[str, "SPDX-like identifier: 'CC-BY-4.0'; 'unknown' where there is none"]
    license_url: Annotated[str, "licence text; may be empty"]
    attribution: Annotated[str, "credit line that satisfies CC BY: authors, title, source, licence"]
    authors: Annotated[list[str], "authors, 'Given Surname'"]
    doi: Annotated[str, "DOI of the article without resolver; may be empty"]
    article_title: Annotated[str, "title of the article; may be empty"]
    reserved: Annotated[bool, "the figure must not be in the train split"]
    facts: Annotated[str, "facts that a phantom was rendered from, JSON; empty for real figures"]
    topic: Annotated[str, "one of builder.tables.topics.TOPICS"] = "life"
    license_reason: Annotated[
        str, "the words by which the licence is unknown or another than the article's; may be empty"
    ] = ""
    pmid: Annotated[str, "PubMed's number of the article; may be empty"] = ""
    pmcid: Annotated[str, "PubMed Central's id of the article, 'PMC123'; may be empty"] = ""


@dataclass(frozen=True, slots=True)
class Rejection:
    """Something that a source offered and that could not be used (quarantine).

    Item and detail are cut at MAX_DETAIL_CHARS, so that no input fills the table with itself.
    """

    source: Annotated[str, "kind of source"]
    location: Annotated[str, "where the item is: path, archive member, record key"]
    article_id: Annotated[str, "article; may be empty"]
    item: Annotated[str, "figure label or file name; may be empty"]
    reason: Annotated[str, "short stable reason that can be counted: 'image file missing'"]
    detail: Annotated[str, "what exactly was wrong, enough to reproduce it"]

    def __post_init__(self) -> None:
        for name in ("item", "detail"):
            text: str = getattr(self, name)
            if len(text) > MAX_DETAIL_CHARS:
                object.__setattr__(self, name, f"{text[: MAX_DETAIL_CHARS - 1]}…")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question-answer pair that an agent wrote for a figure (stage 1)."""

    candidate_id: Annotated[str, "hash of figure, task, question and answer, 20 hexadecimal digits"]
    figure_id: Annotated[str, "figure that the question is about"]
    task: Annotated[str, "one of builder.tables.records.TASKS"]
    question: Annotated[str, "question that refers to the image and does not give its answer away"]
    answer: Annotated[str, "short answer"]
    statement: Annotated[str, "question and answer as one declarative sentence"]
    evidence: Annotated[str, "span of the caption that supports the answer, verbatim"]
    evidence_start: Annotated[int, "offset of the evidence in the caption, characters"]
    value_type: Annotated[str, "kind of the answer: 'stain', 'marker', 'count', 'direction' ..."]
    attribute: Annotated[
        str,
        "what is asked, finer than value_type: answers to one attribute are comparable",
    ]
    agent: Annotated[str, "agent that wrote the pair: 'offline' ..."]
    agent_revision: Annotated[str, "model and revision, or version of the rules"]
    prompt_version: Annotated[str, "version of the prompt or of the templates"]
    confidence: Annotated[
        float | None, "how sure the agent is of the pair, 0-1; empty where it does not say"
    ] = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What stage 1 made of a figure."""

    figure_id: Annotated[str, "figure"]
    candidates: Annotated[int, "candidates written, 0 or more"]
    reason: Annotated[str, "why there are none; empty where there are some"]
    unusable: Annotated[
        list[str], "what of the model's replies could not be used, a JSON object each"
    ] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class AgentSignals:
    """What a model agent answers itself, with less and less to go by. Null without a reply."""

    candidate_id: Annotated[str, "candidate that was judged"]
    signal_agent_consistency: Annotated[
        float | None,
        "share of the agent's own answers from image and caption that agree with the answer, 0-1",
    ]
    signal_agent_caption_blind: Annotated[
        float | None, "whether its answer from the image alone agrees with the answer, 0 or 1"
    ]
    signal_agent_image_blind: Annotated[
        float | None,
        "whether its answer from the question alone agrees, 0 or 1; 1 tells of a shortcut",
    ]
    signal_agent_verdict: Annotated[
        float | None, "how likely it holds the pair to be right and well put, 0-1; 0 if unsupported"
    ]
    judged_by: Annotated[str, "agent that judged"]
    judged_by_revision: Annotated[str, "its model and revision"]
    judged_prompt_version: Annotated[str, "versions of its prompts"]
    judged_unusable: Annotated[
        list[str], "what of its replies could not be used, a JSON object each"
    ] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class AskedReply:
    """What a model was asked about a figure and replied; null columns where there was no reply."""

    figure_id: Annotated[str, "figure that was asked about"]
    step: Annotated[str, "what was asked: name of the prompt"]
    prompt_version: Annotated[str, "version of prompts and loop, and of the prompt"]
    request: Annotated[str, "SHA-256 of all that was sent and of the model, hexadecimal"]
    reply: Annotated[str | None, "the reply as it came"]
    problem: Annotated[str, "why there is no reply; empty where there is one"]
    finish_reason: Annotated[str | None, "why the reply ends, as the server says"]
    served_by: Annotated[str | None, "the model as the server names it"]
    tokens_in: Annotated[int | None, "tokens read, as the server counts"]
    tokens_out: Annotated[int | None, "tokens written, as the server counts"]


@dataclass(frozen=True, slots=True)
class Question:
    """A multiple-choice question made from a kept candidate (stage 3)."""

    candidate_id: Annotated[str, "candidate that the question was made from"]
    question: Annotated[str, "stem"]
    answer: Annotated[str, "the correct choice"]
    distractors: Annotated[list[str], "three wrong choices in a seeded order; empty with a problem"]
    distractor_reasons: Annotated[list[str], "for each distractor, why it is false for this figure"]
    rationale: Annotated[str, "why the answer is right, from the evidence"]
    bloom: Annotated[int, "Bloom level, 1 recall to 5 synthesis"]
    bloom_rule: Annotated[str, "name of the rule that set the level"]
    problem: Annotated[str, "why no question could be made; empty where there is one"]
    refinements: Annotated[
        list[str],
        "rounds of the loop against language shortcuts, a JSON object each, with agent and prompts",
    ] = field(default_factory=list)
    question_agent: Annotated[str, "model agent that wrote the choices; empty for rules"] = ""
    question_agent_revision: Annotated[str, "its model and revision"] = ""
    question_prompt_version: Annotated[str, "versions of its prompts"] = ""
    unusable: Annotated[
        list[str], "what of the model's replies could not be used, a JSON object each"
    ] = field(default_factory=list)
