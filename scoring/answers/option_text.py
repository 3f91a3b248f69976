"""Which option a piece of text quotes, in full or nearly."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from difflib import get_close_matches
from functools import lru_cache
from itertools import takewhile
from typing import NamedTuple

from scoring.answers.normalise import normalise

_TOKEN = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|\d+(?:[.,]\d+)*|[^\W\d_\u3040-\u30ff\u3400-\u9fff"
    r"\uac00-\ud7af]+(?:'[a-z]+)?|[+<>≥≤=%~±°↑↓]|(?<=\d)-(?!\w)"
)
_ARTICLES = frozenset(("a", "an", "the"))
_NEGATORS = re.compile(
    r"not|no|never|without|neither|nor|cannot|than|unlike|excludes|exclude|excluding|"
    r"excluded|ruled|rules|instead|against|lacks|lack|non|nicht|kein|keine|pas|ni|不|没|无|не"
)
_SPELLINGS = {"um": "μm", "micrometers": "μm", "micrometer": "μm", "microns": "μm", "percent": "%"}
_BRITISH = (
    (re.compile(r"[ao]e(?=[a-z]{3})"), "e"),
    (re.compile(r"(?<=[a-z]{3})our(?=[a-z]|$)"), "or"),
    (re.compile(r"(?<=[a-z]{2})is(?=(?:e|ed|es|ing|ation|ations)$)"), "iz"),
    (re.compile(r"(?<=[a-z]{3})re$"), "er"),
    (re.compile(r"(?<=[a-z]{2})ll(?=(?:ed|ing)$)"), "l"),
)
_JOINED: tuple[list[str], ...] = (["or"], ["and"], ["nor"], [])
_BARS = frozenset(("bar", "bars", "magnification"))
_BAR_REACH = 5
_REACH = 3
_NEAR = 0.8
_CLOSE = 0.85
_LEAST_LETTERS = 6
_SHORT = 4
_LEAST_NAME = 3
_ENDING = re.compile(r"(?<=[a-z]{3})(?:ing|ed|es|e|s|ial|ium|ia)$")
_TAIL = re.compile(r"\s*\([^()]*\)\s*$|\s*,\s.*$|\s(?:because|since|due to|owing to)\s.*$")


class Token(NamedTuple):
    """A word with its place."""

    word: str
    start: int
    end: int


def tokens(
    text: str, start: int = 0, end: int | None = None, *, most: int | None = None
) -> list[Token]:
    """Words, numbers and signs of `text[start:end]` in lower case, without articles.

    `most` stops after so many.
    """
    stop = len(text) if end is None else end
    found = []
    for match in _TOKEN.finditer(text, start, stop):
        word = _spelling(match.group())
        if word not in _ARTICLES:
            found.append(Token(word, *match.span()))
            if len(found) == most:
                break
    return found


@lru_cache(maxsize=65536)
def _spelling(word: str) -> str:
    """One spelling of a word, in lower case, British or American, or of a unit."""
    word = word.lower()
    for pattern, plain in _BRITISH if len(word) > _SHORT else ():
        word = pattern.sub(plain, word)
    return _SPELLINGS.get(word, word)


@lru_cache(maxsize=65536)
def _stem(word: str) -> str:
    """A word without its ending: 'adding' and 'added' are 'add'."""
    return _ENDING.sub("", word) if word.isalpha() else word


def negates(word: str) -> bool:
    """Whether a word turns what follows into its opposite."""
    return bool(_NEGATORS.fullmatch(word)) or word.endswith("n't")


class Quote(NamedTuple):
    """Options quoted at a place, and how many tokens that takes."""

    options: tuple[int, ...]
    size: int


class Mention(NamedTuple):
    """An option quoted in a list of tokens, from `first` to before `last`."""

    option: int
    first: int
    last: int
    negated: bool


@lru_cache(maxsize=4096)
def _words(option: str) -> tuple[str, ...]:
    text = normalise(option)
    words = tuple(token.word for token in tokens(text))
    return words or tuple(text.lower().split())


def _turn(words: Sequence[str]) -> int:
    """Where what is said turns around ('not this but that'), else 0."""
    return max((place + 1 for place, word in enumerate(words) if word == "but"), default=0)


def _of_something_else(found: Sequence[Token], place: int) -> bool:
    """Whether a number is part of another one, or the length of the scale bar."""
    before = [token.word for token in found[max(0, place - _BAR_REACH) : place]]
    if before and before[-1][0].isdigit():
        return True
    return not _BARS.isdisjoint(before) and sum(token.word[0].isdigit() for token in found) > 1


@lru_cache(maxsize=4096)
def option_texts(options: tuple[str, ...]) -> OptionTexts:
    """The texts of a question's options; many replies to one question share them."""
    return OptionTexts(options)


class OptionTexts:
    """The texts of all options, ready to be found."""

    def __init__(self, options: Sequence[str]) -> None:
        self.words = [_words(option) for option in options]
        self.plain = [normalise(option).strip().lower() for option in options]
        self.longest = max(map(len, self.words))
        self.counts = [Counter(map(_stem, words)) for words in self.words]
        self.sets = [set(words) for words in self.counts]
        self.vocabulary: dict[str, list[str]] = {}
        for word in sorted(set().union(*self.words)):
            self.vocabulary.setdefault(word[:2], []).append(word)
        self._by_first: dict[str, list[tuple[tuple[str, ...], int]]] = {}
        quotes = [*((words, index) for index, words in enumerate(self.words)), *self._shorter()]
        for words, index in sorted(quotes, key=lambda quote: -len(quote[0])):
            if words:
                self._by_first.setdefault(words[0], []).append((words, index))

    def _shorter(self) -> list[tuple[tuple[str, ...], int]]:
        """Shorter forms of the options that still tell them apart.

        Without a closing bracket or clause, and without the words that all options start with.
        """
        found = []
        for index, text in enumerate(self.plain):
            short = _words(_TAIL.sub("", text))
            begins = [words[: len(short)] for words in self.words]
            tells = len(short) > 1 or len("".join(short)) >= _LEAST_NAME
            if short != self.words[index] and begins.count(short) == 1 and tells:
                found.append((short, index))
        shared = sum(
            1 for _ in takewhile(lambda row: len(set(row)) == 1, zip(*self.words, strict=False))
        )
        ends = [words[shared:] for words in self.words]
        if shared and len(set(ends)) == len(ends) > 1:
            found += [(end, index) for index, end in enumerate(ends) if len(end) > 1]
        return found

    def begins(self, found: Sequence[Token]) -> bool:
        """Whether an option starts with the first of these tokens."""
        return bool(found) and found[0].word in self._by_first

    def starts_with(self, word: str) -> bool:
        """Whether an option starts with a word, which is no article."""
        return word.lower() in self._by_first

    def at(self, found: Sequence[Token], first: int) -> Quote | None:
        """Options whose text starts at a token; the longest, all where several are equal."""
        if first >= len(found):
            return None
        best: list[int] = []
        size = 0
        for words, index in self._by_first.get(found[first].word, ()):
            if best and len(words) < size:
                break
            if len(found) - first >= len(words) and all(
                found[first + k].word == word for k, word in enumerate(words)
            ):
                best.append(index)
                size = len(words)
        return Quote(tuple(best), size) if best else None

    def mentions(self, found: Sequence[Token]) -> list[Mention]:
        """Options quoted in full, none inside another, in order."""
        result: list[Mention] = []
        place = 0
        while place < len(found):
            matched = self.at(found, place)
            if not matched:
                place += 1
                continue
            last = place + matched.size
            before = found[max(0, place - _REACH) : place]
            words = [token.word for token in before]
            negated = any(negates(word) for word in words[_turn(words) :])
            if result and result[-1].negated:
                joined = [token.word for token in found[result[-1].last : place]]
                negated = negated or joined in _JOINED
            if found[place].word[0].isdigit() and _of_something_else(found, place):
                place = last
                continue
            result.extend(Mention(index, place, last, negated) for index in matched.options)
            place = last
        return result

    def alluded(self, found: Sequence[Token], named: Sequence[Mention]) -> bool:
        """Whether the words of an option stand in a row, with other endings, beside those named."""
        said = [_stem(token.word) for token in found]
        for mention in named:
            said[mention.first : mention.last] = [""] * (mention.last - mention.first)
        texts = [[_stem(word) for word in words] for words in self.words]
        return any(
            said[place : place + len(text)] == text
            for text in texts
            if text and not text[0][0].isdigit()
            for place in range(len(said) - len(text) + 1)
        )

    def begun(self, words: Sequence[str]) -> int | None:
        """The one option that starts with these words, which are no number."""
        said = tuple(words)
        if not said or said[0][0].isdigit() or len("".join(said)) <= _LEAST_NAME:
            return None
        starting = [i for i, option in enumerate(self.words) if option[: len(said)] == said]
        return starting[0] if len(starting) == 1 else None

    def _spelled(self, word: str) -> str:
        """The word of the options that a misspelt word stands for, else the word itself."""
        alike = self.vocabulary.get(word[:2], [])
        if len(word) < _LEAST_LETTERS or word in alike:
            return word
        close = get_close_matches(word, alike, 2, _CLOSE)
        return close[0] if len(close) == 1 else word

    def near(self, words: Sequence[str]) -> int | None:
        """The one option that says nearly the same; None where it is not plain which one."""
        said = len(words)
        if all(2 * min(said, len(o)) < _NEAR * (said + len(o)) for o in self.words):
            return None
        phrase = Counter(_stem(self._spelled(word)) for word in words)
        scores = [
            2 * (phrase & own).total() / (said + len(option))
            for own, option in zip(self.counts, self.words, strict=True)
        ]
        best = max(range(len(scores)), key=scores.__getitem__)
        if scores[best] < _NEAR:
            return None
        own, mine = self.counts[best], self.sets[best]
        if any(negates(w) or w[0].isdigit() for w in (phrase - own) + (own - phrase)):
            return None
        others = [o for i, o in enumerate(self.sets) if i != best]
        decided = all((mine - o) & set(phrase) and not (o - mine) & set(phrase) for o in others)
        return best if decided else None
