"""Where the sentences and panel descriptions of a caption begin and end."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

_STOP = re.compile(r"[.!?][\"'”’)\]]*\s+(?=[\"'“‘(\[*]*[^\W_a-zß-öø-ÿ])|\n\s*\n\s*")
_ABBREVIATION = re.compile(
    r"(?:\b(?:figs?|e\.g|i\.e|cf|vs|approx|ca|nos?|dr|mrs?|prof|resp|var|subsp|refs?|eqs?|tab|"
    r"suppl|al|st|inc|ltd|co|dept|univ|temp|conc|mag|orig)|^\W*(?:[^\W\d_]|\d{1,2}))\.$",
    re.IGNORECASE,
)
_LONGEST_ABBREVIATION = 8
_LABELS = r"[A-Za-z]['′\d]?(?:\s?(?:,|–|-|&|and|to)\s?[A-Za-z]['′\d]?){0,8}"
_PANEL = re.compile(
    rf"(?:(?P<lead>^|[.;:,!?]\)?\s{{1,3}}(?:and\s)?)|\s)"
    rf"(?P<panel>\((?:{_LABELS}|[ivx]{{1,4}})\)(?P<stop>[.])?[:,]?)\s?(?=(?P<next>..?))"
)


def _sentence_starts(text: str) -> list[int]:
    starts = [0]
    for match in _STOP.finditer(text):
        since = max(starts[-1], match.start() - _LONGEST_ABBREVIATION)
        tail = text[since : match.start() + 1]
        if since > starts[-1]:
            tail = f"({tail}"
        if match.group()[0] != "." or not _ABBREVIATION.search(tail):
            starts.append(match.end())
    return starts


def _panel_starts(text: str) -> list[int]:
    """Starts of panel labels in brackets that introduce a description."""
    starts = []
    for match in _PANEL.finditer(text):
        titled = match["next"][:1].isupper() and match["next"][1:].islower()
        if match["lead"] is not None or (titled and not match["stop"]):
            starts.append(match.start("panel"))
    return starts


def sentences(text: str) -> list[tuple[int, int]]:
    """Spans of the sentences and panel descriptions, without the white space around them.

    A full stop in 'Fig. 2', 'e.g.', 'C. elegans' or '5.2 µm' ends nothing. A label in brackets
    opens a panel where it stands before its description, not where it trails a phrase.
    """
    return list(_spans(text))


@lru_cache(maxsize=512)
def _spans(text: str) -> tuple[tuple[int, int], ...]:
    cuts = sorted({0, *_sentence_starts(text), *_panel_starts(text), len(text)})
    spans = []
    for start, end in pairwise(cuts):
        part = text[start:end]
        if part.strip():
            lead = len(part) - len(part.lstrip())
            spans.append((start + lead, start + len(part.rstrip())))
    return tuple(spans)


_LABEL_HEAD = re.compile(
    rf"^\((?P<labels>{_LABELS})\)|^(?P<plain>[A-Z])(?:[,:.)]|\s?[–-]\s?[A-Z][,:.)])"
)
_PANEL_NAMED = re.compile(rf"\bpanels?\s\(?(?P<labels>{_LABELS})\b", re.IGNORECASE)


def panel_letters(labels: str) -> frozenset[str]:
    """Panel letters of 'A, C-E' in upper case: A, C, D, E."""
    found: set[str] = set()
    for first, last in re.findall(
        r"\b([A-Za-z])(?![A-Za-z])['′\d]?(?:\s?(?:–|-|to)\s?([A-Za-z])\b)?", labels
    ):
        ends = ord(first.upper()), ord((last or first).upper())
        found.update(map(chr, range(ends[0], ends[1] + 1)))
    return frozenset(found)


def panels_named(question: str) -> frozenset[str]:
    """Letters of the panels that a question names ('in panels A-C'), upper case."""
    found = [panel_letters(m["labels"]) for m in _PANEL_NAMED.finditer(question)]
    return frozenset().union(*found)


def panels_described(sentence: str) -> frozenset[str]:
    """Letters of the panels whose label opens a sentence ('(A, B) Sections ...'), upper case."""
    match = _LABEL_HEAD.match(sentence)
    return panel_letters(match["labels"] or match["plain"]) if match else frozenset()
