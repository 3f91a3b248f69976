"""Stage 1: facts of a caption become candidates, where the question can be unambiguous."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from builder.agents.offline.arrow_targets import marked
from builder.agents.offline.casing import cased
from builder.agents.offline.dyes import tells_no_target
from builder.agents.offline.facts import Fact, facts
from builder.agents.offline.hypotheses import derived
from builder.agents.offline.naming import named
from builder.agents.offline.soundness import settled
from builder.agents.offline.templates import TEMPLATES, choose_by_hash, write_candidate
from builder.tables.records import EP, EU, HG, Candidate, Figure, Outcome
from filtering.text.captions import read_caption

LIMIT = 6
TASK_LIMITS = {EU: 4, HG: 1, EP: 2}
# Ways to ask for one and the same fact.
WAYS = (
    ("treatment_compound", "follow_up_compound"),
    ("treatment_dose", "follow_up_dose"),
    ("treatment_duration", "follow_up_duration"),
    ("organelle_marker", "follow_up_marker"),
    ("time_point", "follow_up_time"),
    ("marker_in_colour", "marker_in_colour", "colour_of_marker", "follow_up_target"),
)


def clear(found: Iterable[Fact]) -> list[Fact]:
    """Facts whose question has one answer: no other value where the question looks."""
    groups: dict[str, list[Fact]] = defaultdict(list)
    for fact in found:
        groups[fact.key].append(fact)
    chosen = [fact for group in groups.values() for fact in group if _is_clear(fact, group)]
    chosen = [fact for fact in chosen if not tells_no_target(fact)]
    coloured = any(fact.attribute == "marker_in_colour" for fact in chosen)
    return [fact for fact in chosen if not (coloured and fact.attribute == "target")]


def _is_clear(fact: Fact, group: list[Fact]) -> bool:
    rivals = [other for other in group if other.value.casefold() != fact.value.casefold()]
    if not rivals:
        return True
    return bool(fact.scope.members) and all(
        other.scope.members
        and not other.scope.members & fact.scope.members
        and other.scope.views == fact.scope.views
        for other in rivals
    )


def spread(found: Sequence[Fact], figure_id: str) -> list[Fact]:
    """At most LIMIT facts, the most telling attributes first, each value once."""
    by_rank = sorted(
        (fact for fact in found if _is_turn(fact, figure_id)),
        key=lambda f: (
            TEMPLATES[f.attribute].rank,
            choose_by_hash(_ORDER, figure_id, f.key, f.value),
        ),
    )
    chosen: list[Fact] = []
    for fact in by_rank:
        template = TEMPLATES[fact.attribute]
        same = [other for other in chosen if other.attribute == fact.attribute]
        task = [other for other in chosen if TEMPLATES[other.attribute].task == template.task]
        full = len(chosen) >= LIMIT or len(task) >= TASK_LIMITS[template.task]
        if full or len(same) >= template.per_figure:
            continue
        if not any(_repeats(fact, other) for other in chosen):
            chosen.append(fact)
    return sorted(chosen, key=lambda f: (f.start, f.end, f.attribute))


def _is_turn(fact: Fact, figure_id: str) -> bool:
    """Of questions that ask one fact in different ways, the figure's hash chooses one."""
    for ways in WAYS:
        if fact.attribute in ways:
            return choose_by_hash(ways, figure_id, ways[0]) == fact.attribute
    return True


_ORDER = [f"{index:03d}" for index in range(997)]


def _repeats(fact: Fact, other: Fact) -> bool:
    if fact.attribute == other.attribute:
        return fact.value.casefold() == other.value.casefold()
    return (
        fact.value in other.slots.values()
        or other.value in fact.slots.values()
        or (fact.value_type == other.value_type and fact.value.casefold() == other.value.casefold())
    )


def searchable(caption: str) -> str:
    """The caption with endless words blanked, so that no pattern takes long; offsets stay."""
    return re.sub(r"\S{200,}", lambda match: " " * len(match.group()), caption)


def write(figure: Figure) -> tuple[list[Candidate], Outcome]:
    """Candidates of a figure, and why there are none."""
    if not figure.is_microscopy:
        reason = f"not microscopy: {figure.microscopy_reason}".rstrip(": ")
        return [], Outcome(figure.figure_id, 0, reason)
    caption = read_caption(searchable(figure.caption))
    found = [*facts(caption), *named(caption), *marked(caption)]
    found = [cased(caption.text, fact) for fact in found]
    found += derived(caption, found, figure.title)
    found = settled(caption, found)
    asked = spread(clear(found), figure.figure_id)
    has_panels = bool(caption.sections or figure.panels)
    written = [write_candidate(fact, figure, has_panels) for fact in asked]
    unique = {c.candidate_id: c for c in written if c is not None}
    if unique:
        reason = ""
    elif found:
        reason = "no unambiguous question: what the caption names has several values"
    else:
        reason = "caption states nothing that a rule recognises"
    return list(unique.values()), Outcome(figure.figure_id, len(unique), reason)
