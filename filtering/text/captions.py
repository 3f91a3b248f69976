"""The one reader of captions: sentences, panels and what is said of them, and what is named.

`read_caption` reads a caption once. Whoever asks where a sentence ends or which panel a word
belongs to asks the `Caption` that it returns. All offsets count characters of the caption.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from filtering.text.entities import Entity, find_entities
from filtering.text.panels import PanelLabel, find_labels

CARRIED, HEAD, INNER, TRAILING = TIES = range(4)
"""How closely a label is tied to words: beyond its sentence, in its sentence, within one up to
the next label, and directly behind them. The higher counts."""

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Part:
    """A sentence, or the description of a panel in one; `panels` are those of its own label."""

    start: int
    end: int
    text: str
    panels: frozenset[str]


@dataclass(frozen=True, slots=True)
class Section:
    """What stands behind a label, up to the next one that stands before its words.

    Up to `certain` it is about the label's panels; from there to `end` it may be about the
    whole figure.
    """

    label: PanelLabel
    start: int
    certain: int
    end: int


@dataclass(frozen=True, slots=True)
class PanelScope:
    """A stretch that speaks of panels; `tie` says how closely their label is tied to it.

    `written` is the label's list as written.
    """

    start: int
    end: int
    letters: frozenset[str]
    tie: int
    written: str


@dataclass(frozen=True, slots=True)
class Caption:
    """A caption that was read.

    `sentences` are spans without the white space between them; `parts` are the same text, cut
    also where a panel's description begins. `panels` are the letters of the figure in order of
    appearance, empty for a single panel. `sections` follow one another and serve who writes
    about a panel; `scopes` have for each tie the stretches in order, without overlap, and serve
    who weighs how surely a word is said of a panel.
    """

    text: str
    sentences: tuple[Span, ...]
    parts: tuple[Part, ...]
    panels: tuple[str, ...]
    labels: tuple[PanelLabel, ...]
    sections: tuple[Section, ...]
    scopes: tuple[tuple[PanelScope, ...], ...]

    @property
    def entities(self) -> tuple[Entity, ...]:
        """Named things and quantities, as `find_entities` gives them."""
        return find_entities(self.text)

    def sentence(self, position: int) -> Span:
        """Span of the sentence around a position, or of what is left behind the last one."""
        number = bisect_right(self.sentences, position, key=lambda span: span[1])
        if number == len(self.sentences):
            return position, len(self.text)
        start, end = self.sentences[number]
        return min(start, position), end

    def trailing(self, position: int) -> PanelScope | None:
        """The scope of a label that trails the words at a position."""
        among = self.scopes[TRAILING]
        number = bisect_right(among, position, key=lambda scope: scope.start) - 1
        return among[number] if number >= 0 and position < among[number].end else None

    def section(self, position: int) -> Section | None:
        """The section that a position lies in; None before the first and within labels."""
        number = bisect_right(self.sections, position, key=lambda section: section.start) - 1
        if number < 0 or position >= self.sections[number].end:
            return None
        return self.sections[number]


_STOP = re.compile(
    r"[.!?][\"'”’)\]]*\s+(?=[\"'“‘\[]*(?:[(*]|[^\W_a-zß-öø-ÿ]|[a-z][.)]\s+[A-Z]|[np]\s?[=<>≤≥]))|\n\s*\n\s*",
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:(?i:figs?|e\.g|i\.e|cf|vs|approx|resp|var|subsp|refs?|eqs?|tab|suppl|temp|conc|mag|"
    r"orig|prof|mrs?)|al|ca|[Nn]os?|Dr|St|Inc|Ltd|Co|Dept|Univ)"
    r"|^\W*(?:\d{1,2}|[^\W\d_](?:(?:,\s?|\s?[-–&]\s?|,?\sand\s|\sto\s)[^\W\d_])*))\.$"
)
"""Ends of abbreviations, and labels and numbers that open a sentence ('A.', 'B and C.')."""
_ABBREVIATION_UNLESS_WORD_FOLLOWS = re.compile(
    r"(?:\b(?:spp?|nov|p\.i|i\.[pvmt]|s\.e\.m|s\.d)|\b[A-Z])\.$"
)
"""They end a sentence where a capitalised word follows, but not before '(' or '1'."""
_LONGEST_ABBREVIATION = 12


def _find_sentence_starts(text: str) -> list[int]:
    """Where sentences begin. A full stop in 'Fig. 2', 'C. elegans' or '5.2 µm' ends nothing."""
    starts = [0]
    for match in _STOP.finditer(text):
        place, following = match.start(), text[match.end() : match.end() + 1]
        if match[0][0] == "." and match[0][1].isspace():
            since = max(starts[-1], place - _LONGEST_ABBREVIATION)
            # A tail that is cut off must not look like the beginning of a sentence.
            tail = "x" * (since > starts[-1]) + text[since : place + 1]
            splits_number = following.isdigit() and text[place - 1 : place].isspace()
            if splits_number or _ABBREVIATION.search(tail):
                continue
            if not following.isalpha() and _ABBREVIATION_UNLESS_WORD_FOLLOWS.search(tail):
                continue
        starts.append(match.end())
    return starts


def _cut(text: str, cuts: Iterable[int]) -> list[Span]:
    """Spans between the cuts, without the white space around them; none is empty."""
    spans = []
    for start, end in pairwise(sorted({0, *cuts, len(text)})):
        part = text[start:end]
        if part.strip():
            spans.append((end - len(part.lstrip()), start + len(part.rstrip())))
    return spans


@lru_cache(maxsize=512)
def read_caption(text: str) -> Caption:
    """Reads a caption, in linear time; captions that were read are remembered."""
    starts = _find_sentence_starts(text)
    labels, panels = find_labels(text, {start for start, _ in _cut(text, starts)})
    panels_of = {x.start: frozenset(x.letters) for x in labels if x.standing == "opens"}
    # '(B)' in a list goes on with its sentence; after a title or 'p.i.' it begins a new one.
    begun = [start for start in panels_of if not _GOES_ON.search(text[max(0, start - 6) : start])]
    sentences = _cut(text, [*starts, *begun])
    parts = tuple(
        Part(start, end, text[start:end], panels_of.get(start, frozenset()))
        for start, end in _cut(text, [*starts, *panels_of])
    )
    return Caption(
        text=text,
        sentences=tuple(sentences),
        parts=parts,
        panels=panels,
        labels=tuple(labels),
        sections=tuple(_find_sections(sentences, labels, len(text))),
        scopes=_find_scopes(text, parts, labels),
    )


_GOES_ON = re.compile(r"(?:[,;:]|\band)\s*$")


def _find_sections(
    sentences: Sequence[Span], labels: Sequence[PanelLabel], length: int
) -> Iterator[Section]:
    leading = [label for label in labels if label.standing in ("opens", "heads")]
    starts = {start for start, _ in sentences}
    ends = [*(label.start for label in leading[1:]), length]
    for label, end in zip(leading, ends, strict=False):
        number = bisect_right(sentences, label.start, key=lambda span: span[0]) - 1
        certain = max(label.body, min(sentences[number][1], end))
        # What begins a sentence holds up to the next label. The last one holds for its own
        # sentence only: closing remarks are about the whole figure.
        if label.start in starts and label is not leading[-1]:
            certain = end
        yield Section(label, label.body, certain, end)


def _find_scopes(
    text: str, parts: Sequence[Part], labels: Sequence[PanelLabel]
) -> tuple[tuple[PanelScope, ...], ...]:
    """For each tie the stretches that speak of panels. Takes linear time.

    A label that opens a part holds for it, and loosely (`CARRIED`) up to the next such label; one
    within a part holds up to the next label; one that trails its words holds back to the label,
    stop or beginning before it.
    """
    found: list[list[PanelScope]] = [[] for _ in TIES]
    starts = [part.start for part in parts]
    before = 0
    for place, label in enumerate(labels):
        letters = frozenset(label.letters)
        number = bisect_right(starts, label.start) - 1
        first, last = parts[number].start, parts[number].end
        # A label that is a part of its own, as in '(A).', holds for the next part.
        if last - label.end <= 1 and label.standing != "trails" and number + 1 < len(parts):
            last = parts[number + 1].end
        if label.standing == "opens":
            found[HEAD].append(PanelScope(label.start, last, letters, HEAD, label.written))
        elif label.standing == "trails":
            first = max(first, before)
            stops = (text.rfind(stop, first, label.start) + 2 for stop in (". ", "; "))
            start = max(first, *(stop for stop in stops if stop >= 2), 0)
            found[TRAILING].append(PanelScope(start, label.end, letters, TRAILING, label.written))
        else:
            following = labels[place + 1].start if place + 1 < len(labels) else last
            found[INNER].append(
                PanelScope(label.start, min(last, following), letters, INNER, label.written)
            )
        before = label.end
    opening = [label for label in labels if label.standing == "opens"]
    if len(opening) > 1:
        ends = [*(label.start for label in opening[1:]), len(text)]
        found[CARRIED] = [
            PanelScope(label.start, end, frozenset(label.letters), CARRIED, label.written)
            for label, end in zip(opening, ends, strict=True)
        ]
    return tuple(map(tuple, found))
