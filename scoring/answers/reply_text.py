"""From a raw response to the text that is read, with a way back to places in the response.

In this order: `find_spoken` leaves out the thinking, `cut_window` or `shorten` most of a very long
text, `spelling` gives one spelling to what wraps an answer, `turns` blanks out made-up turns and
the echoed prompt, `squeeze` and again `shorten` or `cut_ending` shorten the rest. Steps that change
the length return a `Condensed`, which knows where each piece was; the others replace characters
one for one.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from scoring.answers.spelling import TAG

# -- Lengths changed: texts of pieces of another text -----------------------------------------

_MOST, _HEAD, _TAIL = 6000, 300, 1000
_BEFORE, _AFTER = 100, 200
_FIRST, _LAST = 12, 48
_LOOKED_FOR = ("answer", "boxed")
SHORT_REPLY, _ENDING, _WINDOW = 450, 250, 3000
_CUT, _OPENING = " ... ", "..."
_BLANKS = re.compile(r"[ \t]{2,}")


class Condensed(NamedTuple):
    """A text of pieces of another: piece i starts at `starts[i]`, there at `sources[i]`."""

    text: str
    starts: list[int]
    sources: list[int]

    def find_origin(self, place: int) -> int:
        """Where a place of the text was."""
        piece = bisect_right(self.starts, place) - 1
        return self.sources[piece] + place - self.starts[piece]


def join_pieces(text: str, pieces: Sequence[tuple[int, int]], glue: str) -> Condensed:
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
    places = _find_word(text, TAG, tail)
    plain = text.encode("latin-1", "replace").lower().decode("latin-1")  # fast, of equal length
    for word in _LOOKED_FOR:
        places += _find_word(plain, word, tail)
    # Pieces that touch become one.
    pieces = [(0, _HEAD)]
    for place in sorted(places):
        start, end = max(0, place - _BEFORE), place + _AFTER
        if start <= pieces[-1][1]:
            pieces[-1] = (pieces[-1][0], max(pieces[-1][1], end))
        else:
            pieces.append((start, end))
    if tail <= pieces[-1][1]:
        pieces[-1] = (pieces[-1][0], len(text))
    else:
        pieces.append((tail, len(text)))
    return join_pieces(text, pieces, _CUT)


def _find_word(text: str, word: str, tail: int) -> list[int]:
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


def cut_window(text: str) -> Condensed | None:
    """The last 3,000 characters of a text above 6,000; None of a shorter one."""
    start = len(text) - _WINDOW
    return Condensed(text[start:], [0], [start]) if len(text) > _MOST else None


def cut_ending(text: str) -> Condensed | None:
    """The last 450 characters of a text above 900, where no answer field stands before them.

    None otherwise. It opens with dots, so that its start is not taken for that of the reply.
    """
    if len(text) <= SHORT_REPLY:
        return None
    start = text.find(" ", len(text) - _ENDING)
    if start < 0 or text.find(TAG, 0, start) >= 0:
        return None
    return Condensed(_OPENING + text[start:], [0, len(_OPENING)], [start, start])


def squeeze(text: str) -> Condensed:
    """The text with every run of blanks as one."""
    if "  " not in text and "\t" not in text:
        return Condensed(text, [0], [0])
    runs = [match.span() for match in _BLANKS.finditer(text)]
    starts = [0, *(end - 1 for _, end in runs)]
    ends = [*(start for start, _ in runs), len(text)]
    return join_pieces(text, list(zip(starts, ends, strict=True)), "")


# -- Thinking left out -----------------------------------------------------------------------

_THOUGHT = r"(?:think(?:ing)?|thoughts?|reasoning|reflection|seed:think|scratchpad)"
_OPEN = re.compile(
    rf"<\s?{_THOUGHT}\s?>|◁think▷|<\|(?:begin[_ ]of[_ ]thought|start[_ ]thinking|thinking)\|>"
    r"|\[think\]|<\|channel\|>(?:analysis|commentary)|<unused94>(?:thought\b)?",
    re.IGNORECASE,
)
_CLOSE = re.compile(
    rf"<\s?/\s?{_THOUGHT}\s?>|◁/think▷|<\|(?:end[_ ]of[_ ]thought|end[_ ]thinking|/thinking)\|>"
    r"|\[/think\]|<\|channel\|>final(?:<\|message\|>)?|<unused95>",
    re.IGNORECASE,
)
_BRACKETS = ("<", "\u25c1", "[")
# The same channels as they read where special marks were dropped: 'analysisWe ... assistantfinalB'.
_BARE_THOUGHT, _BARE_FINAL = re.compile(r"\s*analysis(?=[A-Z])"), "assistantfinal"


def find_spoken(text: str) -> tuple[list[tuple[int, int]], bool]:
    """Where a response is no thinking, and whether its thinking is left unfinished.

    `<think>` blocks go; one that never closes hides all that follows, one that was never opened
    all that is before.
    """
    if _BARE_THOUGHT.match(text):
        said = text.rfind(_BARE_FINAL)
        return ([(said + len(_BARE_FINAL), len(text))], False) if said >= 0 else ([], True)
    kept: list[tuple[int, int]] = []
    place, opened = 0, None
    for sign in sorted(find_signs(text, _BRACKETS)):
        if opened is None and _OPEN.match(text, sign):
            opened = sign
        elif close := _CLOSE.match(text, sign):
            kept.append((place, place if opened is None else opened))
            place, opened = close.end(), None
    kept.append((place, len(text) if opened is None else opened))
    return [span for span in kept if span[0] < span[1]], opened is not None


def find_signs(text: str, signs: Sequence[str]) -> Iterator[int]:
    """Where any of the signs stands, sign by sign."""
    for sign in signs:
        place = text.find(sign)
        while place >= 0:
            yield place
            place = text.find(sign, place + 1)
