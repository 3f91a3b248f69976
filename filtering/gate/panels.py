"""A pair contradicts its caption where it gives a panel the value of another one."""

from __future__ import annotations

import re

from filtering.records import QA
from filtering.signals.binding import measure_name_fit
from filtering.signals.distances import CaptionDistances, measure_distances
from filtering.signals.grounding import are_compatible
from filtering.text.captions import CARRIED
from filtering.text.entities import Entity, find_entities
from filtering.text.panels import list_named_panels

_NAMES = frozenset({"treatment", "stain", "organism", "cell_line", "tissue"})
_NUMBERS = ("count", "number")
_SEVERAL = re.compile(
    r"\b(?:differ\w*|ratio|total|sum|together|combined|both|overall|between|compar\w*|than|versus|"
    r"except|not|no|other|change\w*|mean of)\b",
    re.IGNORECASE,
)
_POORLY = 0.1
_MOST_PLACES = 60


def _find_panels(entity: Entity, distances: CaptionDistances) -> frozenset[str]:
    """Panels that the caption ties a mention to by a label beside it; none where it is loose."""
    scope = distances.scope(entity.start, entity.end, entity.type)
    return frozenset() if scope is None or scope.tie == CARRIED else scope.letters


def check_panel(qa: QA) -> str:
    """A value of the answer that the caption has for other panels only, where it has another one
    for the panel asked for; empty if there is none.
    """
    panels = list_named_panels(qa.question)
    if not panels or _SEVERAL.search(qa.question):
        return ""
    distances = measure_distances(qa.caption)
    for answered in find_entities(qa.answer):
        if answered.number is None and answered.type not in _NAMES:
            continue
        # Every mention of the value must stand beside the label of another panel.
        kinds = _NUMBERS if answered.type in _NUMBERS else (answered.type,)
        there = [entity for kind in kinds for entity in distances.things.get(kind, [])]
        own = [
            entity
            for entity in there
            if (
                entity.number == answered.number
                if answered.number is not None
                else are_compatible(answered.value, entity.value)
            )
        ][:_MOST_PLACES]
        elsewhere = [_find_panels(entity, distances) for entity in own]
        if not own or any(not letters or letters & panels for letters in elsewhere):
            continue
        # The panel asked for must have another value, and the pair must fit badly otherwise.
        near = sorted(there, key=lambda entity: abs(entity.start - own[0].start))[:_MOST_PLACES]
        here = [entity for entity in near if _find_panels(entity, distances) & panels]
        fit = measure_name_fit(answered, qa, distances)
        if here and fit is not None and fit <= _POORLY:
            asked, others = (" and ".join(sorted(letters)) for letters in (panels, elsewhere[0]))
            return (
                f"says {answered.text} in {asked}, the caption says {here[0].text} there and "
                f"{own[0].text} in {others}"
            )
    return ""
