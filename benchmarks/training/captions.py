"""Captions for training and for measuring: some titles are never trained on."""

from __future__ import annotations

from builder.sources.phantom import Caption, Facts, compose
from builder.sources.phantom.vocabulary import Dice

HELD_OUT_TITLE = 0
"""Index of the title, in each list of the phantom, that no encoder is trained on."""


def is_held_out(caption: Caption) -> bool:
    """Whether the caption has one of the held-out titles."""
    return caption.template.rsplit("-", 1)[1] == str(HELD_OUT_TITLE)


def caption(dice: Dice, facts: Facts, held_out: bool = False) -> Caption:
    """A fresh caption of the facts, with a held-out title or with none."""
    chosen = Dice(dice.rng, dice.reserved and not held_out)
    while True:
        found = compose(chosen, facts)
        if is_held_out(found) == held_out:
            return found
