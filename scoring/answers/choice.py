"""Which of the statements of a reply counts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import takewhile

from scoring.answers import doubts
from scoring.answers.mentions import stops_midway
from scoring.answers.reply import ReplyText
from scoring.records import Extraction, Statement, Strength

_FAR = 200
_CLOSED = re.compile(r"(?:[)\]:][.:]?\s(?=\w)|\.\s(?=[a-z]))")
_OWN = re.compile(r"[^.!?;\n]{0,160}")


def choose(reply: ReplyText, statements: Sequence[Statement]) -> Extraction | None:
    """The outcome of the firmest statement, the last where several are equally firm.

    A later one that is less firm counts where the model turned back in between. Equally firm
    ones that disagree without a word of turning or concluding between them are ambiguous. None
    where nothing firm is stated.
    """
    # By place; of two at one place the firmer is last, and a cue after a mere line.
    ordered = sorted(
        _drop_values(reply, _drop_quoted(reply, statements)),
        key=lambda s: (s.reading.start, s.strength, s.method != "line"),
    )
    if not ordered:
        return None
    top = max(statement.strength for statement in ordered)
    firmest = [statement for statement in ordered if statement.strength == top]
    # 'The answer is A. Wait, so B': the turn makes a weaker statement count.
    last = firmest[-1]
    for later in ordered:
        between = reply.lower[last.reading.end : later.reading.start]
        follows = later.reading.start > last.reading.end and later.choice != last.choice
        firm = later.strength >= Strength.CONCLUDED
        if follows and firm and doubts.SELF_CORRECTION.search(between):
            last = later
    outcome = last.to_extraction()
    if _clash(reply, firmest, last):
        return Extraction("ambiguous", method=last.method, span=outcome.span)
    # 'B. Hmm, wait, the' takes the answer back and gives no other.
    rest = reply.lower[last.reading.end :]
    taken_back = doubts.BACK_TRACK.search(rest) and stops_midway(rest)
    if last.reading.status == "answered" and taken_back:
        return Extraction("truncated", method=last.method, span=outcome.span)
    if last.reading.status == "answered" and doubts.RETRACTED.search(rest):
        return Extraction("ambiguous", method=last.method, span=outcome.span)
    corrected = any(
        s.reading.start < last.reading.start
        and s.strength >= Strength.CONCLUDED
        and s.choice != last.choice
        for s in ordered
    )
    if corrected and last.reading.status == "answered":
        return replace(outcome, corrected=True)
    return outcome


def _clash(reply: ReplyText, firmest: Sequence[Statement], last: Statement) -> bool:
    """Whether equally firm statements disagree and nothing between them says which one counts."""
    if last.strength is Strength.HEDGED:
        return len({s.choice for s in firmest}) > 1
    if last is not firmest[-1]:
        return False
    # The last ones that agree, and the one before that does not.
    agreeing = list(takewhile(lambda s: s.choice == last.choice, firmest[::-1]))
    if len(agreeing) == len(firmest):
        return False
    before, after = firmest[-len(agreeing) - 1], agreeing[-1]
    gap = reply.lower[before.reading.end : after.reading.start]
    near = reply.lower[max(0, after.reading.start - 40) : after.reading.start]
    return len(gap) < _FAR and not doubts.TURN.search(gap) and "final" not in near


def _drop_quoted(reply: ReplyText, statements: Sequence[Statement]) -> list[Statement]:
    """Firm statements, without those that stand in the text of a label before them.

    In 'The answer is (C) the right choice is option B in the image.' C counts.
    """
    firm = [s for s in statements if s.strength > Strength.MENTION]
    if len({s.choice for s in firm}) < 2:
        return firm
    quoted: list[tuple[int, int]] = []
    for statement in firm:
        label = statement.reading
        closed = _CLOSED.match(reply.text, label.end)
        if (
            label.style
            and label.status == "answered"
            and closed
            and statement.strength >= Strength.DECLARED
        ):
            own = _OWN.match(reply.lower, closed.end())
            end = own.end() if own else closed.end()
            text = reply.lower[closed.end() : end]
            if not doubts.TURN.search(text) and not doubts.JOINS.search(text):
                quoted.append((closed.end(), end))
    return [s for s in firm if not any(start < s.reading.start < end for start, end in quoted)]


def _drop_values(reply: ReplyText, statements: Sequence[Statement]) -> Iterator[Statement]:
    """All but numbers that are values, as the reply names its option by a letter.

    'The cost is 4. The answer is (C).': an explicit letter settles the style.
    """
    explicit = [
        s.reading
        for s in statements
        if s.strength >= Strength.DECLARED
        and s.reading.style == "letters"
        and s.reading.status == "answered"
    ]
    if not explicit or reply.labels.style == "numbers":
        yield from statements
        return
    for statement in statements:
        reading = statement.reading
        before = reading.start < explicit[-1].start
        bracketed = reply.text[reading.start - 1 : reading.start] == "("
        text = reply.text[reading.start : reading.end]
        number = reading.style == "numbers" and (before or not bracketed)
        value = reading.style is None and before and any(map(str.isdigit, text))
        if not number and not (value and (reading.status != "answered" or len(text) <= 16)):
            yield statement
