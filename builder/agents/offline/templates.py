"""How a fact becomes a question: the templates of `templates.toml`, and how they are filled."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

from builder.agents.base import hash_candidate
from builder.agents.offline.facts import Fact
from builder.agents.offline.phrases import add_article, lower_first, start_sentence
from builder.tables.records import EP, EU, HG, Candidate, Figure, Task

NAME = "offline"
REVISION = "rules-4"
VERSION = "templates-3"
FOLLOW_UPS = {
    "treatment_compound": "follow_up_compound",
    "treatment_dose": "follow_up_dose",
    "treatment_duration": "follow_up_duration",
    "organelle_marker": "follow_up_marker",
    "time_point": "follow_up_time",
    "marker_in_colour": "follow_up_target",
}
"""Attributes that an experiment can follow up, and the attribute of the proposed experiment."""

_TASKS: dict[str, Task] = {"see": EU, "explain": HG, "plan": EP}
_PLACES = {True: ("in the figure", "in this figure"), False: ("in the image", "in this image")}


@dataclass(frozen=True, slots=True)
class Template:
    """How the facts of an attribute are asked for; the fields are explained in the file."""

    task: Task
    stems: list[str]
    statement: str
    rank: int
    per_figure: int = 2
    per_article: int = 100
    finer: Sequence[str] = ()
    alternatives: Sequence[str] = ()


def _load_templates() -> dict[str, Template]:
    text = files(__package__).joinpath("templates.toml").read_text(encoding="utf-8")
    return {
        attribute: Template(_TASKS[name], **row)
        for name, rows in tomllib.loads(text).items()
        for attribute, row in rows.items()
    }


TEMPLATES = _load_templates()
"""Templates by attribute."""


def choose_by_hash(options: Sequence[str], *key: str) -> str:
    """One of the options: always the same for a key, each equally often over many keys."""
    digest = hashlib.sha256("\x1f".join(key).encode("utf-8", "surrogatepass")).digest()
    return options[int.from_bytes(digest[:4], "big") % len(options)]


def write_candidate(fact: Fact, figure: Figure, has_panels: bool) -> Candidate | None:
    """Fill the template of a fact; None where the question would give its answer away.

    'Scale bar, 20 μm' becomes 'In this image, how long is the distance marked by the scale bar?',
    the answer '20 µm' and the statement 'The scale bar in this image represents 20 µm.'.

    Args:
        fact: what the caption states.
        figure: the figure that it states it of.
        has_panels: whether the figure has panels, and so is no single image.
    """
    template = TEMPLATES[fact.attribute]

    # The panel that the fact is about, else the whole figure in one of two wordings.
    place = f"in {fact.scope.name}" if fact.scope.name else ""
    place = place or choose_by_hash(_PLACES[has_panels], figure.figure_id, fact.key)
    words = {
        **fact.slots,
        "where": place,
        "thing": place.removeprefix("in "),
        "Where": place[0].upper() + place[1:],
        "value": fact.value,
    }

    stem = choose_by_hash(template.stems, figure.figure_id, fact.key, fact.scope.name)
    question = stem.format(**words)
    if gives_away(question, fact.value):
        return None

    # Within the statement a hypothesis starts small, and a place has its article.
    if fact.value_type == "hypothesis":
        words["value"] = lower_first(fact.value)
    elif fact.attribute == "localisation":
        words["value"] = add_article(fact.value)

    # Only answers with the same values of the finer slots are comparable: cells are not droplets.
    finer = "_".join(re.sub(r"\W+", "_", fact.slots[name].casefold()) for name in template.finer)
    span = figure.caption[fact.start : fact.end]
    return Candidate(
        candidate_id=hash_candidate(figure.figure_id, template.task, question, fact.value),
        figure_id=figure.figure_id,
        task=template.task,
        question=question,
        answer=fact.value,
        statement=start_sentence(template.statement.format(**words)),
        evidence=span.strip(),
        evidence_start=fact.start + len(span) - len(span.lstrip()),
        value_type=fact.value_type,
        attribute=f"{fact.attribute}_{finer}" if finer else fact.attribute,
        agent=NAME,
        agent_revision=REVISION,
        prompt_version=VERSION,
    )


def gives_away(question: str, answer: str) -> bool:
    """Whether a question holds its answer, as a phrase or with all its content words."""
    stem, key = question.casefold(), answer.casefold()
    if key in stem and re.search(rf"(?<!\w){re.escape(key)}(?!\w)", stem):
        return True
    content = [word for word in re.findall(r"\w+", key) if len(word) > 3]
    return bool(content) and all(re.search(rf"\b{re.escape(w)}", stem) for w in content)
