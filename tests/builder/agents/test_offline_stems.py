"""What the offline agent's questions say, and what they must not ask."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[3]))

from benchmarks.offline_agent import Row, write
from builder.records import Candidate


def asked(caption: str, attribute: str, *, title: str = "") -> list[Candidate]:
    """All that many figures with one caption are asked for an attribute."""
    rows = [Row(f"a{n}", "fig1", title, caption, True, True) for n in range(36)]
    return [c for c in write(rows).candidates if c.attribute.startswith(attribute)]


STAINED = [
    ("Sections stained for p53 with Fast Red (red) and counterstained with neutral red (pink).",
     {"p53"}),
    ("Sections. CD8 was visualised with AEC (red); counterstain, methyl green (green).", {"CD8"}),
    ("Sections were counterstained with cresyl violet (violet).", set()),
    ("Cells stained for tubulin (Alexa Fluor 488, green) and DAPI (blue).", {"tubulin"}),
    ("Stained cells. Nuclei (Hoechst 33342) are blue; FITC (green).", set()),
]  # fmt: skip


@pytest.mark.parametrize(("caption", "targets"), STAINED)
def test_a_colour_stands_for_a_target_and_not_for_a_dye(caption: str, targets: set[str]) -> None:
    found = {c.answer for c in asked(caption, "marker_in_colour")}
    assert found == targets
    assert {c.answer for c in asked(caption, "follow_up_target")} == targets


def test_a_marker_that_holds_its_colour_is_not_asked_for() -> None:
    caption = "Cells labelled with MitoTracker Red (red) and tubulin (green)."
    assert {c.answer for c in asked(caption, "marker_in_colour")} == {"tubulin"}
    assert {c.answer for c in asked(caption, "colour_of_marker")} == {"green"}


def test_a_dye_of_the_same_colour_leaves_the_colour_ambiguous() -> None:
    caption = "Cells stained for tubulin (red). Other cells stained with propidium iodide (red)."
    assert not asked(caption, "marker_in_colour")
