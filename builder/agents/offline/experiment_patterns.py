"""Sentence patterns around an experiment: treatments, and what was measured."""

from __future__ import annotations

from builder.agents.offline.fragments import (
    ACTIVE,
    CELLS,
    COMPLETED,
    DOSE,
    DURATION,
    GIVEN,
    LENGTH,
    NOUN,
    PERCENT,
    SIZE,
    THINGS,
    VEHICLE,
    WHOLE,
    Rule,
)

_ITEM = rf"{WHOLE} (?:[a-z-]+ ){{0,2}}[a-z]+(?:s|\(s\))"
_LISTED = r"(?P<noun>(?:[a-z-]+ ){0,2}[a-z]+(?:s|\(s\)))(?= and \d|, |\.)"

TREATMENTS: tuple[Rule, ...] = (
    Rule(
        "treatment_compound",
        "treatment",
        rf"{GIVEN}(?: for {DURATION})?(?: (?:with|to|by))? (?:{DOSE} )?(?:of )?(?P<value>{ACTIVE})"
        rf"(?= \({DOSE}| for | at | \(|[,;)]|\.(?:\s|$)|$| before )",
        max_words=3,
    ),
    Rule(
        "treatment_compound",
        "treatment",
        rf"(?P<value>\b(?!(?i:{VEHICLE}|un|non|particular|drug|control|the|and|or|mock|long|co|pre|"
        rf"all|early|late|not|were|was|each|heat|cells?|mice|in|of|to|by|from|with|for|on|after"
        rf"|than)"
        rf"\b)[A-Za-zα-ω][\w-]*?(?: [A-Z]\d?| {COMPLETED})?)"
        rf"[- ]treated (?:\w+ )?{CELLS}",
        max_words=2,
        needs="[- ]treated ",
    ),
    Rule(
        "treatment_compound",
        "treatment",
        rf"with or without (?:{DOSE} )?(?:of )?(?P<value>{ACTIVE})"
        r"(?! and| \w+ and)",
        max_words=3,
    ),
    Rule(
        "treatment_compound",
        "treatment",
        rf"(?:\([A-Z]\)|\b[A-Z],) (?:{DOSE} )?(?P<value>{ACTIVE})(?:, {DOSE}, | for ){DURATION}",
        max_words=3,
    ),
    Rule(
        "treatment_compound",
        "treatment",
        rf"\bafter {DURATION} of (?P<value>{ACTIVE}) \({DOSE}\)",
        max_words=3,
    ),
    Rule(
        "treatment_compound",
        "treatment",
        rf"\breceived (?i:{VEHICLE}) \([A-Z]\) or (?P<value>{ACTIVE})(?= \([A-Z]\))",
        max_words=3,
    ),
    Rule(
        "treatment_dose",
        "concentration",
        rf"{GIVEN}(?: for {DURATION})?(?: (?:with|to|by))? (?P<value>{DOSE}) (?:of )?{ACTIVE}",
    ),
    Rule(
        "treatment_dose",
        "concentration",
        rf"(?:{GIVEN}(?: (?:with|to|by))?|\bdays of) {ACTIVE} \((?P<value>{DOSE})",
    ),
    Rule(
        "treatment_dose",
        "concentration",
        rf"(?:\([A-Z]\)|\b[A-Z],) (?:{ACTIVE}, (?P<value>{DOSE}), {DURATION})",
    ),
    Rule(
        "treatment_dose",
        "concentration",
        rf"\b[A-Z], (?P<value>{DOSE}) {ACTIVE} for {DURATION}",
    ),
    Rule(
        "treatment_duration",
        "duration",
        rf"(?:{GIVEN}|\b[A-Z],)(?: (?:with|to|by))? [^.;]{{3,50}}?\bfor (?P<value>{DURATION})",
    ),
    Rule(
        "treatment_duration",
        "duration",
        rf"{ACTIVE}(?:,| \(){DOSE}, (?P<value>{DURATION})",
        needs=rf"{DOSE}, {DURATION}",
    ),
    Rule(
        "treatment_duration",
        "duration",
        rf"{ACTIVE}, {DOSE}, (?P<value>{DURATION})",
        needs=rf"{DOSE}, {DURATION}",
    ),
    Rule(
        "treatment_duration",
        "duration",
        rf"\bafter (?P<value>{DURATION}) of (?:treatment|(?:{ACTIVE}))",
    ),
    Rule(
        "vehicle",
        "vehicle",
        rf"(?i:[Cc]ontrol (?:cells|animals?|mice) (?:treated with|given|exposed to)|"
        rf"\bcontrol \(|\breceived) (?P<value>(?i:{VEHICLE}))(?=\)|\.| \()",
        in_plots=True,
    ),
    Rule(
        "vehicle",
        "vehicle",
        rf"\bcontrol \((?P<value>(?i:{VEHICLE}))\)",
        in_plots=True,
    ),
    Rule(
        "vehicle",
        "vehicle",
        rf"(?P<value>\b(?i:(?!vehicle){VEHICLE}))[- ]treated control",
        in_plots=True,
    ),
)
"""What was given, how much of it, for how long, and what the controls got."""

MEASURES: tuple[Rule, ...] = (
    *(
        Rule(
            "cell_count",
            "count",
            rf"\b(?:field|image|micrograph|smear) (?:shows|contains) "
            rf"(?:{_ITEM}(?:,? and |, )){{{before}}}(?P<value>{WHOLE}) {_LISTED}",
        )
        for before in range(4)
    ),
    Rule(
        "cell_count",
        "count",
        rf"\b[nN] ?= ?(?P<value>{WHOLE}) {NOUN}(?! (?:per|each|/|\())(?=[\s.,;)]|$)",
        in_plots=True,
    ),
    Rule(
        "cell_count",
        "count",
        rf"\b(?:[Ff]ield contains|[Aa] total of|[Ii]n this field,) (?P<value>{WHOLE}) {NOUN}"
        r"(?= (?:were|are)\b|\.)",
    ),
    Rule("cell_count", "count", rf"(?P<value>\b{WHOLE}) {NOUN} per field\."),
    Rule(
        "cell_count",
        "count",
        rf"(?P<value>\b{WHOLE}) {NOUN} (?:are visible )?(?:in |\()(?P<panels>[A-Z])\b(?!\w|-)",
        in_plots=True,
    ),
    Rule(
        "cell_count",
        "count",
        rf"[Pp]anel (?P<panels>[A-Z]) (?:shows )?(?P<value>{WHOLE}) {NOUN}(?= and|\.)",
        in_plots=True,
    ),
    Rule(
        "fraction",
        "percent",
        rf"(?P<value>{PERCENT}) of (?:the |all )?{NOUN} (?:are|were scored as) "
        r"(?P<feature>[\w-]+(?: [a-z]+)?)(?=\.)",
        in_plots=True,
    ),
    Rule(
        "fraction",
        "percent",
        rf"(?P<value>{PERCENT}) of the {NOUN} in (?P<panels>[A-Z])(?=[^.;]*? are "
        r"(?P<feature>[\w-]+(?: [a-z]+)?)\.)",
        in_plots=True,
    ),
    Rule(
        "fraction",
        "percent",
        rf"(?P<things>{THINGS}) make up (?P<value>{PERCENT}) of the",
        in_plots=True,
        needs=rf"make up {PERCENT}",
    ),
    Rule(
        "fraction",
        "percent",
        rf"(?P<things>{THINGS})(?: make up|:) (?P<value>{PERCENT}) "
        rf"(?:\(|in )(?P<panels>[A-Z])\b",
        in_plots=True,
        needs=rf"(?:make up|:) {PERCENT}",
    ),
    Rule(
        "fraction",
        "percent",
        rf"(?P<things>{THINGS})(?: make up|:) {PERCENT} (?:\(|in )[A-Z]\)?"
        rf"(?: and|,) (?P<value>{PERCENT}) (?:\(|in )(?P<panels>[A-Z])\b",
        in_plots=True,
        needs=rf"(?:make up|:) {PERCENT}",
    ),
    Rule(
        "fraction",
        "percent",
        rf"(?P<things>{THINGS}): (?P<value>{PERCENT})\.",
        in_plots=True,
        needs=rf": {PERCENT}\.",
    ),
    Rule(
        "fraction",
        "percent",
        rf"(?:fraction|proportion|percentage) of (?P<things>{THINGS}) is "
        rf"(?P<value>{PERCENT})(?=\.)",
        in_plots=True,
    ),
    Rule(
        "fraction",
        "percent",
        rf"(?:fraction|proportion|percentage) of (?P<things>{THINGS}) is "
        rf"(?P<value>{PERCENT}) in (?P<panels>[A-Z])\b",
        in_plots=True,
    ),
    Rule(
        "fraction",
        "percent",
        rf"(?:fraction|proportion|percentage) of (?P<things>{THINGS}) is "
        rf"{PERCENT} in [A-Z] and (?P<value>{PERCENT}) in (?P<panels>[A-Z])\b",
        in_plots=True,
    ),
    Rule(
        "mean_size",
        "size",
        rf"{SIZE}(?: is| was| was measured as|,|:) (?P<value>{LENGTH})(?=\.)",
        in_plots=True,
    ),
    Rule(
        "mean_size",
        "size",
        rf"{SIZE}(?: is| was|,) (?P<value>{LENGTH}) (?:in |\()(?P<panels>[A-Z])\b",
        in_plots=True,
    ),
    Rule(
        "mean_size",
        "size",
        rf"{SIZE}(?: is| was|,) {LENGTH} (?:in |\()[A-Z]\)? and (?P<value>{LENGTH}) "
        r"(?:in |\()(?P<panels>[A-Z])\b",
        in_plots=True,
    ),
)
"""Counts, percentages and sizes."""
