"""What other rows of a table offer for planting errors, and what is known to be true."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from filtering.corruptions.records import Item
from filtering.records import QA
from filtering.signals.grounding import are_compatible
from filtering.text.entities import find_entities
from filtering.text.panels import panels_named
from filtering.text.words import content, plain_words

_PLACE = re.compile(
    r"\b(?:in|of|from|shown in|used in)?\s*\bpanels?\s\(?[A-Za-z](?:\s?(?:-|–|,|and)\s?[A-Z])*\b\)?"
    r"|\b(?:in|of|from)\s(?:the|this)\s(?:image|figure|panel|picture)s?\b",
    re.IGNORECASE,
)
_NAMES_KEPT = 200
_TRIES = 24
_SEARCHED = 500
Signature = tuple[str, ...]
Thing = TypeVar("Thing")


def signature(answer: str) -> Signature:
    """Types of what an answer names, and what it counts: equal for comparable answers."""
    return tuple(f"{e.type} {e.noun}" if e.noun else e.type for e in find_entities(answer))


def skeleton(question: str) -> frozenset[str]:
    """What a question asks for, without panel, place and the names in it."""
    words = content(_PLACE.sub(" ", question))
    return frozenset(w.split(":")[0] if ":" in w else w for w in words)


def asks_same(one: str, other: str) -> bool:
    """Whether two questions about a figure ask for the same thing in the same panel."""
    first, second = (content(_PLACE.sub(" ", text)) for text in (one, other))
    return first == second and panels_named(one) == panels_named(other)


def value_truth(kind: str, value: str, caption: str) -> bool | None:
    """False where the caption names other things of a type and not this one, else None."""
    known = {e.value for e in find_entities(caption) if e.type == kind}
    return None if not known or any(are_compatible(value, k) for k in known) else False


def text_truth(qa: QA) -> bool | None:
    """False where the caption names other things of a type that the answer names, else None."""
    entities = [e for e in find_entities(qa.answer) if e.type not in ("number", "direction")]
    judged = [value_truth(e.type, e.value, qa.caption) for e in entities]
    return False if False in judged else None


@dataclass(frozen=True, slots=True)
class Pool:
    """Index of a table. What it offers does not depend on the order of the rows.

    `figures` holds the rows of each figure, `captions` one caption each with the figure that
    has it, `images` one image each, `names` the things of a type that the captions name.
    """

    figures: dict[str, list[Item]]
    rows: list[Item]
    captions: list[tuple[str, str]]
    images: list[tuple[str, str]]
    names: dict[str, list[str]]
    by_question: dict[tuple[Signature, frozenset[str]], list[Item]]
    by_answer: dict[Signature, list[Item]]

    @classmethod
    def of(cls, items: Iterable[Item]) -> Pool:
        """The pool of all rows of a table."""
        rows = sorted(items, key=lambda i: (i.qa.qa_id, i.qa.figure_id))
        pool = cls(defaultdict(list), rows, [], [], {}, defaultdict(list), defaultdict(list))
        for item in rows:
            kind = signature(item.qa.answer)
            pool.figures[item.qa.figure_id].append(item)
            pool.by_question[kind, skeleton(item.qa.question)].append(item)
            if kind:
                pool.by_answer[kind].append(item)
        for figure, members in pool.figures.items():
            pool.captions.append((figure, members[0].qa.caption))
            pool.images.append((figure, members[0].image))
        pool.names.update(_names(caption for _, caption in pool.captions))
        return pool

    def comparable(self, qa: QA, dice: Random) -> Item | None:
        """A row of another figure with a comparable question and another answer."""
        kind = signature(qa.answer)
        same = self.by_question.get((kind, skeleton(qa.question)), [])
        found = pick(same, dice, lambda i: is_foreign(i.qa, qa) and differs(i.qa, qa))
        alike = self.by_answer.get(kind, [])
        return found or pick(alike, dice, lambda i: is_foreign(i.qa, qa) and differs(i.qa, qa))

    def siblings(self, qa: QA) -> list[QA]:
        """All rows of the figure, the row itself too."""
        return [i.qa for i in self.figures.get(qa.figure_id, [])]

    def truth(self, qa: QA) -> bool | None:
        """Whether a changed row is true, as far as its figure's rows and caption tell."""
        same = [s for s in self.siblings(qa) if asks_same(s.question, qa.question)]
        if any(not differs(sibling, qa) for sibling in same):
            return True
        return text_truth(qa)


def _names(captions: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for caption in captions:
        for entity in find_entities(caption):
            if entity.number is None and len(found[entity.type]) < _NAMES_KEPT:
                found[entity.type].setdefault(entity.value)
    return {kind: sorted(values) for kind, values in found.items()}


def _folded(text: str) -> tuple[object, ...]:
    keys = tuple(sorted(f"{e.type} {e.value}" for e in find_entities(text)))
    return keys or tuple(sorted(plain_words(text)))


def differs(one: QA, other: QA) -> bool:
    """Whether two answers say different things."""
    return _folded(one.answer) != _folded(other.answer)


def is_foreign(one: QA, other: QA) -> bool:
    """Whether two rows are of different figures with different captions."""
    return one.figure_id != other.figure_id and one.caption != other.caption


def pick(things: Sequence[Thing], dice: Random, fits: Callable[[Thing], bool]) -> Thing | None:
    """One of the things that fit, by a few random tries and then in order from a random place."""
    if not things:
        return None
    for _ in range(min(_TRIES, len(things))):
        drawn = things[dice.randrange(len(things))]
        if fits(drawn):
            return drawn
    start = dice.randrange(len(things))
    rest = (things[(start + i) % len(things)] for i in range(min(len(things), _SEARCHED)))
    return next((thing for thing in rest if fits(thing)), None)
