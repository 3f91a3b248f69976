"""Answers side by side: whether two can be told apart, and which ones a caption names itself."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from builder.agents.offline.techniques import TECHNIQUE_SIEVE, are_both_right
from filtering.text.entities import find_entities

APART = 0.15
"""Share of the larger of two numbers by which they differ at least, to be told from each other."""
_JITTER = 0.1
_FEWEST_MEASURED = 6
_REMEMBERED = 8192
_NUMERIC = re.compile(r"^(?P<before>[×xX] ?)?(?P<number>\d+(?:,\d{3})*(?:\.\d+)?)(?P<unit>.*)$")
# Ratios between neighbouring choices: for round numbers, and for measured ones.
_STEPS = (1.5, 2.0, 2.5, 3.0, 4.0)
_FINE_STEPS = (1.18, 1.22, 1.27, 1.33, 1.4)


@dataclass(frozen=True, slots=True)
class NumericAnswer:
    """An answer that is one number, with what is written before and after it: '1,200 µm'."""

    number: float
    before: str
    unit: str
    decimals: int
    grouped: bool

    def write(self, number: float) -> str:
        """Another number in the same form."""
        return f"{self.before}{number:{',' if self.grouped else ''}.{self.decimals}f}{self.unit}"


@lru_cache(maxsize=_REMEMBERED)
def parse_number(answer: str) -> NumericAnswer | None:
    """The number that a whole answer is; None for names, and where its unit has digits too."""
    match = _NUMERIC.match(answer.strip())
    if match is None or re.search(r"\d", match["unit"]):
        return None
    digits = match["number"]
    decimals = len(digits.partition(".")[2])
    number = float(digits.replace(",", ""))
    return NumericAnswer(number, match["before"] or "", match["unit"], decimals, "," in digits)


def get_form(answer: str) -> str:
    """What must agree for two answers to be comparable: the unit of a number, else nothing."""
    numeric = parse_number(answer)
    return f"{numeric.before}#{numeric.unit}" if numeric else ""


@lru_cache(maxsize=_REMEMBERED)
def find_names(text: str) -> frozenset[tuple[str, str]]:
    """Types and canonical values of all that a text names."""
    return frozenset((entity.type, entity.value) for entity in find_entities(text))


@lru_cache(maxsize=_REMEMBERED)
def fold(text: str) -> str:
    """Text in the form in which two spellings are compared: 'Alexa-Fluor' is 'alexa fluor'."""
    return re.sub(r"[\s\-–−_]+", " ", text.casefold()).strip()


def contains(text: str, phrase: str) -> bool:
    """Whether a folded text has a folded phrase as whole words."""
    if phrase not in text:
        return False
    return re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", text) is not None


@lru_cache(maxsize=_REMEMBERED)
def are_comparable(left: str, right: str) -> bool:
    """Whether two answers may stand beside each other as choices.

    Numbers must be far enough apart. Names must not be the same in another spelling, nor one the
    broader term of the other ('fluorescence microscopy' beside 'confocal microscopy'), nor much
    longer than the other.
    """
    numbers = parse_number(left), parse_number(right)
    if numbers[0] and numbers[1]:
        return _are_apart(numbers[0].number, numbers[1].number)
    a, b = fold(left), fold(right)
    if a == b or contains(a, b) or contains(b, a) or are_both_right(left, right):
        return False
    if find_names(left) and find_names(left) == find_names(right):
        return False
    return max(len(left), len(right)) <= 3 * min(len(left), len(right)) + 6


def _are_apart(left: float, right: float) -> bool:
    return abs(left - right) > APART * max(abs(left), abs(right))


@dataclass(frozen=True, slots=True)
class CaptionNames:
    """What a caption names, in the forms in which wrong choices are compared with it."""

    folded: str
    entities: frozenset[tuple[str, str]]
    techniques: frozenset[str]

    @classmethod
    def read(cls, caption: str) -> CaptionNames:
        """Collects what a caption names."""
        techniques = frozenset(
            name for name, pattern in TECHNIQUE_SIEVE.passes(caption) if pattern.search(caption)
        )
        return cls(fold(caption), find_names(caption), techniques)

    def include(self, value: str) -> bool:
        """Whether the caption names a value, in any spelling that is known."""
        if value in self.techniques or contains(self.folded, fold(value)):
            return True
        names = find_names(value)
        return bool(names) and names <= self.entities


def scale_number(answer: str, rank: int, rng: np.random.Generator) -> list[str]:
    """Three numbers around that of an answer, `rank` of them smaller.

    '10 µm' with rank 1 can become '5 µm', '20 µm' and '60 µm'.

    Returns:
        Three answers in the form of the given one; none where it is no positive number, or where
        rounding made two of them too much alike.
    """
    numeric = parse_number(answer)
    if numeric is None or numeric.number <= 0:
        return []
    digits = max(1, len(f"{numeric.number:g}".replace(".", "").strip("0")))
    steps = _FINE_STEPS if digits > 1 else _STEPS
    values: list[float] = []
    current = numeric.number
    # Steps go down from the number `rank` times, then up from it again.
    for index in range(3):
        if index == rank:
            current = numeric.number
        step = steps[int(rng.integers(len(steps)))]
        current = current / step if index < rank else current * step
        values.append(float(f"{current:.{min(digits, 3)}g}"))
    written = [numeric.write(value) for value in values]
    numbers = [numeric.number] + [each.number for each in map(parse_number, written) if each]
    pairs = [(a, b) for i, a in enumerate(numbers) for b in numbers[i + 1 :]]
    above_zero = all(number > 0 for number in numbers)
    return written if above_zero and all(_are_apart(a, b) for a, b in pairs) else []


@dataclass(frozen=True, slots=True)
class MeasuredValues:
    """How measured numbers of one kind are spread: their values, range and granularity."""

    values: tuple[float, ...]
    step: float

    @classmethod
    def collect(cls, answers: Sequence[str]) -> MeasuredValues | None:
        """The values of answers; None where one is no number or there are few different ones."""
        numeric = [each for each in map(parse_number, answers) if each]
        if len(numeric) < len(answers) or len(set(answers)) < _FEWEST_MEASURED:
            return None
        decimals = max(each.decimals for each in numeric)
        whole = math.gcd(*(round(each.number * 10**decimals) for each in numeric))
        return cls(tuple(sorted(each.number for each in numeric)), whole / 10**decimals or 1.0)

    def draw(self, like: NumericAnswer, rng: np.random.Generator) -> str:
        """A number spread like these, written like a given one.

        It is near one of them, but new: a value that were another figure's answer would be known
        to be wrong here by whoever has seen it there.
        """
        low, high = self.values[0], self.values[-1]
        near = self.values[int(rng.integers(len(self.values)))]
        value = near * math.exp(rng.normal(0.0, _JITTER))
        # What leaves the range is mirrored back into it.
        value = 2 * low - value if value < low else value
        value = 2 * high - value if value > high else value
        return like.write(max(low, min(high, round(value / self.step) * self.step)))
