"""What statements about rights allow: the licence that they name, unless their prose forbids more.

"Distributed under Creative Commons Attribution 2.5, which does not permit commercial exploitation"
names CC BY and takes half of it back. Nobody can tell which is meant, so nothing is allowed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from builder.tables.licenses import UNKNOWN, License, choose_most_restrictive, normalise

MAX_WORDS = 200
"""Characters of a statement that a reason quotes."""

# Said in passing, and no term of use: "commercial or non-commercial", "no restrictions on ...",
# "indicate if changes were made", "with or without modification".
_IN_PASSING = re.compile(
    r"\bnon[\W_]*commercial(?:ly)?(?: \w+)?,? (?:and|or|and/or|as well as)(?: for)? commercial\w*"
    r"|(?<!non)(?<!non[-\s‐‑–])\bcommercial(?:ly)?(?: \w+)?,? (?:and|or|and/or|as well as)"
    r"(?: for)? non[\W_]*commercial\w*"
    r"|\b(?:not (?:only|just|limited|restricted|confined)|whether)\b[^.;]{0,40}?\bcommercial\w*"
    r"|\b(?:no|without|free of|free from)(?: \w+){0,2} (?:restrictions?|limits?|limitations?|"
    r"permissions?)\b[^.;]{0,80}"
    r"|\b(?:if|whether|that|what|which|any) (?:changes|modifications|alterations)[^.;]{0,40}"
    r"|\bwith or without\b[^.;]{0,40}",
    re.I,
)
_USE = r"(?:personal|private|educational|academic|scholarly|research|teaching|individual)"
_FORBIDDEN = {
    "nc": re.compile(
        r"\bnon[\W_]*commercial\w*|\b(?:not[- ]for|non)[- ]?profit\b"
        r"|\b(?:no|nor|not|never|except|unless|prohibit\w*|forbid\w*|exclud\w+|restrict\w*)\b"
        r"[^.;]{0,60}?\bcommerc\w+"
        r"|\bcommerc\w+[^.;]{0,40}?\b(?:not|prohibited|forbidden|excluded|requires?|reserved)\b"
        r"|\bfor commercial [^.;]{0,40}?\b(?:contact|permissions?|please|licen[cs]e)\b"
        rf"|\b{_USE}(?:(?: and| or|,|/) ?\w+){{0,3}} (?:use|uses|purposes?|study|studies) only\b"
        rf"|\b(?:only|solely|exclusively) for (?:\w+[ ,/-]+){{0,3}}?{_USE}\b"
        rf"|\bfor {_USE}(?:(?: and| or|,|/) ?\w+){{0,3}} (?:use|purposes?) (?:only|alone)\b",
        re.I,
    ),
    "nd": re.compile(
        r"\bno[\W_]*deriv\w+"
        r"|\b(?:no|nor|not|never|without|prohibit\w*|forbid\w*)\b[^.;]{0,60}?\b(?:deriv\w+|"
        r"adapt(?:ed|ations?)?|alter(?:ed|ations?)?|modif(?:y|ied|ications?)|transform\w*|remix\w*|"
        r"buil[dt] upon|changed?)\b"
        r"|\b(?:unaltered|unmodified|unchanged|unadapted|verbatim cop\w+)\b"
        r"|\bderivatives?[^.;]{0,30}?\b(?:not|prohibited|forbidden)\b",
        re.I,
    ),
}
_RESERVED = re.compile(r"\ball rights(?: are)? reserved\b", re.I)


def read_terms(statements: Iterable[str]) -> tuple[License, str]:
    """The licence that statements about one work give, and why it is unknown where it is.

    Args:
        statements: Links, identifiers and prose, all about the same work.

    Returns:
        The most restrictive licence that they name and ''; or UNKNOWN and the words that caused
        it: prose that forbids more than the licence does, or the statements, which name none.
    """
    texts = list(dict.fromkeys(text for each in statements if (text := " ".join(each.split()))))
    license = choose_most_restrictive([normalise(text) for text in texts])
    if license is UNKNOWN:
        return UNKNOWN, _describe_unnamed(texts)
    for text in texts:
        words = find_restriction(text, license)
        if words:
            return UNKNOWN, f'{license.id} is named beside "{words}"'
    return license, ""


def find_restriction(text: str, license: License) -> str:
    """Words of a statement that forbid what a licence allows; '' where there are none."""
    prose = _IN_PASSING.sub(lambda match: " " * len(match[0]), text)
    allowed = {"nc": license.commercial, "nd": license.redistributable}
    for condition, pattern in _FORBIDDEN.items():
        found = pattern.search(prose) if allowed[condition] else None
        if found:
            return quote(text, found.start(), found.end())
    return ""


def quote(text: str, start: int, end: int) -> str:
    """A span of a text with the words around it, at most MAX_WORDS characters."""
    spare = max(0, MAX_WORDS - (end - start)) // 2
    first, last = max(0, start - spare), min(len(text), end + spare)
    if first:
        first = text.find(" ", first, start) + 1 or start
    if last < len(text):
        last = max(text.rfind(" ", end, last), end)
    return text[first:last].strip()[: MAX_WORDS * 2]


def _describe_unnamed(texts: list[str]) -> str:
    """Why statements give no licence: 'all rights reserved', or words that name none we know."""
    for text in texts:
        if reserved := _RESERVED.search(text):
            return f'no licence beside "{quote(text, reserved.start(), reserved.end())}"'
    longest = max(texts, key=len, default="")
    return f'no known licence in "{quote(longest, 0, 0)}"' if longest else "no licence is stated"
