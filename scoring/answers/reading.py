"""What stands at a place of a reply: a label, the text of an option, or something else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from scoring.answers import abroad, cues, doubts
from scoring.answers.option_text import OptionTexts, PlacedWord, negates, split_words
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
_UNIT_BEFORE = re.compile(r"[-~<≈+]\s?$")
_SENTENCE_END = re.compile(r"[.!?;](?=\s|$)|\n")
_SENTENCE_START = re.compile(r"[.!?](?=\s)|\n")
_WINDOW = 700
_CONTEXT = 300
_SHORT_PHRASE = 8
_ARTICLES = ("", "a", "an", "the")


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


@dataclass(frozen=True)
class ReplyText:
    """A reply with what is needed to read it: its text, also in lower case, and the options."""

    text: str
    lower: str
    options: OptionTexts
    labels: Labels

    @cached_property
    def words(self) -> list[PlacedWord]:
        """The words of the whole text."""
        return split_words(self.text)

    def sentence_start(self, place: int) -> int:
        """Where the sentence around a place starts, at most 300 characters before it."""
        start = max(0, place - _CONTEXT)
        ends = [m.end() for m in _SENTENCE_START.finditer(self.text, start, place)]
        return ends[-1] if ends else start

    def sentence_end(self, place: int) -> int:
        """Where the sentence around a place ends, at most 700 characters after it."""
        end = _SENTENCE_END.search(self.text, place, place + _WINDOW)
        return end.start() if end else min(len(self.text), place + _WINDOW)


def read_answer(
    reply: ReplyText, place: int, *, strict: bool, field: bool, line: bool = False
) -> Reading | None:
    """What is said from a place on, where an answer is expected; None where that is no answer.

    Args:
        reply: The reply.
        place: Where a phrase that announces an answer ends, or a line starts.
        strict: Take only capital labels and full option texts.
        field: Any short text is an answer, so one that matches no option is none of them.
        line: The place is the start of a line; texts that only resemble an option do not count.
    """
    # Fillers may stand before the answer: 'most likely', 'the option', brackets.
    fillers = cues.FILLERS.match(reply.lower, place)
    start = fillers.end() if fillers else place
    stop = reply.sentence_end(start)
    # A negation, or after a strict cue an ordinary word, says that no answer follows.
    opening = split_words(reply.text, start, min(stop, start + 40), most=1)
    if opening and not reply.options.begins(opening):
        word = opening[0].word
        spelled = opening[0].start == start and len(word) > 1 and reply.text[start].islower()
        if negates(word) or (strict and spelled and word not in cues.OPENERS):
            return None
    # A label, but no number that belongs to a quantity ('-5', '~3').
    bracket = start - 1 if reply.text[start - 1 : start] in ("(", "[") else start
    label = reply.labels.read(reply.text, bracket, capital=strict)
    if (
        label
        and label.style == "numbers"
        and _UNIT_BEFORE.search(reply.text, max(place, start - 2), bracket)
        and not reply.text[start - 2].isspace()
    ):
        label = None
    # The place may read as a label and as the text of an option ('A cell ...').
    text = _read_option(reply, start, start + _WINDOW)
    if label and (text is None or (label.status != "out_of_range" and text.end <= label.end + 1)):
        # '[0, 1]' is the option that says so, and no list of labels.
        whole = text and text.status == "answered" and text.end >= label.end
        if (
            text
            and whole
            and label.style == "numbers"
            and label.status in ("multiple", "ambiguous")
        ):
            return text
        if text and reply.labels.style is None and label.index != text.index:
            return Reading("ambiguous", label.start, label.end, None, label.style)
        return label
    if text:
        return _correct_label(reply, text)
    # Neither: an ordinal, none or all of the options, a text that resembles an option.
    other = _read_other(reply, start, stop, strict)
    return other if other or strict or line else _read_loosely(reply, start, stop, field)


def _read_option(reply: ReplyText, place: int, end: int) -> Reading | None:
    """The option whose full text starts at a place."""
    # A look at the first word saves most of the work.
    if not reply.options.begins(split_words(reply.text, place, end, most=1)):
        return None
    longest = reply.options.longest
    words = split_words(reply.text, place, end, most=longest)
    quote = reply.options.find_at(words, 0)
    if not quote or reply.lower[place : words[0].start].strip() not in _ARTICLES:
        return None
    start, last = words[0].start, words[quote.size - 1].end
    if len(quote.options) > 1:
        return Reading("ambiguous", start, last)
    # Another option may be joined to it: 'actin and tubulin'.
    join = cues.TEXT_JOIN.match(reply.lower, last)
    second = split_words(reply.text, join.end(), most=longest) if join else []
    other = reply.options.find_at(second, 0)
    if join and other:
        status: Status = "ambiguous" if join["or"] else "multiple"
        return Reading(status, start, second[other.size - 1].end)
    return Reading("answered", start, last, quote.options[0])


def _correct_label(reply: ReplyText, text: Reading) -> Reading:
    """The label in brackets after an option's text, which counts where the two disagree."""
    match = cues.LABEL_AFTER_TEXT.match(reply.text, text.end)
    if text.status != "answered" or not match:
        return text
    status, index, style = reply.labels.look_up(match["label"])
    if status != "answered" or index == text.index:
        return text
    return Reading(status, text.start, match.end(), index, style, conflict=True)


def _read_other(reply: ReplyText, start: int, stop: int, strict: bool) -> Reading | None:
    """Ordinals, none or all of the options, nearly quoted options."""
    ordinal = cues.ORDINAL.match(reply.lower, start)
    if ordinal:
        place, count = cues.ORDINALS[ordinal["ordinal"]], reply.labels.count
        if place < count:
            return Reading("answered", *ordinal.span(), place % count)
        return Reading("out_of_range", *ordinal.span())
    for pattern in (doubts.NONE_OF, doubts.ALL_OF):
        if pattern.match(reply.lower, start):
            return read_blanket(reply, pattern, start, stop)
    if strict:
        return None
    # Nearly an option, with what follows a comma or 'because' or without.
    clause = cues.CLAUSE_END.search(reply.lower, start, stop)
    for end in (stop, clause.start()) if clause else (stop,):
        words = split_words(reply.text, start, end)
        near = reply.options.find_near([placed.word for placed in words])
        if near is not None:
            return Reading("answered", start, end, near)
    return None


def _read_loosely(reply: ReplyText, start: int, stop: int, field: bool) -> Reading | None:
    """An option soon after a cue, and texts that are none."""
    words = split_words(reply.text, start, stop)
    mentions = reply.options.find_mentions(words)
    named = {m.option for m in mentions}
    if len(named) == 1 and not any(m.negated for m in mentions) and mentions[0].first <= 4:
        return Reading("answered", start, stop, named.pop())
    if not field or not 0 < len(words) <= _SHORT_PHRASE or words[0].word in cues.VOID:
        return None
    if not doubts.REFUSAL.search(reply.lower, start):
        return Reading("none_of_options", start, stop)
    return None


def is_placeholder(reply: ReplyText, reading: Reading) -> bool:
    """Whether it is the X of 'The answer is (X)'."""
    label = reply.text[reading.start : reading.end].upper()
    return reading.status == "out_of_range" and label in ("X", "N", "Y", "I", "A")


def read_blanket(reply: ReplyText, pattern: re.Pattern[str], start: int, end: int) -> Reading:
    """None or all of the options: the option that says so, where there is one."""
    saying = [i for i, text in enumerate(reply.options.plain) if pattern.match(text)]
    if len(saying) == 1:
        return Reading("answered", start, end, saying[0])
    return Reading("none_of_options" if pattern is doubts.NONE_OF else "multiple", start, end)
