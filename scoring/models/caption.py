"""An oracle: the choice that the caption names. Shows that questions can be answered at all."""

from __future__ import annotations

import re
from collections.abc import Sequence

_SYNONYMS = {
    **dict.fromkeys(("rais", "elevat", "augment"), "increas"),
    **dict.fromkeys(("low", "reduc", "diminish"), "decreas"),
    **{"hour": "h", "hr": "h", "minut": "min", "day": "d"},
}
_NO_CHANGE = re.compile(
    r"(?:does|did|do) not (?:change|alter|affect)|no (?:effect|change)"
    r"|un(?:changed|altered|affected)"
)


def caption_scores(caption: str, choices: Sequence[str]) -> list[float]:
    """Per choice the share, 0-1, of its stemmed words and sequences of words in the caption.

    What all choices have in common does not count.
    """
    held = word_sequences(caption)
    named = [word_sequences(choice) for choice in choices]
    everywhere = set.intersection(*named)
    return [len((n - everywhere) & held) / max(1, len(n - everywhere)) for n in named]


def word_sequences(text: str) -> set[str]:
    """Stemmed words and numbers of a text, and sequences of two and three of them."""
    plain = _NO_CHANGE.sub("unchanged", text.casefold())
    words = [_stem(word) for word in re.findall(r"\d+(?:\.\d+)?%?|[^\W\d]+", plain)]
    return {" ".join(words[i : i + n]) for n in (1, 2, 3) for i in range(len(words) - n + 1)}


def _stem(word: str) -> str:
    stem = re.sub(r"(?<=\w{3})(?:ed|es|s|ing|e)$", "", word)
    return _SYNONYMS.get(re.sub(r"er$", "", stem), stem)
