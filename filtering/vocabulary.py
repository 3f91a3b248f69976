"""The names that microscopy captions use, and how to find them in a text.

One file per type in `names/`: `canonical | spelling | =spelling`, one thing a line. Case counts
only after `=`; hyphens and spaces are interchangeable, Greek letters and their names too;
`{a,b}` stands for either. The lists were compiled by hand from common usage in the literature.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from itertools import product
from typing import Any, NamedTuple

NAMED_TYPES = (
    "stain",
    "fluorophore",
    "marker",
    "treatment",
    "technique",
    "cell_line",
    "cell_type",
    "organism",
    "tissue",
    "localisation",
    "substrate",
    "colour",
    "direction",
)
"""Types whose values come from a list; where a spelling has two, the first type takes it."""

_GREEK = {
    "alpha": "α",
    "beta": "β",
    "gamma": "γ",
    "delta": "δ",
    "epsilon": "ε",
    "zeta": "ζ",
    "kappa": "κ",
    "lambda": "λ",
    "micro": "μ",
}
_SAME_CHARACTER = str.maketrans(
    {"µ": "μ", "ß": "β", "’": "'", "‘": "'", "′": "'", "`": "'", "º": "°", "˚": "°", "∶": ":"}
)
_TOKEN = re.compile(r"[^\W\d_α-ωΑ-Ω]+|\d+|[α-ωΑ-Ω]|[^\s\w\-‐‑–]")
_ASCII_TOKEN = re.compile(r"[A-Za-z]+|[0-9]+|[^\s\w\-]")
_LONGEST_GAP = 3
_END = ""

Trie = dict[str, Any]
_NOTHING: Trie = {}


class Token(NamedTuple):
    """A word, number, Greek letter or symbol at a place in a text."""

    exact: str
    folded: str
    start: int
    end: int


class Mention(NamedTuple):
    """A known name found at a place in a text; `type` is empty for a phrase to step over."""

    type: str
    value: str
    start: int
    end: int


def unify(text: str) -> str:
    """Text of the same length in which look-alike characters (µ and μ, ’ and ') are one."""
    return text.translate(_SAME_CHARACTER)


def tokens(text: str) -> list[Token]:
    """Tokens of a unified text; hyphens and white space only separate."""
    found = []
    for match in _TOKEN.finditer(text):
        word = match.group()
        folded = word.lower()
        greek = _GREEK.get(folded)
        found.append(Token(greek or word, greek or folded, match.start(), match.end()))
    return found


def _expand(spelling: str) -> Iterator[str]:
    if "{" not in spelling:
        yield spelling.strip()
        return
    parts = [p.split(",") for p in re.split(r"[{}]", spelling)]
    outside = {i: [",".join(p)] for i, p in enumerate(parts) if i % 2 == 0}
    for choice in product(*(outside.get(i, p) for i, p in enumerate(parts))):
        yield "".join(choice).strip()


def _lines(name: str) -> list[str]:
    text = files("filtering").joinpath("names", f"{name}.txt").read_text("utf-8")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


@cache
def read_words(name: str) -> frozenset[str]:
    """Words of a file in `names/` that is a plain list."""
    return frozenset(word for line in _lines(name) for word in line.split())


@cache
def read_names(name: str) -> dict[str, tuple[str, ...]]:
    """First form -> all forms of each line of a file in `names/`, `=` kept where case counts."""
    found: dict[str, tuple[str, ...]] = {}
    for line in _lines(name):
        forms = [f for part in line.split(" | ") for f in _expand(part.strip())]
        first = forms[0].removeprefix("=")
        found[first] = tuple(dict.fromkeys([*found.get(first, ()), *forms]))
    return found


def vocabulary(type: str) -> dict[str, tuple[str, ...]]:
    """Known names of a type: canonical display form -> spellings, the canonical form first.

    Raises KeyError for a type that has no list (quantities).
    """
    if type not in NAMED_TYPES:
        raise KeyError(f"no list of names for {type!r}; there is one for {', '.join(NAMED_TYPES)}")
    names = read_names(type)
    return {
        name: tuple(dict.fromkeys([name, *(s.removeprefix("=") for s in spellings)]))
        for name, spellings in names.items()
    }


@cache
def _tries() -> tuple[Trie, Trie]:
    """Token tries of all spellings: case counts in the first and not in the second."""
    exact: Trie = {}
    folded: Trie = {}
    for kind in ("none", *NAMED_TYPES):
        for name, spellings in read_names(kind).items():
            for spelling in spellings:
                is_exact = spelling.startswith("=")
                node = exact if is_exact else folded
                for token in tokens(unify(spelling.removeprefix("="))):
                    node = node.setdefault(token.exact if is_exact else token.folded, {})
                node.setdefault(_END, ("" if kind == "none" else kind, name))
    return exact, folded


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether a span is not a part of a longer word or number."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if before.isalnum() or before == "_" or after.isalnum() or after == "_":
        return False
    return not (text[end - 1].isdigit() and after == "." and text[end + 1 : end + 2].isdigit())


class _Row(NamedTuple):
    """The tokens of a text side by side: in their case, without it, and their spans."""

    cased: list[str]
    folded: list[str]
    spans: list[tuple[int, int]]


def _longest(trie: Trie, text: str, words: list[str], row: _Row, first: int) -> tuple[int, Any]:
    """Index after the longest name that begins at token `first`, with its entry; 0 if none."""
    node = trie
    best, entry = 0, None
    start, last = row.spans[first]
    for i in range(first, len(words)):
        begin, end = row.spans[i]
        if begin - last > _LONGEST_GAP:
            break
        node = node.get(words[i], _NOTHING)
        if not node:
            break
        if _END in node and _is_whole(text, start, end):
            best, entry = i + 1, node[_END]
        last = end
    return best, entry


def mentions(text: str) -> list[Mention]:
    """Known names in a unified text, in order, the longest first, never overlapping."""
    exact, folded = _tries()
    token = _ASCII_TOKEN if text.isascii() else _TOKEN
    words = token.findall(text)
    lower = [word.lower() for word in words]
    row = _Row(
        [_GREEK.get(small, word) for small, word in zip(lower, words, strict=True)],
        [_GREEK.get(small, small) for small in lower],
        [],
    )
    both = enumerate(zip(row.cased, row.folded, strict=True))
    starts = [i for i, (word, small) in both if small in folded or word in exact]
    if starts:
        row.spans.extend(match.span() for match in token.finditer(text))
    found, after = [], 0
    for i in starts:
        if i < after:
            continue
        end, entry = _longest(exact, text, row.cased, row, i)
        other_end, other = _longest(folded, text, row.folded, row, i)
        if other_end > end:
            end, entry = other_end, other
        if end:
            found.append(Mention(entry[0], entry[1], row.spans[i][0], row.spans[end - 1][1]))
            after = end
    return found
