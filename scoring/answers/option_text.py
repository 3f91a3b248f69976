"""Which option a piece of text quotes, in full or nearly."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from difflib import get_close_matches
from functools import lru_cache
from itertools import takewhile
from typing import NamedTuple

from scoring.answers.phrases import list_words
from scoring.answers.spelling import normalise

_TOKEN = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|\d+(?:[.,]\d+)*|[^\W\d_\u3040-\u30ff\u3400-\u9fff"
    r"\uac00-\ud7af]+(?:'[a-z]+)?|[+<>≥≤=%~±°↑↓]|(?<=\d)-(?!\w)|(?<![\w.)\]%])-(?=\d)"
)
# The same for a text of A-Z and the Greek letters of units and names, in less time.
_PLAIN_TOKEN = re.compile(
    r"[A-Za-zαβγδκμ]+(?:'[a-z]+)?|\d+(?:[.,]\d+)*|[+<>≥≤=%~±°↑↓]|(?<=\d)-(?!\w)"
    r"|(?<![\w.)\]%])-(?=\d)"
)
_OTHER_LETTER = re.compile(r"[^\x00-\x7f\Wαβγδκμ]")
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


class PlacedWord(NamedTuple):
    """A word with its place."""

    word: str
    start: int
    end: int


def split_words(
    text: str, start: int = 0, end: int | None = None, *, most: int | None = None
) -> list[PlacedWord]:
    """Words, numbers and signs of `text[start:end]` in lower case, without articles.

    `most` stops after so many.
    """
    stop = len(text) if end is None else end
    token = _choose_token(text)
    words = []
    for match in token.finditer(text, start, stop):
        word = _respell(match.group())
        if word not in _ARTICLES:
            words.append(PlacedWord(word, *match.span()))
            if len(words) == most:
                break
    return words


@lru_cache(maxsize=64)
def _choose_token(text: str) -> re.Pattern[str]:
    return _PLAIN_TOKEN if text.isascii() or not _OTHER_LETTER.search(text) else _TOKEN


def first_word(text: str, start: int, end: int) -> PlacedWord | None:
    """The first of the words that `split_words` gives."""
    for match in _choose_token(text).finditer(text, start, end):
        word = _respell(match.group())
        if word not in _ARTICLES:
            return PlacedWord(word, *match.span())
    return None


@lru_cache(maxsize=65536)
def _respell(word: str) -> str:
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


class OptionMention(NamedTuple):
    """An option quoted in a list of tokens, from `first` to before `last`."""

    option: int
    first: int
    last: int
    negated: bool


def _list_parts(words: Sequence[str]) -> set[bytes]:
    return set().union(*map(list_words, words))


@lru_cache(maxsize=4096)
def _split_option(option: str) -> tuple[str, ...]:
    text = normalise(option)
    words = tuple(placed.word for placed in split_words(text))
    return words or tuple(text.lower().split())


def _of_something_else(words: Sequence[PlacedWord], place: int) -> bool:
    """Whether a number is part of another one, or the length of the scale bar."""
    before = [placed.word for placed in words[max(0, place - _BAR_REACH) : place]]
    if before and before[-1][0].isdigit():
        return True
    return not _BARS.isdisjoint(before) and sum(placed.word[0].isdigit() for placed in words) > 1


@lru_cache(maxsize=4096)
def read_option_texts(options: tuple[str, ...]) -> OptionTexts:
    """The texts of a question's options; many replies to one question share them."""
    return OptionTexts(options)


class OptionTexts:
    """The texts of all options, ready to be found."""

    def __init__(self, options: Sequence[str]) -> None:
        self.words = [_split_option(option) for option in options]
        self.plain = [normalise(option).strip().lower() for option in options]
        self.longest = max(map(len, self.words))
        # More words than this cannot be nearly an option.
        self.most_near = int(self.longest * (2 - _NEAR) / _NEAR) + 2
        self.counts = [Counter(map(_stem, words)) for words in self.words]
        self.sets = [set(words) for words in self.counts]
        self.vocabulary: dict[str, list[str]] = {}
        for word in sorted(set().union(*self.words)):
            self.vocabulary.setdefault(word[:2], []).append(word)
        # All of them as plain words, for a look whether a text may speak of an option at all.
        self.all_words = set().union(*map(list_words, self.plain), *map(_list_parts, self.words))
        self._by_first: dict[str, list[tuple[tuple[str, ...], int]]] = {}
        quotes = [
            *((words, index) for index, words in enumerate(self.words)),
            *self._find_short_forms(),
        ]
        for words, index in sorted(quotes, key=lambda quote: -len(quote[0])):
            if words:
                self._by_first.setdefault(words[0], []).append((words, index))

    def _find_short_forms(self) -> list[tuple[tuple[str, ...], int]]:
        """Shorter forms of the options that still tell them apart.

        Without a closing bracket or clause, and without the words that all options start with.
        """
        forms = []
        for index, text in enumerate(self.plain):
            short = _split_option(_TAIL.sub("", text))
            begins = [words[: len(short)] for words in self.words]
            tells = len(short) > 1 or len("".join(short)) >= _LEAST_NAME
            if short != self.words[index] and begins.count(short) == 1 and tells:
                forms.append((short, index))
        shared = sum(
            1 for _ in takewhile(lambda row: len(set(row)) == 1, zip(*self.words, strict=False))
        )
        ends = [words[shared:] for words in self.words]
        if shared and len(set(ends)) == len(ends) > 1:
            forms += [(end, index) for index, end in enumerate(ends) if len(end) > 1]
        return forms

    def begins(self, words: Sequence[PlacedWord]) -> bool:
        """Whether an option starts with the first of these words."""
        return bool(words) and words[0].word in self._by_first

    def starts_with(self, word: str) -> bool:
        """Whether an option starts with a word, which is no article."""
        return word.lower() in self._by_first

    def find_at(self, words: Sequence[PlacedWord], first: int) -> Quote | None:
        """Options whose text starts at a word; the longest, all where several are equal."""
        if first >= len(words):
            return None
        best: list[int] = []
        size = 0
        # Longer texts come first, so that the search ends at the first shorter one.
        for text, index in self._by_first.get(words[first].word, ()):
            if best and len(text) < size:
                break
            if len(words) - first >= len(text) and all(
                words[first + k].word == word for k, word in enumerate(text)
            ):
                best.append(index)
                size = len(text)
        return Quote(tuple(best), size) if best else None

    def find_mentions(self, words: Sequence[PlacedWord]) -> list[OptionMention]:
        """Options quoted in full, none inside another, in order."""
        result: list[OptionMention] = []
        place = 0
        while place < len(words):
            quote = self.find_at(words, place)
            if not quote:
                place += 1
                continue
            last = place + quote.size
            # A negator shortly before negates, unless a 'but' follows it ('not this but that').
            before = [placed.word for placed in words[max(0, place - _REACH) : place]]
            turn = max((at + 1 for at, word in enumerate(before) if word == "but"), default=0)
            negated = any(negates(word) for word in before[turn:])
            # What is joined to a negated option is negated, too ('neither this nor that').
            if result and result[-1].negated:
                between = [placed.word for placed in words[result[-1].last : place]]
                negated = negated or between in _JOINED
            if words[place].word[0].isdigit() and _of_something_else(words, place):
                place = last
                continue
            result.extend(OptionMention(index, place, last, negated) for index in quote.options)
            place = last
        return result

    def alludes(self, words: Sequence[PlacedWord], named: Sequence[OptionMention]) -> bool:
        """Whether the words of an option stand in a row, with other endings, beside those named."""
        stems = [_stem(placed.word) for placed in words]
        for mention in named:
            stems[mention.first : mention.last] = [""] * (mention.last - mention.first)
        texts = [[_stem(word) for word in text] for text in self.words]
        return any(
            stems[place : place + len(text)] == text
            for text in texts
            if text and not text[0][0].isdigit()
            for place in range(len(stems) - len(text) + 1)
        )

    def find_begun(self, words: Sequence[str]) -> int | None:
        """The one option that starts with these words, which are no number."""
        start = tuple(words)
        if not start or start[0][0].isdigit() or len("".join(start)) <= _LEAST_NAME:
            return None
        starting = [i for i, option in enumerate(self.words) if option[: len(start)] == start]
        return starting[0] if len(starting) == 1 else None

    def _correct(self, word: str) -> str:
        """The word of the options that a misspelt word stands for, else the word itself."""
        alike = self.vocabulary.get(word[:2], [])
        if len(word) < _LEAST_LETTERS or word in alike:
            return word
        close = get_close_matches(word, alike, 2, _CLOSE)
        return close[0] if len(close) == 1 else word

    def find_near(self, words: Sequence[str]) -> int | None:
        """The one option that says nearly the same; None where it is not plain which one.

        Nearly: Dice's coefficient of the stems, 2 |A and B| / (|A| + |B|), is at least .8.
        """
        # Options of a very different length cannot be alike: the rest is costly.
        size = len(words)
        if size >= self.most_near or all(
            2 * min(size, len(o)) < _NEAR * (size + len(o)) for o in self.words
        ):
            return None
        stems = [_stem(self._correct(word)) for word in words]
        # Nor can those that share too few words.
        if all(
            2 * sum(map(own.__contains__, stems)) < _NEAR * (size + len(option))
            for own, option in zip(self.sets, self.words, strict=True)
        ):
            return None
        phrase = Counter(stems)
        scores = [
            2 * (phrase & own).total() / (size + len(option))
            for own, option in zip(self.counts, self.words, strict=True)
        ]
        best = max(range(len(scores)), key=scores.__getitem__)
        if scores[best] < _NEAR:
            return None
        # A word that negates, or a number, changes the meaning however much else is the same.
        own, mine = self.counts[best], self.sets[best]
        if any(negates(w) or w[0].isdigit() for w in (phrase - own) + (own - phrase)):
            return None
        # The words that tell the option from each other one must be there, and not the other's.
        others = [o for i, o in enumerate(self.sets) if i != best]
        decided = all((mine - o) & set(phrase) and not (o - mine) & set(phrase) for o in others)
        return best if decided else None
