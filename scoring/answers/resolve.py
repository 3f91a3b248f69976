"""Step 4: which statement counts, and what it means when none does."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile

from scoring.answers import cues
from scoring.answers.statements import Question
from scoring.records import Extraction, Reading, Statement, Strength

_FAR = 200
_ENDED = re.compile(r"[.!?)\]'}|>:;✓✅❌]$|[\u3002\uff01\uff1f]$")
_DANGLING = re.compile(
    r"\b(?:the|a|an|of|is|are|to|and|or|but|with|in|on|by|for|that|which|as|from|than|because|option|be|"
    r"was|were|not|its|their|this|at|between|answer|correct"
    r"|shows?|reveals?|indicates?|suggests?|appears?|would|can|has|have|we|there)\s*[:(]?$|[,(:]$"
)
_HEADING = re.compile(r"\W*\w+(?: \w+)?\s*:\s*")
_DESPITE = re.compile(r"\b(?:but|however|nevertheless|that said|still|although|though)\b")
_LONG = 12


def choose(question: Question, statements: Sequence[Statement]) -> Extraction | None:
    """The outcome of the firmest statement, the last where several are equally firm.

    A later one that is less firm counts where the model turned back in between. Equally firm
    ones that disagree without a word of turning or concluding between them are ambiguous.
    """
    ordered = sorted(statements, key=_order)
    ordered = [s for s in ordered if s.strength > Strength.MENTION]
    if not ordered:
        return None
    top = max(statement.strength for statement in ordered)
    firmest = [statement for statement in ordered if statement.strength == top]
    last = firmest[-1]
    for later in ordered:
        between = question.lower[last.reading.end : later.reading.start]
        follows = later.reading.start > last.reading.end and later.choice != last.choice
        firm = later.strength >= Strength.CONCLUDED
        if follows and firm and cues.SELF_CORRECTION.search(between):
            last = later
    earlier = [
        s
        for s in ordered
        if s.reading.start < last.reading.start and s.strength >= Strength.CONCLUDED
    ]
    differing = [s for s in earlier if s.choice != last.choice]
    if _clashes(question, firmest, last):
        return Extraction("ambiguous", method=last.method, span=_span(last))
    if last.reading.status == "answered" and _taken_back(question, last):
        return Extraction("truncated", method=last.method, span=_span(last))
    return _outcome(last, corrected=bool(differing))


def _order(statement: Statement) -> tuple[int, Strength, bool]:
    """By place; of two at one place the firmer is last, and a cue after a mere line."""
    return statement.reading.start, statement.strength, statement.method != "line"


def _clashes(question: Question, firmest: Sequence[Statement], last: Statement) -> bool:
    """Whether equally firm statements disagree and nothing between them says which one counts."""
    if last.strength is Strength.HEDGED:
        return len({s.choice for s in firmest}) > 1
    if last is not firmest[-1]:
        return False
    ending = list(takewhile(lambda s: s.choice == last.choice, firmest[::-1]))
    if len(ending) < len(firmest):
        before, after = firmest[-len(ending) - 1], ending[-1]
        gap = question.lower[before.reading.end : after.reading.start]
        near = question.lower[max(0, after.reading.start - 40) : after.reading.start]
        return len(gap) < _FAR and not cues.TURN.search(gap) and "final" not in near
    return False


def _taken_back(question: Question, last: Statement) -> bool:
    rest = question.lower[last.reading.end :]
    return bool(cues.BACK_TRACK.search(rest)) and stops_midway(rest)


def _span(statement: Statement) -> tuple[int, int]:
    return statement.reading.start, statement.reading.end


def _outcome(statement: Statement, *, corrected: bool = False) -> Extraction:
    reading = statement.reading
    return Extraction(
        reading.status,
        reading.index,
        statement.method,
        reading.style,
        _span(statement),
        corrected and reading.status == "answered",
        reading.conflict,
    )


def stops_midway(text: str) -> bool:
    """Whether a text ends inside a sentence: no final stop after many words, or a loose end."""
    tail = text[-200:].rstrip()
    if not tail or text.endswith("\n\n") or _HEADING.fullmatch(text):
        return False
    if _DANGLING.search(tail.lower()):
        return True
    return not _ENDED.search(tail) and len(text[-600:].split()) >= _LONG


def _despite(question: Question, refusal: int, place: int) -> bool:
    """Whether a place says something in spite of a refusal before."""
    return place >= refusal and bool(_DESPITE.search(question.lower, refusal, place))


def _told(question: Question, refusals: Sequence[re.Match[str]]) -> Statement | None:
    """The option that says 'it cannot be determined', where a refusal quotes its whole text."""
    if not any(cues.REFUSAL.search(text) for text in question.texts.plain):
        return None
    found = question.tokens
    for mention in question.texts.mentions(found):
        start, end = found[mention.first].start, found[mention.last - 1].end
        if any(start < refusal.end() and refusal.start() < end for refusal in refusals):
            reading = Reading("answered", start, end, mention.option)
            return Statement(reading, Strength.MENTION, "option_text")
    return None


def without_statement(
    question: Question, statements: Sequence[Statement], mention: Statement | None
) -> Extraction:
    """The outcome where nothing firm is stated."""
    loose = [s for s in statements if s.strength is Strength.MENTION]
    refusals = list(cues.REFUSAL.finditer(question.lower))
    if refusals:
        told = _told(question, refusals)
        if told:
            return _outcome(told)
        after = [s for s in loose if _despite(question, refusals[-1].end(), s.reading.start)]
        if len({s.choice for s in after}) == 1:
            return _outcome(replace(after[-1], method="option_text"))
        return Extraction("refused", method="refusal")
    last = question.sentence_start(len(question.text.rstrip()) - 1)
    concluding = [s for s in loose if s.reading.start >= last]
    if stops_midway(question.text):
        return Extraction("truncated", method="unfinished")
    if len({s.choice for s in concluding}) == 1:
        return _outcome(replace(concluding[-1], method="option_text"))
    if mention:
        return _outcome(mention)
    return Extraction("no_answer")
