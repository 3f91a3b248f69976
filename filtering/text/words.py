"""What a text says, as a set: its content words, with names in their canonical form."""

from __future__ import annotations

import re
from functools import lru_cache

from filtering.text.entities import Entity, find_entities
from filtering.text.vocabulary import read_words

_WORD = re.compile(r"[^\W_]+(?:-[^\W\d_]+)*")
_FUNCTION_WORDS = read_words("function_words")
_SUFFIX = re.compile(r"(?:ations?|ings?|ies|ied|edly|ed|es|ly|s)$")


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """Lower-case word without its commonest endings ('stained', 'staining' -> 'stain')."""
    word = word.lower()
    if len(word) <= 4:
        return word
    short = _SUFFIX.sub("", word)
    if len(short) < 3:
        return word
    return short.rstrip("e") if len(short) > 3 else short


def named_key(entity: Entity) -> str:
    """Type and value as one string; equal for two mentions of the same thing."""
    return f"{entity.type}:{entity.value}"


@lru_cache(maxsize=512)
def plain_words(text: str) -> frozenset[str]:
    """Stems of the content words, names included as they are written."""
    words = (w.lower() for w in _WORD.findall(text))
    return frozenset(stem(w) for w in words if w not in _FUNCTION_WORDS)


@lru_cache(maxsize=512)
def content(text: str) -> frozenset[str]:
    """Stems of the content words outside names, what is counted, and names as `type:value`."""
    entities = find_entities(text)
    outside, last = [], 0
    for entity in entities:
        outside.append(text[last : max(last, entity.start)])
        last = max(last, entity.end)
    outside.append(text[last:])
    counted = {stem(e.noun) for e in entities if e.noun}
    return plain_words(" ".join(outside)) | {named_key(e) for e in entities} | counted


ASKING = frozenset(stem(word) for word in read_words("asking_words"))
"""Stems of words that say what is asked, not what of."""

FRAMING = frozenset(stem(word) for word in read_words("framing_words"))
"""Stems of words that frame a statement: an experiment to do, a view of a specimen."""


@lru_cache(maxsize=512)
def supported(text: str) -> frozenset[str]:
    """What a text supports: its content, and every count as the bare number too."""
    counts = {f"number:{e.value.split()[0]}" for e in find_entities(text) if e.type == "count"}
    return content(text) | counts


def is_latin(text: str) -> bool:
    """Whether at least half of the letters are Latin or Greek, the scripts of the vocabulary."""
    letters = [c for c in text if c.isalpha()]
    known = sum(c < "\u0400" or "\u1e00" <= c < "\u2000" for c in letters)
    return 2 * known >= len(letters)


def share(part: frozenset[str], whole: frozenset[str]) -> float | None:
    """Share of `part` that is in `whole`, 0-1; None for an empty part."""
    return len(part & whole) / len(part) if part else None
