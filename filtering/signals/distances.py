"""A caption as places and distances: how far a word stands from a name, and what parts them."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

from filtering.text.captions import TIES, TRAILING, PanelScope, Part, read_caption
from filtering.text.entities import Entity
from filtering.text.vocabulary import read_names, read_words
from filtering.text.words import named_key, stem

_TOKEN = re.compile(r"[^\W_]+(?:[.,]\d+)*|[,;:()\[\]=/]")
_FUNCTION_WORDS = read_words("function_words")
_COSTS = {
    ",": 1.0, ";": 3.0, ":": 0.3, "=": 0.2, "(": 0.2, ")": 2.5, "[": 0.2, "]": 2.5, "/": 0.3,
    **dict.fromkeys(("and", "or", "but", "while", "whereas", "versus", "vs", "than"), 1.2),
}  # fmt: skip
_WORD, _FUNCTION, _SENTENCE, _INSIDE = 0.35, 0.15, 5.0, 0.4
_RESPECTIVELY = re.compile(r"\brespectively\b", re.IGNORECASE)
_LIST_GAP = re.compile(r"\s?(?:,|/|and|or|, and|, or|&)\s?(?:in\s|as\s|the\s)?")
_CHUNK = re.compile(r",\s(?:and|or)\s|,\s|\s(?:and|or)\s|/")
_LONGEST_LIST = 400
_MOST_LINKED = 8
_MOST_LISTS = 64
_FROM_TO = 60
_PARTNERS, _STRANGERS = 0.2, 6.0
_SHORT = 5

Place = tuple[int, int]


@cache
def read_roles() -> dict[str, str]:
    """Role of a word, by its stem: 'vehicle' and 'untreated' are 'control'."""
    return {stem(form): role for role, forms in read_names("cues").items() for form in forms}


@cache
def read_purposes() -> dict[str, str]:
    """Role of a name wherever it stands, by its value: 'DAPI' stains the 'nucleus'."""
    lines = read_names("roles").items()
    return {name: role for role, names in lines for name in names if name != role}


@lru_cache(maxsize=8192)
def find_cue(word: str) -> str:
    """What a word of a question is looked up by in a caption: its role, else its stem."""
    short = stem(word)
    return read_roles().get(short, short)


@dataclass(frozen=True, slots=True)
class CaptionDistances:
    """A caption read once.

    `starts` are the places of its tokens and `reached` the cost of getting there from the start;
    `cues` holds the costs at which a word stands, `things` the entities of a type, `scopes` what
    speaks of panels, by tie, `links` the paired pieces of lists that go 'respectively', `ends`
    the places of numbers in 'from 12 to 21' with their roles: before a treatment and after it.
    """

    starts: list[int]
    reached: list[float]
    cues: dict[str, list[tuple[float, int]]]
    things: dict[str, list[Entity]]
    scopes: Sequence[Sequence[PanelScope]]
    links: list[tuple[Place, ...]]
    ends: dict[int, str]

    def cost(self, place: int) -> float:
        """Cost of getting from the start of the caption to a character."""
        return self.reached[max(0, bisect_right(self.starts, place) - 1)] if self.starts else 0.0

    def distance(self, start: int, end: int, word: str) -> float:
        """Least cost between a piece of the caption and a word; infinite where it is not there."""
        there = self.cues.get(word)
        if not there:
            return float("inf")
        low, high = self.cost(start), self.cost(max(start, end - 1))
        i = bisect_left(there, (low, -1))
        best = float("inf")
        for cost, place in there[max(0, i - 1) : i + 6]:
            if start <= place < end:
                continue
            apart = max(low - cost, cost - high, 0.0)
            # Lists that go 'respectively' bring partners together and keep others apart.
            paired = self.pairs(start, place) if self.links else None
            if paired is not None:
                apart = _PARTNERS if paired else _STRANGERS
            best = min(best, apart)
            if cost - high > best:
                break
        return best

    def scope(self, start: int, end: int, kind: str = "") -> PanelScope | None:
        """What is said of panels at a piece of the caption, by the label closest tied to it.

        A label that trails its words speaks of the last thing of a kind before it.
        """
        for tie in reversed(TIES):
            among = self.scopes[tie]
            place = bisect_right(among, start, key=lambda scope: scope.start) - 1
            if place < 0 or end > among[place].end:
                continue
            if tie != TRAILING:
                return among[place]
            things = self.things.get(kind, [])
            following = bisect_left(things, end, key=lambda entity: entity.start)
            if following == len(things) or things[following].start >= among[place].end:
                return among[place]
        return None

    def pairs(self, one: int, other: int) -> bool | None:
        """Whether lists pair what stands at two places; None where the two are in no such lists."""
        for pairs in self.links:
            first = [i for i, (a, b) in enumerate(pairs) if a <= one < b]
            second = [i for i, (a, b) in enumerate(pairs) if a <= other < b]
            if first and second and first[0] % 2 != second[0] % 2:
                return first[0] // 2 == second[0] // 2
        return None


def _pair_list(run: list[Entity], caption: str, span: Place) -> tuple[Place, ...]:
    """Pairs a list of like things with the pieces of text before or after it."""
    count, first, last = len(run), run[0].start, run[-1].end
    marker = _RESPECTIVELY.search(caption, last, min(span[1], last + _LONGEST_LIST))
    end = marker.start() if marker else span[1]
    sides = [(max(span[0], first - _LONGEST_LIST), first), (last, min(end, last + _LONGEST_LIST))]
    if marker and len(caption[last : marker.start()].split()) > 2:
        sides.reverse()
    for start, stop in sides:
        cuts = [start, *(m.end() for m in _CHUNK.finditer(caption, start, stop)), stop]
        pieces = list(pairwise(cuts))
        if len(pieces) == count or (marker and len(pieces) > count):
            near = pieces[-count:] if stop == first else pieces[:count]
            if marker or count > 2:
                members = [(e.start, e.end) for e in run]
                return tuple(p for pair in zip(members, near, strict=True) for p in pair)
    return ()


def _find_links(
    caption: str, parts: Sequence[Part], things: dict[str, list[Entity]]
) -> list[tuple[Place, ...]]:
    links = []
    for entities in things.values():
        if len(entities) < 2:
            continue
        run = entities[:1]
        for entity in [*entities[1:], None]:
            if entity and _LIST_GAP.fullmatch(caption, run[-1].end, entity.start):
                run.append(entity)
                continue
            if 1 < len(run) <= _MOST_LINKED:
                part = next(p for p in parts if p.start <= run[0].start < p.end)
                span = part.start, part.end
                if run[-1].end <= part.end and (pairs := _pair_list(run, caption, span)):
                    links.append(pairs)
            run = [entity] if entity else []
    return links


@lru_cache(maxsize=256)
def measure_distances(caption: str) -> CaptionDistances:
    """A caption read once, in linear time; captions that were read are remembered."""
    read = read_caption(caption)
    ends = [part.end for part in read.parts]
    things: dict[str, list[Entity]] = defaultdict(list)
    cues: dict[str, list[tuple[float, int]]] = defaultdict(list)
    starts, reached, cost, passed, depth, opened = [], [], 0.0, 0, 0, 0
    # Every token costs something to pass; what stands in brackets costs less.
    for match in _TOKEN.finditer(caption):
        word, place = match.group(), match.start()
        while passed < len(ends) and ends[passed] <= place:
            cost, passed = cost + _SENTENCE, passed + 1
        folded = word.lower()
        depth = max(0, depth + (folded in ("(", "[")) - (folded in (")", "]")))
        own = _COSTS.get(folded, _FUNCTION if folded in _FUNCTION_WORDS else _WORD)
        opened = place if folded == "(" else opened
        if folded == ")" and place - opened < _SHORT:
            own = _INSIDE
        if depth and folded in (",", ";"):
            own = _INSIDE
        starts.append(place)
        reached.append(cost + own / 2)
        if folded not in _FUNCTION_WORDS and (word[0].isalnum()):
            cues[find_cue(folded)].append((cost + own / 2, place))
        cost += own
    # Names stand where their first letter does, under their own key and their role.
    distances = CaptionDistances(starts, reached, cues, things, read.scopes, [], {})
    for entity in read.entities:
        things[entity.type].append(entity)
        at = distances.cost(entity.start), entity.start
        cues[named_key(entity)].append(at)
        if role := read_purposes().get(entity.value):
            cues[role].append(at)
    for places in cues.values():
        places.sort()
    # 'From 12 to 21': what was there before is the control of what is there after.
    for first, second in (pair for entities in things.values() for pair in pairwise(entities)):
        before = caption[max(0, first.start - len("from ")) : first.start].lower()
        between = caption[first.end : second.start]
        if before == "from " and len(between) < _FROM_TO and between.endswith(" to "):
            distances.ends.update({first.start: "control", second.start: "treatment"})
    distances.links.extend(_find_links(caption, read.parts, things)[:_MOST_LISTS])
    return distances
