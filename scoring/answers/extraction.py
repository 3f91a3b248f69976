"""`extract`: the option that a model's raw response commits to. It never guesses.

A response is read in five steps, each in a module of its own:

1. `reply_text`, `spelling` and `turns`: what of the response is the reply, in one spelling, not
   too long.
2. `reading`: what stands at a place of it, with `labels` for labels and `option_text` for the
   texts of options.
3. `statements` (in sentences) and `answer_lines` (in lines and lists): what is stated, where, and
   how firmly. `phrases` finds where phrases may start, in one pass over the words.
4. `choice`: which statement counts.
5. `mentions`: what counts where nothing firm is stated.

The phrases of all steps are data in `cues`, `doubts` and `abroad`. `final_label` is a short way
for the most usual replies, with the same outcome.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Literal

from scoring.answers import doubts
from scoring.answers.answer_lines import find_lines, find_verdicts
from scoring.answers.choice import choose
from scoring.answers.final_label import read_final_label
from scoring.answers.labels import Labels
from scoring.answers.mentions import conclude_without_statement
from scoring.answers.option_text import read_option_texts
from scoring.answers.reply import ReplyText
from scoring.answers.reply_text import (
    SHORT_REPLY,
    Condensed,
    cut_ending,
    cut_window,
    find_spoken,
    join_pieces,
    shorten,
    squeeze,
)
from scoring.answers.spelling import normalise
from scoring.answers.statements import find_blanket, find_cued, find_predicated, find_quoted
from scoring.answers.turns import drop_echo, drop_turns, look_for_marks
from scoring.records import Extraction, LabelStyle, Strength

_LETTER = re.compile(r"\s*[(*]{0,3}(?P<label>[A-Z])[*).]{0,4}\s*")
_LETTER_ONLY = 12
_Part = Literal["end", "all"]


def extract(
    response: str | None, options: Sequence[str], *, labels: LabelStyle | None = None
) -> Extraction:
    """What a response commits to. Time is linear in the length of the response.

    Args:
        response: The raw response; None is an empty one.
        options: The texts of the options, without labels, in the order of the prompt.
        labels: How the prompt labelled them: 'letters' from A, 'numbers' from 1, or None to
            infer it from the response.

    Returns:
        The option's index where the response is 'answered', else why there is none.

    Raises:
        ValueError: There are no options, or `labels` is another word.
    """
    if not options or isinstance(options, str):
        raise ValueError("options must be a sequence of at least one text")
    if labels not in (None, "letters", "numbers"):
        raise ValueError(f"labels must be 'letters', 'numbers' or None, not {labels!r}")
    reader = Labels(read_option_texts(tuple(options)), labels)
    raw = response or ""
    # Most short responses are nothing but one capital.
    if len(raw) <= _LETTER_ONLY and (letter := _read_letter(raw, reader)):
        return letter
    # What was thought is not said.
    spans, unfinished = find_spoken(raw)
    outside = join_pieces(raw, spans, "\n")
    # A long response is read from its end; all of it only where that does not decide.
    for cut, parts in _cut(outside.text):
        outcome = _read((cut, outside), reader, parts, unfinished=unfinished)
        if outcome:
            return outcome
    if not normalise(raw).strip():
        return Extraction("empty")
    return Extraction("truncated" if unfinished else "no_answer", method="thinking")


def _read_letter(raw: str, labels: Labels) -> Extraction | None:
    """The outcome of a response that is nothing but one capital."""
    letter = _LETTER.fullmatch(raw)
    if letter is None or labels.style == "numbers" or labels.options.starts_with(letter["label"]):
        return None
    status, index, style = labels.look_up(letter["label"])
    if status != "answered":
        return None
    return Extraction(status, index, "line", style, letter.span("label"))


def _cut(raw: str) -> Iterator[tuple[Condensed, Sequence[_Part]]]:
    """What to keep of a response, and in which order its parts are read until one decides.

    A long one without special marks is first cut down to its end. One that may hold turns of a
    conversation stays whole, as only all of it shows which turn is the reply.
    """
    turns, special = look_for_marks(raw)
    end = None if special else cut_window(raw)
    if end:
        yield end, ("end",)
    cut = Condensed(raw, [0], [0]) if turns else shorten(raw)
    yield cut, ("all",) if end else ("end", "all")


def _read(
    steps: Sequence[Condensed], labels: Labels, parts: Sequence[_Part], *, unfinished: bool
) -> Extraction | None:
    """The outcome of a response cut down; None for a blank one, or one whose end is undecided.

    Args:
        steps: The text to read, and what it was cut from, last step first.
        labels: Of the prompt, with the options.
        parts: What to read of it, until one decides.
        unfinished: Whether the thinking was cut off.
    """
    # One spelling, without made-up turns and the echoed prompt, and with single blanks.
    text = drop_turns(normalise(steps[0].text))
    text = drop_echo(text, labels.options.plain)
    if not text.strip():
        return None
    squeezed = squeeze(text)
    for part in parts:
        kept = cut_ending(squeezed.text) if part == "end" else shorten(squeezed.text)
        if kept is None:
            continue
        final = (
            None
            if part == "all" and len(kept.text) > SHORT_REPLY
            else read_final_label(kept.text, labels)
        )
        if final:
            return _locate(final, (kept, squeezed, *steps))
        reply = ReplyText(kept.text, labels)
        outcome = _read_ending(reply) if part == "end" else _read_all(reply, unfinished=unfinished)
        if outcome:
            return _locate(outcome, (kept, squeezed, *steps))
    return None


def _locate(outcome: Extraction, steps: Sequence[Condensed]) -> Extraction:
    """An extraction with its span in the response that the steps, last one first, cut down."""
    if outcome.span is None:
        return outcome
    # The last character is followed back rather than the end, which may lie in another piece.
    first, last = outcome.span[0], outcome.span[1] - 1
    for step in steps:
        if len(step.starts) > 1 or step.sources[0]:
            first, last = step.find_origin(first), step.find_origin(last)
    return (
        outcome if (first, last + 1) == outcome.span else replace(outcome, span=(first, last + 1))
    )


def _read_ending(reply: ReplyText) -> Extraction | None:
    """The outcome of a long reply that ends in a firm statement; else None, to read all of it."""
    if doubts.SELF_CORRECTION.search(reply.lower):
        return None
    statements = [
        *find_cued(reply),
        *find_predicated(reply),
        *find_lines(reply),
        *find_blanket(reply),
    ]
    if max((s.strength for s in statements), default=Strength.MENTION) < Strength.DECLARED:
        return None
    chosen = choose(reply, statements)
    return chosen if chosen and chosen.status not in ("ambiguous", "truncated") else None


def _read_all(reply: ReplyText, *, unfinished: bool) -> Extraction:
    """The outcome of all that is stated."""
    statements = [
        *find_cued(reply),
        *find_predicated(reply),
        *find_quoted(reply),
        *find_lines(reply),
        *find_verdicts(reply),
        *find_blanket(reply),
    ]
    chosen = choose(reply, statements)
    if chosen:
        return chosen
    if unfinished:
        return Extraction("truncated", method="thinking")
    return conclude_without_statement(reply, statements)
