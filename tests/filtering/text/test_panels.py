"""Panel letters and labels of captions and questions."""

from __future__ import annotations

from string import ascii_uppercase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filtering.text.captions import read_caption
from filtering.text.panels import find_panels, list_named_panels

CAPTIONS = {
    "(A) Cells. (B) Nuclei.": "AB",
    "(A-C) Cells. (D and E) Nuclei.": "ABCDE",
    "(A, C, E) Left. (B, D, F) Right.": "ACEBDF",
    "(a) cells; (b–d) nuclei": "ABCD",
    "a. Histogram. b. Map.": "AB",
    "A, Immunoblot. B, Cells.": "AB",
    "Virulence. A. Mice. B–E histopathology of brain. F and G. Sections.": "ABCDEFG",
    "(A, left panel) Cells. (B; scale bar 5 µm) Nuclei.": "AB",
    "a) Cells. b) Nuclei.": "AB",
    "Cells (panel A) and nuclei (panels B–D).": "ABCD",
    "(A) Cells, (A′) merged. (B) Nuclei.": "AB",
    "(A) Time (s), glycine (G). (B) Height (h).": "AB",
    "(a) i (i) and ii (ii). (b) c. (c) d. (d) e. (e) f. (f) g. (g) h. (h) x.": "ABCDEFGH",
    "Cells in (b) are as in (c).": "",
    "A, anterior; B, posterior; and C, right lateral views.": "ABC",
    "Maps. A The cluster. a, first; b, second; c, third; d, last. B Tree.": "AB",
    "Cells (A), by location (M: male, F: female, E: nomad), and mice (B).": "AB",
    "AMY, amygdala; A: anterior; P: posterior.": "",
    "The probability of B-Z transition in C. elegans.": "",
    "In panels A–C, scores are shown. (a) is no panel.": "ABC",
    "(a. Short fibre; b. Long fibre; see Fig 1)": "AB",
    "Flowers. (a) Whole. (b) Stages: (I) young, (II) old. (c) Top.": "ABC",
    "A single cell of E. coli. A scale bar.": "",
    "Cells (A).": "",
    "": "",
}


@pytest.mark.parametrize(("caption", "expected"), CAPTIONS.items())
def test_panel_letters(caption: str, expected: str) -> None:
    assert "".join(find_panels(caption)) == expected


@given(st.integers(2, 26), st.sampled_from(["({}) cells", "({}, left) cells", "{}) Cells"]))
def test_all_panels_of_a_style_are_found(count: int, style: str) -> None:
    letters = list(ascii_uppercase[:count])
    assert find_panels(". ".join(style.format(letter) for letter in letters)) == letters


@given(st.integers(0, 24), st.integers(1, 25), st.sampled_from(["-", "–", " to ", "—"]))
def test_ranges_are_filled(first: int, length: int, dash: str) -> None:
    last = min(first + length, 25)
    before = "".join(f"({x}) x. " for x in ascii_uppercase[:first])
    caption = f"{before}({ascii_uppercase[first]}{dash}{ascii_uppercase[last]}) y."
    assert find_panels(caption) == list(ascii_uppercase[: last + 1])


@given(st.text(), st.lists(st.text(max_size=8)))
def test_panels_are_an_unbroken_run_from_a(caption: str, bold: list[str]) -> None:
    found = find_panels(caption, bold)
    assert sorted(found) == list(ascii_uppercase[: len(found)])
    assert len(found) != 1


@pytest.mark.parametrize(
    ("caption", "expected"),
    [
        ("(A) Cells. (B) Mice.", "A opens, B opens"),
        ("Cells with (A) DMSO, (B) taxol and (C) both.", "A heads, B opens, C heads"),
        ("Cells (A) and mice (B). In A, 12 cells.", "A trails, B trails, A subject"),
        ("(A) Cells. Bar in (A) is 1 cm; (B) scale bar is 1 mm.", "A opens, A subject, B subject"),
        ("(A) Cells. (B) Mice as in (A). 18S RNA. (C) Same as (B) but old.",
         "A opens, B opens, C opens"),
        ("(A) Cells. (B) Mice. Panel A shows 9 cells and panel B 8 mice.",
         "A opens, B opens, A subject, B subject"),
        ("(A–C) Brain. Panel B shows fish. Panel D shows cells.", "A–C opens, B heads, D heads"),
        ("(A) Cells. (B) Means of the mice of (A) and (C).", "A opens, B opens, A and C trails"),
        ("(A) Cells. (B) Mice. (C) Means of the cells of (A, B).", "A opens, B opens, C opens"),
        ("Genes (A) Tree of cells. (B) Map, (C).", "A opens, B opens, C trails"),
        ("(A), (B) Cells. (C)–(E) Mice.", "A, B opens, C–E opens"),
    ],
)  # fmt: skip
def test_how_labels_stand_to_their_words(caption: str, expected: str) -> None:
    labels = read_caption(caption).labels
    assert ", ".join(f"{label.written} {label.standing}" for label in labels) == expected


def test_panels_that_a_question_names() -> None:
    assert list_named_panels("How many cells are in panels A, C-E?") == frozenset("ACDE")
    assert list_named_panels("Which cells are in panel (b)?") == frozenset("B")
    assert list_named_panels("Which cells are shown in A?") == frozenset()


def test_bold_runs_are_letters() -> None:
    assert find_panels("Slow cells. A cells B mice", ["Slow cells.", "A", "(B)"]) == ["A", "B"]
