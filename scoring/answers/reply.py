"""A reply with what is needed to read it, each found once: words, lines, sentences, phrases."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from scoring.answers import cues
from scoring.answers.labels import Labels
from scoring.answers.option_text import PlacedWord, split_words
from scoring.answers.phrases import Openings, list_words, match_at

_SENTENCE_END = re.compile(r"[.!?;](?=\s|$)|\n")
_SENTENCE_START = re.compile(r"[.!?](?=\s)|\n")
WINDOW = 700
_CONTEXT = 300
_LINE = re.compile(r"[^\n]+")
_MOST_LINES = 40


class Line(NamedTuple):
    """A line that is not blank."""

    start: int
    end: int


class ReplyText:
    """A reply with what is needed to read it: its text, also in lower case, and the options."""

    __slots__ = ("_lines", "_possible", "_word_set", "_words", "labels", "lower", "options", "text")

    def __init__(self, text: str, labels: Labels) -> None:
        self.text = text
        self.lower = text.lower()
        self.labels = labels
        self.options = labels.options
        self._words: list[PlacedWord] | None = None
        self._lines: list[Line] | None = None
        self._word_set = list_words(self.lower)
        self._possible = cues.BOOK.find_possible(self._word_set)

    @property
    def words(self) -> list[PlacedWord]:
        """The words of the whole text."""
        if self._words is None:
            self._words = split_words(self.text)
        return self._words

    @property
    def lines(self) -> list[Line]:
        """The first and the last lines that are not blank."""
        if self._lines is None:
            matches = _LINE.finditer(self.text)
            lines = [Line(m.start(), m.end()) for m in matches if m.group().strip()]
            few = len(lines) <= 2 * _MOST_LINES
            self._lines = lines if few else lines[:_MOST_LINES] + lines[-_MOST_LINES:]
        return self._lines

    def find_openings(self, first: Openings) -> list[int]:
        """Where a phrase may start in the text in lower case, by the openings of its matches."""
        return first.find(self.lower, self._word_set) if first in self._possible else []

    def match_phrase(
        self, pattern: re.Pattern[str], first: Openings, needs: Sequence[str] = ()
    ) -> list[re.Match[str]]:
        """The matches of a phrase in the text in lower case.

        Args:
            pattern: The phrase.
            first: Its openings.
            needs: What else every match holds one of; empty for nothing.
        """
        if first not in self._possible:
            return []
        if needs and not any(sign in self.lower for sign in needs):
            return []
        return match_at(pattern, self.lower, first.find(self.lower, self._word_set))

    def sentence_start(self, place: int) -> int:
        """Where the sentence around a place starts, at most 300 characters before it."""
        start = max(0, place - _CONTEXT)
        for end in _SENTENCE_START.finditer(self.text, start, place):
            start = end.end()
        return start

    def sentence_end(self, place: int) -> int:
        """Where the sentence around a place ends, at most 700 characters after it."""
        end = _SENTENCE_END.search(self.text, place, place + WINDOW)
        return end.start() if end else min(len(self.text), place + WINDOW)
