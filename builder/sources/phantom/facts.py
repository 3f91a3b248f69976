"""What a phantom figure is rendered from and its caption may tell, and how that is drawn.

Each fact is drawn uniformly over its vocabulary. Where a treated panel differs from its control, a
low and a high value are drawn first and the direction, drawn independently, decides which is whose:
the size of a value never tells it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import Literal

from builder.sources.phantom import vocabulary as words
from builder.sources.phantom.optics import SIDE
from builder.sources.phantom.vocabulary import Dice
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
class PhantomFacts:
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


COUNTS = (6, 34)
BARS_UM = (0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 1, 2, 2.5, 3, 4, 5, 10, 15, 20, 25, 30, 40, 50)
MODALITY: dict[Kind, Modality] = {
    "immunofluorescence": "fluorescence microscopy",
    "histochemistry": "histology",
    "immunohistochemistry": "histology",
    "phase": "phase contrast microscopy",
    "tem": "electron microscopy",
    "sem": "electron microscopy",
}
# Chromogens and counterstains that could not be told apart.
CLASHES = {
    ("red", "pink"),
    ("reddish-brown", "pink"),
    ("purple", "violet"),
    ("blue-grey", "blue"),
    ("dark blue", "blue"),
}
# Mean diameter of the objects in micrometres, and in units of the mean distance between objects.
DIAMETERS: dict[Kind, tuple[float, float, float, float]] = {
    "immunofluorescence": (7.0, 12.0, 0.38, 0.46),
    "histochemistry": (7.0, 12.0, 0.4, 0.48),
    "immunohistochemistry": (7.0, 12.0, 0.4, 0.48),
    "phase": (12.0, 22.0, 0.7, 0.8),
    "tem": (0.3, 0.8, 0.46, 0.54),
    "sem": (0.3, 0.8, 0.46, 0.54),
}


@dataclass(frozen=True, slots=True)
class Study:
    """What the figures of an article share; `tissue` is empty for a study of cultured cells."""

    organism: str
    cell_line: str
    tissue: str
    treatment: Treatment


def draw_study(dice: Dice) -> Study:
    """A study of a cell line (5 of 8) or a tissue, with one treatment."""
    cells = dice.chance(5 / 8)
    dose = dice.draw(words.CELL_DOSES if cells else words.TISSUE_DOSES)
    duration = dice.draw(words.CELL_DURATIONS if cells else words.TISSUE_DURATIONS)
    treatment = Treatment(
        dice.draw(words.CELL_COMPOUNDS if cells else words.TISSUE_COMPOUNDS),
        float(dose[0]),
        dose[1],
        duration[0],
        duration[1],
        dice.draw(words.CELL_VEHICLES if cells else words.TISSUE_VEHICLES),
    )
    if cells:
        line, organism = dice.draw(words.CELL_LINES)
        return Study(organism, line, "", treatment)
    return Study(dice.draw(words.ORGANISMS), "", dice.draw(words.TISSUES), treatment)


def _draw_kind(dice: Dice, study: Study) -> Kind:
    """Kinds in shares that make the four modalities equally frequent over all studies."""
    electron: Kind = dice.choose(("tem", "tem", "sem"))
    if study.tissue:
        light: tuple[Kind, ...] = ("histochemistry", "immunohistochemistry")
        return dice.choose(light) if dice.chance(2 / 3) else electron
    culture: tuple[Kind, ...] = ("immunofluorescence", "phase")
    return dice.choose(culture) if dice.chance(0.8) else electron


def _draw_fluorescence_channels(dice: Dice) -> tuple[Channel, ...]:
    dye, dye_colour = dice.draw(words.NUCLEAR_DYES)
    colours = [colour for colour in words.FLUOROPHORES if colour != dye_colour]
    places = list(words.LOCALISATIONS.open)
    channels: list[Channel] = []
    for _ in range(dice.choose((1, 1, 2))):
        place = dice.draw(words.LOCALISATIONS)
        while channels and place in ("nucleoplasmic", channels[0].localisation):
            place = dice.choose(places)
        markers = words.MARKERS[place]
        marker = dice.draw(markers) if markers.open else dice.choose(markers.reserved)
        colour = colours.pop(dice.whole(0, len(colours) - 1))
        channels.append(Channel(marker, dice.choose(words.FLUOROPHORES[colour]), place, colour))
    return (*channels, Channel("", dye, "nuclear", dye_colour))


def _draw_subject(dice: Dice, kind: Kind) -> tuple[tuple[Channel, ...], str, str, str]:
    """Channels, counted objects, feature of the positive ones, preparation."""
    if kind == "immunofluorescence":
        channels = _draw_fluorescence_channels(dice)
        return channels, "cells", f"{channels[0].marker}-positive", ""
    if kind == "immunohistochemistry":
        place = dice.draw(words.TISSUE_LOCALISATIONS)
        markers = words.TISSUE_MARKERS[place]
        marker = dice.draw(markers) if markers.open else dice.choose(markers.reserved)
        chromogen, colour = dice.draw(words.CHROMOGENS)
        tint, tint_colour = dice.draw(words.COUNTERSTAINS)
        while (colour, tint_colour) in CLASHES:
            tint, tint_colour = dice.draw(words.COUNTERSTAINS)
        stain = Channel(marker, chromogen, place, colour)
        counterstain = Channel("", tint, "nuclear", tint_colour)
        return (stain, counterstain), "cells", f"{marker}-positive", ""
    if kind == "histochemistry":
        feature, objects = dice.draw(words.HISTOLOGY_FEATURES)
        return (Channel("", dice.draw(words.HISTOCHEMICAL), "", ""),), objects, feature, ""
    if kind == "phase":
        return (), "cells", dice.draw(words.PHASE_FEATURES), dice.draw(words.SUBSTRATES)
    if kind == "tem":
        return (
            (),
            dice.draw(words.ORGANELLES),
            dice.draw(words.TEM_FEATURES),
            dice.draw(words.CONTRASTS),
        )
    objects, feature = dice.draw(words.PARTICLES), dice.draw(words.SEM_FEATURES)
    while objects == "microrods" and feature == "elongated":
        objects = dice.draw(words.PARTICLES)
    return (), objects, feature, dice.draw(words.COATINGS)


def _draw_pair(dice: Dice, kind: Kind, effect: Effect, direction: Direction) -> tuple[Panel, ...]:
    """Control and treated panel that differ in the one measure of `effect` alone."""

    def draw_values(of: Effect, low: float, high: float) -> tuple[float, float]:
        """Control and treated value; without a change both are the low or the high one."""
        both_high = dice.chance(0.5)
        if of != effect or direction == "unchanged":
            return (high, high) if both_high else (low, low)
        return (low, high) if direction == "increased" else (high, low)

    few = dice.whole(COUNTS[0], 20)
    counts = draw_values("count", few, round(few * dice.real(1.4, 1.7)))
    small, large, _, _ = DIAMETERS[kind]
    diameter = dice.real(small, large)
    diameters = draw_values("diameter", diameter, diameter * dice.real(1.25, 1.5))
    if diameters[0] == diameters[1]:
        diameters = (diameters[0], diameters[0] * dice.real(0.98, 1.02))
    intensities = draw_values("intensity", 1.0, round(dice.real(1.8, 3.5), 1))
    if intensities[0] == intensities[1]:
        intensities = (1.0, 1.0)
    part = dice.real(0.1, 0.5)
    shares = draw_values("fraction", part, part + dice.real(0.25, 0.45))
    digits = 2 if kind in ("tem", "sem") else 1
    panels = [
        Panel("AB"[i], i == 1, int(counts[i]), 1, round(diameters[i], digits), intensities[i])
        for i in (0, 1)
    ]
    if counts[0] == counts[1]:
        spread = 1 if effect == "count" else 2
        other = min(max(panels[1].count + dice.whole(-spread, spread), COUNTS[0]), COUNTS[1])
        panels[1] = replace(panels[1], count=other)
    panels = [
        replace(panel, positive=min(max(round(share * panel.count), 1), panel.count - 1))
        for panel, share in zip(panels, shares, strict=True)
    ]
    gap = abs(panels[0].percent - panels[1].percent)
    if effect == "fraction" and (gap > 3 if direction == "unchanged" else gap < 15):
        return _draw_pair(dice, kind, effect, direction)
    return tuple(panels)


def draw_facts(dice: Dice, study: Study) -> PhantomFacts:
    """Facts of one figure of a study; `template` and `disclosed` are left to the caption."""
    kind = _draw_kind(dice, study)
    channels, objects, feature, preparation = _draw_subject(dice, kind)
    effect: Effect = "none"
    direction: Direction = "none"
    treatment: Treatment | None = study.treatment
    if dice.chance(0.55):
        marked: tuple[Effect, ...] = ("fraction", "count", "diameter", "intensity")
        plain: tuple[Effect, ...] = marked[:3]
        effect = dice.choose(marked if channels and channels[0].marker else plain)
        ways: tuple[Direction, ...] = ("increased", "decreased", "unchanged")
        direction = dice.choose(ways)
        panels = _draw_pair(dice, kind, effect, direction)
    else:
        treatment = treatment if dice.chance(0.5) else None
        count = dice.whole(*COUNTS)
        small, large, _, _ = DIAMETERS[kind]
        diameter = round(dice.real(small, large * 1.3), 2 if kind in ("tem", "sem") else 1)
        positive = dice.whole(1, count - 1)
        panels = (Panel("", treatment is not None, count, positive, diameter, 1.0),)
    _, _, loose, tight = DIAMETERS[kind]
    pitch = SIDE / max(panel.count for panel in panels) ** 0.5
    largest = max(panel.diameter_um for panel in panels)
    scale = float(f"{largest / (dice.real(loose, tight) * pitch):.4g}")
    bars = [bar for bar in BARS_UM if 24 <= bar / scale <= 90]
    return PhantomFacts(
        MODALITY[kind], kind, dice.draw(words.TECHNIQUES[kind]), study.organism, study.cell_line,
        study.tissue, objects, feature, preparation, channels, treatment, effect, direction, panels,
        scale, dice.choose(bars), dice.chance(0.5), "", (), dice.whole(0, 2**31 - 1),
    )  # fmt: skip
