"""What extraction returns, and what its steps hand to each other."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

VERSION = "3"

LabelStyle = Literal["letters", "numbers"]
Status = Literal[
    "answered",
    "refused",
    "multiple",
    "none_of_options",
    "out_of_range",
    "ambiguous",
    "truncated",
    "empty",
    "no_answer",
]
STATUSES: tuple[Status, ...] = (
    "answered",
    "refused",
    "multiple",
    "none_of_options",
    "out_of_range",
    "ambiguous",
    "truncated",
    "empty",
    "no_answer",
)


@dataclass(frozen=True, slots=True)
class Extraction:
    """What a response commits to.

    `index` (0-based) is set if and only if `status` is 'answered'. `method` names the rule that
    decided, `label_style` how the option was named (None for an option's text), `span` start and
    end of the deciding text in the response. `corrected`: an earlier, different commitment was
    taken back. `conflict`: label and quoted option text disagree (the label counts).
    """

    status: Status
    index: int | None = None
    method: str = ""
    label_style: LabelStyle | None = None
    span: tuple[int, int] | None = None
    corrected: bool = False
    conflict: bool = False
    version: str = VERSION

    def __post_init__(self) -> None:
        if (self.status == "answered") != (self.index is not None):
            raise ValueError(f"index {self.index} does not go with status {self.status!r}")


class Strength(IntEnum):
    """How firmly a statement commits to an answer; a weaker one never outranks a stronger."""

    MENTION = 1
    HEDGED = 2
    CONCLUDED = 3
    DECLARED = 4
    TAGGED = 5


@dataclass(frozen=True, slots=True)
class Reading:
    """What stands at a place of the text: one option, or why it is not one."""

    status: Status
    start: int
    end: int
    index: int | None = None
    style: LabelStyle | None = None
    conflict: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """A reading with the rule that found it and how firmly it commits."""

    reading: Reading
    strength: Strength
    method: str

    @property
    def choice(self) -> tuple[Status, int | None]:
        """What is stated, for comparison with another statement."""
        return self.reading.status, self.reading.index

    def to_extraction(self) -> Extraction:
        """The outcome where this statement is the one that counts."""
        reading = self.reading
        return Extraction(
            reading.status,
            reading.index,
            self.method,
            reading.style,
            (reading.start, reading.end),
            conflict=reading.conflict,
        )
