"""What a caption, question or answer *names*: numbers with units, stains, markers, directions ...

This is the one home of that knowledge: the contradiction gate, the offline agent and the
distractor checks all read a text through `find_entities`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, cast

from filtering.text.quantities import find_quantities
from filtering.text.vocabulary import NameMatch, find_names, unify

__all__ = ["Entity", "EntityType", "find_entities"]

EntityType = Literal[
    "length",  # value in micrometres
    "count",  # cells, nuclei, animals ...: dimensionless, `noun` says of what
    "percent",
    "fold",
    "concentration",  # value in mol/l, or g/l when the unit is a mass concentration
    "duration",  # value in seconds
    "temperature",  # degrees Celsius
    "magnification",
    "dilution",
    "number",  # any other number
    "stain",
    "marker",
    "fluorophore",
    "colour",
    "organism",
    "cell_line",
    "cell_type",
    "tissue",
    "localisation",
    "substrate",
    "technique",
    "treatment",
    "direction",
]


@dataclass(frozen=True, slots=True)
class Entity:
    """One thing that a text names.

    `text` is as written and `start`/`end` its character offsets; `value` is the canonical form
    (two mentions name the same thing if and only if type and value agree). For quantities
    `number` is the value in the type's base unit and `unit` the unit as written (µ as μ); `noun`
    is what a count counts, in the singular.
    """

    type: EntityType
    text: str
    value: str
    start: int
    end: int
    number: float | None = None
    unit: str | None = None
    noun: str | None = None


_NEGATED = re.compile(
    r"(?:\b(?:no|not|without|never|n't|neither|failed to|unable to|did not|does not|do not)"
    r"(?:\s(?:a|any|the|be|been|further|significant|significantly|obvious|apparent|detectable|marked|"
    r"markedly|clear|clearly|statistically significant|substantially))*\s)$",
    re.IGNORECASE,
)
_REACH = 60
_ANTIBODY = re.compile(r"\banti-((?=[\w-]{0,12}[A-Z\dα-ω])[A-Za-zα-ω]\w{0,20}(?:[-.]\w{1,12})?)")
_HOST = re.compile(r"[\s-](?:anti|polyclonal|monoclonal|secondary|serum|IgG|IgM|albumin|α-)")
_NOT_MEASURED = re.compile(
    r"(?:±|\+/-|\bmeans?\b|\berror bars?\b)\W{0,4}(?:and\s|with\s)?$", re.IGNORECASE
)


def _names_thing(name: NameMatch, text: str) -> bool:
    """Whether a name stands for the thing here (not the host of an antibody, an error bar)."""
    before = text[max(0, name.start - 24) : name.start]
    if not name.type:
        return False
    if name.type == "organism":
        host = _HOST.match(text, name.end)
        return not (before.lower().endswith(("anti-", "anti ")) or host)
    return not (name.value == "scanning electron microscopy" and _NOT_MEASURED.search(before))


@lru_cache(maxsize=2048)
def find_entities(text: str) -> tuple[Entity, ...]:
    """What a text names, in order of position; never overlapping within a type.

    Any string is accepted; the time is linear in its length. Names come from `read_vocabulary`,
    quantities in all usual spellings are given in one base unit per type: micrometres, seconds,
    mol/l or g/l, degrees Celsius, percent. Texts are remembered, for a figure's caption is asked
    about by each of its questions.
    """
    unified = unify(text)
    names = find_names(unified)
    starts, ends = [name.start for name in names], [name.end for name in names]

    def is_taken(start: int, end: int) -> bool:
        following = bisect_right(ends, start)
        return following < len(starts) and starts[following] < end

    entities = []
    for name, last in zip(names, [0, *ends], strict=False):
        if not _names_thing(name, unified):
            continue
        start, value = name.start, name.value
        # A change takes in a negation before it; 'not unchanged' says nothing for certain.
        if name.type == "direction":
            negation = _NEGATED.search(unified, max(last, start - _REACH), start)
            if negation and value == "unchanged":
                continue
            if negation:
                start, value = negation.start(), "unchanged"
        kind = cast(EntityType, name.type)
        entities.append(Entity(kind, text[start : name.end], value, start, name.end))
    # What an antibody is directed against is a marker, though no list has its name.
    for match in _ANTIBODY.finditer(unified) if "anti-" in unified else ():
        start, end = match.span(1)
        if not is_taken(start, end):
            entities.append(Entity("marker", text[start:end], text[start:end], start, end))
    # A number within a name ('Alexa 488') measures nothing.
    for quantity in find_quantities(unified):
        start, end = quantity.start, quantity.end
        if not is_taken(start, start + 1):
            kind, measure = cast(EntityType, quantity.type), (quantity.number, quantity.unit)
            written = text[start:end]
            entity = Entity(kind, written, quantity.value, start, end, *measure, quantity.noun)
            entities.append(entity)
    return tuple(sorted(entities, key=lambda entity: (entity.start, entity.end)))
