"""A pair contradicts its caption where the caption names another thing, or another colour of it."""

from __future__ import annotations

import re

from filtering.records import QA
from filtering.signals.distances import measure_distances
from filtering.signals.grounding import are_compatible, find_best_passages, is_grounded
from filtering.text.entities import Entity, EntityType, find_entities
from filtering.text.words import named_key, plain_words

_SLOTS: dict[EntityType, str] = {
    "stain": r"stains?|staining|dyes?|counterstains?|chromogens?|contrast agents?",
    "fluorophore": r"fluorophores?|fluorochromes?|fluorescent (?:protein|tag|label|dye)s?",
    "marker": r"markers?|proteins?|antigens?|targets?|antibod(?:y|ies)",
    "organism": r"organisms?|species|animals?|animal model|bacteri(?:um|a)",
    "cell_line": r"cell lines?|cells",
    "tissue": r"tissues?|organs?",
    "treatment": r"treatments?|drugs?|compounds?|inhibitors?|agents?|stimul(?:us|i)|cytokines?",
    "technique": r"techniques?|methods?|modalit(?:y|ies)|microscop(?:y|e)",
    "localisation": r"compartments?|organelles?|locations?|localis\w+|localiz\w+",
    "substrate": r"substrates?|coatings?",
}
_ASKED = {
    kind: re.compile(rf"\b(?:which|what)\b(?:\s[\w-]+){{0,4}}?\s(?:{words})\b", re.IGNORECASE)
    for kind, words in _SLOTS.items()
}
_WHERE = re.compile(r"^\W*where\b", re.IGNORECASE)
_TREATED = re.compile(
    r"\bwhat\b.*\b(?:treated|incubated|exposed|stimulated|injected) (?:with|to)\W*$"
    r"|\b(?:which|what) vehicle\b|\bwhat\b.*\bcontrols? (?:receive|get)",
    re.IGNORECASE,
)
_PLACED = re.compile(
    r"\b(?:locali[sz]|locat|accumulat|resid|distribut|translocat|concentrat|confined|restricted|"
    r"enriched|found in|present in)\w*",
    re.IGNORECASE,
)
_EXCLUSIVE = {
    "nucleus": "nucleus",
    "nucleolus": "nucleus",
    "nuclear envelope": "nucleus",
    "cytoplasm": "cytoplasm",
    "plasma membrane": "plasma membrane",
    "mitochondria": "mitochondria",
    "Golgi": "Golgi",
    "endoplasmic reticulum": "endoplasmic reticulum",
    "lysosome": "lysosome",
    "peroxisome": "peroxisome",
}
_ELECTRON = ("transmission electron microscopy", "scanning electron microscopy")
_TRANSMITTED = ("phase contrast microscopy", "DIC", "bright-field microscopy")
_FLUORESCENT = (
    "confocal microscopy",
    "fluorescence microscopy",
    "immunofluorescence",
    "two-photon microscopy",
    "light-sheet microscopy",
    "TIRF microscopy",
    "STED microscopy",
    "spinning disk confocal",
)
_LIGHT = {
    **dict.fromkeys(_ELECTRON, "electron"),
    **dict.fromkeys(("electron microscopy", "cryo-electron microscopy"), "electron"),
    **dict.fromkeys(_TRANSMITTED, "transmitted"),
    **dict.fromkeys(("immunohistochemistry", "light microscopy", "histology"), "transmitted"),
    **dict.fromkeys(_FLUORESCENT, "fluorescence"),
}
_UNSPECIFIC = ("technique", "direction", "number")
_HISTOLOGICAL = frozenset(
    {"H&E", "hematoxylin", "eosin", "DAB", "PAS", "Masson's trichrome", "toluidine blue", "Giemsa"}
    | {"Gram stain", "Nissl", "Oil Red O", "Prussian blue", "Congo red", "Alcian blue", "silver"}
    | {"Picrosirius red", "safranin O", "methylene blue", "crystal violet", "Luxol fast blue"}
)
_HEAD = 12
_NOT = re.compile(r"\b(?:not|no|rather than|instead of|unlike|without|except)\s(?:\w+\s)?$", re.I)


def _is_other_technique(said: str, known: set[str], caption: str) -> bool:
    """Whether none of the techniques that the caption names, or implies, can be the one said."""
    lights = {_LIGHT.get(k) for k in known}
    if any(e.type == "fluorophore" for e in find_entities(caption)):
        lights.add("fluorescence")
    if any(e.type == "stain" and e.value in _HISTOLOGICAL for e in find_entities(caption)):
        lights.add("transmitted")
    light = _LIGHT.get(said)
    if light is None or None in lights:
        return False
    if light not in lights:
        return True
    exact = next((g for g in (_ELECTRON, _TRANSMITTED) if said in g), ())
    return bool(exact) and known <= set(exact) - {said}


def _is_rival(said: Entity, other: Entity, passage: str) -> bool:
    if are_compatible(said.value, other.value):
        return False
    if said.type == "localisation":
        first, second = _EXCLUSIVE.get(said.value), _EXCLUSIVE.get(other.value)
        outer = {"nucleus", "plasma membrane"}
        within = "cytoplasm" in (first, second) and not outer & {first, second}
        placed = _PLACED.search(passage) is not None
        return bool(first and second and first != second and not within and placed)
    return not (said.type == "treatment" and are_compatible(other.value, "control"))


def _find_rivals(said: Entity, qa: QA) -> list[str]:
    """Other things of the type that the caption has where the question looks, as written."""
    there = [e for e in find_entities(qa.caption) if e.type == said.type]
    known = {e.value for e in there}
    if said.type == "treatment":
        if are_compatible(said.value, "control"):
            return []
        known = {v for v in known if not are_compatible(v, "control")}
    if said.type == "organism" and any(e.type == "cell_line" for e in find_entities(qa.caption)):
        return []
    if said.type == "technique":
        other = bool(known) and _is_other_technique(said.value, known, qa.caption)
        return sorted(known) if other else []
    # The sentences that the question is about, or all where it asks what the figure shows.
    besides = plain_words(_SLOTS.get(said.type, "")) | {named_key(said)}
    passages = [p.text for p in find_best_passages(qa.caption, qa.question, besides)]
    if not any(e.type == said.type for passage in passages for e in find_entities(passage)):
        specific = [e for e in find_entities(qa.question) if e.type not in _UNSPECIFIC]
        passages = [qa.caption] if len(known) == 1 and not specific else []
    rivals = [
        e.text
        for passage in passages
        for e in find_entities(passage)
        if e.type == said.type and _is_rival(said, e, passage)
    ]
    return list(dict.fromkeys(rivals))


def check_name(qa: QA) -> str:
    """A name in the answer where the caption has another one; empty if there is none.

    A name that the caption has anywhere, or that includes or specifies one of its names, is
    no contradiction, nor is one without a rival.
    """
    slots = [kind for kind, asked in _ASKED.items() if asked.search(qa.question)]
    slots += ["localisation"] if _WHERE.search(qa.question) else []
    slots += ["treatment"] if _TREATED.search(qa.question) else []
    for kind in slots:
        # The first name of the type, near the beginning and not denied, is what the answer says.
        said = next((e for e in find_entities(qa.answer) if e.type == kind), None)
        if said is None or is_grounded(said, qa.caption):
            continue
        before = qa.answer[: said.start]
        if len(before.split()) > _HEAD or _NOT.search(before):
            continue
        of_kind = [e.value for e in find_entities(qa.caption) if e.type == kind]
        if kind != "localisation" and any(are_compatible(said.value, v) for v in of_kind):
            continue
        if "counterstain" in qa.question.lower() and "counterstain" not in qa.caption.lower():
            continue
        rivals = _find_rivals(said, qa)
        if rivals:
            return f"says {said.text}, the caption says {' and '.join(rivals[:3])}"
    return ""


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


def find_coloured_things(text: str) -> list[tuple[Entity, str]]:
    """Things that a text shows in a colour: 'GFAP (green)', 'tubulin in red', 'blue: DAPI'."""
    coloured, lists = [], measure_distances(text)
    entities = [e for e in find_entities(text) if e.type == "colour" or e.type in _COLOURED]
    for i, first in enumerate(entities):
        for second in entities[i + 1 : i + 3]:
            gap = text[first.end : second.start]
            if len(gap) > _REACH:
                break
            if lists.pairs(first.start, second.start) is False:
                continue
            if first.type in _COLOURED and second.type == "colour" and _THEN_COLOUR.fullmatch(gap):
                coloured.append((first, second.value))
            if first.type == "colour" and second.type in _COLOURED and _THEN_NAME.fullmatch(gap):
                coloured.append((second, first.value))
    return coloured


def _list_colours(name: str, shown: list[tuple[Entity, str]]) -> list[str]:
    return [colour for entity, colour in shown if are_compatible(name, entity.value)]


def _check_coloured_thing(qa: QA, colour: Entity, shown: list[tuple[Entity, str]]) -> str:
    """The answer names what the caption does not, and the caption something of its type."""
    said = [e for e in find_entities(qa.answer) if e.type in _COLOURED]
    if len(said) != 1 or is_grounded(said[0], qa.caption):
        return ""
    in_colour = [e for e, c in shown if are_compatible(c, colour.value) and e.type == said[0].type]
    if not in_colour or any(are_compatible(said[0].value, e.value) for e in in_colour):
        return ""
    return f"says {said[0].text} in {colour.text}, the caption says {in_colour[0].text}"


def check_colour(qa: QA) -> str:
    """A colour of the pair that the caption gives otherwise; empty if there is none."""
    shown = find_coloured_things(qa.caption)
    colours = [e for e in find_entities(qa.question) if e.type == "colour"]
    if _COLOUR_ASKED.search(qa.question) and not colours:
        things = [e for e in find_entities(qa.question) if _list_colours(e.value, shown)]
        said = [e for e in find_entities(qa.answer) if e.type == "colour"]
    elif len(colours) == 1 and _NAME_ASKED.search(qa.question[: colours[0].start]):
        things = [e for e in find_entities(qa.answer) if _list_colours(e.value, shown)]
        said = colours
        if not things:
            return _check_coloured_thing(qa, colours[0], shown)
    else:
        return ""
    if len({e.value for e in things}) != 1 or len(said) != 1:
        return ""
    known = _list_colours(things[0].value, shown)
    if any(are_compatible(said[0].value, c) for c in known):
        return ""
    written = " and ".join(dict.fromkeys(known))
    return f"says {things[0].text} in {said[0].text}, the caption says {written}"
