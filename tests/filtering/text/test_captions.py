"""Sentences, parts, sections and scopes of captions."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filtering.text.captions import CARRIED, HEAD, INNER, TRAILING, Caption, read_caption

HANG = 60
"""Seconds that no input may take; quadratic work on these inputs takes hours."""


def pieces(caption: Caption, kind: str) -> list[str]:
    spans = caption.sentences if kind == "sentences" else [(p.start, p.end) for p in caption.parts]
    return [caption.text[start:end] for start, end in spans]


@pytest.mark.parametrize(
    "marked",
    [
        "Cells in Fig. 2 are 5.2 µm wide, e.g. Neurons.| Others are not.",
        "Genes of C. elegans (Thompson et al. 1997).| α-tubulin is green.",
        "(A) Cells exposed to DMSO, (B) to taxol, and (C) to both.",
        "Density maps of the top (A) and back plates (B).| All are at scale.",
        "A new species, sp. nov. from Java.| (A–C) Shell; (D) apex.",
        "Conus lyelli Hendricks sp. nov. (A-L) and Conus xenicus (M-N).| All are alive.",
        "Conus anningae Hendricks sp. nov.| All specimens are young.",
        "(A) Conidae sp. 1, young; (B) Conidae sp. 2, old.",
        "A. Confocal image.| B. Merge.",
        "a. Confocal image of 2 cells.| b. Merge.",
        "Genomes of SBV.| B and C. Schematic of strands.| A. Tree.",
        "The C. elegans Rhomboid Genes| (A) Dendogram of all.| (B) Alignment.",
        "Bars 5 µm.| *P < 0.05.",
        "(B) Cells in B.| n = 16 cells (A) and 9 cells (B).",
        "Mean and s.e.m. (n = 8 cells) at each time.| 18S rRNA as reference.",
        "Lambs were inoculated as described in A.| B–E histopathology of brain.",
        "Means of 3 runs.| (n = 5 cells per run.)",
        "A rate of 0 . 127 in darkness.| It falls at a level of CA.| Second, it rises.",
        "Cells at 2 days p.i.| (C, D) Merged images.| (A, B) DAPI.",
    ],
)
def test_sentences(marked: str) -> None:
    expected = [part.strip() for part in marked.split("|")]
    assert pieces(read_caption(marked.replace("|", "")), "sentences") == expected


@pytest.mark.parametrize(
    "marked",
    [
        "(A) Cells exposed to DMSO,| (B) to taxol, and| (C) to both.",
        "A, control (water);| B, 25 nM taxol.| 12 cells are in A.",
        "The rhomboid genes| (A) Tree of all genes.| (B) Alignment.",
        "Two models exist: (i) a dashed and (ii) a solid curve.| Bars, 5 µm.",
        "Scale bars are 5 µm in (A), (B), and (E) and 10 µm in (C) and (D).",
        "The pairs (M, A, R)(0) = (2.1, 4.0); (M, A, R)(0) = (2.1, 0.1).",
        "Panel (B), (C), and (D) display histograms.",
        "(A) Cells.| (B) Nuclei.| Scale bar in (A) is 1 cm; (B) scale bar is 1 mm.",
    ],
)
def test_parts(marked: str) -> None:
    expected = [part.strip() for part in marked.split("|")]
    assert pieces(read_caption(marked.replace("|", "")), "parts") == expected


@pytest.mark.parametrize(
    ("text", "place", "panels"),
    [
        ("(A) Cells. Many. (B) Nuclei. Bars, 5 µm.", "Many", "A"),
        ("(A) Cells. Many. (B) Nuclei. Bars, 5 µm.", "Nuclei", "B"),
        ("(A) Cells. Many. (B) Nuclei. Bars, 5 µm.", "Bars", ""),
        ("Cells with (A) DMSO, (B) taxol. All live.", "DMSO", "A"),
        ("Cells with (A) DMSO, (B) taxol. All live.", "All", ""),
        ("Panel A: cells. Panels (B) and (C) show mice. (D) Fish.", "mice", "BC"),
        ("Maps. A Cells of mice. B Fibroblasts. C Liver.", "Fibro", "B"),
        ("(A, left panel) Cells. (B; bar, 5 µm) Mice. (C) Fish.", "Mice", "B"),
        ("(A) Blots. (C),(D) Western blots. (E) Mice. (B) Fish.", "Western", "CD"),
        ("(A) Cells. (B) Mice, as in (A). Old. (C) Fish.", "Old", "B"),
        ("Maxilla. A, labial; B, lingual; and C, oblique views.", "oblique", "C"),
        ("B–E histopathology of brain. F and G. Skin. (A) Map.", "Skin", "FG"),
    ],
)
def test_sections_say_which_panel_a_place_is_certainly_about(
    text: str, place: str, panels: str
) -> None:
    caption, position = read_caption(text), text.index(place)
    section = caption.section(position)
    found = section.label.letters if section and position < section.certain else ()
    assert "".join(found) == panels


@pytest.mark.parametrize(
    ("text", "word", "panels", "tie"),
    [
        ("(A) Control and (B) cells with taxol. 12 cells in A, 21 in B.", "Control", "A", HEAD),
        ("(A) Control and (B) cells with taxol. 12 cells in A, 21 in B.", "taxol", "B", INNER),
        ("(A) Control and (B) cells with taxol. 12 cells in A, 21 in B.", "12", "A", TRAILING),
        ("(A) Control. (B) Cells. 12 of B cells in A, 21 in B.", "21", "B", TRAILING),
        ("Bars are 5 µm in (A), (B) and 10 µm in (C).", "5", "AB", TRAILING),
        ("Bars are 5 µm in (A), (B) and 10 µm in (C).", "10", "C", TRAILING),
        ("(A) Control. (B) Cells. Alive.", "Alive", "B", CARRIED),
        ("Plots of cells (A) and mice (B). (C) Fish.", "mice", "B", TRAILING),
        ("(A) Sexes (M: male, F: female). (B) Mice.", "female", "A", HEAD),
        ("Panel A shows 15 cells and panel B 14 cells.", "14", "B", INNER),
    ],
)
def test_the_closest_scope_of_a_word(text: str, word: str, panels: str, tie: int) -> None:
    place = text.index(word)
    around = [s for scopes in read_caption(text).scopes for s in scopes if s.start <= place < s.end]
    closest = max(around, key=lambda scope: scope.tie)
    assert ("".join(sorted(closest.letters)), closest.tie) == (panels, tie)


def test_a_part_has_the_panels_of_its_own_label() -> None:
    parts = read_caption("Cells. (B–D) Mice with DMSO (A).").parts
    assert [part.panels for part in parts] == [frozenset(), frozenset("BCD")]


def test_entities_are_at_their_offsets() -> None:
    caption = read_caption("(A) DAPI. Scale bar, 5 µm.")
    assert [caption.text[e.start : e.end] for e in caption.entities] == ["DAPI", "5 µm"]


ANY = st.text(max_size=120) | st.text("A.b (C)\n;,-and in", max_size=60)


@given(ANY)
def test_spans_cover_all_but_white_space_and_lie_in_order(text: str) -> None:
    caption = read_caption(text)
    for kind in ("sentences", "parts"):
        assert "".join("".join(pieces(caption, kind)).split()) == "".join(text.split())
    places = [(s.start, s.certain, s.end) for s in caption.sections]
    assert all(start <= certain <= end for start, certain, end in places)
    for scopes in caption.scopes:
        assert all(0 <= s.start < s.end <= len(text) and s.letters for s in scopes)
        assert sorted(scopes, key=lambda s: s.start) == list(scopes)


@pytest.mark.parametrize("unit", ["(A) ", "(A, ", "A, ", "A and ", ". A. ", "in A, ", "x: A: "])
def test_no_caption_takes_long(unit: str) -> None:
    began = time.process_time()
    read_caption(unit * 10_000)
    assert time.process_time() - began < HANG


def test_real_captions_are_read_as_a_reader_would() -> None:
    folder = os.environ.get("MICROVQA_PP_REALDATA")
    if not folder:
        pytest.skip("MICROVQA_PP_REALDATA is not set")
    with (Path(folder) / "captions.jsonl").open(encoding="utf-8") as lines:
        read = {(r["doi"][-7:], r["fig_id"]): r["caption"] for r in map(json.loads, lines)}
    panels = {
        ("0020025", "ppat-0020025-g001"): "ABC",
        ("1000105", "ppat-1000105-g006"): "ABCDEFG",
        ("1003133", "ppat-1003133-g005"): "ABCDEFGHIJK",
    }
    for key, letters in panels.items():
        assert "".join(sorted(read_caption(read[key]).panels)) == letters
