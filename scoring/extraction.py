"""`extract`: the option that a model's raw response commits to. It never guesses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from scoring.labels import Labels
from scoring.lines import alone, identified, mentioned, verdicts
from scoring.normalise import normalise, squeeze
from scoring.option_text import OptionTexts
from scoring.records import Extraction, LabelStyle
from scoring.resolve import choose, without_statement
from scoring.segments import reply
from scoring.statements import Question, blanket, cued, predicated


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
    text = normalise(response or "")
    if not text.strip():
        return Extraction("empty")
    segment = reply(text, [normalise(option) for option in options])
    if not segment.text.strip():
        return Extraction("truncated" if segment.thinking_cut else "no_answer", method="thinking")
    texts = OptionTexts(options)
    squeezed = squeeze(segment.text)
    question = Question(squeezed.text, squeezed.text.lower(), texts, Labels(texts, labels))
    found = _decided(question, thinking_cut=segment.thinking_cut)
    if found.span is None:
        return found
    start, end = found.span
    return replace(found, span=(squeezed.origin(start), squeezed.origin(end - 1) + 1))


def _decided(question: Question, *, thinking_cut: bool) -> Extraction:
    """The outcome of all that is stated."""
    statements = [
        *cued(question),
        *predicated(question),
        *alone(question),
        *verdicts(question),
        *blanket(question),
    ]
    chosen = choose(question, statements)
    if chosen:
        return chosen
    if thinking_cut:
        return Extraction("truncated", method="thinking")
    return without_statement(question, statements, mentioned(question) or identified(question))
