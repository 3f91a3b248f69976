"""What stands at a place of a reply: a label, the text of an option, or something else."""

from __future__ import annotations

import re

from scoring.answers import cues, doubts
from scoring.answers.option_text import first_word, negates, split_words
from scoring.answers.reply import WINDOW, ReplyText
from scoring.records import Reading, Status

_UNIT_BEFORE = re.compile(r"[-~<≈+]\s?$")
_SHORT_PHRASE = 8
_OPENING = 40
_ARTICLES = ("", "a", "an", "the")


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
    # A negation, or after a strict cue an ordinary word, says that no answer follows.
    opening = first_word(reply.text, start, start + _OPENING)
    begins = opening is not None and reply.options.starts_with(opening.word)
    if opening and not begins:
        word = opening.word
        spelled = opening.start == start and len(word) > 1 and reply.text[start].islower()
        if strict and spelled and word not in cues.OPENERS:
            return None
        if negates(word) and opening.start < reply.sentence_end(start):
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
    text = _read_option(reply, start, start + WINDOW)
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
    stop = reply.sentence_end(start)
    other = _read_other(reply, start, stop, strict)
    return other if other or strict or line else _read_loosely(reply, start, stop, field)


def _read_option(reply: ReplyText, place: int, end: int) -> Reading | None:
    """The option whose full text starts at a place."""
    # A look at the first word saves most of the work.
    first = first_word(reply.text, place, end)
    if first is None or not reply.options.starts_with(first.word):
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
        words = split_words(reply.text, start, end, most=reply.options.most_near)
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
