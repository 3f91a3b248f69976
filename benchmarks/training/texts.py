"""Texts that describe a figure, each with the same text about altered facts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.training.alter import VISIBLE, alter
from benchmarks.training.captions import caption
from benchmarks.training.claims import Claim, claims, word
from builder.sources.phantom import PhantomFacts
from builder.sources.phantom.vocabulary import Dice

WRONG_STATEMENTS = 3
_TRIES = 5


@dataclass(frozen=True, slots=True)
class Described:
    """A true text, texts with one visible fact changed, and the names of the facts changed."""

    text: str
    wrong: tuple[str, ...]
    changed: tuple[str, ...]


def _visible(dice: Dice) -> list[str]:
    return [VISIBLE[int(place)] for place in dice.rng.permutation(len(VISIBLE))]


def _replay(seed: int, reserved: bool) -> Dice:
    return Dice(np.random.default_rng(seed), reserved)


def captioned(dice: Dice, facts: PhantomFacts, held_out: bool = False, only: str = "") -> Described:
    """A caption, and the same caption of figures that differ in one visible fact (`only` it)."""
    seed = dice.whole(0, 2**62)
    text = caption(_replay(seed, dice.reserved), facts, held_out).text
    for name in [only] if only else _visible(dice):
        changed = alter(dice, facts, name)
        if changed is None:
            continue
        wrong = caption(_replay(seed, dice.reserved), changed, held_out).text
        if wrong != text:
            return Described(text, (wrong,), (name,))
    return Described(text, (), ())


def _changes(true: list[Claim], altered: list[Claim]) -> list[int]:
    same = len(true) == len(altered)
    return [i for i in range(len(true)) if same and true[i] != altered[i]]


def stated(
    dice: Dice, facts: PhantomFacts, style: str = "", only: str = "", wrong: int = WRONG_STATEMENTS
) -> Described:
    """One to three statements, and the same with one of them about altered facts.

    The altered one is about a visible fact (`only` it) where there is one.
    """
    true, pair = claims(facts), len(facts.panels) == 2
    for name in [only] if only else [*_visible(dice)[:_TRIES], ""]:
        options = _options(dice, facts, true, name, wrong) if name else {}
        if options or not name:
            break
    else:
        return Described("", (), ())
    index = dice.choose(sorted(options)) if options else dice.whole(0, len(true) - 1)
    values = options.get(index, [])
    others = [i for i in range(len(true)) if i != index]
    extra = dice.rng.permutation(len(others))[: dice.choose((0, 0, 1, 2))]
    seed, place = dice.whole(0, 2**62), dice.whole(0, len(extra))
    said = [word(dice, true[others[int(i)]], pair) for i in extra]

    def joined(claim: Claim) -> str:
        text = word(_replay(seed, False), claim, pair, style)
        return " ".join([*said[:place], text, *said[place:]])

    text = joined(true[index])
    return Described(text, tuple(joined(value) for value in values), (name,) * len(values))


def _options(
    dice: Dice, facts: PhantomFacts, true: list[Claim], name: str, wrong: int
) -> dict[int, list[Claim]]:
    """Claims that change when the fact changes, each with `wrong` altered versions."""
    found: dict[int, list[Claim]] = {}
    for _ in range(wrong):
        changed = alter(dice, facts, name)
        if changed is None:
            return {}
        altered = claims(changed)
        for index in _changes(true, altered):
            found.setdefault(index, []).append(altered[index])
    return {index: values for index, values in found.items() if len(values) == wrong}
