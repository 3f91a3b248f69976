"""What is written into the log of verdicts, one JSON object a line."""

from __future__ import annotations

import unicodedata
from typing import Literal
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field

from builder.release.splits import CHOICES

Verdict = Literal["accept", "fix", "reject"]
Kind = Literal["review", "adjudicate", "undo"]

REASONS = (
    "the answer is wrong",
    "more than one choice is right",
    "the image does not show it",
    "can be answered without the image",
    "unclear or badly worded",
    "not about microscopy",
    "the caption or figure is faulty",
    "other",
)
"""Reasons for rejecting a question, as the guidelines explain them."""

NAME_LENGTH = 64
TEXT_LENGTH = 2_000


class Fix(BaseModel):
    """A question as a reviewer wants it: stem, choices, key (0-based) and rationale."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    question: str = Field(min_length=1, max_length=TEXT_LENGTH)
    choices: tuple[str, ...] = Field(min_length=CHOICES, max_length=CHOICES)
    correct_index: int = Field(ge=0, lt=CHOICES)
    rationale: str = Field(default="", max_length=TEXT_LENGTH)

    @property
    def answer(self) -> str:
        """The correct choice."""
        return self.choices[self.correct_index]

    @property
    def distractors(self) -> list[str]:
        """The wrong choices in their order."""
        return [c for n, c in enumerate(self.choices) if n != self.correct_index]


class Entry(BaseModel):
    """One line of the log: a verdict, an adjudication, or the undoing of an earlier line.

    `question_id` is the content hash of the question that the reviewer saw, `seconds` how long
    it was looked at. `undoes` names the entry that an undo takes back.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    question_id: str = Field(pattern=r"^[0-9a-f]{20}$")
    reviewer: str = Field(min_length=1, max_length=NAME_LENGTH)
    kind: Kind = "review"
    verdict: Verdict | None = None
    reason: str = Field(default="", max_length=TEXT_LENGTH)
    note: str = Field(default="", max_length=TEXT_LENGTH)
    fix: Fix | None = None
    undoes: str = ""
    seconds: float = Field(default=0.0, ge=0)
    time: str = ""
    entry: str = Field(default_factory=lambda: uuid4().hex, pattern=r"^[0-9a-f]{32}$")


def reviewer_name(text: str) -> str:
    """A typed name as it is logged: one line without control characters.

    Raises ValueError for a name that is empty or longer than 64 characters.
    """
    visible = "".join(c if unicodedata.category(c)[0] not in "CZ" else " " for c in text)
    name = unicodedata.normalize("NFC", " ".join(visible.split()))
    if not name:
        raise ValueError("type your name first: verdicts are kept by reviewer")
    if len(name) > NAME_LENGTH:
        raise ValueError(f"that name has {len(name)} characters; at most {NAME_LENGTH} are kept")
    return name


def check_fix(question: str, choices: list[str], correct_index: int | None, rationale: str) -> Fix:
    """An edited question without surrounding blanks.

    Raises ValueError in words for an empty or overlong text, a repeated choice or a missing key.
    """
    stem, options = question.strip(), [choice.strip() for choice in choices]
    if not stem:
        raise ValueError("the question is empty")
    if not all(options):
        raise ValueError("a choice is empty")
    if len({option.casefold() for option in options}) < len(options):
        raise ValueError("two choices are the same")
    if correct_index is None:
        raise ValueError("say which choice is correct")
    if max(len(t) for t in (stem, rationale, *options)) > TEXT_LENGTH:
        raise ValueError(f"a text is longer than {TEXT_LENGTH:,} characters")
    return Fix(
        question=stem,
        choices=tuple(options),
        correct_index=correct_index,
        rationale=rationale.strip(),
    )
