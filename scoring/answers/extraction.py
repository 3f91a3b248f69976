"""`extract`: the option that a model's raw response commits to. It never guesses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Literal

from scoring.answers import cues
from scoring.answers.answer_lines import alone
from scoring.answers.condense import Condensed, ending, joined, shorten, squeeze, window
from scoring.answers.labels import Labels
from scoring.answers.mentions import identified, mentioned, undecided, valued
from scoring.answers.normalise import normalise
from scoring.answers.option_text import option_texts
from scoring.answers.resolve import choose, without_statement
from scoring.answers.segments import marked, reply, spoken
from scoring.answers.statements import Question, blanket, cued, predicated, quoted
from scoring.answers.verdicts import verdicts
from scoring.records import Extraction, LabelStyle, Strength

_LETTER = re.compile(r"\s*[(*]{0,3}(?P<label>[A-Z])[*).]{0,4}\s*")
_LETTER_ONLY = 12
_Part = Literal["end", "all"]
_MENTIONS = (valued, mentioned, identified, undecided)


def extract(
    response: str | None, options: Sequence[str], *, labels: LabelStyle | None = None
) -> Extraction:
    """What a response commits to, of options given without labels, in the order of the prompt.

    `labels` is the style of the prompt: 'letters' from A, 'numbers' from 1, or None to infer it
    from the response. Time is linear in the length of the response. Raises ValueError where
    there are no options, or `labels` is another word.
    """
    if not options or isinstance(options, str):
        raise ValueError("options must be a sequence of at least one text")
    if labels not in (None, "letters", "numbers"):
        raise ValueError(f"labels must be 'letters', 'numbers' or None, not {labels!r}")
    read = Labels(option_texts(tuple(options)), labels)
    raw = response or ""
    if len(raw) <= _LETTER_ONLY and (letter := _letter(raw, read)):
        return letter
    spans, unfinished = spoken(raw)
    outside = joined(raw, spans, "\n")
    for cut, parts in _cuts(outside.text):
        found = _read((cut, outside), read, parts, cut=unfinished)
        if found:
            return found
    if not normalise(raw).strip():
        return Extraction("empty")
    return Extraction("truncated" if unfinished else "no_answer", method="thinking")


def _letter(raw: str, labels: Labels) -> Extraction | None:
    """The outcome of a response that is nothing but one capital, as most short ones are."""
    found = _LETTER.fullmatch(raw)
    if found is None or labels.style == "numbers" or labels.texts.starts_with(found["label"]):
        return None
    status, index, style = labels.index(found["label"])
    if status != "answered":
        return None
    return Extraction(status, index, "line", style, found.span("label"))


def _cuts(raw: str) -> Iterator[tuple[Condensed, Sequence[_Part]]]:
    """What to keep of a response, and in which order its parts are read until one decides.

    A long one without special marks is first cut down to its end; all of it is looked at only
    where that does not decide.
    """
    turns, special = marked(raw)
    end = None if special else window(raw)
    if end:
        yield end, ("end",)
    cut = Condensed(raw, [0], [0]) if turns else shorten(raw)
    yield cut, ("all",) if end else ("end", "all")


def _read(
    steps: Sequence[Condensed], labels: Labels, parts: Sequence[_Part], *, cut: bool
) -> Extraction | None:
    """The outcome of a response cut down; None for a blank one, or one whose end is undecided."""
    text = reply(normalise(steps[0].text), labels.texts.plain)
    if not text.strip():
        return None
    squeezed = squeeze(text)
    for part in parts:
        kept = ending(squeezed.text) if part == "end" else shorten(squeezed.text)
        found = _outcome(kept, labels, part, cut=cut) if kept else None
        if kept and found:
            return _located(found, (kept, squeezed, *steps))
    return None


def _outcome(kept: Condensed, labels: Labels, part: _Part, *, cut: bool) -> Extraction | None:
    question = Question(kept.text, kept.text.lower(), labels.texts, labels)
    return _ended(question) if part == "end" else _decided(question, thinking_cut=cut)


def _located(found: Extraction, steps: Sequence[Condensed]) -> Extraction:
    """An extraction with its span in the response that the steps, given in reverse, cut down."""
    if found.span is None:
        return found
    start, end = found.span
    return replace(found, span=(_origin(start, steps), _origin(end - 1, steps) + 1))


def _origin(place: int, steps: Sequence[Condensed]) -> int:
    """Where a place of the text of the first step was in that of the last."""
    for step in steps:
        place = step.origin(place)
    return place


def _ended(question: Question) -> Extraction | None:
    """The outcome of a long reply that ends in a firm statement; else None, to read all of it."""
    if cues.SELF_CORRECTION.search(question.lower):
        return None
    statements = [*cued(question), *predicated(question), *alone(question), *blanket(question)]
    if max((s.strength for s in statements), default=Strength.MENTION) < Strength.DECLARED:
        return None
    chosen = choose(question, statements)
    return chosen if chosen and chosen.status not in ("ambiguous", "truncated") else None


def _decided(question: Question, *, thinking_cut: bool) -> Extraction:
    """The outcome of all that is stated."""
    statements = [
        *cued(question),
        *predicated(question),
        *quoted(question),
        *alone(question),
        *verdicts(question),
        *blanket(question),
    ]
    chosen = choose(question, statements)
    if chosen:
        return chosen
    if thinking_cut:
        return Extraction("truncated", method="thinking")
    mention = next(filter(None, (find(question) for find in _MENTIONS)), None)
    return without_statement(question, statements, mention)
