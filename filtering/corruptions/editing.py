"""Changing a word of a pair in all the places where the pair says it."""

from __future__ import annotations

import re
from dataclasses import replace

from filtering.corruptions.records import Change, Item
from filtering.text.entities import Entity


def _adapted(new: str, found: re.Match[str]) -> str:
    """The new text with its first letter as large or small as that of the word that it follows."""
    old, starts = found.group(), not found.string[: found.start()].strip()
    return recased(new, old) if starts or old[:1].islower() else new


def recased(new: str, old: str) -> str:
    """The new text with a first letter like the old one's, if both begin with a plain word."""
    if not (old[1:2].islower() and new[1:2].islower()):
        return new
    first = new[:1].upper() if old[:1].isupper() else new[:1].lower()
    return first + new[1:]


def swapped(text: str, old: str, new: str) -> str | None:
    """The text with a whole word or phrase replaced, in any case; None if it is not there."""
    if not old:
        return None
    phrase = re.compile(rf"(?<!\w){re.escape(old)}(?!\w)", re.IGNORECASE)
    changed, count = phrase.subn(lambda found: _adapted(new, found), text)
    return changed if count else None


def at(text: str, entity: Entity, new: str) -> str:
    """The text with one mention replaced, with a capital where one began the text."""
    if entity.start == 0 and text[:1].isupper():
        new = recased(new, text)
    return text[: entity.start] + new + text[entity.end :]


def _stated(statement: str, old: str, new: str) -> str | None:
    return swapped(statement, old, new) if statement.strip() else statement


def answered(item: Item, answer: str, old: str = "", new: str = "") -> Item | None:
    """The item with another answer, said in the statement too.

    The statement has the whole old answer, or else the piece `old` of it, replaced; None where
    it says neither.
    """
    qa = item.qa
    statement = _stated(qa.statement, qa.answer.strip().rstrip("."), answer.strip().rstrip("."))
    if statement is None:
        statement = _stated(qa.statement, old, new)
    if statement is None:
        return None
    return Item(replace(qa, answer=answer, statement=statement), item.image)


def asked(item: Item, question: str, old: str, new: str) -> Item | None:
    """The item with another question; None where the statement does not say the piece `old`."""
    statement = _stated(item.qa.statement, old, new)
    if statement is None:
        return None
    return Item(replace(item.qa, question=question, statement=statement), item.image)


def with_entity(item: Item, entity: Entity, new: str, truth: bool | None) -> Change | None:
    """The item with one entity of its answer replaced, wherever the statement says it."""
    changed = answered(item, at(item.qa.answer, entity, new), entity.text, new)
    return Change(changed, entity.text, new, entity.type, truth) if changed else None


def with_question_entity(item: Item, entity: Entity, new: str, truth: bool | None) -> Change | None:
    """The item with one entity of its question replaced, wherever the statement says it."""
    changed = asked(item, at(item.qa.question, entity, new), entity.text, new)
    return Change(changed, entity.text, new, entity.type, truth) if changed else None
