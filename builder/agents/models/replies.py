"""The forms of replies: what a model must send, as JSON schema, and what is taken of it.

The names of these classes and of their fields stand in the schemas that are sent, which are part of
the prompts' versions and of the keys of kept responses: renaming one asks everything again.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints


def _strip_schema(schema: dict[str, Any]) -> None:
    """Keeps to what servers with strict structured output take: no keys besides, no defaults."""
    schema["additionalProperties"] = False
    schema.pop("description", None)
    for value in schema.get("properties", {}).values():
        for name in ("title", "minLength", "maxLength", "minimum", "maximum", "maxItems"):
            value.pop(name, None)


class ReplyForm(BaseModel):
    """A JSON object. Keys that it does not know are ignored, where a server cannot hold to it."""

    model_config = ConfigDict(json_schema_extra=_strip_schema, frozen=True)


def _join_lines(text: str) -> str:
    """One line without control characters."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    line = " ".join(text.split())
    if text and not line:
        raise ValueError("has no printable character")
    return line


def _refuse_surrogates(text: str) -> str:
    """The text, which files can hold. Raises ValueError for half a surrogate pair."""
    text.encode("utf-8")
    return text


_Any = Annotated[str, AfterValidator(_refuse_surrogates)]
Verbatim = Annotated[_Any, StringConstraints(max_length=5000)]
Line = Annotated[
    _Any, StringConstraints(min_length=1, max_length=1000), AfterValidator(_join_lines)
]
Prose = Annotated[
    _Any, StringConstraints(min_length=1, max_length=4000), AfterValidator(_join_lines)
]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class Fact(ReplyForm):
    """Something that the caption states."""

    answer: Verbatim
    evidence: Verbatim
    kind: Line
    visible: bool


class Facts(ReplyForm):
    """Facts of a figure."""

    facts: Annotated[list[Fact], Field(max_length=50)]


class Pair(ReplyForm):
    """A question with its answer."""

    fact: int
    task: Literal["EU", "HG", "EP"]
    question: Line
    answer: Line
    statement: Line
    evidence: Verbatim
    confidence: Share


class Pairs(ReplyForm):
    """Questions about a figure."""

    pairs: Annotated[list[Pair], Field(max_length=50)]


class Answer(ReplyForm):
    """A short answer; empty where there is none."""

    answer: Annotated[_Any, StringConstraints(max_length=1000), AfterValidator(_join_lines)]


class Same(ReplyForm):
    """Which answers mean the same as a reference."""

    same: list[bool]


class Verdict(ReplyForm):
    """A judgement of a pair."""

    supported: bool
    needs_image: bool
    probability: Share
    reason: Prose


class Distractor(ReplyForm):
    """A wrong choice and why it is wrong."""

    text: Line
    reason: Prose


class Choices(ReplyForm):
    """Wrong choices and the reasoning to the right one."""

    distractors: Annotated[list[Distractor], Field(max_length=20)]
    rationale: Prose


class Right(ReplyForm):
    """The letters of the choices that are right."""

    right: list[Literal["A", "B", "C", "D"]]
    reason: Prose


class Blind(ReplyForm):
    """A choice made without the image."""

    reasoning: Prose
    choice: Literal["A", "B", "C", "D"]


class Shortcut(ReplyForm):
    """What gave an answer away."""

    shortcut: Prose
    advice: Prose


class Rewritten(ReplyForm):
    """A new version of a question."""

    question: Line
    answer: Line
    distractors: Annotated[list[Distractor], Field(max_length=20)]
    rationale: Prose


class Meaning(ReplyForm):
    """Whether a new version asks for the same."""

    kept: bool
    reason: Prose


class Level(ReplyForm):
    """A Bloom level."""

    level: Annotated[int, Field(ge=1, le=5)]
    reason: Prose
