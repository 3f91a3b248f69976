"""Which panels a place in a caption speaks of: '(A) Control', 'control (A)', '12 cells in A'."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

from filtering.text.sentences import panel_letters

_LETTERS = r"[A-Za-z]['′\d]?(?:\s?(?:,|–|-|&|and|to)\s?[A-Za-z]['′\d]?){0,8}"
_CAPITALS = r"[A-Z](?:\s?(?:,|–|-|&|and|to)\s?[A-Z](?![\w-])){0,8}"
_LABEL = re.compile(
    rf"\((?P<bracket>{_LETTERS})(?:[,;:]?\s(?:left|right|top|bottom|upper|lower|middle|inset)\b"
    rf"[^()]{{0,20}})?\)"
    rf"|(?:(?<=^)|(?<=[.;:,]\s))(?P<bare>{_CAPITALS})(?=[,:.)]\s)"
    rf"|\b(?P<mention>(?:[Ii]n|of|[Pp]anels?)\s(?:panels?\s)?)(?P<inline>{_CAPITALS})(?![\w'’-]|\.\w)"
    rf"|(?:(?<=^)|(?<=[.;]\s))(?P<small>[a-z](?:,\s[a-z])*)(?=[,:)]\s)"
    rf"|(?:(?<=^)|(?<=[.;,\w)]\s))(?P<range>[A-Z][–-][A-Z])(?=\s[A-Z(])"
    rf"|(?:(?<=^)|(?<=[.;]\s))(?P<pair>[A-Z](?:[–-]|\sand\s)[A-Z])(?=\s[a-z])"
)
_BEFORE_HEAD = re.compile(
    r"(?:^|[.;:,!?]|\b(?:and|or|of|with|from|by|to|in|for|at|the|on|using|are|is|were|was))\s*$",
    re.IGNORECASE,
)
_OPENS = re.compile(r"(?:^|[.;!?)]\s?)\s*$")
_AND = re.compile(r"(?:[^.;]|\.\d){0,60}(?:,|;|,?\s(?:and|while|whereas|but))\s")
_REACH = 12


class Scope(NamedTuple):
    """A stretch of a caption that speaks of panels.

    `rank` orders overlapping scopes, the higher the closer the label is tied to the words.
    """

    start: int
    end: int
    letters: frozenset[str]
    rank: int


class _Label(NamedTuple):
    start: int
    end: int
    letters: frozenset[str]
    is_head: bool
    opens: bool


CARRIED, HEAD, INNER, TRAILING = RANKS = range(4)


def _labels(caption: str, starts: frozenset[int]) -> list[_Label]:
    """Panel labels in order, each with whether it stands before its words or after them."""
    found: list[_Label] = []
    for match in _LABEL.finditer(caption):
        kind = match.lastgroup or ""
        letters = panel_letters(match["bracket"] or match[kind])
        if not letters:
            continue
        before = caption[max(0, match.start() - _REACH) : match.start()]
        opens = match.start() in starts or (bool(_OPENS.search(before)) and match.start() < _REACH)
        after = caption[match.end() : match.end() + 3]
        if kind == "inline":
            heads = opens and (after[:1] in (",", ":") or match["mention"][0] in "Pp")
            follows = bool(found) and bool(_AND.fullmatch(caption, found[-1].end, match.start()))
            is_head = heads or (follows and found[-1].is_head and not found[-1].opens)
            opens = False
        else:
            is_head = opens or bool(_BEFORE_HEAD.search(before))
            is_head = is_head and bool(re.match(r"[.,:)]?\s?\S", after)) and after[:1] != ";"
        found.append(_Label(match.start(), match.end(), letters, is_head, opens))
    return _in_one_case(found, caption)


def _in_one_case(labels: list[_Label], caption: str) -> list[_Label]:
    """Labels written like those that open descriptions: beside (a) and (b), (O) is none."""
    opening = [caption[x.start : x.end].strip("(") for x in labels if x.opens]
    if len(opening) < 2:
        return labels
    small = opening[0][:1].islower()
    return [
        x
        for x in labels
        if caption[x.start : x.end].strip("(")[:1].islower() == small or caption[x.start] != "("
    ]


def panel_scopes(caption: str, spans: list[tuple[int, int]]) -> list[list[Scope]]:
    """Stretches of a caption with the panels that they speak of, a list for each rank.

    Those of a rank are in order and do not overlap. Takes linear time.

    `spans` are its sentences. A label at the head of a sentence rules until the next such label,
    loosely (`CARRIED`) after its own sentence; one within a sentence until the next label; one
    that trails its words, or 'in A', rules back to the label or sentence start before it.
    """
    starts = [start for start, _ in spans]
    labels = _labels(caption, frozenset(starts))
    found: list[list[Scope]] = [[] for _ in RANKS]
    before = 0
    for i, label in enumerate(labels):
        number = bisect_right(starts, label.start) - 1
        first, last = spans[number]
        if last - label.end <= 1 and label.is_head and number + 1 < len(spans):
            last = spans[number + 1][1]
        following = labels[i + 1].start if i + 1 < len(labels) else last
        if label.opens:
            found[HEAD].append(Scope(label.start, last, label.letters, HEAD))
        elif label.is_head:
            end = min(last, following)
            found[INNER].append(Scope(label.start, end, label.letters, INNER))
        else:
            start = _phrase(caption, max(first, before), label.start)
            found[TRAILING].append(Scope(start, label.end, label.letters, TRAILING))
        before = label.end
    found[CARRIED] = _carried([label for label in labels if label.opens], len(caption))
    return found


def _phrase(caption: str, start: int, end: int) -> int:
    """Where the last part between full stops or semicolons begins."""
    stops = [caption.rfind(stop, start, end) for stop in (". ", "; ")]
    return max(start, *(stop + 2 for stop in stops if stop >= 0)) if max(stops) >= 0 else start


def _carried(opening: list[_Label], end: int) -> list[Scope]:
    """What opening labels rule beyond their sentences; nothing where there is but one."""
    if len(opening) < 2:
        return []
    ends = [*(label.start for label in opening[1:]), end]
    return [
        Scope(label.start, stop, label.letters, CARRIED)
        for label, stop in zip(opening, ends, strict=True)
    ]
