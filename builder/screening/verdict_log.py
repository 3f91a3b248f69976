"""The append-only log of verdicts: one JSON object a line, whole lines or none.

Any number of reviewers may write at the same time; nothing that was written is changed. A verdict
is taken back by a later line that says so.
"""

from __future__ import annotations

import json
import os
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from uuid import uuid4

from filelock import FileLock
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from builder.release.splits import CHOICES

Verdict = Literal["accept", "fix", "reject"]
EntryKind = Literal["review", "adjudicate", "undo"]

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


class LogEntry(BaseModel):
    """One line of the log: a verdict, an adjudication, or the undoing of an earlier line.

    `question_id` is the content hash of the question that the reviewer saw, `seconds` how long
    it was looked at. `undoes` names the entry that an undo takes back.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    question_id: str = Field(pattern=r"^[0-9a-f]{20}$")
    reviewer: str = Field(min_length=1, max_length=NAME_LENGTH)
    kind: EntryKind = "review"
    verdict: Verdict | None = None
    reason: str = Field(default="", max_length=TEXT_LENGTH)
    note: str = Field(default="", max_length=TEXT_LENGTH)
    fix: Fix | None = None
    undoes: str = ""
    seconds: float = Field(default=0.0, ge=0)
    time: str = ""
    entry: str = Field(default_factory=lambda: uuid4().hex, pattern=r"^[0-9a-f]{32}$")


def clean_reviewer_name(text: str) -> str:
    """A typed name as it is logged: one line without control characters.

    Raises:
        ValueError: the name is empty or longer than 64 characters.
    """
    visible = "".join(c if unicodedata.category(c)[0] not in "CZ" else " " for c in text)
    name = unicodedata.normalize("NFC", " ".join(visible.split()))
    if not name:
        raise ValueError("type your name first: verdicts are kept by reviewer")
    if len(name) > NAME_LENGTH:
        raise ValueError(f"that name has {len(name)} characters; at most {NAME_LENGTH} are kept")
    return name


def check_fix(question: str, choices: list[str], correct_index: int | None, rationale: str) -> Fix:
    """Check an edited question.

    Args:
        question: the stem.
        choices: all four, in their order.
        correct_index: position of the correct choice, 0-3; None where none was chosen.
        rationale: may be empty.

    Returns:
        The edit, its texts without surrounding blanks.

    Raises:
        ValueError: a text is empty or too long, a choice is repeated, or the key is missing; the
            message says which, in words for the reviewer.
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


_REVIEWER = re.compile(rb'"reviewer": ?"((?:[^"\\]|\\.){1,400})"')


@dataclass(frozen=True, slots=True)
class Damage:
    """A line that could not be read; `reviewer` is empty where even that is lost."""

    line: int
    reviewer: str

    def __str__(self) -> str:
        whose = f", a verdict of {self.reviewer}" if self.reviewer else ""
        return f"line {self.line} of the log is damaged{whose}: it was not saved, give it again"


@dataclass(frozen=True, slots=True)
class LogContents:
    """The entries of a log in the order in which they were written, and what was unreadable."""

    entries: tuple[LogEntry, ...]
    damages: tuple[Damage, ...]


class VerdictLog:
    """A log in one file. Any number of processes may read and append at once."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def append(self, entry: LogEntry, allowed: Callable[[LogContents], str] | None = None) -> None:
        """Write an entry; when this returns, the disk has it.

        Args:
            entry: what is added.
            allowed: sees the log as it is under the lock and says why the entry may not be
                written, '' where it may.

        Raises:
            ValueError: `allowed` objects.
            OSError: the disk refuses; the log is as it was before.
        """
        line = json.dumps(entry.model_dump(mode="json"), ensure_ascii=False).encode() + b"\n"
        self.path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.path.with_name(f".{self.path.name}.lock"))
        with lock, self.path.open("a+b", buffering=0) as file:
            # Under the lock, because two reviewers may press a button at the same moment.
            if allowed is not None and (problem := allowed(self.read())):
                raise ValueError(problem)
            # A line that a crash left half written is closed, so that it stays a damage of its own.
            size = file.seek(0, os.SEEK_END)
            if size:
                file.seek(size - 1)
                if file.read(1) != b"\n":
                    line = b"\n" + line
            try:
                if file.write(line) != len(line):
                    raise OSError("the disk took only part of the verdict; it was not saved")
                os.fsync(file.fileno())
            except OSError:
                file.truncate(size)
                raise

    def read(self) -> LogContents:
        """All entries, and the lines that could not be read. A missing file is an empty log."""
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return LogContents((), ())
        entries, damages = [], []
        for number, line in enumerate(data.split(b"\n"), 1):
            if not line.strip():
                continue
            try:
                entries.append(LogEntry.model_validate_json(line))
            except ValidationError:
                # Even a damaged line may still name its reviewer, who is then asked for it again.
                name = _REVIEWER.search(line)
                reviewer = name[1].decode(errors="replace")[:NAME_LENGTH] if name else ""
                damages.append(Damage(number, reviewer))
        return LogContents(tuple(entries), tuple(damages))
