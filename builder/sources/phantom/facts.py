"""What a phantom figure is rendered from, and what its caption may disclose."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Literal

from builder.tables.records import Modality

Effect = Literal["none", "fraction", "intensity", "count", "diameter"]
Direction = Literal["none", "increased", "decreased", "unchanged"]
Kind = Literal[
    "immunofluorescence", "histochemistry", "immunohistochemistry", "phase", "tem", "sem"
]


@dataclass(frozen=True, slots=True)
class Channel:
    """A marker or dye as it is shown: where it lies, what carries the colour, and the colour.

    `marker` is empty for a counterstain, `label` is the dye, fluorophore or chromogen.
    """

    marker: str
    label: str
    localisation: str
    colour: str


@dataclass(frozen=True, slots=True)
class Panel:
    """What one panel shows: `count` objects, `positive` of them with the feature.

    `diameter_um` is their mean diameter in micrometres, `intensity` the marker's brightness, 1.0
    in the weaker one of two panels.
    """

    letter: str
    treated: bool
    count: int
    positive: int
    diameter_um: float
    intensity: float

    @property
    def percent(self) -> int:
        """Positive objects, percent of all objects in the panel, rounded half up."""
        return int(100 * self.positive / self.count + 0.5)


@dataclass(frozen=True, slots=True)
class Treatment:
    """A compound, its dose with unit, its duration with unit, and what controls received."""

    compound: str
    dose: float
    dose_unit: str
    duration: int
    duration_unit: str
    vehicle: str


@dataclass(frozen=True, slots=True)
class Facts:
    """All facts of a figure.

    `objects` are counted, `feature` is the adjective of the positive ones. `preparation` is the
    substrate of cultured cells, the contrast agent of a section or the coating of a surface.
    `disclosed` names the facts that the caption tells, `noise_seed` fixes everything else that is
    random in image and caption.
    """

    modality: Modality
    kind: Kind
    technique: str
    organism: str
    cell_line: str
    tissue: str
    objects: str
    feature: str
    preparation: str
    channels: tuple[Channel, ...]
    treatment: Treatment | None
    effect: Effect
    direction: Direction
    panels: tuple[Panel, ...]
    um_per_pixel: float
    scale_bar_um: float
    scale_bar_labelled: bool
    template: str
    disclosed: tuple[str, ...]
    noise_seed: int

    def to_json(self) -> str:
        """The facts as JSON with stable key order; percentages are added to each panel."""
        record = asdict(self)
        for panel, entry in zip(self.panels, record["panels"], strict=True):
            entry["percent"] = panel.percent
        return json.dumps(record, ensure_ascii=False, sort_keys=True)
