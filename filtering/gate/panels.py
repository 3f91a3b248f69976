"""A pair contradicts its caption where it gives a panel the value of another one."""

from __future__ import annotations

import re

from filtering.records import QA
from filtering.signals.binding import name_fit
from filtering.signals.binding_caption import Layout, layout
from filtering.signals.grounding import are_compatible
from filtering.text.captions import CARRIED
from filtering.text.entities import Entity, find_entities
from filtering.text.panels import panels_named

_NAMES = frozenset({"treatment", "stain", "organism", "cell_line", "tissue"})
_SEVERAL = re.compile(
    r"\b(?:differ\w*|ratio|total|sum|together|combined|both|overall|between|compar\w*|than|versus|"
    r"except|not|no|other|change\w*|mean of)\b",
    re.IGNORECASE,
)
_POORLY = 0.1
_MOST_PLACES = 60


def _same(one: Entity, other: Entity) -> bool:
    if one.number is not None:
        return one.number == other.number
    return are_compatible(one.value, other.value)


def _letters(entity: Entity, found: Layout) -> frozenset[str]:
    """Panels that the caption ties a mention to by a label beside it; none where it is loose."""
    scope = found.scope(entity.start, entity.end, entity.type)
    return frozenset() if scope is None or scope.tie == CARRIED else scope.letters


def _kind(entity: Entity) -> set[str]:
    return {"count", "number"} if entity.type in ("count", "number") else {entity.type}


def _listed(entities: list[Entity], panels: frozenset[str]) -> str:
    return f"{entities[0].text} in {' and '.join(sorted(panels))}"


def contradicted_panel(qa: QA) -> str:
    """A value of the answer that the caption has for other panels only, where it has another one
    for the panel asked for; empty if there is none.
    """
    panels = panels_named(qa.question)
    if not panels or _SEVERAL.search(qa.question):
        return ""
    found = layout(qa.caption)
    for said in find_entities(qa.answer):
        if said.number is None and said.type not in _NAMES:
            continue
        there = [e for kind in sorted(_kind(said)) for e in found.things.get(kind, [])]
        own = [e for e in there if _same(said, e)][:_MOST_PLACES]
        elsewhere = [_letters(e, found) for e in own]
        if not own or any(not letters or letters & panels for letters in elsewhere):
            continue
        near = sorted(there, key=lambda e: abs(e.start - own[0].start))[:_MOST_PLACES]
        here = [e for e in near if _letters(e, found) & panels]
        fit = name_fit(said, qa, found)
        if here and fit is not None and fit <= _POORLY:
            other = _listed(own, elsewhere[0])
            return (
                f"says {_listed([said], panels)}, the caption says {here[0].text} there and {other}"
            )
    return ""
