"""The sentences of an article that speak of one figure: 'Figures 6-8 show', '(Fig. 2a and b)'."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_NUMBER = re.compile(r"[SA]?\d+$")
_REFERENCE = re.compile(
    r"\b[Ff]ig(?:ure)?s?\.?[\s\u00a0-]?(?P<list>[SA]?\d+[A-Za-z]?\b(?:(?:\s?(?:,|and|&|[-–])\s?)+"
    r"(?:[SA]?\d+)?[A-Za-z]?\b)*)(?P<more>\s?[-–—]\s?[Ff]igure supplement)?"
)
_SENTENCE = re.compile(r"(?<=[.!?])(?<!\b[Ff]ig\.)(?<!\b[Ff]igs\.)(?<!\bal\.)\s+(?=[A-Z(])")


def find_mentioning_sentences(label: str, mentions: Sequence[str]) -> Iterator[str]:
    """The sentences of paragraphs that name a figure by its label ('Figure 2').

    Args:
        label: of the figure; without one no sentence is known to be about it.
        mentions: paragraphs of the article.
    """
    name = label.strip().rstrip(".:")
    number = _NUMBER.search(name)
    if number is None:
        return
    is_supplement = "supplement" in name
    for paragraph in mentions:
        for sentence in _SENTENCE.split(paragraph):
            if is_supplement:
                named = name.casefold() in sentence.casefold()
            else:
                named = number[0] in _list_numbers(sentence)
            if named:
                yield sentence


def _list_numbers(sentence: str) -> set[str]:
    """Numbers of the figures that a sentence names, ranges written out; supplements left out."""
    numbers: set[str] = set()
    for reference in _REFERENCE.finditer(sentence):
        if reference["more"]:
            continue
        for first, last in re.findall(
            r"([SA]?\d+)[A-Za-z]?(?:\s?[-–]\s?(\d+))?", reference["list"]
        ):
            numbers.add(first)
            if last and first.isdigit() and int(last) - int(first) < 50:
                numbers.update(str(n) for n in range(int(first), int(last) + 1))
    return numbers
