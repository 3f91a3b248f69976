"""Families that change or add a name: a stain, marker, organism, cell line, place, colour ..."""

from __future__ import annotations

from random import Random

from filtering.corruptions.editing import answered, with_entity, with_question_entity
from filtering.corruptions.pool import Pool, pick, value_truth
from filtering.corruptions.records import Change, Item
from filtering.signals.grounding import are_compatible
from filtering.text.entities import Entity, find_entities
from filtering.text.vocabulary import read_vocabulary

_SWAPPED = (
    "stain", "fluorophore", "marker", "colour", "organism", "cell_line", "cell_type", "tissue",
    "localisation", "substrate", "technique", "treatment",
)  # fmt: skip
_ADDED = ("marker", "stain", "treatment", "cell_line", "organism", "localisation", "tissue")
_ROLES = ("control", "vehicle")
_FEWEST = 3


def _mentions(text: str) -> list[Entity]:
    return [e for e in find_entities(text) if e.type in _SWAPPED]


def _is_rival(kind: str, value: str, item: Item, besides: str) -> bool:
    """Whether a name differs from another one and from all names of its type in the pair."""
    texts = (item.qa.question, item.qa.answer)
    said = {e.value for t in texts for e in find_entities(t) if e.type == kind}
    return not any(are_compatible(value, other) for other in {*said, besides} - {""})


def _replaced(item: Item, entity: Entity, new: str, pool: Pool) -> Change | None:
    """The item with a name of its answer, or else of its question, replaced."""
    in_answer = entity in find_entities(item.qa.answer)
    edit = with_entity if in_answer else with_question_entity
    change = edit(item, entity, new, None)
    if change is None:
        return None
    truth = value_truth(entity.type, new, item.qa.caption)
    if in_answer and truth is None:
        truth = pool.truth(change.item.qa)
    return Change(change.item, change.before, change.after, entity.type, truth)


def _targets(item: Item) -> list[Entity]:
    """Names that can be swapped: those of the answer first."""
    return [*_mentions(item.qa.answer), *_mentions(item.qa.question)]


def entity_caption(item: Item, pool: Pool, dice: Random) -> Change | None:
    """A name is replaced by another one of its type that the same caption has."""
    for entity in _targets(item):
        there = [
            e.value if e.type == "localisation" else e.text
            for e in find_entities(item.qa.caption)
            if e.type == entity.type
            and e.value not in _ROLES
            and _is_rival(e.type, e.value, item, entity.value)
        ]
        if there:
            new = dice.choice(sorted(set(there)))
            if change := _replaced(item, entity, new, pool):
                return change
    return None


def _outside(kind: str, item: Item, pool: Pool, dice: Random, besides: str) -> str | None:
    """A name of a type that the caption does not have: from other captions, else from the list."""
    told = {e.value for e in find_entities(item.qa.caption) if e.type == kind}
    seen = pool.names.get(kind, [])
    names = seen if len(seen) >= _FEWEST else sorted(read_vocabulary(kind))
    return pick(
        names,
        dice,
        lambda name: (
            name not in _ROLES
            and _is_rival(kind, name, item, besides)
            and not any(are_compatible(name, t) for t in told)
        ),
    )


def entity_outside(item: Item, pool: Pool, dice: Random) -> Change | None:
    """A name is replaced by one of its type that the caption does not have."""
    for entity in _targets(item):
        new = _outside(entity.type, item, pool, dice, entity.value)
        if new is not None and (change := _replaced(item, entity, new, pool)):
            return change
    return None


def ungrounded(item: Item, pool: Pool, dice: Random) -> Change | None:
    """A thing that the caption does not name is added to the answer."""
    answer = item.qa.answer.rstrip().rstrip(".")
    own = [e.type for e in _mentions(answer)]
    kind = own[0] if own and dice.random() < 0.5 else dice.choice(_ADDED)
    new = _outside(kind, item, pool, dice, "") if answer else None
    if new is None:
        return None
    joint = "and" if kind in own else _JOINTS[kind]
    changed = answered(item, f"{answer} {joint} {new}")
    truth = value_truth(kind, new, item.qa.caption) if kind in own else None
    return Change(changed, "", new, kind, truth) if changed else None


_JOINTS = {
    "marker": "together with",
    "stain": "together with",
    "treatment": "after",
    "cell_line": "in",
    "organism": "in",
    "localisation": "in the",
    "tissue": "in",
}
