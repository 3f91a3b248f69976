"""A pair contradicts its caption where it shows something in another colour."""

from __future__ import annotations

import re

from filtering.records import QA
from filtering.signals.distances import measure_distances
from filtering.signals.grounding import are_compatible, is_grounded
from filtering.text.entities import Entity, find_entities

_COLOURED = frozenset(("stain", "fluorophore", "marker", "localisation", "cell_type"))
_THEN_COLOUR = re.compile(
    r"(?:[\s-]?(?:[\w-]+\s){0,2}\(\s?(?:[^()]{0,30}[,;]\s|(?:shown |labell?ed |stained )?in )?"
    r"|\s(?:is |are |was |were )?(?:shown |labell?ed |seen |displayed |stained |colou?red |"
    r"pseudocolou?red |depicted |visuali[sz]ed |appears? |rendered )?(?:in |as ))$"
)
_THEN_NAME = re.compile(r"(?:\s?[=:]\s?|\s\()$")
_COLOUR_ASKED = re.compile(r"\b(?:what|which) colou?r\b", re.IGNORECASE)
_NAME_ASKED = re.compile(
    r"\b(?:what|which)\b(?!\scolou?r).{0,80}\b(?:in|as|with) (?:the )?$", re.IGNORECASE
)
_REACH = 60


def colours_of(text: str) -> list[tuple[Entity, str]]:
    """Things that a text shows in a colour: 'GFAP (green)', 'tubulin in red', 'blue: DAPI'."""
    found, lists = [], measure_distances(text)
    entities = [e for e in find_entities(text) if e.type == "colour" or e.type in _COLOURED]
    for i, first in enumerate(entities):
        for second in entities[i + 1 : i + 3]:
            gap = text[first.end : second.start]
            if len(gap) > _REACH:
                break
            if lists.pairs(first.start, second.start) is False:
                continue
            if first.type in _COLOURED and second.type == "colour" and _THEN_COLOUR.fullmatch(gap):
                found.append((first, second.value))
            if first.type == "colour" and second.type in _COLOURED and _THEN_NAME.fullmatch(gap):
                found.append((second, first.value))
    return found


def _of(name: str, shown: list[tuple[Entity, str]]) -> list[str]:
    return [colour for entity, colour in shown if are_compatible(name, entity.value)]


def _other_thing(qa: QA, colour: Entity, shown: list[tuple[Entity, str]]) -> str:
    """The answer names what the caption does not, and the caption something of its type."""
    said = [e for e in find_entities(qa.answer) if e.type in _COLOURED]
    if len(said) != 1 or is_grounded(said[0], qa.caption):
        return ""
    in_colour = [e for e, c in shown if are_compatible(c, colour.value) and e.type == said[0].type]
    if not in_colour or any(are_compatible(said[0].value, e.value) for e in in_colour):
        return ""
    return f"says {said[0].text} in {colour.text}, the caption says {in_colour[0].text}"


def contradicted_colour(qa: QA) -> str:
    """A colour of the pair that the caption gives otherwise; empty if there is none."""
    shown = colours_of(qa.caption)
    colours = [e for e in find_entities(qa.question) if e.type == "colour"]
    if _COLOUR_ASKED.search(qa.question) and not colours:
        things = [e for e in find_entities(qa.question) if _of(e.value, shown)]
        said = [e for e in find_entities(qa.answer) if e.type == "colour"]
    elif len(colours) == 1 and _NAME_ASKED.search(qa.question[: colours[0].start]):
        things = [e for e in find_entities(qa.answer) if _of(e.value, shown)]
        said = colours
        if not things:
            return _other_thing(qa, colours[0], shown)
    else:
        return ""
    if len({e.value for e in things}) != 1 or len(said) != 1:
        return ""
    known = _of(things[0].value, shown)
    if any(are_compatible(said[0].value, c) for c in known):
        return ""
    written = " and ".join(dict.fromkeys(known))
    return f"says {things[0].text} in {said[0].text}, the caption says {written}"
