"""What the offline agent's questions say, and what they must not ask."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[3]))

from benchmarks.offline_agent import Row, write
from builder.tables.records import Candidate


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


def test_the_keyed_dose_of_a_follow_up_is_the_one_that_is_asked_for() -> None:
    found = asked("Images of cells treated with 20 µM nocodazole for 4 h.", "follow_up_dose")
    assert {c.answer for c in found} == {"20 µM"}
    assert {("is to be centred on" in c.question, "middle one?" in c.question) for c in found} == {
        (True, False),
        (False, True),
    }


@pytest.mark.parametrize(
    ("caption", "shown"),
    [
        ("Images of cells treated with chloroquine. Scale bar, 5 µm.", False),
        ("(A) Images of control cells. (B) Images of cells treated with chloroquine.", True),
        ("Cells treated with chloroquine. Chloroquine reduced the number of cells.", True),
    ],
)
def test_an_outcome_is_shown_only_where_the_caption_has_one(caption: str, shown: bool) -> None:
    titrated = [c for c in asked(caption, "follow_up_compound") if "titrate" in c.question]
    assert titrated and all(("outcome shown" in c.question) == shown for c in titrated)


SHARES = [
    ("The fraction of GATA3-positive cells is 40% in A and 30% in B.", "cells", "GATA3-positive"),
    ("In this field, 40% of all nuclei were scored as pyknotic.", "nuclei", "pyknotic"),
    ("Enlarged lipid droplets: 40%.", "lipid droplets", "enlarged"),
    ("Deeply stained cells make up 40% of the cells.", "cells", "deeply stained"),
]


@pytest.mark.parametrize(("sentence", "kind", "feature"), SHARES)
def test_a_percentage_says_of_what(sentence: str, kind: str, feature: str) -> None:
    found = [c for c in asked(f"Micrograph. {sentence}", "fraction") if c.answer == "40%"]
    assert found
    for c in found:
        assert kind in c.question.split(feature)[0] and c.question.endswith(f" {feature}?")


@pytest.mark.parametrize(
    ("caption", "answers"),
    [
        ("Scanning electron micrograph of yeast cells. Animal treated with losartan.", set()),
        ("Scanning electron micrograph of yeast cells on HeLa cells.", set()),
        ("Scanning electron micrograph of yeast cells.", {"yeast"}),
    ],
)
def test_a_microbe_on_a_host_is_not_the_origin(caption: str, answers: set[str]) -> None:
    assert {c.answer for c in asked(caption, "organism")} == answers


@pytest.mark.parametrize(
    ("caption", "answers"),
    [
        ("Immunohistochemistry for p53. Images were taken by bright-field microscopy.", set()),
        ("Confocal images of cells. Fluorescence microscopy of nuclei.", set()),
        ("Sections of liver. Images were taken by bright-field microscopy.",
         {"bright-field microscopy"}),
    ],
)  # fmt: skip
def test_one_technique_is_right(caption: str, answers: set[str]) -> None:
    assert {c.answer for c in asked(caption, "technique")} == answers


CASES = [
    ("(A) Images of control cells. (B) Chloroquine, 5 µM, 24 h.", "treatment_compound",
     "chloroquine"),
    ("Sections of liver. Toluidine blue staining.", "stain", "toluidine blue"),
    ("Sections of liver. Sirius red staining.", "stain", "Sirius red"),
    ("Sections of liver. Masson's trichrome staining.", "stain", "Masson's trichrome"),
    ("Images. Vimentin is shown in red in cells.", "marker_in_colour", "vimentin"),
    ("Images. Ki-67 is shown in red in cells.", "marker_in_colour", "Ki-67"),
    ("Cells stained for Notch (red).", "marker_in_colour", "Notch"),
    ("(A) Saline-treated control animals. (B) Images of sections.", "vehicle", "saline"),
    ("Images of HeLa cells.", "cell_line", "HeLa"),
]  # fmt: skip


@pytest.mark.parametrize(("caption", "attribute", "answer"), CASES)
def test_common_nouns_are_lower_case_and_names_are_not(
    caption: str, attribute: str, answer: str
) -> None:
    assert {c.answer for c in asked(caption, attribute)} == {answer}
