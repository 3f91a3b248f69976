"""Features that a caption marks in brackets: 'a glial nodule (arrow)'."""

from __future__ import annotations

import re
from collections.abc import Iterator

from builder.agents.offline.facts import Fact, scope_at, shows_image
from builder.agents.offline.phrases import clean, lower_first, phrase_before
from filtering.text.captions import Caption

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


def marked(caption: Caption) -> Iterator[Fact]:
    """What arrows and other marks in brackets follow."""
    for match in _MARKED.finditer(caption.text):
        value, start = phrase_before(caption.text, match.start())
        value = clean(value, 4)
        if len(value) > 3 and not _VAGUE.match(value) and shows_image(caption, start):
            mark = match["mark"].lower()
            slots = {"mark": mark, "do": "do" if mark.endswith("s") else "does"}
            scope, end = scope_at(caption, start), match.end() + (caption.text[match.end()] == ")")
            yield Fact("arrow_target", "structure", lower_first(value), start, end, scope, slots)
