"""Which panel a place in a caption is about."""

from __future__ import annotations

import re
from dataclasses import dataclass

LETTERS = r"[A-Z](?:[′'])?"
_RANGE = r"[A-Za-z](?:\s?(?:[-–—,]|,? and|&)\s?[A-Za-z])*"
_LEAD = re.compile(
    rf"(?:^|(?<=[.;:,]\s)|(?<=\band\s)|(?<=\bof\s)|(?<=\bto\s)|(?<=\bwith\s))"
    rf"\(\s?(?P<round>{_RANGE})\s?\)[.:]?\s+"
    rf"(?!(?:is|are|was|were|and|or|to|except|but|reveals?|shows?|scale bars?)\b)"
    rf"(?=[\w(Δ\"“'+±])"
    rf"|(?:^|(?<=[.;]\s))(?P<bare>[A-Z](?:\s?(?:[-–—,]|,? and)\s?[A-Z])*)[.:)]\s+(?=[A-Z(])"
    r"|(?:(?<=[.;]\s))(?P<comma>[A-Z]),\s(?=[a-z0-9])",
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|vs|cf|Figs?|spp?|ca|approx|resp|No|Dr|St|et al|nov|p\.i|var)|\b[A-Z])\.$"
)
_BREAK = re.compile(r"[.!?]\)?\s+(?=[A-Z(\[\"“*])")


@dataclass(frozen=True, slots=True)
class Scope:
    """Panels that a statement is about; no members means the whole figure."""

    members: frozenset[str] = frozenset()
    name: str = ""
    views: bool = False


@dataclass(frozen=True, slots=True)
class Segment:
    """Text that belongs to a panel label; text from `sure` to `end` may be about all panels."""

    scope: Scope
    start: int
    sure: int
    end: int


WHOLE = Scope()


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Start and end of every sentence, without the white space between them."""
    spans, start = [], 0
    for match in _BREAK.finditer(text):
        stop = match.end() - (len(match.group()) - len(match.group().rstrip()))
        if _ABBREVIATION.search(text[start:stop]) and not text[match.end() :].startswith("("):
            continue
        spans.append((start, stop))
        start = match.end()
    if text[start:].strip():
        spans.append((start, len(text.rstrip())))
    return spans


def expand(label: str) -> Scope:
    """Scope that a panel label names: 'B-D' is B, C and D."""
    letters = re.findall(r"[A-Za-z]", re.sub(r"\band\b", " ", label))
    members: list[str] = []
    for part in re.split(r",|\band\b|&", label):
        ends = re.findall(r"[A-Za-z]", part)
        if len(ends) == 2:
            members += [chr(code) for code in range(ord(ends[0]), ord(ends[1]) + 1)]
        else:
            members += ends
    if len(letters) == 1:
        return Scope(frozenset(letters), f"panel {letters[0]}")
    tidy = re.sub(r"\s?[-–—]\s?", "–", re.sub(r"\s+", " ", label.strip()))
    tidy = re.sub(r"\s?,\s?(?:and\s)?(?=[A-Za-z]$)", " and ", tidy)
    return Scope(frozenset(m.upper() for m in members) or frozenset(letters), f"panels {tidy}")


class Layout:
    """Sentences and panel segments of one caption."""

    def __init__(self, caption: str) -> None:
        self.caption = caption
        self.sentences = sentence_spans(caption)
        self.segments = self._segments()

    def _segments(self) -> list[Segment]:
        labels = list(_LEAD.finditer(self.caption))
        ends = [*(m.start() for m in labels[1:]), len(self.caption)][: len(labels)]
        starts = {start for start, _ in self.sentences}
        segments = []
        for index, (match, end) in enumerate(zip(labels, ends, strict=True)):
            first = min(self.sentence(match.start())[1], end)
            opens = match.start() in starts and index + 1 < len(labels)
            scope = expand(match.group("round") or match.group("bare") or match.group("comma"))
            scope = Scope(frozenset(m.upper() for m in scope.members), scope.name)
            segments.append(Segment(scope, match.end(), end if opens else first, end))
        return segments

    def sentence(self, position: int) -> tuple[int, int]:
        """Span of the sentence around a position."""
        for start, end in self.sentences:
            if position < end:
                return min(start, position), end
        return position, len(self.caption)

    def scope(self, position: int) -> Scope:
        """Panels that the text at a position is surely about, else the whole figure."""
        for segment in self.segments:
            if segment.start <= position < segment.sure:
                return segment.scope
        return WHOLE

    def segment(self, position: int) -> Segment | None:
        """Segment that a position lies in, also where its scope is not sure."""
        for segment in self.segments:
            if segment.start <= position < segment.end:
                return segment
        return None
