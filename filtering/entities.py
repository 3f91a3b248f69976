"""What a caption, question or answer *names*: numbers with units, stains, markers, directions ...

This is the one home of that knowledge: the contradiction gate, the offline agent and the
distractor checks all read a text through `find_entities`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

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
    "tissue",
    "localisation",
    "technique",
    "treatment",
    "direction",
]


@dataclass(frozen=True, slots=True)
class Entity:
    """One thing that a text names.

    `text` is as written and `start`/`end` its character offsets; `value` is the canonical form
    (two mentions name the same thing if and only if type and value agree). For quantities
    `number` is the value in the type's base unit and `unit` the unit as written.
    """

    type: EntityType
    text: str
    value: str
    start: int
    end: int
    number: float | None = None
    unit: str | None = None
    noun: str | None = None
