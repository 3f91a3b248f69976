"""The words that facts give to a caption, and which fact each word tells."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from builder.sources.phantom.facts import Facts, Panel
from builder.sources.phantom.vocabulary import PLACES

# Words whose fact has another name; all others tell the fact of their own name.
FACT_OF = {
    "colour2": "colour",
    "colour": "colour",
    "stain_colour": "colour",
    "label2": "label",
    "marker2": "marker",
    "place": "localisation",
    "cell_line": "cell line",
    "tissue_cap": "tissue",
    "feature_objects": "feature",
    "count_a": "count",
    "count_b": "count",
    "percent_a": "percent",
    "percent_b": "percent",
    "size_a": "size",
    "size_b": "size",
    "bar": "scale bar",
    "made": "direction",
    "was_made": "direction",
    "direction": "direction",
}
# Words that tell nothing that could be asked.
SILENT = frozenset({"a", "b", "objects", "units", "diameter", "measure", "values", "feature"})


@dataclass(frozen=True, slots=True)
class Style:
    """How a caption spells: American or British, 'h' or 'hours'."""

    american: bool
    long_hours: bool


AMERICAN = {"aematoxylin": "ematoxylin", "isualised": "isualized", "abelled": "abeled"} | {
    "abelling": "abeling",
    "ocalisation": "ocalization",
    "ocalised": "ocalized",
    "colour": "color",
    "grey": "gray",
}


def spell(text: str, style: Style) -> str:
    """The text in the caption's spelling; texts are written in British English."""
    return _american(text) if style.american else text


@lru_cache(4096)
def _american(text: str) -> str:
    for british, american in AMERICAN.items():
        text = text.replace(british, american)
    return text


def number(value: float) -> str:
    """Shortest decimal form: 5.0 is '5', 0.5 is '0.5'."""
    return f"{value:g}"


def length(micrometres: float) -> str:
    """A length with unit; below one micrometre in nanometres."""
    if micrometres < 1:
        return f"{number(round(micrometres * 1000, 3))} nm"
    return f"{number(micrometres)} µm"


def diameter(panel: Panel) -> str:
    """A measured diameter: one decimal in micrometres, whole nanometres below one."""
    if panel.diameter_um < 1:
        return length(panel.diameter_um)
    return f"{panel.diameter_um:.1f} µm"


@lru_cache(4096)
def capital(text: str) -> str:
    """First letter in upper case, but for Greek letters and for "n = "."""
    return text if text[:1] in "αβγ" or text.startswith("n = ") else text[:1].upper() + text[1:]


def _sample(facts: Facts) -> dict[str, str]:
    name = f"{facts.cell_line} cells" if facts.cell_line else f"{facts.organism} {facts.tissue}"
    return {
        "sample": name,
        "cell_line": facts.cell_line,
        "organism": facts.organism,
        "tissue": facts.tissue,
        "units": "cells" if facts.cell_line else "animals",
    }


def _channels(facts: Facts) -> dict[str, str]:
    if not facts.channels:
        return {}
    last, first = facts.channels[-1], facts.channels[0]
    found = {"stain": last.label, "stain_colour": last.colour}
    if first.marker:
        place = PLACES[first.localisation]
        found |= {"marker": first.marker, "label": first.label, "colour": first.colour}
        found["place"] = place
    if len(facts.channels) == 3:
        second = facts.channels[1]
        found |= {"marker2": second.marker, "label2": second.label, "colour2": second.colour}
    return found


def _treatment(facts: Facts, style: Style) -> dict[str, str]:
    plan = facts.treatment
    if plan is None:
        return {}
    unit = plan.duration_unit
    if unit == "h" and style.long_hours:
        unit = "hour" if plan.duration == 1 else "hours"
    return {
        "compound": plan.compound,
        "dose": f"{number(plan.dose)} {plan.dose_unit}",
        "duration": f"{plan.duration} {unit}",
        "vehicle": plan.vehicle,
    }


def _panels(facts: Facts) -> dict[str, str]:
    found: dict[str, str] = {}
    single = len(facts.panels) == 1
    for panel in facts.panels:
        tail = "" if single else f"_{panel.letter.lower()}"
        found[f"count{tail}"] = str(panel.count)
        found[f"percent{tail}"] = str(panel.percent)
        found[f"size{tail}"] = diameter(panel)
    return found


def _diameter(facts: Facts) -> str:
    if facts.kind == "phase":
        return "mean cell diameter"
    if facts.modality == "electron microscopy":
        return f"mean diameter of the {facts.objects}"
    return "mean nuclear diameter"


def words(facts: Facts, style: Style) -> dict[str, str]:
    """All words for a figure; each is there with a capital too ('Marker' beside 'marker')."""
    found = {
        "technique": facts.technique,
        "objects": facts.objects,
        "feature": facts.feature,
        "feature_objects": f"{facts.feature} {facts.objects}",
        "preparation": facts.preparation,
        "diameter": _diameter(facts),
        "bar": length(facts.scale_bar_um),
    }
    found |= _sample(facts) | _channels(facts) | _treatment(facts, style) | _panels(facts)
    found = {name: spell(text, style) for name, text in found.items()}
    found |= {capital(name): capital(text) for name, text in found.items()}
    found["Tissue_cap"] = found["Tissue"]
    return found | {"A": "A", "B": "B"}
