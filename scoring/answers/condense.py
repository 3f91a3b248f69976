"""Step 3: a long reply without most of its middle, and runs of blanks as one, with a way back."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from scoring.answers.normalise import TAG

_BLANKS = re.compile(r"[ \t]{2,}")
_MOST = 6000
_HEAD, _TAIL = 300, 1000
_BEFORE, _AFTER = 100, 200
_FIRST, _LAST = 12, 48
_LOOKED_FOR = ("answer", "boxed")
_CUT = " ... "
_SHORT, _ENDING, _WINDOW = 900, 450, 3000
_OPENING = "..."


class Condensed(NamedTuple):
    """A text of pieces of another: piece i starts at `starts[i]`, there at `sources[i]`."""

    text: str
    starts: list[int]
    sources: list[int]

    def origin(self, place: int) -> int:
        """Where a place of the text was."""
        piece = bisect_right(self.starts, place) - 1
        return self.sources[piece] + place - self.starts[piece]


def joined(text: str, pieces: Sequence[tuple[int, int]], glue: str) -> Condensed:
    """Pieces of a text, given as start and end, with the same glue between them."""
    starts, place = [], 0
    for start, end in pieces:
        starts.append(place)
        place += end - start + len(glue)
    kept = glue.join(text[start:end] for start, end in pieces)
    return Condensed(kept, starts, [start for start, _ in pieces])


def shorten(text: str) -> Condensed:
    """The first 300 and last 1,000 characters, and what stands around answers between them.

    Around: 100 characters before and 200 after an answer field or the word 'answer', of the first
    12 and last 48. A text of at most 6,000 characters stays as it is.
    """
    tail = len(text) - _TAIL
    if len(text) <= _MOST:
        return Condensed(text, [0], [0])
    found = _places(text, TAG, tail)
    plain = text.encode("latin-1", "replace").lower().decode("latin-1")  # fast, of equal length
    for word in _LOOKED_FOR:
        found += _places(plain, word, tail)
    found.sort()
    pieces = [(0, _HEAD)]
    for place in found:
        start, end = max(0, place - _BEFORE), place + _AFTER
        if start <= pieces[-1][1]:
            pieces[-1] = (pieces[-1][0], max(pieces[-1][1], end))
        else:
            pieces.append((start, end))
    if tail <= pieces[-1][1]:
        pieces[-1] = (pieces[-1][0], len(text))
    else:
        pieces.append((tail, len(text)))
    return joined(text, pieces, _CUT)


def window(text: str) -> Condensed | None:
    """The last 3,000 characters of a text above 6,000; None of a shorter one."""
    start = len(text) - _WINDOW
    return Condensed(text[start:], [0], [start]) if len(text) > _MOST else None


def ending(text: str) -> Condensed | None:
    """The last 450 characters of a text above 900, where no answer field stands before them.

    None otherwise. It opens with dots, so that its start is not taken for that of the reply.
    """
    if len(text) <= _SHORT:
        return None
    start = text.find(" ", len(text) - _ENDING)
    if start < 0 or text.find(TAG, 0, start) >= 0:
        return None
    return Condensed(_OPENING + text[start:], [0, len(_OPENING)], [start, start])


def _places(text: str, word: str, tail: int) -> list[int]:
    """Where a word stands in the middle: the first and the last times."""
    first: list[int] = []
    place = _HEAD - len(word)
    while len(first) < _FIRST and (place := text.find(word, place + 1, tail)) >= 0:
        first.append(place)
    if len(first) < _FIRST:
        return first
    last: list[int] = []
    place = tail
    while len(last) < _LAST and (place := text.rfind(word, _HEAD - len(word), place)) >= 0:
        last.append(place)
    return [*first, *last]


def squeeze(text: str) -> Condensed:
    """The text with every run of blanks as one."""
    if "  " not in text and "\t" not in text:
        return Condensed(text, [0], [0])
    runs = [match.span() for match in _BLANKS.finditer(text)]
    starts = [0, *(end - 1 for _, end in runs)]
    ends = [*(start for start, _ in runs), len(text)]
    return joined(text, list(zip(starts, ends, strict=True)), "")
