"""What other rows of a table offer, and the families that exchange whole parts between rows.

Parts are answers, pairs, panels, captions and images.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import TypeVar

from filtering.corruptions.editing import Edit, QAItem, replace_answer
from filtering.records import QA
from filtering.signals.grounding import are_compatible
from filtering.text.captions import read_caption
from filtering.text.entities import find_entities
from filtering.text.panels import list_named_panels
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


def make_signature(answer: str) -> Signature:
    """Types of what an answer names, and what it counts: equal for comparable answers."""
    return tuple(f"{e.type} {e.noun}" if e.noun else e.type for e in find_entities(answer))


def make_skeleton(question: str) -> frozenset[str]:
    """What a question asks for, without panel, place and the names in it."""
    words = content(_PLACE.sub(" ", question))
    return frozenset(w.split(":")[0] if ":" in w else w for w in words)


def ask_same(one: str, other: str) -> bool:
    """Whether two questions about a figure ask for the same thing in the same panel."""
    first, second = (content(_PLACE.sub(" ", text)) for text in (one, other))
    return first == second and list_named_panels(one) == list_named_panels(other)


def judge_value(kind: str, value: str, caption: str) -> bool | None:
    """False where the caption names other things of a type and not this one, else None."""
    known = {e.value for e in find_entities(caption) if e.type == kind}
    return None if not known or any(are_compatible(value, k) for k in known) else False


def judge_answer(qa: QA) -> bool | None:
    """False where the caption names other things of a type that the answer names, else None."""
    entities = [e for e in find_entities(qa.answer) if e.type not in ("number", "direction")]
    judged = [judge_value(e.type, e.value, qa.caption) for e in entities]
    return False if False in judged else None


@dataclass(frozen=True, slots=True)
class DonorPool:
    """Index of a table. What it offers does not depend on the order of the rows.

    `figures` holds the rows of each figure, `captions` one caption each with the figure that
    has it, `images` one image each, `names` the things of a type that the captions name.
    """

    figures: dict[str, list[QAItem]]
    rows: list[QAItem]
    captions: list[tuple[str, str]]
    images: list[tuple[str, str]]
    names: dict[str, list[str]]
    by_question: dict[tuple[Signature, frozenset[str]], list[QAItem]]
    by_answer: dict[Signature, list[QAItem]]

    @classmethod
    def of(cls, items: Iterable[QAItem]) -> DonorPool:
        """The pool of all rows of a table."""
        rows = sorted(items, key=lambda i: (i.qa.qa_id, i.qa.figure_id))
        pool = cls(defaultdict(list), rows, [], [], {}, defaultdict(list), defaultdict(list))
        for item in rows:
            kind = make_signature(item.qa.answer)
            pool.figures[item.qa.figure_id].append(item)
            pool.by_question[kind, make_skeleton(item.qa.question)].append(item)
            if kind:
                pool.by_answer[kind].append(item)
        for figure, members in pool.figures.items():
            pool.captions.append((figure, members[0].qa.caption))
            pool.images.append((figure, members[0].image))
        names: dict[str, dict[str, None]] = defaultdict(dict)
        for entity in (e for _, caption in pool.captions for e in find_entities(caption)):
            if entity.number is None and len(names[entity.type]) < _NAMES_KEPT:
                names[entity.type].setdefault(entity.value)
        pool.names.update((kind, sorted(values)) for kind, values in names.items())
        return pool

    def find_comparable(self, qa: QA, dice: Random) -> QAItem | None:
        """A row of another figure with a comparable question and another answer."""
        kind = make_signature(qa.answer)
        same = self.by_question.get((kind, make_skeleton(qa.question)), [])
        donor = pick(same, dice, lambda i: is_foreign(i.qa, qa) and differ(i.qa, qa))
        alike = self.by_answer.get(kind, [])
        return donor or pick(alike, dice, lambda i: is_foreign(i.qa, qa) and differ(i.qa, qa))

    def list_siblings(self, qa: QA) -> list[QA]:
        """All rows of the figure, the row itself too."""
        return [i.qa for i in self.figures.get(qa.figure_id, [])]

    def judge(self, qa: QA) -> bool | None:
        """Whether a changed row is true, as far as its figure's rows and caption tell."""
        same = [s for s in self.list_siblings(qa) if ask_same(s.question, qa.question)]
        if any(not differ(sibling, qa) for sibling in same):
            return True
        return judge_answer(qa)


def differ(one: QA, other: QA) -> bool:
    """Whether two answers say different things: name others, or have other words without names."""
    first, second = (
        sorted(f"{e.type} {e.value}" for e in find_entities(qa.answer))
        or sorted(plain_words(qa.answer))
        for qa in (one, other)
    )
    return first != second


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


_PANEL = re.compile(r"\b(?P<word>panels?)\s(?P<letter>[A-Za-z])\b(?!\s?(?:-|–|,|and\b|to\b))")


def swap_answer(item: QAItem, pool: DonorPool, dice: Random) -> Edit | None:
    """The answer of another figure to a comparable question."""
    donor = pool.find_comparable(item.qa, dice)
    changed = replace_answer(item, donor.qa.answer) if donor else None
    if donor is None or changed is None:
        return None
    return Edit(changed, item.qa.answer, donor.qa.answer, "", pool.judge(changed.qa))


def swap_pair(item: QAItem, pool: DonorPool, dice: Random) -> Edit | None:
    """The whole pair of another figure."""
    donor = pick(pool.rows, dice, lambda i: is_foreign(i.qa, item.qa) and differ(i.qa, item.qa))
    if donor is None:
        return None
    texts = {"question": donor.qa.question, "answer": donor.qa.answer}
    changed = replace(item.qa, **texts, statement=donor.qa.statement)
    before, after = (f"{qa.question} {qa.answer}" for qa in (item.qa, donor.qa))
    return Edit(QAItem(changed, item.image), before, after, "", pool.judge(changed))


def swap_panel(item: QAItem, pool: DonorPool, dice: Random) -> Edit | None:
    """The value of one panel is given for another: the letter in question and statement changes."""
    match = _PANEL.search(item.qa.question)
    if match is None:
        return None
    letter = match["letter"]
    labels = read_caption(item.qa.caption).labels
    others = {other for label in labels for other in label.letters} - {letter.upper()}
    if not others:
        return None
    new = dice.choice(sorted(others))
    new = new if letter.isupper() else new.lower()
    old_name, new_name = (f"{match['word']} {n}" for n in (letter, new))
    texts = (re.sub(rf"\b{old_name}\b", new_name, t) for t in (item.qa.question, item.qa.statement))
    question, statement = texts
    if item.qa.statement.strip() and statement == item.qa.statement:
        return None
    changed = replace(item.qa, question=question, statement=statement)
    # What is true of the panel is known where another row answers the same question about it.
    siblings = pool.list_siblings(changed)
    same = next((s for s in siblings if ask_same(s.question, changed.question)), None)
    truth = None if same is None else not differ(same, changed)
    return Edit(QAItem(changed, item.image), old_name, new_name, "panel", truth)


def swap_caption(item: QAItem, pool: DonorPool, dice: Random) -> Edit | None:
    """The caption of another figure; the same for all rows of a figure."""
    caption = item.qa.caption
    donor = pick(pool.captions, dice, lambda c: c[0] != item.qa.figure_id and c[1] != caption)
    if donor is None or not donor[1].strip():
        return None
    changed = replace(item.qa, caption=donor[1])
    return Edit(QAItem(changed, item.image), caption, donor[1], "", judge_answer(changed))


def swap_image(item: QAItem, pool: DonorPool, dice: Random) -> Edit | None:
    """The image of another figure; the same for all rows of a figure. What it shows is unknown."""
    if not item.image:
        return None
    figure, image = item.qa.figure_id, item.image
    donor = pick(pool.images, dice, lambda i: i[0] != figure and i[1] not in ("", image))
    return Edit(QAItem(item.qa, donor[1]), image, donor[1], "", None) if donor else None
