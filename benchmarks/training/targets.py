"""What auxiliary heads of the image encoder are taught during training: facts as numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from builder.sources.phantom import PhantomFacts
from builder.sources.phantom import vocabulary as words
from builder.sources.phantom.vocabulary import PLACES

_COLOURS = ("blue", "green", "red", "magenta", "cyan", "yellow",
            *(colour for _, colour in words.CHROMOGENS.values()))  # fmt: skip
_TINTS = tuple(dict.fromkeys(colour for _, colour in words.COUNTERSTAINS.values()))
CLASSES: dict[str, tuple[str, ...]] = {
    "kind": ("immunofluorescence", "histochemistry", "immunohistochemistry", "phase", "tem", "sem"),
    "panels": ("1", "2"),
    "colour": tuple(dict.fromkeys(_COLOURS)),
    "second colour": ("blue", "green", "red", "magenta", "cyan", "yellow"),
    "stain": (*words.HISTOCHEMICAL.values(), *("blue", "green", "red", "magenta"), *_TINTS),
    "place": tuple(PLACES),
    "second place": tuple(PLACES),
    "objects": (*words.ORGANELLES.values(), *words.PARTICLES.values()),
    "feature": tuple(dict.fromkeys((
        *(feature for feature, _ in words.HISTOLOGY_FEATURES.values()),
        *words.PHASE_FEATURES.values(), *words.TEM_FEATURES.values(), *words.SEM_FEATURES.values(),
    ))),
    "tissue": words.TISSUES.values(),
    "change": tuple(f"{effect} {way}" for effect in ("fraction", "count", "diameter", "intensity")
                    for way in ("increased", "decreased", "unchanged")),
}  # fmt: skip
NUMBERS = ("count A", "count B", "percent A", "percent B", "scale")
UNKNOWN = -100


def _named(facts: PhantomFacts) -> Iterator[tuple[str, str]]:
    yield "kind", facts.kind
    yield "panels", str(len(facts.panels))
    yield "objects", facts.objects
    yield "feature", facts.feature
    yield "tissue", facts.tissue if facts.modality == "histology" else ""
    yield "change", f"{facts.effect} {facts.direction}"
    if facts.channels:
        last = facts.channels[-1]
        yield "stain", last.colour or last.label
    for name, channel in zip(("", "second "), facts.channels[:-1], strict=False):
        yield f"{name}colour", channel.colour
        yield f"{name}place", channel.localisation


def classes(facts: PhantomFacts) -> npt.NDArray[np.int64]:
    """Places in CLASSES, UNKNOWN where a figure has no such fact."""
    values = dict(_named(facts))
    return np.array(
        [
            known.index(values[name]) if values.get(name) in known else UNKNOWN
            for name, known in CLASSES.items()
        ]
    )


def numbers(facts: PhantomFacts) -> npt.NDArray[np.float32]:
    """NUMBERS on scales of about -1 to 1, NaN for the second of one panel."""
    counts = [math.log(panel.count / 15) for panel in facts.panels]
    shares = [2 * panel.positive / panel.count - 1 for panel in facts.panels]
    if len(facts.panels) == 1:
        counts, shares = [*counts, math.nan], [*shares, math.nan]
    scale = math.log(facts.um_per_pixel / 0.1) / 2
    return np.array([*counts, *shares, scale], dtype=np.float32)
