"""Which option a piece of text quotes, in full or nearly."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from difflib import get_close_matches
from functools import lru_cache
from typing import NamedTuple

from scoring.normalise import normalise

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
_REACH = 3
_NEAR = 0.8
_CLOSE = 0.85
_LEAST_LETTERS = 6


class Token(NamedTuple):
    """A word with its place."""

    word: str
    start: int
    end: int


def tokens(text: str, start: int = 0, end: int | None = None) -> list[Token]:
    """Words, numbers and signs of `text[start:end]` in lower case, without articles."""
    stop = len(text) if end is None else end
    found = []
    for match in _TOKEN.finditer(text, start, stop):
        word = match.group().lower()
        if word not in _ARTICLES:
            found.append(Token(_SPELLINGS.get(word, word), match.start(), match.end()))
    return found


def negates(word: str) -> bool:
    """Whether a word turns what follows into its opposite."""
    return bool(_NEGATORS.fullmatch(word)) or word.endswith("n't")


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


class OptionTexts:
    """The texts of all options, ready to be found."""

    def __init__(self, options: Sequence[str]) -> None:
        self.words = [_words(option) for option in options]
        self.letters = [normalise(option).strip().lower() for option in options]
        self.vocabulary = sorted({word for words in self.words for word in words})
        self._by_first: dict[str, list[int]] = {}
        for index in sorted(range(len(options)), key=lambda i: -len(self.words[i])):
            if self.words[index]:
                self._by_first.setdefault(self.words[index][0], []).append(index)

    def at(self, found: Sequence[Token], first: int) -> list[int]:
        """Options whose full text starts at a token; the longest, all where several are equal."""
        if first >= len(found):
            return []
        best: list[int] = []
        for index in self._by_first.get(found[first].word, ()):
            words = self.words[index]
            if best and len(words) < len(self.words[best[0]]):
                break
            if len(found) - first >= len(words) and all(
                found[first + k].word == word for k, word in enumerate(words)
            ):
                best.append(index)
        return best

    def mentions(self, found: Sequence[Token]) -> list[Mention]:
        """Options quoted in full, none inside another, in order."""
        result: list[Mention] = []
        place = 0
        while place < len(found):
            matched = self.at(found, place)
            if not matched:
                place += 1
                continue
            last = place + len(self.words[matched[0]])
            before = found[max(0, place - _REACH) : place]
            words = [token.word for token in before]
            negated = any(negates(word) for word in words[_turn(words) :])
            if found[place].word[0].isdigit() and words and words[-1][0].isdigit():
                place = last
                continue
            result.extend(Mention(index, place, last, negated) for index in matched)
            place = last
        return result

    def _spelled(self, word: str) -> str:
        """The word of the options that a misspelt word stands for, else the word itself."""
        if len(word) < _LEAST_LETTERS or word in self.vocabulary:
            return word
        close = get_close_matches(word, self.vocabulary, 2, _CLOSE)
        return close[0] if len(close) == 1 and close[0][:2] == word[:2] else word

    def near(self, words: Sequence[str]) -> int | None:
        """The one option that says nearly the same; None where it is not plain which one."""
        phrase = Counter(map(self._spelled, words))
        if not phrase:
            return None
        scores = [2 * (phrase & Counter(o)).total() / (len(words) + len(o)) for o in self.words]
        best = max(range(len(scores)), key=scores.__getitem__)
        if scores[best] < _NEAR:
            return None
        own = Counter(self.words[best])
        if any(negates(w) or w[0].isdigit() for w in (phrase - own) + (own - phrase)):
            return None
        others = [set(o) for i, o in enumerate(self.words) if i != best]
        mine, said = set(own), set(phrase)
        decided = all((mine - o) & said and not (o - mine) & said for o in others)
        return best if decided else None
