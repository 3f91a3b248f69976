"""Words that a pattern cannot do without: to look for them first saves most searches."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from re import _constants as op  # type: ignore[attr-defined]  # stubs leave both out
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")
Words = frozenset[str]

_GRAM = 4

_SAME_IN_PATTERNS = str.maketrans({"\u0130": "i", "\u0131": "i", "\u017f": "s", "\u212a": "k"})
"""Letters other than ASCII that patterns without case take for ASCII ones."""


def folded(text: str) -> str:
    """Lower-case text, in which every ASCII word that a pattern finds without case stands too."""
    return (text if text.isascii() else text.translate(_SAME_IN_PATTERNS)).lower()


@cache
def required(pattern: re.Pattern[str]) -> tuple[Words, ...]:
    """Sets of ASCII words: every match has a word of each set, case aside.

    They are read from the pattern's syntax tree; there are none where no word is sure.
    """
    return tuple(dict.fromkeys(_of_sequence(parser.parse(pattern.pattern, pattern.flags))))


def _of_sequence(nodes: Iterable[Any]) -> list[Words]:
    """What each part of a sequence requires, runs of letters taken together."""
    found: list[Words] = []
    run = ""
    for kind, value in nodes:
        letter = _letter(kind, value)
        if letter:
            run += letter
            continue
        found += [frozenset({run}), *_of_node(kind, value)]
        run = ""
    return [words for words in (*found, frozenset({run})) if all(words)]


def _telling(words: Words) -> tuple[int, int]:
    """Order of sets of words: long words first, then few of them."""
    return min(min(map(len, words)), 4), -len(words)


def _letter(kind: Any, value: Any) -> str:
    """The ASCII character that a node stands for, lower case; '' where there are several."""
    if kind is op.LITERAL:
        return chr(value).lower() if value < 128 else ""
    if kind is op.IN:
        letters = {_letter(*item) for item in value}
        return letters.pop() if len(letters) == 1 else ""
    return ""


def _of_node(kind: Any, value: Any) -> list[Words]:
    if kind is op.BRANCH:
        parts = [max(_of_sequence(part), key=_telling, default=None) for part in value[1]]
        sure = [part for part in parts if part is not None]
        return [frozenset().union(*sure)] if len(sure) == len(parts) else []
    if kind in (op.SUBPATTERN, op.ASSERT):
        return _of_sequence(value[-1])
    if kind is op.ATOMIC_GROUP:
        return _of_sequence(value)
    repeated = kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT) and value[0] > 0
    return _of_sequence(value[2]) if repeated else []


def _gram(word: str) -> str:
    """A part of a word by which it is looked up: a few letters, or a mark that is none."""
    runs = [word[i : i + _GRAM] for i in range(len(word) - _GRAM + 1)]
    whole = [run for run in runs if " " not in run]
    marks = [mark for mark in word if not (mark.isalnum() or mark == " ")]
    return next(iter([*whole, *marks, *runs]), "")


@lru_cache(maxsize=16)
def _parts(text: str) -> tuple[str, frozenset[str]]:
    """A text without case, and its characters and runs of _GRAM characters."""
    lower = folded(text)
    return lower, frozenset([lower[i : i + _GRAM] for i in range(len(lower))]).union(lower)


class Sieve(Generic[Item]):
    """Items with a pattern each; tells for a text those whose pattern may match in it."""

    def __init__(self, items: Sequence[tuple[Item, re.Pattern[str]]]) -> None:
        self._items = [item for item, _ in items]
        self._needed: dict[Words, set[int]] = {}
        for place, (_, pattern) in enumerate(items):
            for words in required(pattern):
                self._needed.setdefault(words, set()).add(place)
        grams = ((frozenset(map(_gram, words)), words) for words in self._needed)
        self._grams = [(known, words) for known, words in grams if "" not in known]

    def passes(self, text: str) -> list[Item]:
        """The items, in order, of whose required words the text has one of each set."""
        lower, there = _parts(text)
        out: set[int] = set()
        for grams, words in self._grams:
            if grams.isdisjoint(there) or not any(word in lower for word in words):
                out |= self._needed[words]
        return [item for place, item in enumerate(self._items) if place not in out]
