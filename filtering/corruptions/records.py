"""The records of planted errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from filtering.records import QA

CLEAN = "clean"


@dataclass(frozen=True, slots=True)
class Item:
    """A question-answer pair with the key of its image, '' in a table without images."""

    qa: QA
    image: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What a family makes of an item.

    `before` and `after` are the piece that was changed, '' where something was only added or
    only removed. `truth` assumes that the item was true before: False where the caption says
    otherwise, True where what it says now holds by chance, None where that cannot be known.
    """

    item: Item
    before: str
    after: str
    value_type: str
    truth: bool | None


@dataclass(frozen=True, slots=True)
class Corruption:
    """What was done to a row."""

    qa_id: Annotated[str, "identifier of the question-answer pair"]
    family: Annotated[str, "family of the planted error, 'clean' for a row as it was given"]
    before: Annotated[str, "what was replaced or removed; may be empty"]
    after: Annotated[str, "what stands there now; may be empty"]
    value_type: Annotated[str, "entity type of what was changed; empty for whole texts and images"]
    false_by_provenance: Annotated[bool, "an error was planted in the row"]
    truth: Annotated[
        bool | None,
        "whether a planted error is true all the same, given that the row was true before: false "
        "where the caption says otherwise, null where that cannot be known, and for clean rows",
    ]
