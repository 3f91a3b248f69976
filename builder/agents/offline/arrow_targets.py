"""Features that a caption marks in brackets: 'a glial nodule (arrow)'."""

from __future__ import annotations

import re
from collections.abc import Iterator

from builder.agents.offline.facts import Fact, shows_image
from builder.agents.offline.layout import Layout
from builder.agents.offline.phrases import clean, lower_first, phrase_before

_MARKED = re.compile(
    r" \((?:(?:see|indicated by|marked by|at) )?"
    r"(?P<mark>(?:(?:white|black|red|yellow|open|blue|green|solid|filled) )?"
    r"(?:arrow ?heads?|arrows?|asterisks?|stars?|triangles?))(?=[);,])",
    re.IGNORECASE,
)
_VAGUE = re.compile(
    r"(?i)^(?:\w+(?:ed|ing|ly)|an?|cells?|regions?|areas?|sites?|ones?|staining|signals?|positive|"
    r"present|absent|seen|visible|left|right|here|it|them|\w+ (?:and|or) \w+)$"
)


def marked(layout: Layout) -> Iterator[Fact]:
    """What arrows and other marks in brackets follow."""
    for match in _MARKED.finditer(layout.caption):
        value, start = phrase_before(layout.caption, match.start())
        value = clean(value, 4)
        if len(value) > 3 and not _VAGUE.match(value) and shows_image(layout, start):
            mark = match["mark"].lower()
            slots = {"mark": mark, "do": "do" if mark.endswith("s") else "does"}
            scope, end = layout.scope(start), match.end() + (layout.caption[match.end()] == ")")
            yield Fact("arrow_target", "structure", lower_first(value), start, end, scope, slots)
