"""Facts that are names: species from binomials, cell lines from the project's vocabulary."""

from __future__ import annotations

import re
from collections.abc import Iterator

from builder.agents.offline.facts import Fact, shows_image
from builder.agents.offline.layout import Layout, expand
from filtering.entities import find_entities

_BINOMIAL = re.compile(
    r"(?P<value>\b[A-Z][a-z]{3,}\??(?: \([“\"]?[A-Z][a-z]+[”\"]?\??\))?(?: cf\.)? [a-z]{4,}\??)"
    r"(?P<authority>(?: [\[(]?(?:[A-Z]\w+|and|I|II)[\])]?,?)*(?: \(Hwass in \w+\))?,?"
    r" ?\[?1[789]\d\d\)?"
    r"| \w+ sp\. nov\.)?"
    r"(?: \((?P<panels>[A-Z](?:(?:[-–]|, )[A-Z])*)\))?"
)


def _species(layout: Layout) -> Iterator[Fact]:
    for match in _BINOMIAL.finditer(layout.caption):
        panels = match.group("panels")
        sure = layout.scope(match.start()).members
        museum = re.match(r" \((?:[A-Z]{2,})", layout.caption[match.end("value") :])
        if match.group("authority") or (sure and museum):
            scope = expand(panels) if panels else layout.scope(match.start())
            value = match.group("value")
            yield Fact("species", "organism", value, match.start(), match.end(), scope)


def _cell_lines(layout: Layout) -> Iterator[Fact]:
    for entity in find_entities(layout.caption):
        after = layout.caption[entity.end :]
        if entity.type == "cell_line" and shows_image(layout, entity.start):
            cells = re.match(r"[- ](?:\w+ )?cells?\b", after)
            end = entity.end + (cells.end() if cells else 0)
            scope = layout.scope(entity.start)
            value = re.sub(r"\s+cells?$", "", entity.text)
            yield Fact("cell_line", "cell_line", value, entity.start, end, scope)


def named(layout: Layout) -> list[Fact]:
    """Species and cell lines that a caption names."""
    return [*_species(layout), *_cell_lines(layout)]
