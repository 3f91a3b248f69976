"""Captions for training and for measuring: some titles are never trained on."""

from __future__ import annotations

from builder.sources.phantom import PhantomCaption, PhantomFacts, compose
from builder.sources.phantom.vocabulary import Dice

HELD_OUT_TITLE = 0
"""Index of the title, in each list of the phantom, that no encoder is trained on."""


def is_held_out(caption: PhantomCaption) -> bool:
    """Whether the caption has one of the held-out titles."""
    return caption.template.rsplit("-", 1)[1] == str(HELD_OUT_TITLE)


def caption(dice: Dice, facts: PhantomFacts, held_out: bool = False) -> PhantomCaption:
    """A fresh caption of the facts, with a held-out title or with none."""
    chosen = Dice(dice.rng, dice.reserved and not held_out)
    while True:
        found = compose(chosen, facts)
        if is_held_out(found) == held_out:
            return found
