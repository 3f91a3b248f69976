"""Whether values are the same, comparable, or named by a caption."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from builder.agents.offline.numbers import differ, parse
from builder.agents.offline.techniques import SOUGHT, both_right
from filtering.text.entities import find_entities

_KNOWN = 8192


def rng_of(seed: int, *key: str) -> np.random.Generator:
    """Generator that depends on the seed and the key alone."""
    digest = hashlib.sha256("\x1f".join(key).encode("utf-8", "surrogatepass")).digest()
    words = [int.from_bytes(digest[i : i + 4], "big") for i in range(0, 16, 4)]
    return np.random.default_rng(np.random.SeedSequence([seed & 0xFFFFFFFF, *words]))


@lru_cache(maxsize=_KNOWN)
def names(text: str) -> frozenset[tuple[str, str]]:
    """Types and canonical values of all that a text names."""
    return frozenset((entity.type, entity.value) for entity in find_entities(text))


@lru_cache(maxsize=_KNOWN)
def fold(text: str) -> str:
    """Text in the form in which two spellings are compared."""
    return re.sub(r"[\s\-–−_]+", " ", text.casefold()).strip()


def holds(text: str, phrase: str) -> bool:
    """Whether a folded text has a folded phrase as whole words."""
    if phrase not in text:
        return False
    return re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", text) is not None


def related(left: str, right: str) -> bool:
    """Whether two values are the same, or one is the broader term of the other."""
    a, b = fold(left), fold(right)
    if a == b or holds(a, b) or holds(b, a) or both_right(left, right):
        return True
    return bool(names(left) and names(left) == names(right))


@lru_cache(maxsize=_KNOWN)
def comparable(left: str, right: str) -> bool:
    """Whether two values may stand beside each other as choices."""
    first, second = parse(left), parse(right)
    if first and second:
        return differ(first.number, second.number)
    if related(left, right):
        return False
    longer, shorter = max(len(left), len(right)), min(len(left), len(right))
    return longer <= 3 * shorter + 6


@dataclass(frozen=True, slots=True)
class Caption:
    """What a caption names, in the forms in which distractors are compared with it."""

    folded: str
    entities: frozenset[tuple[str, str]]
    techniques: frozenset[str]

    @classmethod
    def of(cls, text: str) -> Caption:
        """Reads a caption."""
        techniques = frozenset(
            name for name, pattern in SOUGHT.passes(text) if pattern.search(text)
        )
        return cls(fold(text), names(text), techniques)

    def names(self, value: str) -> bool:
        """Whether the caption names a value, in any spelling that is known."""
        known = names(value)
        if value in self.techniques or holds(self.folded, fold(value)):
            return True
        return bool(known) and known <= self.entities


@dataclass
class Drawn:
    """Distractors for a candidate, where they are from, or why there are none."""

    distractors: list[str] = field(default_factory=list)
    origin: str = ""
    problem: str = ""
