"""Words that a pattern cannot do without: to look for them first saves most searches.

A hundred patterns searched in each caption take most of the time of the offline agent; nine of
ten cannot match, because a word is missing that stands in every match.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import Generic, TypeVar

from filtering.text.vocabulary import fold_case

Item = TypeVar("Item")
Words = frozenset[str]

_GRAM = 4
_SYNTAX = re.compile(
    r"(?P<flags>\(\?[aiLmsux]+\))"
    r"|(?P<open>\((?:\?(?:P<\w+>|[aiLmsux-]*:|<?[=!]|>))?)"
    r"|(?P<close>\))"
    r"|(?P<bar>\|)"
    r"|\[(?P<negated>\^?)(?P<members>\]?(?:\\.|[^\]\\])*)\]"
    r"|(?P<repeat>(?:[*+?]|\{(?P<least>\d*),?\d*\})[?+]?)"
    r"|(?P<escape>\\[\s\S])"
    r"|(?P<place>[.^$])"
    r"|(?P<letter>[\s\S])"
)


@cache
def find_required_words(pattern: re.Pattern[str]) -> tuple[Words, ...]:
    """Sets of ASCII words, lower case: every match has a word of each set, case aside.

    They are read from the pattern as it is written; there are none where no word is certain. A
    pattern in verbose mode or with comments, references or conditions is not understood.

    Raises:
        ValueError: The pattern has syntax that is not understood.
    """
    if pattern.flags & re.VERBOSE or re.search(r"\(\?(?:#|\(|P=)", pattern.pattern):
        raise ValueError(f"verbose mode, comments and references are not read: {pattern.pattern}")
    return tuple(dict.fromkeys(_read_alternatives(_SYNTAX.finditer(pattern.pattern))))


def _read_alternatives(syntax: Iterator[re.Match[str]]) -> list[Words]:
    """What a group requires: the rest of `syntax` up to its closing bracket."""
    alternatives: list[list[Words]] = []
    required: list[Words] = []
    run = ""
    # What the last item of the sequence requires, which a repeat of it may take back.
    last: list[Words] | None = None

    def end_run(*, but: int = 0) -> None:
        nonlocal run
        if word := run[: len(run) - but]:
            required.append(frozenset({word}))
        run = ""

    for match in syntax:
        kind = match.lastgroup
        letter = _read_letter(match)
        if letter:
            run, last = run + letter, None
        elif kind == "repeat":
            least = match["least"] if match["least"] is not None else "01"[match[0][0] == "+"]
            if last is None and run:
                item = [frozenset({run[-1]})]
                end_run(but=1)
            else:
                item = last or []
                del required[len(required) - len(item) :]
            if int(least or 0) > 0:
                required += item
            last = []
        elif kind in ("close", "bar"):
            end_run()
            alternatives.append(required)
            required, last = [], []
            if kind == "close":
                break
        else:
            end_run()
            last = _read_alternatives(syntax) if kind == "open" else []
            if match[0].endswith("!"):
                last = []
            required += last
    else:
        end_run()
        alternatives.append(required)
    if len(alternatives) == 1:
        return alternatives[0]
    best = [max(each, key=_rate, default=None) for each in alternatives]
    certain = [words for words in best if words is not None]
    return [frozenset().union(*certain)] if len(certain) == len(best) else []


def _read_letter(match: re.Match[str]) -> str:
    """The ASCII character that a piece of syntax stands for, lower case; '' for anything else."""
    character = match["letter"] or ""
    if match["escape"] and not match["escape"][1].isalnum():
        character = match["escape"][1]
    if match["members"] and not match["negated"]:
        members = {letter.lower() for letter in match["members"]}
        character = members.pop() if len(members) == 1 else ""
    return character.lower() if character.isascii() else ""


def _rate(words: Words) -> tuple[int, int]:
    """Order of sets of words: long words first, then few of them."""
    return min(min(map(len, words)), _GRAM), -len(words)


def _choose_gram(word: str) -> str:
    """A part of a word by which it is looked up: a few letters, or a mark that is none."""
    runs = [word[i : i + _GRAM] for i in range(len(word) - _GRAM + 1)]
    whole = [run for run in runs if " " not in run]
    marks = [mark for mark in word if not (mark.isalnum() or mark == " ")]
    return next(iter([*whole, *marks, *runs]), "")


@lru_cache(maxsize=16)
def _split_grams(text: str) -> tuple[str, frozenset[str]]:
    """A text without case, and its characters and runs of _GRAM characters."""
    lower = fold_case(text)
    return lower, frozenset([lower[i : i + _GRAM] for i in range(len(lower))]).union(lower)


class Sieve(Generic[Item]):
    """Items with a pattern each; tells for a text those whose pattern may match in it."""

    def __init__(self, items: Sequence[tuple[Item, re.Pattern[str]]]) -> None:
        self._items = [item for item, _ in items]
        self._needed: dict[Words, set[int]] = {}
        for place, (_, pattern) in enumerate(items):
            for words in find_required_words(pattern):
                self._needed.setdefault(words, set()).add(place)
        grams = ((frozenset(map(_choose_gram, words)), words) for words in self._needed)
        self._grams = [(known, words) for known, words in grams if "" not in known]

    def passes(self, text: str) -> list[Item]:
        """The items, in order, of whose required words the text has one of each set."""
        lower, there = _split_grams(text)
        out: set[int] = set()
        for grams, words in self._grams:
            if grams.isdisjoint(there) or not any(word in lower for word in words):
                out |= self._needed[words]
        return [item for place, item in enumerate(self._items) if place not in out]
