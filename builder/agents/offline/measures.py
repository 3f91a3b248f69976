"""Patterns around counts, percentages and sizes."""

from __future__ import annotations

from builder.agents.offline.fragments import (
    LENGTH,
    NOUN,
    PERCENT,
    SIZE,
    THINGS,
    WHOLE,
    Rule,
    rule,
)

_ITEM = rf"{WHOLE} (?:[a-z-]+ ){{0,2}}[a-z]+(?:s|\(s\))"
_LISTED = r"(?P<noun>(?:[a-z-]+ ){0,2}[a-z]+(?:s|\(s\)))(?= and \d|, |\.)"

MEASURES: tuple[Rule, ...] = (
    *(
        rule(
            "cell_count",
            "count",
            rf"\b(?:field|image|micrograph|smear) (?:shows|contains) "
            rf"(?:{_ITEM}(?:,? and |, )){{{before}}}(?P<value>{WHOLE}) {_LISTED}",
        )
        for before in range(4)
    ),
    rule(
        "cell_count",
        "count",
        rf"\b[nN] ?= ?(?P<value>{WHOLE}) {NOUN}(?! (?:per|each|/|\())(?=[\s.,;)]|$)",
        image=False,
    ),
    rule(
        "cell_count",
        "count",
        rf"\b(?:[Ff]ield contains|[Aa] total of|[Ii]n this field,) (?P<value>{WHOLE}) {NOUN}"
        r"(?= (?:were|are)\b|\.)",
    ),
    rule("cell_count", "count", rf"(?P<value>\b{WHOLE}) {NOUN} per field\."),
    rule(
        "cell_count",
        "count",
        rf"(?P<value>\b{WHOLE}) {NOUN} (?:are visible )?(?:in |\()(?P<panels>[A-Z])\b(?!\w|-)",
        image=False,
    ),
    rule(
        "cell_count",
        "count",
        rf"[Pp]anel (?P<panels>[A-Z]) (?:shows )?(?P<value>{WHOLE}) {NOUN}(?= and|\.)",
        image=False,
    ),
    rule(
        "fraction",
        "percent",
        rf"(?P<value>{PERCENT}) of (?:the |all )?{NOUN} (?:are|were scored as) "
        r"(?P<feature>[\w-]+(?: [a-z]+)?)(?=\.)",
        image=False,
    ),
    rule(
        "fraction",
        "percent",
        rf"(?P<value>{PERCENT}) of the {NOUN} in (?P<panels>[A-Z])(?=[^.;]*? are "
        r"(?P<feature>[\w-]+(?: [a-z]+)?)\.)",
        image=False,
    ),
    rule(
        "fraction",
        "percent",
        rf"(?P<things>{THINGS}) make up (?P<value>{PERCENT}) of the",
        image=False,
        needs=rf"make up {PERCENT}",
    ),
    rule(
        "fraction",
        "percent",
        rf"(?P<things>{THINGS})(?: make up|:) (?P<value>{PERCENT}) "
        rf"(?:\(|in )(?P<panels>[A-Z])\b",
        image=False,
        needs=rf"(?:make up|:) {PERCENT}",
    ),
    rule(
        "fraction",
        "percent",
        rf"(?P<things>{THINGS})(?: make up|:) {PERCENT} (?:\(|in )[A-Z]\)?"
        rf"(?: and|,) (?P<value>{PERCENT}) (?:\(|in )(?P<panels>[A-Z])\b",
        image=False,
        needs=rf"(?:make up|:) {PERCENT}",
    ),
    rule(
        "fraction",
        "percent",
        rf"(?P<things>{THINGS}): (?P<value>{PERCENT})\.",
        image=False,
        needs=rf": {PERCENT}\.",
    ),
    rule(
        "fraction",
        "percent",
        rf"(?:fraction|proportion|percentage) of (?P<things>{THINGS}) is "
        rf"(?P<value>{PERCENT})(?=\.)",
        image=False,
    ),
    rule(
        "fraction",
        "percent",
        rf"(?:fraction|proportion|percentage) of (?P<things>{THINGS}) is "
        rf"(?P<value>{PERCENT}) in (?P<panels>[A-Z])\b",
        image=False,
    ),
    rule(
        "fraction",
        "percent",
        rf"(?:fraction|proportion|percentage) of (?P<things>{THINGS}) is "
        rf"{PERCENT} in [A-Z] and (?P<value>{PERCENT}) in (?P<panels>[A-Z])\b",
        image=False,
    ),
    rule(
        "mean_size",
        "size",
        rf"{SIZE}(?: is| was| was measured as|,|:) (?P<value>{LENGTH})(?=\.)",
        image=False,
    ),
    rule(
        "mean_size",
        "size",
        rf"{SIZE}(?: is| was|,) (?P<value>{LENGTH}) (?:in |\()(?P<panels>[A-Z])\b",
        image=False,
    ),
    rule(
        "mean_size",
        "size",
        rf"{SIZE}(?: is| was|,) {LENGTH} (?:in |\()[A-Z]\)? and (?P<value>{LENGTH}) "
        r"(?:in |\()(?P<panels>[A-Z])\b",
        image=False,
    ),
)
