"""Step 3, continued: lists that call one item correct, and the one option named in brackets."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scoring.answers import cues
from scoring.answers.answer_lines import Line, lines, listed
from scoring.answers.statements import Question
from scoring.records import Reading, Statement, Strength

_GOOD_MARKS = ("✓", "✔", "✅", "☑", "yes", "correct")
_YES = re.compile(r"\W*(?:option |choice )?\w{1,2}\W{1,4}yes\b[,.;:]? \w")
_NO = re.compile(r"\W*(?:option |choice )?\w{1,2}\W{1,4}no\b")
_BRACKETED_OPTION = re.compile(r"\([Oo]ption (?P<label>[A-Z]|\d{1,2})\)")


def verdicts(question: Question) -> Iterator[Statement]:
    """The one item of a list that is called correct."""
    tick = any(mark in question.text for mark in cues.MARKS)
    found_marks = list(cues.MARKED.finditer(question.text)) if tick else []
    if not found_marks:
        found_marks = list(cues.ASKED.finditer(question.text))
    marks = {match["label"]: match for match in found_marks}
    ticked = [match for match in marks.values() if match["mark"].lower() in _GOOD_MARKS]
    if len(ticked) == 1 and len(marks) > 1:
        status, index, style = question.labels.index(ticked[0]["label"])
        yield Statement(
            Reading(status, *ticked[0].span(), index, style), Strength.DECLARED, "verdict"
        )
        return
    good: dict[str, Line] = {}
    bad: set[str] = set()
    for label, found in listed(question, lines(question)).items():
        for line in found:
            said = question.lower[line.start : line.end]
            wrong = cues.BAD_VERDICT.search(said) or _NO.match(said)
            if wrong:
                bad.add(label)
            elif cues.GOOD_VERDICT.search(said) or _YES.match(said):
                good[label] = line
    if len(good) == 1:
        label, line = good.popitem()
        rest = len(bad - {label}) >= question.labels.count - 1
        status, index, style = question.labels.index(label)
        if status == "answered":
            reading = Reading(status, line.start, line.end, index, style)
            strength = Strength.DECLARED if rest else Strength.CONCLUDED
            yield Statement(reading, strength, "verdict")
    yield from _named_in_brackets(question)


def _named_in_brackets(question: Question) -> Iterator[Statement]:
    """The one '(option C)' of a reply that names no other in this way."""
    found = list(_BRACKETED_OPTION.finditer(question.text))
    if len({match["label"] for match in found}) != 1:
        return
    match = found[-1]
    sentence = question.lower[
        question.sentence_start(match.start()) : question.sentence_end(match.end())
    ]
    status, index, style = question.labels.index(match["label"])
    if status == "answered" and not (
        cues.NEGATIVE.search(sentence)
        or cues.SUPPOSED.search(sentence)
        or cues.OPEN_WORDS.search(sentence)
    ):
        reading = Reading(status, *match.span("label"), index, style)
        yield Statement(reading, Strength.CONCLUDED, "bracketed")
