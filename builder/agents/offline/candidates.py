"""Stage 1: facts of a caption become candidates, where the question can be unambiguous."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from builder.agents.base import candidate_id
from builder.agents.offline.facts import Fact, facts
from builder.agents.offline.hypotheses import derived
from builder.agents.offline.layout import WHOLE, Layout
from builder.agents.offline.naming import named
from builder.agents.offline.phrases import sentence_case
from builder.agents.offline.templates import TEMPLATES, VERSION, Template
from builder.records import Candidate, Figure, Outcome

NAME = "offline"
REVISION = "rules-1"
LIMIT = 8
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
    return [fact for group in groups.values() for fact in group if _is_clear(fact, group)]


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
        found,
        key=lambda f: (TEMPLATES[f.attribute].rank, pick(_ORDER, figure_id, f.key, f.value)),
    )
    chosen: list[Fact] = []
    for fact in by_rank:
        same = [other for other in chosen if other.attribute == fact.attribute]
        if len(same) >= TEMPLATES[fact.attribute].per_figure or len(chosen) >= LIMIT:
            continue
        if not any(_repeats(fact, other) for other in chosen):
            chosen.append(fact)
    return sorted(chosen, key=lambda f: (f.start, f.end, f.attribute))


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
    if re.search(rf"(?<!\w){re.escape(key)}(?!\w)", stem):
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
    finer = "_".join(re.sub(r"\W+", "_", fact.slots[name].casefold()) for name in template.finer)
    return Candidate(
        candidate_id=candidate_id(figure.figure_id, template.task, question, fact.value),
        figure_id=figure.figure_id,
        task=template.task,
        question=question,
        answer=fact.value,
        statement=sentence_case(template.statement.format(**words)),
        evidence=figure.caption[fact.start : fact.end],
        evidence_start=fact.start,
        value_type=fact.value_type,
        attribute=f"{fact.attribute}_{finer}" if finer else fact.attribute,
        agent=NAME,
        agent_revision=REVISION,
        prompt_version=VERSION,
    )


def write(figure: Figure) -> tuple[list[Candidate], Outcome]:
    """Candidates of a figure, and why there are none."""
    if not figure.is_microscopy:
        reason = f"not microscopy: {figure.microscopy_reason}".rstrip(": ")
        return [], Outcome(figure.figure_id, 0, reason)
    layout = Layout(figure.caption)
    found = [*facts(layout), *named(layout)]
    found += derived(layout, found, figure.title)
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


__all__ = ["NAME", "WHOLE", "clear", "facts", "gives_away", "pick", "write"]
