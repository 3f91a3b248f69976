"""Panel letters as captions write them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from string import ascii_uppercase

_LETTER = r"[A-Za-z][′'’″”\"]?"
_SEPARATOR = r"(?:\s*(?:,|;|&|\+|/|[-–—−]|,?\s\band\b|\bto\b|\bthrough\b)\s*)"
_LIST = rf"{_LETTER}(?:{_SEPARATOR}{_LETTER}(?![A-Za-z0-9]))*"
_PARENTHESISED = re.compile(rf"\((?P<list>{_LIST})(?:\)|[,;:.]\s+\w[^()]*\))")
_HALF = re.compile(rf"(?:^|[.;:,]\s)(?P<list>{_LIST})\)\s")
_PANEL_WORD = re.compile(rf"\b[Pp]anels?\s+\(?(?P<list>{_LIST})(?![A-Za-z0-9])")
_START = r"(?:^|[.;!?)]\s+)"
_POINT = re.compile(rf"{_START}(?P<list>{_LIST})(?:[.:]\s+(?=[A-Z0-9(])|,\s+(?=[A-Z]))")
_SEVERAL = re.compile(
    rf"{_START}(?P<list>[A-Z]{_SEPARATOR}[A-Z](?:{_SEPARATOR}[A-Z])*)(?![A-Za-z0-9])"
)
_BOLD = re.compile(rf"\(?(?P<list>{_LIST})\s*[.,:)]*")
_PATTERNS = (_PARENTHESISED, _HALF, _PANEL_WORD, _POINT, _SEVERAL)
_ITEM = re.compile(rf"(?P<separator>{_SEPARATOR})?(?P<letter>[A-Za-z])[′'’″”\"]?")


def panels(caption: str, bold: Iterable[str] = ()) -> list[str]:
    """Panel letters of a caption in order of appearance, upper case; empty for a single panel.

    `bold` are runs that the article sets in bold: panel letters often stand there without any
    punctuation. Only letters of an unbroken run from A on count, in one letter case, so that a
    unit (s) or an amino acid (G) is not taken for a panel.
    """
    found = sorted((m.start(), m["list"]) for p in _PATTERNS for m in p.finditer(caption))
    lists = [text for _, text in found]
    lists += [m["list"] for run in bold if (m := _BOLD.fullmatch(run.strip()))]
    roman = "(ii)" in caption.lower()
    letters = [x for text in lists for x in _expand(text) if not (roman and x == "i")]
    upper = _run(x for x in letters if x.isupper())
    return upper or _run(x.upper() for x in letters if x.islower())


def _expand(text: str) -> Iterator[str]:
    """Single letters of 'A-C', 'A, B' or 'A and C', ranges filled in."""
    previous = ""
    for match in _ITEM.finditer(text):
        letter, separator = match["letter"], (match["separator"] or "").strip()
        same_case = previous.isupper() == letter.isupper()
        if previous and same_case and separator in ("-", "–", "—", "−", "to", "through"):
            yield from map(chr, range(ord(previous) + 1, ord(letter)))
        yield letter
        previous = letter


def _run(letters: Iterable[str]) -> list[str]:
    """Distinct letters in order, of those that make an unbroken run from A; at least two."""
    seen = list(dict.fromkeys(letters))
    length = next((i for i, x in enumerate(ascii_uppercase) if x not in seen), 26)
    return [x for x in seen if x in ascii_uppercase[:length]] if length > 1 else []
