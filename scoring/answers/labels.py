"""What a label at a place of the text says: one option, several, or none that exists."""

from __future__ import annotations

import re
from itertools import pairwise

from scoring.answers.option_text import OptionTexts, tokens
from scoring.records import LabelStyle, Reading, Status

_CYRILLIC = {"А": 0, "Б": 1, "С": 2, "Г": 3, "Д": 4}
_UNSURE = frozenset("ВЕ")
_ITEM = re.compile(
    r"(?:(?:option|choice|answer|letter|number|both|either)\s+)*+[(\['<\s]*+"
    r"(?P<label>[A-Za-zАБВГДЕС]|\d{1,3})(?![0-9A-Za-zÀ-ɏа-яё]|'[a-z])[)\]']?",
    re.IGNORECASE,
)
_OR_WORD = r"or(?: (?:possibly|maybe|perhaps|even|else|alternatively),?)?|oder|ou|o|или"
_JOIN = re.compile(
    r"\s*(?:,\s*(?:(?:and|or|und|oder|et|ou|y|или|и)\s)?|&|/|\+|;\s|和|与|或者?|及|"
    rf"(?:(?P<or>{_OR_WORD})|and(?:/or)?|und|et|y|e|и|as well as)\s)\s*",
    re.IGNORECASE,
)
_OR = re.compile(r"\b(?:or|oder|ou|или)\b|或", re.IGNORECASE)
_RUN = re.compile(r"[(\['\s]*(?P<run>[A-Z]{2,8})(?![\w])")
_NEGATIVE = re.compile(
    r"[)\].'\s]*(?:(?:is|are|was|were|can|could|seems?|looks?|appears?|does|do|would|also|both|all"
    r"|be|clearly|definitely|therefore|likely)\s+)*+(?:not\b|n't|cannot|can't|isn't|aren't|doesn't"
    r"|incorrect|wrong|unlikely|implausible|inconsistent|eliminated|excluded|ruled out|false"
    r"|contradict|unsupported|out\b|don't|less)"
)
_WORDS_AFTER = re.compile(
    r"because|since|as|is|was|which|with|given|due|based|for|and|or|but|from|here|so|"
    r"it|this|that|while|although|where|by|if|when|have|has|seems|instead|therefore|are|not|"
    r"after|rather|in|on|at|weil|da|denn|car|parce|porque|ya|perché|pois|потому|так|что|"
    r"поскольку|wählen|nehmen|sagen|richtig|korrekt|correcta|correcte|corretta"
)
_AFTER = re.compile(
    r"(?P<closed>[)\]']*)(?P<stop>[.:])?(?P<space>\s*)(?P<next>[a-zà-ÿа-яё']+|.)?", re.DOTALL
)
_FREE = frozenset(',;:!?)]|<\n(.\ue000✓✔✅→=>"')
_FUNCTION_WORDS = re.compile(
    r"the|this|these|because|since|as|it|its|there|both|all|no|in|on|at|they|we|that|cells"
)


def _kind(label: str) -> tuple[bool, bool]:
    return label.isdigit(), label.islower()


def _stops(label: str, stop: str, following: str, spaced: bool) -> bool:
    """Whether a stop after a label ends it: not in '2.5', '1:100', 'A.thaliana', 'C. elegans'."""
    if not spaced:
        return not following[0].isalnum() or following[0] > "\u2fff"
    species = stop == "." and label.isalpha() and following[0].islower()
    return not species or bool(_FUNCTION_WORDS.fullmatch(following))


class Labels:
    """Reads labels of a question with `count` options in one style, or in any."""

    def __init__(self, texts: OptionTexts, style: LabelStyle | None) -> None:
        self.texts = texts
        self.count = len(texts.words)
        self.style = style

    def index(self, label: str) -> tuple[Status, int | None, LabelStyle]:
        """What a single label says; letters count from A, numbers from 1."""
        style: LabelStyle = "numbers" if label.isdigit() else "letters"
        upper = label.upper()
        if upper in _UNSURE and self.count > (2 if upper == "В" else 4):
            return "ambiguous", None, style
        if label.isdigit():
            place = int(label) - 1
        elif upper in _CYRILLIC:
            place = _CYRILLIC[upper]
        else:
            place = {"В": 1, "Е": 4}.get(upper, ord(upper) - ord("A"))
        if (self.style and style != self.style) or not 0 <= place < self.count:
            return "out_of_range", None, style
        return "answered", place, style

    def read(self, text: str, start: int, *, capital: bool = False) -> Reading | None:
        """The label or list of labels at `start`; None where a letter or digit is no label.

        `capital`: a letter outside brackets must be a capital.
        """
        first = _ITEM.match(text, start)
        if first is None:
            return self._run(text, start)
        if (
            capital
            and first["label"].islower()
            and text[first.start("label") - 1 :][:1] not in "(["
        ):
            return None
        found = [first]
        joins = []
        while join := _JOIN.match(text, found[-1].end()):
            item = _ITEM.match(text, join.end())
            if not item or _kind(item["label"]) != _kind(first["label"]):
                break
            pronoun = item["label"] in "AIai" and not self._ends(text, item)
            if pronoun or len(found) > self.count:
                break
            found.append(item)
            joins.append(join.group())
        if _NEGATIVE.match(text, found[-1].end()):
            if len(found) == 1 or joins[-1].strip(" ,;"):
                return None
            found.pop()
        if len(found) == 1 and not self._ends(text, first):
            return None
        return self._reading(text, found, joins)

    def _reading(self, text: str, found: list[re.Match[str]], joins: list[str]) -> Reading | None:
        start, end = found[0].start("label"), found[-1].end("label")
        read = [self.index(item["label"]) for item in found]
        distinct = set(read)
        if "&" in joins and any(status != "answered" for status, _, _ in read):
            return None
        style = read[0][2]
        if len(distinct) == 1:
            status, index, _ = read[0]
            conflict = status == "answered" and self._quotes_other(text, end, index)
            return Reading(status, start, end, index, style, conflict)
        if self.count > 2 and len(distinct) >= self.count:
            return None
        either = any(_OR.search(join) for join in joins)
        return Reading("ambiguous" if either else "multiple", start, end, None, style)

    def _run(self, text: str, start: int) -> Reading | None:
        """Letters run together, as in 'AC'."""
        run = _RUN.match(text, start)
        if run is None or self.style == "numbers":
            return None
        letters = run["run"]
        rising = all(a < b for a, b in pairwise(letters))
        if not rising or ord(letters[-1]) - ord("A") >= self.count:
            return None
        return Reading("multiple", run.start("run"), run.end("run"), None, "letters")

    def _ends(self, text: str, item: re.Match[str]) -> bool:
        """Whether the label stands alone, not as the start of a word, name or quantity."""
        after = _AFTER.match(text, item.end("label"))
        if after is None or after["next"] is None or "\n" in after["space"]:
            return True
        following, spaced = after["next"], bool(after["space"])
        if self._own_text(text, after.start("next"), item["label"]):
            return True
        if after["closed"]:
            return spaced or not following[0].isalnum() or following[0] > "\u2fff"
        if after["stop"]:
            return _stops(item["label"], after["stop"], following, spaced)
        if following in _FREE or following[0] > "\u2fff":
            return True
        if following == "-":
            return spaced or not text[after.end("next") : after.end("next") + 1].strip()
        pronoun = item["label"] in "Ii" and following not in ("is", "because", "as", "since")
        return spaced and bool(_WORDS_AFTER.fullmatch(following)) and not pronoun

    def _own_text(self, text: str, start: int, label: str) -> bool:
        status, index, _ = self.index(label)
        if status != "answered" or index is None:
            return False
        words = self.texts.words[index]
        found = tokens(text, start, most=len(words))
        return bool(words) and tuple(token.word for token in found) == words

    def quotes(self, text: str, reading: Reading) -> bool:
        """Whether the text of a label's own option stands right after it."""
        label = text[reading.start : reading.end]
        return len(label) == 1 and self._own_text(text, reading.end, label)

    def _quotes_other(self, text: str, end: int, index: int | None) -> bool:
        """Whether the text after a label is that of another option."""
        line = text[end : end + 600].partition("\n")[0]
        quoted = self.texts.at(tokens(line, most=self.texts.longest), 0)
        return quoted is not None and index not in quoted.options
