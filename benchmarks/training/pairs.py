"""Premises and hypotheses whose relation follows from the facts of a figure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from benchmarks.training.alter import alter
from benchmarks.training.captions import caption
from benchmarks.training.claims import Claim, american, claims, word
from builder.sources.phantom import PhantomCaption, PhantomFacts
from builder.sources.phantom.vocabulary import Dice

Status = Literal["told", "untold", "unclear"]
LABELS = ("entailment", "neutral", "contradiction")
_ENTAILS, _NEUTRAL, _CONTRADICTS = range(3)
_BY_EFFECT = {"fraction": "percent", "count": "count", "diameter": "size", "intensity": "direction"}
_DIRECTIONS = (
    "increas",
    "augment",
    "elevat",
    "decreas",
    "reduc",
    "lower",
    "chang",
    "effect",
    "alter",
)
_ALTERED = {"label": "colour", "colour": "marker"}


@dataclass(frozen=True, slots=True)
class Pair:
    """Premise, hypothesis, place of the label in LABELS, and what kind of pair it is.

    `stated` is the value in the hypothesis, `told` the one that the premise gives for the same
    fact, '' where it gives none. `evidence` holds texts, one of which is in every sentence of the
    premise that matters.
    """

    premise: str
    hypothesis: str
    label: int
    kind: str
    stated: str
    told: str
    evidence: tuple[str, ...]


def forms(value: str) -> tuple[str, ...]:
    """How texts may write a value."""
    hours = {"1 h": ("1 hour",)}.get(value, (f"{value}ours",) if value.endswith(" h") else ())
    return value, american(value), value[:1].upper() + value[1:], *hours


def _literal(value: str, text: str) -> bool:
    return any(re.search(rf"(?<![\w.]){re.escape(form)}(?!\w)", text) for form in forms(value))


def status(claim: Claim, facts: PhantomFacts, disclosed: frozenset[str], text: str) -> Status:
    """Whether a text that discloses these facts tells what the (true) claim is about."""
    if claim.fact == "direction":
        if "direction" in disclosed:
            return "told"
        return "unclear" if _BY_EFFECT[facts.effect] in disclosed else "untold"
    named = claim.fact in disclosed or claim.fact == "objects"
    literal = _literal(claim.value, text)
    if claim.fact == "colour":
        return _colour_status(claim, disclosed, text, literal)
    if named and literal:
        return "told"
    implied = {
        "organism": "cell line" in disclosed,
        "technique": facts.kind != "immunofluorescence",
        "objects": True,
    }
    if literal or implied.get(claim.fact, False):
        return "unclear"
    return "untold" if not named or claim.fact in ("label", "marker", "stain") else "unclear"


def _colour_status(claim: Claim, disclosed: frozenset[str], text: str, literal: bool) -> Status:
    other = next(iter(claim.slots.values()))
    if "colour" in disclosed and literal and _literal(other, text):
        return "told"
    colour = claim.value if claim.attribute == "colour_of_marker" else other
    unclear = "label" in disclosed or (_literal(colour, text) and "colour" in disclosed)
    return "unclear" if unclear else "untold"


def _redrawn(dice: Dice, claim: Claim) -> str | None:
    """Another number of the same sort, near or far."""
    if claim.sort == "percent":
        true = int(claim.value[:-1])
        near = min(max(true + dice.choose((-10, -5, -3, -1, 1, 2, 4, 10)), 1), 99)
        return f"{near if dice.chance(0.4) else dice.whole(3, 97)}%"
    if claim.sort == "number":
        true = int(claim.value)
        near = max(true + dice.choose((-3, -2, -1, 1, 2, 3)), 3)
        return f"{near if dice.chance(0.4) else dice.whole(5, 40)}"
    if claim.attribute == "mean_size":
        size, unit = claim.value.split()
        if unit == "nm":
            return f"{dice.whole(30, 99) * 10} nm"
        return f"{float(size) * dice.real(0.6, 1.7):.1f} µm"
    return None


def _altered(dice: Dice, facts: PhantomFacts, index: int) -> Claim | None:
    """The claim at `index` as it would be of altered facts."""
    true = claims(facts)[index]
    number = _redrawn(dice, true)
    if number is not None and dice.chance(0.85):
        return true.saying(number)
    if number is not None:
        name = "feature" if true.attribute == "fraction" else ""
    else:
        name = _ALTERED.get(true.fact, true.fact)
        name = "colour" if true.attribute == "colour_of_marker" else name
    changed = alter(dice, facts, name) if name else None
    if changed is None:
        return None
    found = claims(changed)[index]
    return found if number is not None else true.saying(found.value)


def _rivals(facts: PhantomFacts, index: int, text: str) -> list[tuple[str, str]]:
    """Values of the same sort that the text gives for something else, with the kind of pair."""
    everything = claims(facts)
    true = everything[index]
    if true.attribute == "target" or true.fact == "direction":
        return []
    return [
        (c.value, "panel" if c.attribute == true.attribute else "caption")
        for c in everything
        if c.sort == true.sort and c.value != true.value and _literal(c.value, text)
    ]


def _confused(dice: Dice, facts: PhantomFacts, index: int, text: str) -> tuple[Claim, str] | None:
    """The claim with a value of the same sort that the text gives for something else."""
    options = _rivals(facts, index, text)
    if not options:
        return None
    value, kind = dice.choose(options)
    return claims(facts)[index].saying(value), kind


def _false(dice: Dice, facts: PhantomFacts, index: int, text: str) -> tuple[Claim, str] | None:
    true = claims(facts)[index]
    if dice.chance(0.5):
        confused = _confused(dice, facts, index, text)
        if confused is not None:
            return confused
    found = _altered(dice, facts, index)
    if found is None or found == true:
        return None
    if true.attribute == "target" and any(c.marker == found.value for c in facts.channels):
        return None
    return found, "direction" if true.fact == "direction" else "altered"


@dataclass(frozen=True, slots=True)
class Wish:
    """What pairs to make: wording of hypotheses, titles, share of denials.

    `hard` is how often the first told claim is one that could be confused with something else
    that the caption tells, or a direction, where there is one.
    """

    held_out: bool = False
    denials: float = 0.15
    hard: float = 0.0
    told: int = 2
    untold: int = 2


def pairs(dice: Dice, facts: PhantomFacts, wish: Wish) -> list[Pair]:
    """Pairs with one fresh caption: true and false claims on told facts, claims on untold ones."""
    made = caption(dice, facts, wish.held_out)
    disclosed, found = frozenset(made.disclosed), claims(facts)
    states = [status(claim, facts, disclosed, made.text) for claim in found]
    told = [i for i, state in enumerate(states) if state == "told"]
    untold = [i for i, state in enumerate(states) if state == "untold"]
    result = []
    for i in _told(dice, facts, told, made.text, wish):
        result.append(_pair(dice, facts, made, found[i], found[i], "agrees", wish))
        false = _false(dice, facts, i, made.text)
        if false is not None:
            result.append(_pair(dice, facts, made, found[i], *false, wish))
    for i in _some(dice, untold, wish.untold):
        false = _false(dice, facts, i, made.text) if dice.chance(0.5) else None
        said = found[i] if false is None else false[0]
        result.append(_pair(dice, facts, made, found[i], said, "untold", wish))
    return result


def _told(dice: Dice, facts: PhantomFacts, told: list[int], text: str, wish: Wish) -> list[int]:
    chosen = _some(dice, told, wish.told)
    if wish.hard and dice.chance(wish.hard):
        everything = claims(facts)
        hard = [i for i in told if everything[i].fact == "direction" or _rivals(facts, i, text)]
        if hard:
            first = dice.choose(hard)
            chosen = [first, *(i for i in chosen if i != first)][: wish.told]
    return chosen


def _some(dice: Dice, indices: list[int], count: int) -> list[int]:
    chosen = dice.rng.permutation(len(indices))[:count]
    return [indices[int(place)] for place in chosen]


def _pair(
    dice: Dice,
    facts: PhantomFacts,
    made: PhantomCaption,
    true: Claim,
    said: Claim,
    kind: str,
    wish: Wish,
) -> Pair:
    denied = dice.chance(wish.denials)
    style = "denied" if denied else "held out" if wish.held_out else ""
    label = {"agrees": _ENTAILS, "untold": _NEUTRAL}.get(kind, _CONTRADICTS)
    if denied and kind != "untold":
        label = _CONTRADICTS if label == _ENTAILS else _ENTAILS
        kind = f"denied {'true' if kind == 'agrees' else 'false'}"
    told = "" if label == _NEUTRAL else true.value
    text = word(dice, said, len(facts.panels) == 2, style)
    evidence = forms(true.value) if true.fact != "direction" else _DIRECTIONS
    return Pair(made.text, text, label, kind, said.value, told, evidence)
