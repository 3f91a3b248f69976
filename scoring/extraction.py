"""`extract`: the option that a model's raw response commits to. It never guesses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from scoring import cues
from scoring.condense import Condensed, ending, shorten, squeeze
from scoring.labels import Labels
from scoring.lines import alone
from scoring.mentions import identified, mentioned, undecided, valued
from scoring.normalise import normalise
from scoring.option_text import option_texts
from scoring.records import Extraction, LabelStyle, Strength
from scoring.resolve import choose, without_statement
from scoring.segments import is_plain, reply
from scoring.statements import Question, blanket, cued, predicated, quoted
from scoring.verdicts import verdicts

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
    raw = response or ""
    cut = shorten(raw) if is_plain(raw) else Condensed(raw, [0], [0])
    text = normalise(cut.text)
    if not text.strip():
        return Extraction("empty")
    texts = option_texts(tuple(options))
    segment = reply(text, texts.plain)
    if not segment.text.strip():
        return Extraction("truncated" if segment.thinking_cut else "no_answer", method="thinking")
    squeezed = squeeze(segment.text)
    read = Labels(texts, labels)
    part = ending(squeezed.text)
    found = _ended(_question(part, read)) if part else None
    if part is None or found is None:
        part = shorten(squeezed.text)
        found = _decided(_question(part, read), thinking_cut=segment.thinking_cut)
    if found.span is None or part.text is raw:
        return found

    def origin(place: int) -> int:
        return cut.origin(squeezed.origin(part.origin(place)))

    start, end = found.span
    return replace(found, span=(origin(start), origin(end - 1) + 1))


def _question(part: Condensed, labels: Labels) -> Question:
    return Question(part.text, part.text.lower(), labels.texts, labels)


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
