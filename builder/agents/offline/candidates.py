"""Stage 1: facts of a caption become candidates, where the question can be unambiguous."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from builder.agents.base import candidate_id
from builder.agents.offline.arrow_targets import marked
from builder.agents.offline.casing import cased
from builder.agents.offline.dyes import tells_no_target
from builder.agents.offline.facts import Fact, facts
from builder.agents.offline.hypotheses import derived
from builder.agents.offline.layout import Layout
from builder.agents.offline.naming import named
from builder.agents.offline.phrases import lower_first, sentence_case, with_article
from builder.agents.offline.soundness import settled
from builder.agents.offline.template import Template
from builder.agents.offline.templates import TEMPLATES, VERSION
from builder.tables.records import EP, EU, HG, Candidate, Figure, Outcome

NAME = "offline"
REVISION = "rules-3"
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
_PLACES = {True: ("in the figure", "in this figure"), False: ("in the image", "in this image")}


def pick(options: Sequence[str], *key: str) -> str:
    """One of the options, chosen by the hash of the key."""
    digest = hashlib.sha256("\x1f".join(key).encode("utf-8", "surrogatepass")).digest()
    return options[int.from_bytes(digest[:4], "big") % len(options)]


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
        key=lambda f: (TEMPLATES[f.attribute].rank, pick(_ORDER, figure_id, f.key, f.value)),
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
            return pick(ways, figure_id, ways[0]) == fact.attribute
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


def _words(template: Template, fact: Fact, figure: Figure, layout: Layout) -> dict[str, str]:
    place = f"in {fact.scope.name}" if fact.scope.name else ""
    many = bool(layout.segments or figure.panels)
    place = place or pick(_PLACES[many], figure.figure_id, fact.key)
    return {
        **fact.slots,
        "where": place,
        "thing": place.removeprefix("in "),
        "Where": place[0].upper() + place[1:],
        "value": fact.value,
    }


def gives_away(question: str, answer: str) -> bool:
    """Whether a stem holds its answer, as a phrase or with all its content words."""
    stem, key = question.casefold(), answer.casefold()
    if key in stem and re.search(rf"(?<!\w){re.escape(key)}(?!\w)", stem):
        return True
    content = [word for word in re.findall(r"\w+", key) if len(word) > 3]
    return bool(content) and all(re.search(rf"\b{re.escape(w)}", stem) for w in content)


def to_candidate(fact: Fact, figure: Figure, layout: Layout) -> Candidate | None:
    """The candidate for a fact; None where the stem would give the answer away."""
    template = TEMPLATES[fact.attribute]
    words = _words(template, fact, figure, layout)
    stem = pick(template.stems, figure.figure_id, fact.key, fact.scope.name)
    question = stem.format(**words)
    if gives_away(question, fact.value):
        return None
    span = figure.caption[fact.start : fact.end]
    finer = "_".join(re.sub(r"\W+", "_", fact.slots[name].casefold()) for name in template.finer)
    return Candidate(
        candidate_id=candidate_id(figure.figure_id, template.task, question, fact.value),
        figure_id=figure.figure_id,
        task=template.task,
        question=question,
        answer=fact.value,
        statement=sentence_case(template.statement.format(**words | _inner(fact))),
        evidence=span.strip(),
        evidence_start=fact.start + len(span) - len(span.lstrip()),
        value_type=fact.value_type,
        attribute=f"{fact.attribute}_{finer}" if finer else fact.attribute,
        agent=NAME,
        agent_revision=REVISION,
        prompt_version=VERSION,
    )


def searchable(caption: str) -> str:
    """The caption with endless words blanked, so that no pattern takes long; offsets stay."""
    return re.sub(r"\S{200,}", lambda match: " " * len(match.group()), caption)


def _inner(fact: Fact) -> dict[str, str]:
    """The value as it stands within a sentence."""
    if fact.value_type == "hypothesis":
        return {"value": lower_first(fact.value)}
    return {"value": with_article(fact.value)} if fact.attribute == "localisation" else {}


def write(figure: Figure) -> tuple[list[Candidate], Outcome]:
    """Candidates of a figure, and why there are none."""
    if not figure.is_microscopy:
        reason = f"not microscopy: {figure.microscopy_reason}".rstrip(": ")
        return [], Outcome(figure.figure_id, 0, reason)
    layout = Layout(searchable(figure.caption))
    found = [*facts(layout), *named(layout), *marked(layout)]
    found = [cased(layout.caption, fact) for fact in found]
    found += derived(layout, found, figure.title)
    found = settled(layout, found)
    asked = spread(clear(found), figure.figure_id)
    written = [to_candidate(fact, figure, layout) for fact in asked]
    unique = {c.candidate_id: c for c in written if c is not None}
    if unique:
        reason = ""
    elif found:
        reason = "no unambiguous question: what the caption names has several values"
    else:
        reason = "caption states nothing that a rule recognises"
    return list(unique.values()), Outcome(figure.figure_id, len(unique), reason)
