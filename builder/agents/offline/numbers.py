"""Quantities as answers: parsing, comparing, and scaled values where no pool has any."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

APART = 0.15
JITTER = 0.1
FEW = 6
_QUANTITY = re.compile(r"^(?P<before>[×xX] ?)?(?P<number>\d+(?:,\d{3})*(?:\.\d+)?)(?P<unit>.*)$")
# Ratios between neighbouring choices: for round numbers, and for measured ones.
_STEPS = (1.5, 2.0, 2.5, 3.0, 4.0)
_FINE_STEPS = (1.18, 1.22, 1.27, 1.33, 1.4)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with what is written before and after it."""

    number: float
    before: str
    unit: str
    decimals: int
    grouped: bool

    def write(self, number: float) -> str:
        """Another number in the same form."""
        return f"{self.before}{number:{',' if self.grouped else ''}.{self.decimals}f}{self.unit}"


@lru_cache(maxsize=8192)
def parse(text: str) -> Quantity | None:
    """The quantity that a whole text is, else None."""
    match = _QUANTITY.match(text.strip())
    if match is None or re.search(r"\d", match.group("unit")):
        return None
    digits = match.group("number")
    decimals = len(digits.partition(".")[2])
    number = float(digits.replace(",", ""))
    return Quantity(
        number, match.group("before") or "", match.group("unit"), decimals, "," in digits
    )


def differ(left: float, right: float) -> bool:
    """Whether two numbers are far enough apart to be told from each other."""
    return abs(left - right) > APART * max(abs(left), abs(right))


def form(text: str) -> str:
    """What must agree for two answers to be comparable: the unit of a quantity, else nothing."""
    quantity = parse(text)
    return f"{quantity.before}#{quantity.unit}" if quantity else ""


def scaled(text: str, rank: int, rng: np.random.Generator) -> list[str]:
    """Three quantities around a given one, `rank` of them smaller; empty where there are none."""
    quantity = parse(text)
    if quantity is None or quantity.number <= 0:
        return []
    steps = _FINE_STEPS if _digits(quantity.number) > 1 else _STEPS
    values: list[float] = []
    current = quantity.number
    for index in range(3):
        if index == rank:
            current = quantity.number
        step = steps[int(rng.integers(len(steps)))]
        current = current / step if index < rank else current * step
        values.append(_rounded(current, quantity.number))
    written = [quantity.write(value) for value in values]
    numbers = [quantity.number] + [q.number for q in map(parse, written) if q]
    pairs = [(a, b) for i, a in enumerate(numbers) for b in numbers[i + 1 :]]
    above_zero = all(number > 0 for number in numbers)
    return written if above_zero and all(differ(a, b) for a, b in pairs) else []


@dataclass(frozen=True, slots=True)
class Spread:
    """How measured quantities of one kind are spread: their values, range and granularity."""

    values: tuple[float, ...]
    step: float

    @classmethod
    def of(cls, texts: Sequence[str]) -> Spread | None:
        """The spread of quantities; None where a text is none or there are few different ones."""
        found = [q for q in map(parse, texts) if q]
        if len(found) < len(texts) or len(set(texts)) < FEW:
            return None
        decimals = max(q.decimals for q in found)
        whole = math.gcd(*(round(q.number * 10**decimals) for q in found))
        return cls(tuple(sorted(q.number for q in found)), whole / 10**decimals or 1.0)

    def draw(self, like: Quantity, rng: np.random.Generator) -> str:
        """A quantity spread like these, written like a given one.

        It is near one of them, but new: a value that were another figure's answer would be known
        to be wrong here by whoever has seen it there.
        """
        low, high = self.values[0], self.values[-1]
        value = self.values[int(rng.integers(len(self.values)))] * math.exp(rng.normal(0.0, JITTER))
        value = 2 * low - value if value < low else value
        value = 2 * high - value if value > high else value
        return like.write(max(low, min(high, round(value / self.step) * self.step)))


def _digits(value: float) -> int:
    return max(1, len(f"{value:g}".replace(".", "").strip("0")))


def _rounded(value: float, like: float) -> float:
    return float(f"{value:.{min(_digits(like), 3)}g}")
