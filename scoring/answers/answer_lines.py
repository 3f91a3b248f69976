"""What lines of a reply state: a line that is an answer, and the one good item of a list."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from scoring.answers import cues, doubts
from scoring.answers.option_text import first_word, split_words
from scoring.answers.reading import is_placeholder, read_answer
from scoring.answers.reply import Line, ReplyText
from scoring.records import Reading, Statement, Strength

_LAST_LABEL = re.compile(
    r"(?:[.!?]\s+|:\s+(?=\()|(?:→|->|=>)\s*)[(\['\s]*(?P<label>[A-Z]|(?<=[(\[])\d{1,2})[)\]'.\s]*$"
)
_BRIEF_REPLY = re.compile(r"\s*(?P<before>[A-Za-z' ]{2,30})(?:[,:]| -) ?\(?(?P<label>[A-Z])[).\s]*")
_BRACKETED_OPTION = re.compile(r"\([Oo]ption (?P<label>[A-Z]|\d{1,2})\)")
_LAST_BRACKET = re.compile(r"\s\((?P<label>[A-Z])\)[.\s]*$")
_BRACKET = re.compile(r"\([A-Z]\)")
_LOOP = re.compile(r"\W*(?P<label>[A-Z]|\d{1,2})(?:\W+(?P=label))+\W*")
_LABELS = re.compile(
    r"[(\['\s]*[A-Z][)\]']*(?:(?:\s?,|\s?&|\s?\+)?\s?(?:and\s)?[(\[']*\b[A-Z][)\]']*)+[.\s]*"
)
_PART = re.compile(r"[)\]]\s+[A-Z]")
_LABEL = re.compile(r"\b[A-Z]\b")
_TURNED_LABEL = re.compile(r",\s+(?:(?:so|thus|then) )?\(?(?P<label>[A-Z])[)\].\s]*$")
_END_TOKENS = re.compile(r"(?:<?/?\|?(?:s|im end|eot id|end|answer|endoftext)\|?>?\s*)+")
_LONGEST_LINE, _NEAR_START = 700, 3
_LONGEST_LOOP = 8


def find_lines(reply: ReplyText) -> Iterator[Statement]:
    """A first or last line that is a label or an option, opens or ends with one."""
    lines = reply.lines
    if not lines:
        return
    items = _list_items(reply, lines)
    for place in sorted({0, len(lines) - 1}):
        # An item among others of its kind: 'A. ...' beside 'B. ...'.
        item = cues.LIST_ITEM.match(reply.text, *lines[place])
        style = item["label"].isdigit() if item else None
        is_list = sum(style is None or label.isdigit() == style for label in items) > 1
        statement = _read_line(reply, lines, place, is_list=is_list)
        if statement:
            yield statement
    # A reply of one line that is the start of an option's text.
    tail = lines[-1]
    if len(lines) == 1 and tail.end - tail.start <= _LONGEST_LINE:
        first = first_word(reply.text, 0, tail.end)
        begun = None
        if first and reply.options.starts_with(first.word):
            begun = reply.options.find_begun([placed.word for placed in reply.words])
        if begun is not None:
            whole = Reading("answered", tail.start, tail.end, begun)
            yield Statement(whole, Strength.CONCLUDED, "option_text")
    yield from _find_last_labels(reply, tail)


def _list_items(reply: ReplyText, lines: Sequence[Line]) -> dict[str, list[Line]]:
    """Lines of a list by their label."""
    items: dict[str, list[Line]] = {}
    for line in lines:
        item = cues.LIST_ITEM.match(reply.text, line.start, line.end)
        if item:
            items.setdefault(item["label"].upper(), []).append(line)
    return items


def _find_last_labels(reply: ReplyText, tail: Line) -> Iterator[Statement]:
    """A label that ends a reply of a few words, a sentence with a reason, or the last line."""
    # 'Of these, B.'
    brief = _BRIEF_REPLY.fullmatch(reply.text)
    if brief and not doubts.NEGATIVE.search(brief["before"].lower()):
        status, index, style = reply.labels.look_up(brief["label"])
        reading = Reading(status, *brief.span("label"), index, style)
        cites = cues.CITES.search(brief["before"].lower())
        if not cites and not is_placeholder(reply, reading):
            yield Statement(reading, Strength.CONCLUDED, "last_label")
    # '... because of the plate (B).': the only label in brackets, or one after 'but it is'.
    end = max(tail.start, tail.end - 40), tail.end
    last = _LAST_BRACKET.search(reply.text, *end)
    brackets = list(_BRACKET.finditer(reply.text))
    if last and brackets:
        sentence = reply.lower[reply.sentence_start(last.start()) : last.start()]
        reasons = cues.REASONS.search(sentence)
        if len(brackets) > 1:
            between = reply.lower[brackets[-2].end() : last.start()]
            reasons = None if doubts.OPEN_WORDS.search(between) else cues.TURNED.search(between)
        status, index, style = reply.labels.look_up(last["label"])
        if status == "answered" and reasons and not cues.CITES.search(sentence):
            reading = Reading(status, *last.span("label"), index, style)
            yield Statement(reading, Strength.CONCLUDED, "last_label")
    # 'Actually, no - in the inset, C.'
    last = _TURNED_LABEL.search(reply.text, *end)
    if last and doubts.TAKES_BACK.match(reply.lower, reply.sentence_start(last.start())):
        status, index, style = reply.labels.look_up(last["label"])
        reading = Reading(status, *last.span("label"), index, style)
        yield Statement(reading, Strength.DECLARED, "corrected")
    # 'The plate is in the middle. B'
    last = _LAST_LABEL.search(reply.text, *end)
    if last:
        status, index, style = reply.labels.look_up(last["label"])
        reading = Reading(status, *last.span("label"), index, style)
        yield Statement(reading, Strength.CONCLUDED, "last_label")


def _read_several(reply: ReplyText, line: Line) -> Reading | None:
    """'A, B, C, and D' names several options and chooses none."""
    if not _LABELS.fullmatch(reply.text, line.start, line.end):
        return None
    labels = _LABEL.finditer(reply.text, line.start, line.end)
    named = [reply.labels.look_up(match.group()) for match in labels]
    if len(set(named)) > 1 and all(status == "answered" for status, _, _ in named):
        return Reading("multiple", line.start, line.end, None, "letters")
    return None


def _read_line(
    reply: ReplyText, lines: Sequence[Line], place: int, *, is_list: bool
) -> Statement | None:
    """What the line at a place states, where it is an answer or opens with one."""
    line, first = lines[place], place == 0
    opening = cues.LINE_START.match(reply.text, line.start, line.end)
    start = opening.end() if opening else line.start
    reading = read_answer(reply, start, strict=False, field=False, line=True)
    # 'B B B B' is one answer; 'None' alone is none of the options.
    loop = _LOOP.fullmatch(reply.text, line.start, line.end)
    runaway = loop and loop["label"].isdigit() and len(loop.group().split()) > _LONGEST_LOOP
    if runaway:
        return None
    if loop:
        status, index, style = reply.labels.look_up(loop["label"])
        reading = Reading(status, loop.start("label"), loop.end(), index, style)
    if cues.NONE_ALONE.fullmatch(reply.lower, line.start, line.end):
        reading = Reading("none_of_options", line.start, line.end)
    reading = reading or _read_several(reply, line)
    if reading is None or reading.end > line.end or is_placeholder(reply, reading):
        return None
    # Whether the line is the answer alone: nothing follows, or the option's own text does.
    rest = reply.text[reading.end : line.end].strip(" .,:;!?)]'|<>/-")
    quotes = False
    if rest and reading.style:
        words = split_words(rest[:_LONGEST_LINE])
        quote = reply.options.find_at(words, 0)
        quotes = (quote is not None and quote.size == len(words)) or (
            reply.options.find_near([placed.word for placed in words]) is not None
        )
    textual = reading.style is None and reading.status == "answered"
    if textual and len(rest) <= _LONGEST_LINE and not rest.startswith("("):
        words = split_words(reply.text, line.start, line.end)
        near = reply.options.find_near([placed.word for placed in words])
        quotes = near == reading.index
    whole = not rest or quotes or bool(_END_TOKENS.fullmatch(rest))
    if rest and not whole and reading.start - line.start > 16:
        return None
    if reading.style is None:
        return _read_text_line(reply, line, reading, first=first, whole=whole)
    # A small letter counts as a label where it is closed, as in 'b)', or all of the reply.
    small = reply.text[reading.start].islower()
    closed = reply.text[reading.end : reading.end + 1] in (")", "]")
    if whole and not (is_list and rest):
        return None if small and len(lines) > 1 else Statement(reading, Strength.DECLARED, "line")
    # A first line may open with a label and go on with reasons, but not as a sentence does.
    several = reading.status in ("multiple", "ambiguous")
    goes_on = cues.GOES_ON.match(reply.lower, reading.end) and not several
    if is_list or not first or goes_on:
        return None
    # '(a) For a long wire, ...' is a part of a question.
    part = _PART.match(reply.text, reading.end)
    if small and part and not quotes:
        return None
    if not closed and (small or (reading.style == "numbers" and not quotes)):
        return None
    return Statement(reading, Strength.CONCLUDED, "line_start")


def _read_text_line(
    reply: ReplyText, line: Line, reading: Reading, *, first: bool, whole: bool
) -> Statement | None:
    """A line that is an option's text, or a first one that opens with it ('Yes, ...')."""
    if reading.status in ("none_of_options", "multiple"):
        return Statement(reading, Strength.CONCLUDED, "line") if whole else None
    if whole:
        return Statement(reading, Strength.DECLARED, "option_text")
    # Nothing but the texts of several options.
    words = split_words(reply.text, line.start, min(line.end, line.start + _LONGEST_LINE))
    named = reply.options.find_mentions(words)
    if len({m.option for m in named}) > 1 and sum(m.last - m.first for m in named) == len(words):
        several = Reading("multiple", line.start, line.end)
        return Statement(several, Strength.CONCLUDED, "option_text")
    if doubts.REFUSAL.search(reply.lower, line.start, line.end):
        return None
    follows = reply.text[reading.end : reading.end + 2]
    near_start = reading.start - line.start <= _NEAR_START
    opens = near_start and follows[:1] in (",", ".", ":", ";", "-", "\n")
    if first and (opens or follows == " -"):
        return Statement(reading, Strength.CONCLUDED, "option_text")
    return None


def find_verdicts(reply: ReplyText) -> Iterator[Statement]:
    """The one item of a list that is called correct, or the one option named in brackets."""
    # Items with a mark: 'A ❌ B ✅', or 'A? No. B? Yes.'
    has_marks = not reply.text.isascii() and any(mark in reply.text for mark in cues.MARKS)
    marked = list(cues.MARKED.finditer(reply.text)) if has_marks else []
    marked = marked or list(cues.ASKED.finditer(reply.text))
    last_marks = {match["label"]: match for match in marked}
    ticked = [m for m in last_marks.values() if m["mark"].lower() in cues.GOOD_MARKS]
    if len(ticked) == 1 and len(last_marks) > 1:
        status, index, style = reply.labels.look_up(ticked[0]["label"])
        reading = Reading(status, *ticked[0].span(), index, style)
        yield Statement(reading, Strength.DECLARED, "verdict")
        return
    # Lines that judge an option each: 'A) Wrong, because ...'
    good: dict[str, Line] = {}
    bad: set[str] = set()
    for label, lines in _list_items(reply, reply.lines).items():
        for line in lines:
            text = reply.lower[line.start : line.end]
            if cues.BAD_VERDICT.search(text) or cues.NO_ITEM.match(text):
                bad.add(label)
            elif cues.GOOD_VERDICT.search(text) or cues.YES_ITEM.match(text):
                good[label] = line
    if len(good) == 1:
        label, line = good.popitem()
        # It is firm where all others were called wrong.
        rest = len(bad - {label}) >= reply.labels.count - 1
        status, index, style = reply.labels.look_up(label)
        if status == "answered":
            reading = Reading(status, line.start, line.end, index, style)
            strength = Strength.DECLARED if rest else Strength.CONCLUDED
            yield Statement(reading, strength, "verdict")
    # The one '(option C)' of a reply that names no other in this way.
    brackets = list(_BRACKETED_OPTION.finditer(reply.text))
    if len({match["label"] for match in brackets}) == 1:
        match = brackets[-1]
        start, end = reply.sentence_start(match.start()), reply.sentence_end(match.end())
        takes_back = (doubts.NEGATIVE, doubts.SUPPOSED, doubts.OPEN_WORDS)
        status, index, style = reply.labels.look_up(match["label"])
        if status == "answered" and not any(
            doubt.search(reply.lower[start:end]) for doubt in takes_back
        ):
            reading = Reading(status, *match.span("label"), index, style)
            yield Statement(reading, Strength.CONCLUDED, "bracketed")
