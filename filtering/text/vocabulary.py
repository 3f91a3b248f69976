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


class TextToken(NamedTuple):
    """A word, number, Greek letter or symbol at a place in a text."""

    exact: str
    folded: str
    start: int
    end: int


class NameMatch(NamedTuple):
    """A known name found at a place in a text; `type` is empty for a phrase to step over."""

    type: str
    value: str
    start: int
    end: int


def unify(text: str) -> str:
    """Text of the same length in which look-alike characters (µ and μ, ’ and ') are one."""
    return text if text.isascii() and "`" not in text else text.translate(_SAME_CHARACTER)


_SAME_WITHOUT_CASE = str.maketrans({"\u0130": "i", "\u0131": "i", "\u017f": "s", "\u212a": "k"})
"""Letters other than ASCII that patterns without case take for ASCII ones."""


def fold_case(text: str) -> str:
    """Lower-case text, in which every ASCII word that a pattern finds without case stands too."""
    return (text if text.isascii() else text.translate(_SAME_WITHOUT_CASE)).lower()


def split_tokens(text: str) -> list[TextToken]:
    """Tokens of a unified text; hyphens and white space only separate."""
    found = []
    for match in _TOKEN.finditer(text):
        word = match.group()
        folded = word.lower()
        greek = _GREEK.get(folded)
        found.append(TextToken(greek or word, greek or folded, match.start(), match.end()))
    return found


def _expand(spelling: str) -> Iterator[str]:
    if "{" not in spelling:
        yield spelling.strip()
        return
    parts = [p.split(",") for p in re.split(r"[{}]", spelling)]
    outside = {i: [",".join(p)] for i, p in enumerate(parts) if i % 2 == 0}
    for choice in product(*(outside.get(i, p) for i, p in enumerate(parts))):
        yield "".join(choice).strip()


def _read_lines(name: str) -> list[str]:
    text = files("filtering").joinpath("names", f"{name}.txt").read_text("utf-8")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


@cache
def read_words(name: str) -> frozenset[str]:
    """Words of a file in `names/` that is a plain list."""
    return frozenset(word for line in _read_lines(name) for word in line.split())


@cache
def read_names(name: str) -> dict[str, tuple[str, ...]]:
    """First form -> all forms of each line of a file in `names/`, `=` kept where case counts."""
    found: dict[str, tuple[str, ...]] = {}
    for line in _read_lines(name):
        forms = [f for part in line.split(" | ") for f in _expand(part.strip())]
        first = forms[0].removeprefix("=")
        found[first] = tuple(dict.fromkeys([*found.get(first, ()), *forms]))
    return found


def read_vocabulary(type: str) -> dict[str, tuple[str, ...]]:
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
def _build_tries() -> tuple[Trie, Trie]:
    """Token tries of all spellings: case counts in the first and not in the second."""
    exact: Trie = {}
    folded: Trie = {}
    for kind in ("none", *NAMED_TYPES):
        for name, spellings in read_names(kind).items():
            for spelling in spellings:
                is_exact = spelling.startswith("=")
                node = exact if is_exact else folded
                for token in split_tokens(unify(spelling.removeprefix("="))):
                    node = node.setdefault(token.exact if is_exact else token.folded, {})
                node.setdefault(_END, ("" if kind == "none" else kind, name))
    return exact, folded


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether a span is not a part of a longer word or number."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if before.isalnum() or before == "_" or after.isalnum() or after == "_":
        return False
    return not (text[end - 1].isdigit() and after == "." and text[end + 1 : end + 2].isdigit())


@cache
def _list_openings() -> frozenset[str]:
    """First tokens of all names, without their case."""
    return frozenset(word.lower() for trie in _build_tries() for word in trie)


def _find_longest(
    node: Trie, text: str, words: list[str], spans: list[tuple[int, int]], first: int
) -> tuple[int, Any]:
    """Index after the longest name that begins at token `first`, with its entry; 0 if none.

    `node` is where the trie goes from the first token.
    """
    best, entry = 0, None
    start, last = spans[first]
    if _END in node and _is_whole(text, start, last):
        best, entry = first + 1, node[_END]
    for i in range(first + 1, len(words)):
        begin, end = spans[i]
        if begin - last > _LONGEST_GAP or (following := node.get(words[i])) is None:
            break
        node, last = following, end
        if _END in node and _is_whole(text, start, end):
            best, entry = i + 1, node[_END]
    return best, entry


def find_names(text: str) -> list[NameMatch]:
    """Known names in a unified text, in order, the longest first, never overlapping."""
    # The tokens side by side, in their case and without it, Greek letters for their names.
    token = _ASCII_TOKEN if text.isascii() else _TOKEN
    cased = token.findall(text)
    folded = token.findall(text.lower()) if text.isascii() else [word.lower() for word in cased]
    if not _GREEK.keys().isdisjoint(folded):
        cased = [_GREEK.get(small, word) for small, word in zip(folded, cased, strict=True)]
        folded = [_GREEK.get(small, small) for small in folded]
    # Tokens with which a name may begin; their places are worked out only where there are any.
    openings = _list_openings()
    starts = [i for i, small in enumerate(folded) if small in openings]
    spans = [match.span() for match in token.finditer(text)] if starts else []
    exact_names, folded_names = _build_tries()
    matches, after = [], 0
    for i in starts:
        if i < after:
            continue
        end, entry = 0, None
        for trie, words in ((exact_names, cased), (folded_names, folded)):
            if node := trie.get(words[i]):
                other_end, other = _find_longest(node, text, words, spans, i)
                if other_end > end:
                    end, entry = other_end, other
        if entry:
            matches.append(NameMatch(entry[0], entry[1], spans[i][0], spans[end - 1][1]))
            after = end
    return matches
