"""Finds many phrases in one pass over the words of a text, where one of them may start."""

from __future__ import annotations

import re
from collections.abc import Iterable

_FIRST, _LAST = 12, 48
_BLANK = bytes(c if chr(c).isalnum() and c < 128 else 32 for c in range(256))


class Openings:
    """What the matches of a phrase start with: a run of a-z and 0-9, and what follows it."""

    def __init__(self, openings: Iterable[str]) -> None:
        self._by_word: dict[bytes, list[str]] = {}
        for opening in openings:
            self._by_word.setdefault(_split_words(opening)[0], []).append(opening)
        self._words = self._by_word.keys()

    @property
    def words(self) -> Iterable[bytes]:
        """The words that they start with."""
        return self._words

    def find(self, text: str, words: set[bytes]) -> list[int]:
        """Where they stand in a text in lower case with these words, in order."""
        places = set()
        for word in self._words & words:
            for opening in self._by_word[word]:
                place = text.find(opening)
                while place >= 0:
                    if not text[place - 1 : place].isalnum():
                        places.add(place)
                    place = text.find(opening, place + 1)
        return sorted(places)


class PhraseBook:
    """Openings of many phrases, to tell by one look which of them a text may hold."""

    def __init__(self, phrases: Iterable[Openings]) -> None:
        self._by_word: dict[bytes, set[Openings]] = {}
        for openings in phrases:
            for word in openings.words:
                self._by_word.setdefault(word, set()).add(openings)
        self._words = self._by_word.keys()

    def find_possible(self, words: set[bytes]) -> set[Openings]:
        """Those that start with one of these words."""
        found: set[Openings] = set()
        for word in self._words & words:
            found |= self._by_word[word]
        return found


def _split_words(text: str) -> list[bytes]:
    return text.encode("utf-8", "surrogatepass").translate(_BLANK).split()


def list_words(text: str) -> set[bytes]:
    """All runs of a-z and 0-9 of a text in lower case."""
    return set(_split_words(text))


def match_at(pattern: re.Pattern[str], text: str, places: Iterable[int]) -> list[re.Match[str]]:
    """Matches that start at one of some places in order, none inside another; see `keep_some`."""
    matches: list[re.Match[str]] = []
    end = 0
    for place in places:
        if place >= end and (match := pattern.match(text, place)):
            matches.append(match)
            end = match.end()
    return keep_some(matches)


def find_some(pattern: re.Pattern[str], text: str) -> list[re.Match[str]]:
    """All matches of a pattern; see `keep_some`."""
    return keep_some(list(pattern.finditer(text)))


def keep_some(matches: list[re.Match[str]]) -> list[re.Match[str]]:
    """The first and last matches: loops of one phrase cost no more than a few."""
    return matches if len(matches) <= _FIRST + _LAST else matches[:_FIRST] + matches[-_LAST:]
