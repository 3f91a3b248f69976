"""The contradiction gate: what a pair says against the plain words of its caption.

Precision comes first: a thing that the caption does not mention is not contradicted, and a
question that looks beyond the figure ('What would ...?') is not judged.
"""

from __future__ import annotations

from filtering.gate.claims import check_direction, check_negation, check_presence
from filtering.gate.names import check_colour, check_name
from filtering.gate.numbers import check_number
from filtering.gate.panels import check_panel
from filtering.records import QA
from filtering.signals.grounding import is_open

_CHECKS = (
    check_number,
    check_name,
    check_colour,
    check_direction,
    check_presence,
    check_negation,
    check_panel,
)


def find_contradiction(qa: QA) -> str:
    """Plain contradiction of the caption in words; empty where there is none.

    Reads 'says 12 cells, the caption says 21 cells'. Checked in turn: quantities, names in the
    slot that the question asks for, colours, directions of change, presence and absence,
    denials, values of other panels.
    """
    if is_open(qa.question) or not qa.caption.strip():
        return ""
    return next((found for check in _CHECKS if (found := check(qa))), "")
