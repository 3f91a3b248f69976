"""What the labels of options say: letters or numbers, alone, joined to others, or of no option."""

from __future__ import annotations

import re
from itertools import pairwise

from scoring.answers import abroad, cues, doubts
from scoring.answers.option_text import OptionTexts, split_words
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
_AFTER = re.compile(
    r"(?P<closed>[)\]']*)(?P<stop>[.:])?(?P<space>\s*)(?P<next>[a-zà-ÿа-яё']+|.)?", re.DOTALL
)
_FREE = frozenset(',;:!?)]|<\n(.\ue000✓✔✅→=>"')
_EQUALS = re.compile(r"\s*[-~\d\\]")


def _look(label: str) -> tuple[bool, bool]:
    return label.isdigit(), label.islower()


def _stops(label: str, stop: str, following: str, spaced: bool) -> bool:
    """Whether a stop after a label ends it: not in '2.5', '1:100', 'A.thaliana', 'C. elegans'."""
    if not spaced:
        return not following[0].isalnum() or following[0] > "\u2fff"
    species = stop == "." and label.isalpha() and following[0].islower()
    return not species or bool(cues.FUNCTION_WORDS.fullmatch(following))


class Labels:
    """Reads the labels of `count` options, in one style (letters from A, numbers from 1) or any."""

    def __init__(self, options: OptionTexts, style: LabelStyle | None) -> None:
        self.options = options
        self.count = len(options.words)
        self.style = style

    def look_up(self, label: str) -> tuple[Status, int | None, LabelStyle]:
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
            return self._read_run(text, start)
        if (
            capital
            and first["label"].islower()
            and text[first.start("label") - 1 :][:1] not in "(["
        ):
            return None
        # More labels may be joined to the first: 'A, B and D'.
        items = [first]
        joins = []
        fraction = first["label"].isdigit() and self.style != "numbers"
        while join := _JOIN.match(text, items[-1].end()):
            if fraction and "/" in join.group():
                break
            item = _ITEM.match(text, join.end())
            # A list of labels is all digits, all capitals or all small letters.
            if not item or _look(item["label"]) != _look(first["label"]):
                break
            pronoun = item["label"] in "AIai" and not self._ends(text, item)
            if pronoun or len(items) > self.count:
                break
            items.append(item)
            joins.append(join.group())
        # 'B is wrong' states nothing; of 'A, B is wrong' the first label is left.
        if abroad.DENIED_LABEL.match(text, items[-1].end()):
            return None
        if doubts.LABEL_DENIED.match(text, items[-1].end()):
            if len(items) == 1 or joins[-1].strip(" ,;"):
                return None
            items.pop()
        if len(items) == 1 and not self._ends(text, first):
            return None
        return self._combine(text, items, joins)

    def _combine(self, text: str, items: list[re.Match[str]], joins: list[str]) -> Reading | None:
        """What one label or several joined ones say together."""
        start, end = items[0].start("label"), items[-1].end("label")
        read = [self.look_up(item["label"]) for item in items]
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
        # '[0, 5]' is an interval.
        if style == "numbers" and self.style is None and any(s != "answered" for s, _, _ in read):
            return None
        either = any(_OR.search(join) for join in joins)
        return Reading("ambiguous" if either else "multiple", start, end, None, style)

    def _read_run(self, text: str, start: int) -> Reading | None:
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
        # 'c = -3' gives a value.
        if following == "=" and _EQUALS.match(text, after.end("next")):
            return False
        if following in _FREE or following[0] > "\u2fff":
            return True
        if following == "-":
            return spaced or not text[after.end("next") : after.end("next") + 1].strip()
        pronoun = item["label"] in "Ii" and following not in ("is", "because", "as", "since")
        return spaced and bool(cues.WORDS_AFTER_LABEL.fullmatch(following)) and not pronoun

    def _own_text(self, text: str, start: int, label: str) -> bool:
        """Whether the text of a label's own option starts at a place."""
        status, index, _ = self.look_up(label)
        if status != "answered" or index is None:
            return False
        words = self.options.words[index]
        following = split_words(text, start, most=len(words))
        return bool(words) and tuple(placed.word for placed in following) == words

    def quotes(self, text: str, reading: Reading) -> bool:
        """Whether the text of a label's own option stands right after it."""
        label = text[reading.start : reading.end]
        return len(label) == 1 and self._own_text(text, reading.end, label)

    def _quotes_other(self, text: str, end: int, index: int | None) -> bool:
        """Whether the text after a label is that of another option."""
        line = text[end : end + 600].partition("\n")[0]
        quoted = self.options.find_at(split_words(line, most=self.options.longest), 0)
        return quoted is not None and index not in quoted.options
