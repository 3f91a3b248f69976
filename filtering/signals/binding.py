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
from math import exp
from typing import NamedTuple

from filtering.records import QA
from filtering.signals.distances import (
    CaptionDistances,
    find_cue,
    measure_distances,
    read_purposes,
)
from filtering.signals.grounding import are_compatible, is_denied
from filtering.text.captions import CARRIED, HEAD, INNER
from filtering.text.entities import Entity, find_entities
from filtering.text.panels import list_named_panels
from filtering.text.vocabulary import read_words
from filtering.text.words import ASKING, FRAMING, content, named_key, share, stem, supported

_WORD = re.compile(r"[^\W_]+(?:[.,]\d+)*")
_FUNCTION_WORDS = read_words("function_words")
_CONTRASTS = frozenset({"control", "scale", "thickness", "age", "diameter"})
_ROLES = frozenset({"control", "vehicle", "untreated"})
_COMMON = frozenset({"treatment", "antibody"})
_NUMBERS = frozenset({"count", "number"})

# Weights of the words of a pair: names, words of asking, of framing and of common roles.
_NAME_WEIGHT, _FAINT, _WEAK = 1.5, 0.3, 0.6
# Weight of a contrast near a mention that the pair does not ask for, and of words that the name
# shares with the question.
_UNASKED, _WITHIN = 1.0, 0.7
_REACH = 3.0
"""Distance over which the weight of a word falls by a factor of e; a word costs .35."""
_NOISE, _SHARPNESS = 0.15, 3.0
# How well a mention fits the panels asked for: said of others, of none, loosely of them.
_OTHER_PANEL, _NO_PANEL, _CARRIED_MATCH = 0.1, 0.7, 0.7
_FLOOR = 0.05
_HALF = 0.5
# Limits that keep the time of long texts linear.
_MOST_PLACES, _MOST_ITEMS, _MOST_CUES = 60, 12, 24


class _Place(NamedTuple):
    """A piece of a caption, and the type of the thing that it names; '' for other words."""

    start: int
    end: int
    kind: str


class _Clues(NamedTuple):
    """What a pair says beside one thing: words with weights, and panels.

    `within` are words of the question that the name itself may have ('confocal microscopy').
    """

    words: dict[str, float]
    within: dict[str, float]
    panels: frozenset[str]


@lru_cache(maxsize=256)
def _weigh_words(text: str) -> dict[str, float]:
    """What a text can be looked up by, with weights: its words by role or stem, its names."""
    weights: dict[str, float] = {}
    for match in _WORD.finditer(text):
        word = match.group().lower()
        if word in _FUNCTION_WORDS or len(word) == 1:
            continue
        short, role = stem(word), find_cue(word)
        weight = _FAINT if short in ASKING else _WEAK if short in FRAMING else 1.0
        if role != short:
            weight = _WEAK if role in _COMMON else 1.0
        weights[role] = max(weights.get(role, 0.0), weight)
    for entity in find_entities(text):
        weights[named_key(entity)] = _NAME_WEIGHT
    return weights


def _list_own_words(entity: Entity) -> set[str]:
    own = {find_cue(match.group().lower()) for match in _WORD.finditer(entity.text)}
    return own | {named_key(entity), stem(entity.noun or "")}


def _is_same(one: Entity, other: Entity) -> bool:
    if one.type in _NUMBERS and other.type in _NUMBERS:
        return one.number == other.number
    return one.value == other.value or (
        one.number is None and are_compatible(one.value, other.value)
    )


def _find_of_kind(item: Entity, distances: CaptionDistances) -> list[Entity]:
    """Things of the caption that are of the type of another one; counts and numbers are one."""
    kinds = _NUMBERS if item.type in _NUMBERS else {item.type}
    return [entity for kind in sorted(kinds) for entity in distances.things.get(kind, [])]


def _match_panels(
    distances: CaptionDistances, place: _Place, panels: frozenset[str]
) -> float | None:
    """Whether a mention is said of the panels asked for, 0-1; None where no panel is told."""
    scope = distances.scope(*place)
    if scope is None:
        return None
    matches = bool(scope.letters & panels)
    if scope.tie == CARRIED:
        return _CARRIED_MATCH if matches else 1 - _CARRIED_MATCH
    return 1.0 if matches else 0.0


def _measure_affinity(distances: CaptionDistances, entity: Entity, clues: _Clues) -> float:
    """How much of what a pair says stands close to a mention, 0 and up.

    The sum over the words w of the pair of weight(w) * exp(-distance(w) / _REACH), less as much
    for contrasts that the pair does not speak of (a control, a scale bar), times how well the
    mention fits the panels asked for.
    """
    purpose = read_purposes().get(entity.value) or distances.ends.get(entity.start)
    # A name may have the role asked for by itself: DAPI stains nuclei wherever it stands.
    total = clues.words.get(purpose or "", 0.0)
    for word, weight in clues.words.items():
        total += weight * exp(-distances.distance(entity.start, entity.end, word) / _REACH)
    for role in _CONTRASTS - clues.words.keys():
        near = 1.0 if role == purpose else exp(-distances.distance(entity.start, entity.end, role))
        total -= _UNASKED * near
    total += sum(clues.within.get(word, 0.0) for word in _list_own_words(entity)) * _WITHIN
    # The noise makes mentions that nothing stands close to equals.
    total = max(total, 0.0) + _NOISE
    if not clues.panels:
        return total
    match = _match_panels(distances, _Place(entity.start, entity.end, entity.type), clues.panels)
    return total * (_NO_PANEL if match is None else _OTHER_PANEL + (1 - _OTHER_PANEL) * match)


def measure_name_fit(item: Entity, qa: QA, distances: CaptionDistances) -> float | None:
    """How well a thing that the pair names fits where it stands beside its rivals, 0-1.

    With the best affinity of its own mentions a and of the rivals' b: a^s / (a^s + b^s), where
    s is _SHARPNESS. This project's own measure.

    Returns:
        None where the caption does not have the thing, or nothing of its type beside it.
    """
    # Rivals are things of the type that the pair does not name itself.
    answered, asked = find_entities(qa.answer), find_entities(qa.question)
    of_kind = _find_of_kind(item, distances)
    spared = {entity.value for entity in (*answered, *asked)} | _ROLES
    rivals = [e for e in of_kind if e.value not in spared and not _is_same(item, e)]
    own = [entity for entity in of_kind if _is_same(item, entity)]
    if not own or not rivals:
        return None

    # The strongest words of the pair beside the thing itself are what it should stand close to.
    panels = list_named_panels(qa.question)
    words = _weigh_words(f"{qa.question} {qa.answer}") | _find_panel_roles(panels, distances)
    own_words = _list_own_words(item)
    beside = sorted((word for word in words if word not in own_words), key=lambda w: -words[w])
    within = _weigh_words(qa.question) if item in answered else {}
    clues = _Clues({word: words[word] for word in beside[:_MOST_CUES]}, within, panels)

    ours, theirs = (
        max(_measure_affinity(distances, entity, clues) for entity in places[:_MOST_PLACES])
        for places in (own, rivals)
    )
    fit: float = ours**_SHARPNESS / (ours**_SHARPNESS + theirs**_SHARPNESS)
    return fit


def _find_panel_roles(panels: frozenset[str], distances: CaptionDistances) -> dict[str, float]:
    """What the panels asked for are by the caption: controls, or treated beside controls."""
    if not panels or not distances.cues.get("control"):
        return {}
    if _are_controls(distances, panels):
        return {"control": 1.0}
    labelled = frozenset().union(
        *(scope.letters for tie in (HEAD, INNER) for scope in distances.scopes[tie])
    )
    return {"treatment": _WEAK} if _are_controls(distances, labelled - panels) else {}


def _are_controls(distances: CaptionDistances, panels: frozenset[str]) -> bool:
    """Whether the caption calls the panels controls."""
    for _, place in distances.cues.get("control", [])[:_MOST_PLACES]:
        scope = distances.scope(place, place)
        if scope and scope.tie in (HEAD, INNER) and scope.letters & panels:
            return True
    return False


def _find_mentions(qa: QA, distances: CaptionDistances) -> list[list[_Place]]:
    """Where the caption has what the answer says, thing by thing, or else the whole answer."""
    mentions = [
        [e for e in distances.things.get(item.type, []) if _is_same(item, e)][:_MOST_PLACES]
        for item in find_entities(qa.answer)
    ]
    if any(mentions):
        return [[_Place(e.start, e.end, e.type) for e in places] for places in mentions if places]
    answer = qa.answer.strip().rstrip(".")
    if not answer or answer.lower() not in qa.caption.lower():
        return []
    spans = [m.span() for m in re.finditer(re.escape(answer), qa.caption, re.IGNORECASE)]
    return [[_Place(start, end, "") for start, end in spans[:_MOST_PLACES]]]


def _measure_panel_fit(qa: QA, distances: CaptionDistances) -> float | None:
    """Whether all that the answer says is said of the panels that the question names, 0-1."""
    panels = list_named_panels(qa.question)
    fits = []
    for places in _find_mentions(qa, distances) if panels else ():
        matches = [_match_panels(distances, place, panels) for place in places]
        known = [match for match in matches if match is not None]
        if known and len(known) == len(matches):
            fits.append(max(known))
            continue
        # An agent that is named for the whole figure is not what a control panel received.
        is_loose_agent = places[0].kind == "treatment" and max(known, default=0) == 0
        if is_loose_agent and _are_controls(distances, panels):
            fits.append(0.0)
    return min((max(fit, _FLOOR) for fit in fits), default=None)


def measure_binding(qa: QA) -> float | None:
    """Whether the caption ties what the pair names together as the pair does, 0-1.

    The least of how well each named thing fits where it stands (`measure_name_fit`), how well the
    answer fits the panels asked for, and 0 where the pair denies what the caption says.

    Returns:
        None where nothing in the caption could be confused with what the pair names, or where
        the caption does not have what the answer names.
    """
    distances = measure_distances(qa.caption)
    answered, asked = find_entities(qa.answer), find_entities(qa.question)

    # The caption must have the things that the answer names, or else half of its words.
    named = [entity for entity in answered if entity.value not in _ROLES]
    if not all(any(_is_same(i, e) for e in _find_of_kind(i, distances)) for i in named):
        return None
    if not named and (share(content(qa.answer), supported(qa.caption)) or 0.0) < _HALF:
        return None
    if is_denied(qa):
        return 0.0

    # What only frames the question is not weighed: a technique, a state, 'the nuclei'.
    items = {named_key(e): e for e in (*answered, *asked) if e.value not in _ROLES}
    fits = []
    for item in list(items.values())[:_MOST_ITEMS]:
        has_role = find_cue(item.text.lower()) != stem(item.text)
        if item in answered or not (item.type in ("technique", "direction") or has_role):
            fits.append(measure_name_fit(item, qa, distances))
    fits.append(_measure_panel_fit(qa, distances))
    return min((fit for fit in fits if fit is not None), default=None)
