"""Step 3, continued: statements that are lines of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from scoring.answers import cues
from scoring.answers.option_text import tokens
from scoring.answers.statements import Question, placeholder, read_answer
from scoring.records import Reading, Statement, Strength

_LINE = re.compile(r"[^\n]+")
_START = re.compile(
    r"[\s('\[>✓✔✅☑-]*(?:(?:option|choice|answer|letter)\s+)?(?=[(\['A-Za-zАБВГД\d])", re.IGNORECASE
)
_ITEM = re.compile(
    r"[\s('\[>•-]*(?:option |choice )?[(\[]?(?P<label>[A-Z]|\d{1,2})[)\].:-]", re.IGNORECASE
)
_LAST_LABEL = re.compile(
    r"(?:[.!?]\s+|:\s+(?=\()|(?:→|->|=>)\s*)[(\['\s]*(?P<label>[A-Z]|(?<=[(\[])\d{1,2})[)\]'.\s]*$"
)
_BRACKET = re.compile(r"\([A-Z]\)")
_LAST_BRACKET = re.compile(r"\s\((?P<label>[A-Z])\)[.\s]*$")
_REASONS = re.compile(
    r"\b(?:since|because|therefore|thus|hence|so|indicat\w+|suggest\w*|consistent|must|match\w*"
    r"|explain\w*|points?)\b"
)
_BRIEF = re.compile(r"\s*(?P<before>[A-Za-z' ]{2,30})(?:[,:]| -) ?\(?(?P<label>[A-Z])[).\s]*")
_TURNED = re.compile(r"\b(?:but|however|actually)\b[^.]*\b(?:is|it's|must be)\b")
_CITES = re.compile(
    r"\b(?:panels?|fig(?:ure)?s?|images?|shown|seen|arrow\w*|lanes?|row|column|left|right|middle)"
    r"\W*$"
)
_LOOP = re.compile(r"\W*(?P<label>[A-Z]|\d{1,2})(?:\W+(?P=label))+\W*")
_GOES_ON = re.compile(
    r"[)\]'.]*\s*(?:\?|(?:is|was|are|were|would|has|have|seems|shows|not|and|or|could|can)\b)"
)
_NONE = re.compile(r"\W*(?:none|neither)\W*")
_MOST_LINES = 40
_LONGEST_LINE = 700
_WHOLE = 3


class Line(NamedTuple):
    """A line that is not blank."""

    start: int
    end: int


def lines(question: Question) -> list[Line]:
    """The first and the last lines that are not blank."""
    matches = _LINE.finditer(question.text)
    found = [Line(m.start(), m.end()) for m in matches if m.group().strip()]
    return found if len(found) <= 2 * _MOST_LINES else found[:_MOST_LINES] + found[-_MOST_LINES:]


def listed(question: Question, found: list[Line]) -> dict[str, list[Line]]:
    """Lines of a list by their label."""
    items: dict[str, list[Line]] = {}
    for line in found:
        item = _ITEM.match(question.text, line.start, line.end)
        if item:
            items.setdefault(item["label"].upper(), []).append(line)
    return items


def alone(question: Question) -> Iterator[Statement]:
    """A first or last line that is a label or an option, or opens with one."""
    found = lines(question)
    if not found:
        return
    items = listed(question, found)
    for place, line in enumerate(found):
        if place not in (0, len(found) - 1):
            continue
        item = _ITEM.match(question.text, line.start, line.end)
        style = item["label"].isdigit() if item else None
        is_list = sum(style is None or label.isdigit() == style for label in items) > 1
        statement = _line(question, line, first=place == 0, is_list=is_list)
        if statement:
            yield statement
    tail = found[-1]
    if len(found) == 1 and tail.end - tail.start <= _LONGEST_LINE:
        begun = question.texts.begun([token.word for token in question.tokens])
        if begun is not None:
            whole = Reading("answered", tail.start, tail.end, begun)
            yield Statement(whole, Strength.CONCLUDED, "option_text")
    yield from _brief(question)
    yield from _bracketed(question, tail)
    last = _LAST_LABEL.search(question.text, max(tail.start, tail.end - 40), tail.end)
    if last:
        status, index, style = question.labels.index(last["label"])
        reading = Reading(status, *last.span("label"), index, style)
        yield Statement(reading, Strength.CONCLUDED, "last_label")


def _brief(question: Question) -> Iterator[Statement]:
    """A reply of a few words that ends in a label after a comma, colon or dash: 'Of these, B.'."""
    said = _BRIEF.fullmatch(question.text)
    if said is None or cues.NEGATIVE.search(said["before"].lower()):
        return
    status, index, style = question.labels.index(said["label"])
    reading = Reading(status, *said.span("label"), index, style)
    if not _CITES.search(said["before"].lower()) and not placeholder(question, reading):
        yield Statement(reading, Strength.CONCLUDED, "last_label")


def _bracketed(question: Question, tail: Line) -> Iterator[Statement]:
    """The label in brackets that ends a sentence with a reason: '... (B).'.

    It is the only one in brackets, or follows the one before after a word of turning.
    """
    last = _LAST_BRACKET.search(question.text, max(tail.start, tail.end - 40), tail.end)
    brackets = list(_BRACKET.finditer(question.text))
    if last is None or not brackets:
        return
    sentence = question.lower[question.sentence_start(last.start()) : last.start()]
    reasons = _REASONS.search(sentence)
    if len(brackets) > 1:
        turned = question.lower[brackets[-2].end() : last.start()]
        reasons = None if cues.OPEN_WORDS.search(turned) else _TURNED.search(turned)
    status, index, style = question.labels.index(last["label"])
    if status == "answered" and reasons and not _CITES.search(sentence):
        reading = Reading(status, *last.span("label"), index, style)
        yield Statement(reading, Strength.CONCLUDED, "last_label")


def _line(question: Question, line: Line, *, first: bool, is_list: bool) -> Statement | None:
    start = _START.match(question.text, line.start, line.end)
    place = start.end() if start else line.start
    reading = read_answer(question, place, strict=False, field=False, line=True)
    loop = _LOOP.fullmatch(question.text, line.start, line.end)
    if loop:
        status, index, style = question.labels.index(loop["label"])
        reading = Reading(status, loop.start("label"), loop.end(), index, style)
    if _NONE.fullmatch(question.lower, line.start, line.end):
        reading = Reading("none_of_options", line.start, line.end)
    if reading is None or reading.end > line.end or placeholder(question, reading):
        return None
    rest = question.text[reading.end : line.end].strip(" .,:;!?)]'|<>/-")
    quotes = bool(rest and reading.style) and _is_option(question, rest)
    textual = reading.style is None and reading.status == "answered"
    if textual and len(rest) <= _LONGEST_LINE and not rest.startswith("("):
        words = [token.word for token in tokens(question.text, line.start, line.end)]
        quotes = question.texts.near(words) == reading.index
    whole = not rest or quotes or _end_token(rest)
    if len(rest) > 0 and not whole and (reading.start - line.start) > 16:
        return None
    if reading.style is None:
        return _text_line(question, line, reading, first=first, whole=whole)
    if whole and not (is_list and rest):
        if question.text[reading.start].islower() and len(lines(question)) > 1:
            return None
        return Statement(reading, Strength.DECLARED, "line")
    several = reading.status in ("multiple", "ambiguous")
    goes_on = _GOES_ON.match(question.lower, reading.end) and not several
    if is_list or not first or goes_on:
        return None
    if reading.style == "numbers" and not (quotes or _closed(question, reading)):
        return None
    if question.text[reading.start].islower() and not _closed(question, reading):
        return None
    return Statement(reading, Strength.CONCLUDED, "line_start")


def _end_token(rest: str) -> bool:
    return bool(re.fullmatch(r"(?:<?/?\|?(?:s|im end|eot id|end|answer|endoftext)\|?>?\s*)+", rest))


def _closed(question: Question, reading: Reading) -> bool:
    return question.text[reading.end : reading.end + 1] in (")", "]")


def _is_option(question: Question, rest: str) -> bool:
    found = tokens(rest[:_LONGEST_LINE])
    quoted = question.texts.at(found, 0)
    whole = quoted is not None and quoted.size == len(found)
    return whole or question.texts.near([token.word for token in found]) is not None


def _text_line(
    question: Question, line: Line, reading: Reading, *, first: bool, whole: bool
) -> Statement | None:
    """A line that is an option's text, or a first one that opens with it ('Yes, ...')."""
    if reading.status in ("none_of_options", "multiple"):
        return Statement(reading, Strength.CONCLUDED, "line") if whole else None
    if whole:
        return Statement(reading, Strength.DECLARED, "option_text")
    found = tokens(question.text, line.start, min(line.end, line.start + _LONGEST_LINE))
    named = question.texts.mentions(found)
    if len({m.option for m in named}) > 1 and sum(m.last - m.first for m in named) == len(found):
        return Statement(
            Reading("multiple", line.start, line.end), Strength.CONCLUDED, "option_text"
        )
    follows = question.text[reading.end : reading.end + 2]
    opens = reading.start - line.start <= _WHOLE and follows[:1] in (",", ".", ":", ";", "-", "\n")
    if cues.REFUSAL.search(question.lower, line.start, line.end):
        return None
    if first and (opens or follows == " -"):
        return Statement(reading, Strength.CONCLUDED, "option_text")
    return None
