"""Patterns around treatments, their doses, durations and vehicles."""

from __future__ import annotations

from builder.agents.offline.fragments import (
    ACTIVE,
    CELLS,
    COMPLETED,
    DOSE,
    DURATION,
    GIVEN,
    VEHICLE,
    Rule,
    rule,
)

TREATMENTS: tuple[Rule, ...] = (
    rule(
        "treatment_compound",
        "treatment",
        rf"{GIVEN}(?: for {DURATION})?(?: (?:with|to))? (?:{DOSE} )?(?:of )?(?P<value>{ACTIVE})"
        rf"(?= \({DOSE}| for | at | \(|[,;)]|\.(?:\s|$)|$| before )",
        words=3,
    ),
    rule(
        "treatment_compound",
        "treatment",
        rf"(?P<value>\b(?!(?i:{VEHICLE}|un|non|particular|drug|control|the|and|or|mock|long|co|pre|"
        rf"all|early|late|not|were|was|each|heat|cells?|mice|in|of|to|by|from|with|for|on|after|than)"
        rf"\b)[A-Za-zα-ω][\w-]*?(?: [A-Z]\d?| {COMPLETED})?)"
        rf"[- ]treated (?:\w+ )?{CELLS}",
        words=2,
        needs="[- ]treated ",
    ),
    rule(
        "treatment_compound",
        "treatment",
        rf"with or without (?:{DOSE} )?(?:of )?(?P<value>{ACTIVE})"
        r"(?! and| \w+ and)",
        words=3,
    ),
    rule(
        "treatment_compound",
        "treatment",
        rf"(?:\([A-Z]\)|\b[A-Z],) (?:{DOSE} )?(?P<value>{ACTIVE})(?:, {DOSE}, | for ){DURATION}",
        words=3,
    ),
    rule(
        "treatment_compound",
        "treatment",
        rf"\bafter {DURATION} of (?P<value>{ACTIVE}) \({DOSE}\)",
        words=3,
    ),
    rule(
        "treatment_compound",
        "treatment",
        rf"\breceived (?i:{VEHICLE}) \([A-Z]\) or (?P<value>{ACTIVE})(?= \([A-Z]\))",
        words=3,
    ),
    rule(
        "treatment_dose",
        "concentration",
        rf"{GIVEN}(?: for {DURATION})?(?: (?:with|to))? (?P<value>{DOSE}) (?:of )?{ACTIVE}",
    ),
    rule(
        "treatment_dose",
        "concentration",
        rf"(?:{GIVEN}(?: (?:with|to))?|\bdays of) {ACTIVE} \((?P<value>{DOSE})",
    ),
    rule(
        "treatment_dose",
        "concentration",
        rf"(?:\([A-Z]\)|\b[A-Z],) (?:{ACTIVE}, (?P<value>{DOSE}), {DURATION})",
    ),
    rule(
        "treatment_dose",
        "concentration",
        rf"\b[A-Z], (?P<value>{DOSE}) {ACTIVE} for {DURATION}",
    ),
    rule(
        "treatment_duration",
        "duration",
        rf"(?:{GIVEN}|\b[A-Z],)(?: (?:with|to))? [^.;]{{3,50}}?\bfor (?P<value>{DURATION})",
    ),
    rule(
        "treatment_duration",
        "duration",
        rf"{ACTIVE}(?:,| \(){DOSE}, (?P<value>{DURATION})",
        needs=rf"{DOSE}, {DURATION}",
    ),
    rule(
        "treatment_duration",
        "duration",
        rf"{ACTIVE}, {DOSE}, (?P<value>{DURATION})",
        needs=rf"{DOSE}, {DURATION}",
    ),
    rule(
        "treatment_duration",
        "duration",
        rf"\bafter (?P<value>{DURATION}) of (?:treatment|(?:{ACTIVE}))",
    ),
    rule(
        "vehicle",
        "vehicle",
        rf"(?i:[Cc]ontrol (?:cells|animals?|mice) (?:treated with|given|exposed to)|"
        rf"\bcontrol \(|\breceived) (?P<value>(?i:{VEHICLE}))(?=\)|\.| \()",
        image=False,
    ),
    rule(
        "vehicle",
        "vehicle",
        rf"\bcontrol \((?P<value>(?i:{VEHICLE}))\)",
        image=False,
    ),
    rule(
        "vehicle",
        "vehicle",
        rf"(?P<value>\b(?i:(?!vehicle){VEHICLE}))[- ]treated control",
        image=False,
    ),
)
