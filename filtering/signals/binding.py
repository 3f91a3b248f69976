"""Does the caption say it *there*? Whether a value stands where the question asks for it.

Every thing that a pair names is looked up in the caption beside the other things of its type,
its rivals. What stands close to a mention (in the same phrase, list item, clause, panel) is what
it is tied to; a thing is well bound where the other words of the pair stand closer to it than to
any rival. Distances count words, and stops, brackets and conjunctions more; pieces of lists that
go 'respectively' count as neighbours. No wording of questions or captions is presumed.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice
from math import exp
from typing import NamedTuple

from filtering.gate.negations import is_denied
from filtering.records import QA
from filtering.signals.binding_caption import Layout, cue, layout, purposes
from filtering.signals.grounding import are_compatible
from filtering.text.captions import CARRIED, HEAD, INNER
from filtering.text.entities import Entity, find_entities
from filtering.text.panels import panels_named
from filtering.text.vocabulary import read_words
from filtering.text.words import (
    ASKING,
    FRAMING,
    content,
    named_key,
    share,
    stem,
    supported,
)

_WORD = re.compile(r"[^\W_]+(?:[.,]\d+)*")
_FUNCTION_WORDS = read_words("function_words")
_REACH = 3.0
_SHARPNESS = 3.0
_OTHER_PANEL = 0.1
_WITHIN = 0.7
_NAME_WEIGHT = 1.5
_FAINT, _WEAK = 0.3, 0.6
_UNASKED = 1.0
_CONTRASTS = frozenset({"control", "scale", "thickness", "age", "diameter"})
_ROLES = frozenset({"control", "vehicle", "untreated"})
_COMMON = frozenset({"treatment", "antibody"})
_NUMBERS = frozenset({"count", "number"})
_MOST_PLACES = 60
_MOST_ITEMS = 12
_MOST_CUES = 24
_FLOOR = 0.05
_NOISE = 0.15
_NEITHER = 0.7
_HALF = 0.5
_CARRIED_MATCH = 0.7


class _Place(NamedTuple):
    """A piece of a caption, and the type of the thing that it names; '' for other words."""

    start: int
    end: int
    kind: str


class _Asked(NamedTuple):
    """What a pair says beside one thing: words with weights, and panels.

    `within` are words of the question that the name itself may have ('confocal microscopy').
    """

    words: dict[str, float]
    within: dict[str, float]
    panels: frozenset[str]


@lru_cache(maxsize=256)
def _words(text: str) -> dict[str, float]:
    """What a text can be looked up by, with weights: its words by role or stem, its names."""
    found: dict[str, float] = {}
    for match in _WORD.finditer(text):
        word = match.group().lower()
        if word in _FUNCTION_WORDS or len(word) == 1:
            continue
        short = stem(word)
        role = cue(word)
        weight = _FAINT if short in ASKING else _WEAK if short in FRAMING else 1.0
        if role != short:
            weight = _WEAK if role in _COMMON else 1.0
        found[role] = max(found.get(role, 0.0), weight)
    for entity in find_entities(text):
        found[named_key(entity)] = _NAME_WEIGHT
    return found


def _own_words(entity: Entity) -> set[str]:
    own = {cue(m.group().lower()) for m in _WORD.finditer(entity.text)}
    return own | {named_key(entity), stem(entity.noun or "")}


def _besides(words: dict[str, float], own: set[str]) -> dict[str, float]:
    kept = sorted((w for w in words if w not in own), key=lambda w: -words[w])[:_MOST_CUES]
    return {word: words[word] for word in kept}


def _place(entity: Entity) -> _Place:
    return _Place(entity.start, entity.end, entity.type)


def _panel_match(found: Layout, place: _Place, asked: frozenset[str]) -> float | None:
    """Whether a mention is said of the panels asked for, 0-1; None where no panel is told."""
    scope = found.scope(*place)
    if scope is None:
        return None
    matches = bool(scope.letters & asked)
    if scope.tie == CARRIED:
        return _CARRIED_MATCH if matches else 1 - _CARRIED_MATCH
    return 1.0 if matches else 0.0


def _affinity(found: Layout, entity: Entity, asked: _Asked) -> float:
    """How much of what is asked stands close to a mention, 0 and up."""
    purpose = purposes().get(entity.value) or found.ends.get(entity.start)
    total = asked.words.get(purpose or "", 0.0)
    for word, weight in asked.words.items():
        total += weight * exp(-found.distance(entity.start, entity.end, word) / _REACH)
    for role in _CONTRASTS - asked.words.keys():
        near = 1.0 if role == purpose else exp(-found.distance(entity.start, entity.end, role))
        total -= _UNASKED * near
    total += sum(asked.within.get(word, 0.0) for word in _own_words(entity)) * _WITHIN
    total = max(total, 0.0) + _NOISE
    if not asked.panels:
        return total
    match = _panel_match(found, _place(entity), asked.panels)
    return total * (_NEITHER if match is None else _OTHER_PANEL + (1 - _OTHER_PANEL) * match)


def _same(one: Entity, other: Entity) -> bool:
    if one.type in _NUMBERS and other.type in _NUMBERS:
        return one.number == other.number
    return one.value == other.value or (
        one.number is None and are_compatible(one.value, other.value)
    )


def _own_and_rivals(
    item: Entity, pair: list[Entity], found: Layout
) -> tuple[list[Entity], list[Entity]]:
    """Mentions in the caption of a thing, and of others of its type that the pair does not name."""
    kinds = _NUMBERS if item.type in _NUMBERS else {item.type}
    there = [e for kind in sorted(kinds) for e in found.things.get(kind, [])]
    said = {e.value for e in pair} | _ROLES
    rivals = [e for e in there if e.value not in said and not _same(item, e)][:_MOST_PLACES]
    own = [e for e in there if _same(item, e)][:_MOST_PLACES] if rivals else []
    return own, rivals


def _is_frame(entity: Entity) -> bool:
    """Whether a name in a question frames it: a technique, a state, 'the nuclei'."""
    return entity.type in ("technique", "direction") or cue(entity.text.lower()) != stem(
        entity.text
    )


def _placed(mentions: list[_Place], panels: frozenset[str], found: Layout) -> float | None:
    """Whether one of the mentions is said of the panels asked for, 0-1; None where untold.

    An agent that is named for the whole figure is not what a control panel received.
    """
    matches = [_panel_match(found, e, panels) for e in mentions]
    told = [m for m in matches if m is not None]
    if not told or len(told) < len(matches):
        agent = mentions and mentions[0].kind == "treatment" and max(told, default=0) == 0
        return 0.0 if agent and _is_control(found, panels) else None
    return max(told)


def _is_control(found: Layout, panels: frozenset[str]) -> bool:
    """Whether the caption calls the panels asked for controls."""
    for _, place in found.cues.get("control", [])[:_MOST_PLACES]:
        scope = found.scope(place, place)
        if scope and scope.tie in (HEAD, INNER) and scope.letters & panels:
            return True
    return False


def _mentions(qa: QA, found: Layout) -> list[list[_Place]]:
    """Where the caption has what the answer says, thing by thing, or else the whole answer."""
    items = find_entities(qa.answer)
    there = [[e for e in found.things.get(i.type, []) if _same(i, e)][:_MOST_PLACES] for i in items]
    if any(there):
        return [[_place(e) for e in entities] for entities in there if entities]
    answer = qa.answer.strip().rstrip(".")
    if not answer or answer.lower() not in qa.caption.lower():
        return []
    places = [m.span() for m in re.finditer(re.escape(answer), qa.caption, re.IGNORECASE)]
    return [[_Place(start, end, "") for start, end in places[:_MOST_PLACES]]]


def _panel_roles(panels: frozenset[str], found: Layout) -> dict[str, float]:
    """What the panels asked for are by the caption: controls, or treated beside controls."""
    if not panels or not found.cues.get("control"):
        return {}
    if _is_control(found, panels):
        return {"control": 1.0}
    told = frozenset().union(*(s.letters for r in (HEAD, INNER) for s in found.scopes[r]))
    return {"treatment": _WEAK} if _is_control(found, told - panels) else {}


def _is_told(item: Entity, found: Layout) -> bool:
    kinds = _NUMBERS if item.type in _NUMBERS else {item.type}
    return any(_same(item, e) for kind in kinds for e in found.things.get(kind, []))


def _is_answered(qa: QA, found: Layout) -> bool:
    """Whether the caption has the things that the answer names, or else half of its words."""
    said = [e for e in find_entities(qa.answer) if e.value not in _ROLES]
    if said:
        return all(_is_told(e, found) for e in said)
    return (share(content(qa.answer), supported(qa.caption)) or 0.0) >= _HALF


def _panel_fit(qa: QA, found: Layout) -> float | None:
    """Whether all that the answer says is said of the panels that the question names."""
    panels = panels_named(qa.question)
    placed = [_placed(places, panels, found) for places in _mentions(qa, found)] if panels else []
    return min((max(p, _FLOOR) for p in placed if p is not None), default=None)


def name_fit(item: Entity, qa: QA, found: Layout) -> float | None:
    """How well a thing that the pair names fits where it stands beside its rivals, 0-1.

    None where the caption does not have it, has nothing of its type beside it, or nothing that
    tells them apart.
    """
    said = find_entities(qa.answer)
    own, rivals = _own_and_rivals(item, [*said, *find_entities(qa.question)], found)
    if not own or not rivals:
        return None
    panels = panels_named(qa.question)
    words = _words(f"{qa.question} {qa.answer}") | _panel_roles(panels, found)
    within = _words(qa.question) if item in said else {}
    asked = _Asked(_besides(words, _own_words(item)), within, panels)
    ours: float = max(_affinity(found, e, asked) for e in own) ** _SHARPNESS
    theirs: float = max(_affinity(found, e, asked) for e in rivals) ** _SHARPNESS
    return ours / (ours + theirs)


def _name_fits(qa: QA, found: Layout) -> list[float]:
    """How well each thing that the pair names fits where it stands."""
    said = find_entities(qa.answer)
    items = {named_key(e): e for e in [*said, *find_entities(qa.question)] if e.value not in _ROLES}
    fits = [
        name_fit(item, qa, found)
        for item in islice(items.values(), _MOST_ITEMS)
        if item in said or not _is_frame(item)
    ]
    return [fit for fit in fits if fit is not None]


def binding(qa: QA) -> float | None:
    """Whether the caption ties what the pair names together as the pair does, 0-1.

    The least of how well each named thing fits where it stands, how well the answer fits the
    panels asked for, and 0 where the pair denies what the caption says. None where nothing in
    the caption could be confused with what the pair names, or where it does not name it.
    """
    found = layout(qa.caption)
    if not _is_answered(qa, found):
        return None
    if is_denied(qa):
        return 0.0
    fits = _name_fits(qa, found)
    placed = _panel_fit(qa, found)
    return min(fits if placed is None else [*fits, placed], default=None)
