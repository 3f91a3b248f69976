"""What a planted error is, and how a word of a pair is changed wherever the pair says it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Annotated

from filtering.records import QA
from filtering.text.entities import Entity

CLEAN = "clean"


@dataclass(frozen=True, slots=True)
class QAItem:
    """A question-answer pair with the key of its image, '' in a table without images."""

    qa: QA
    image: str = ""


@dataclass(frozen=True, slots=True)
class Edit:
    """What a family makes of an item.

    `before` and `after` are the piece that was changed, '' where something was only added or
    only removed. `truth` assumes that the item was true before: False where the caption says
    otherwise, True where what it says now holds by chance, None where that cannot be known.
    """

    item: QAItem
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


def recase(new: str, old: str) -> str:
    """The new text with a first letter like the old one's, if both begin with a plain word."""
    if not (old[1:2].islower() and new[1:2].islower()):
        return new
    first = new[:1].upper() if old[:1].isupper() else new[:1].lower()
    return first + new[1:]


def replace_phrase(text: str, old: str, new: str) -> str | None:
    """The text with a whole word or phrase replaced, in any case; None if it is not there."""
    if not old:
        return None

    def adapt(match: re.Match[str]) -> str:
        """The new text with a capital where the old one has it as the first word, or none."""
        starts = not text[: match.start()].strip()
        return recase(new, match.group()) if starts or match.group()[:1].islower() else new

    phrase = re.compile(rf"(?<!\w){re.escape(old)}(?!\w)", re.IGNORECASE)
    changed, count = phrase.subn(adapt, text)
    return changed if count else None


def replace_mention(text: str, entity: Entity, new: str) -> str:
    """The text with one mention replaced, with a capital where one began the text."""
    if entity.start == 0 and text[:1].isupper():
        new = recase(new, text)
    return text[: entity.start] + new + text[entity.end :]


def _restate(statement: str, old: str, new: str) -> str | None:
    return replace_phrase(statement, old, new) if statement.strip() else statement


def replace_answer(item: QAItem, answer: str, old: str = "", new: str = "") -> QAItem | None:
    """The item with another answer, said in the statement too.

    The statement has the whole old answer, or else the piece `old` of it, replaced; None where
    it says neither.
    """
    qa = item.qa
    statement = _restate(qa.statement, qa.answer.strip().rstrip("."), answer.strip().rstrip("."))
    if statement is None:
        statement = _restate(qa.statement, old, new)
    if statement is None:
        return None
    return QAItem(replace(qa, answer=answer, statement=statement), item.image)


def replace_question(item: QAItem, question: str, old: str, new: str) -> QAItem | None:
    """The item with another question; None where the statement does not say the piece `old`."""
    statement = _restate(item.qa.statement, old, new)
    if statement is None:
        return None
    return QAItem(replace(item.qa, question=question, statement=statement), item.image)


def edit_answer(item: QAItem, entity: Entity, new: str, truth: bool | None) -> Edit | None:
    """The item with one entity of its answer replaced, wherever the statement says it."""
    changed = replace_answer(item, replace_mention(item.qa.answer, entity, new), entity.text, new)
    return Edit(changed, entity.text, new, entity.type, truth) if changed else None


def edit_question(item: QAItem, entity: Entity, new: str, truth: bool | None) -> Edit | None:
    """The item with one entity of its question replaced, wherever the statement says it."""
    changed = replace_question(
        item, replace_mention(item.qa.question, entity, new), entity.text, new
    )
    return Edit(changed, entity.text, new, entity.type, truth) if changed else None
