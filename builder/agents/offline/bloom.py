"""The Bloom level of a question, by the attribute that it asks for."""

from __future__ import annotations

from builder.tables.records import EP, HG

_STATED = (1, "recall: a value that the legend states for the whole figure")
_LOCATED = (2, "comprehension: a value that holds for one panel or one kind of signal")
_READ = (3, "application: a feature that has to be recognised where it is marked")
_COMPARED = (4, "analysis: a change between panels")
_HYPOTHESIS = (4, "analysis: a hypothesis drawn from the comparison of panels")
_PROPOSAL = (5, "synthesis: an experiment designed from what the figure shows")

_BY_ATTRIBUTE: dict[str, tuple[int, str]] = {
    "marker_in_colour": _LOCATED,
    "colour_of_marker": _LOCATED,
    "organelle_marker": _LOCATED,
    "arrow_target": _READ,
    "arrow_meaning": _READ,
    "restriction": _COMPARED,
    "localisation": _READ,
    "panel_cell": _READ,
    "species": _READ,
    "life_stage": _READ,
    "direction": _COMPARED,
    "change": _COMPARED,
}


def bloom(task: str, attribute: str, question: str) -> tuple[int, str]:
    """Level 1-5 and the name of the rule that set it."""
    if task == HG:
        return _HYPOTHESIS
    if task == EP:
        return _PROPOSAL
    for name, level in _BY_ATTRIBUTE.items():
        if attribute.startswith(name):
            return level
    return _LOCATED if " panel" in question else _STATED
