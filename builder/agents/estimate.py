"""What a build would ask of a model: calls, tokens and money, before anything is sent.

Prompts are counted with the captions at hand; what depends on replies is assumed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil

from builder.agents.settings import ModelSettings

CHARACTERS_PER_TOKEN = 4
PIXELS_PER_TOKEN = 750
MOST_IMAGE_TOKENS = 1600
"""Tokens of an image: width x height / 750, at most 1,600, about what servers count."""

PAIRS_PER_FIGURE = 3
REWRITES = 0.6
"""Share of the possible rewrites that are made."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What one step would take."""

    step: str
    calls: int
    tokens_in: int
    tokens_out: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A figure that an agent would be asked about: its caption in characters, size in pixels."""

    caption: int
    width: int
    height: int

    @property
    def image_tokens(self) -> int:
        """What its image counts."""
        return min(MOST_IMAGE_TOKENS, ceil(self.width * self.height / PIXELS_PER_TOKEN))


def estimate(figures: Sequence[Asked], keep_ratio: float, model: ModelSettings) -> list[Estimate]:
    """What a build would take, step by step."""
    signals = PAIRS_PER_FIGURE if model.samples else 0
    questions = PAIRS_PER_FIGURE * keep_ratio
    rewrites = REWRITES * model.rounds * questions
    looks = questions + rewrites if model.rounds else 0
    steps = (
        # step, calls per figure, with image, with caption, characters besides, tokens written
        ("extract", 1.0, True, True, 1500, 400),
        ("write", 1.0, True, True, 3000, 500),
        ("answer from image and caption", signals * model.samples, True, True, 700, 30),
        ("answer from the image", signals, True, False, 700, 30),
        ("answer from the question", signals, False, False, 700, 30),
        ("verdict", signals, True, True, 1300, 80),
        ("compare", signals, False, False, 900, 30),
        ("choices", questions, True, True, 2000, 350),
        ("check", questions + rewrites, True, True, 1200, 80),
        ("blind", looks, False, False, 1000, 100),
        ("reflect", rewrites, False, False, 1300, 120),
        ("rewrite", rewrites, True, True, 2500, 400),
        ("meaning", rewrites, False, True, 1400, 60),
        ("bloom", questions, False, False, 1400, 60),
    )
    return [_step(figures, *step) for step in steps if step[1]]


def _step(
    figures: Iterable[Asked],
    step: str,
    calls: float,
    image: bool,
    caption: bool,
    characters: int,
    written: int,
) -> Estimate:
    number, read = 0.0, 0.0
    for figure in figures:
        text = characters + (figure.caption if caption else 0)
        number += calls
        read += calls * (text / CHARACTERS_PER_TOKEN + (figure.image_tokens if image else 0))
    return Estimate(step, ceil(number), ceil(read), ceil(number * written))
