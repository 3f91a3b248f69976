"""What a text names, on hand-made and arbitrary texts and on real captions."""

from __future__ import annotations

import json
import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filtering import find_entities, read_vocabulary
from filtering.text.vocabulary import NAMED_TYPES

QUANTITIES = [
    ("5 µm", "length", 5),
    ("5 μm", "length", 5),
    ("5um", "length", 5),
    ("0.005 mm", "length", 5),
    ("5000 nm", "length", 5),
    ("5 micrometers", "length", 5),
    ("10-µm-thick", "length", 10),
    ("5.2 ± 0.3 µm", "length", 5.2),
    ("2 h", "duration", 7200),
    ("2hrs", "duration", 7200),
    ("120 min", "duration", 7200),
    ("30 s", "duration", 30),
    ("3 days", "duration", 259200),
    ("day 3", "duration", 259200),
    ("two weeks", "duration", 1209600),
    ("10 µM", "concentration", 1e-5),
    ("0.01 mM", "concentration", 1e-5),
    ("50 ng/ml", "concentration", 5e-5),
    ("50 ng mL−1", "concentration", 5e-5),
    ("10 mg/kg", "concentration", 0.01),
    ("37 °C", "temperature", 37),
    ("−80°C", "temperature", -80),
    ("12%", "percent", 12),
    ("12 percent", "percent", 12),
    ("2.5-fold", "fold", 2.5),
    ("threefold", "fold", 3),
    ("3× higher", "fold", 3),
    ("40× objective", "magnification", 40),
    ("×400", "magnification", 400),
    ("1:200", "dilution", 200),
    ("1∶10,000", "dilution", 10000),
    ("23 cells", "count", 23),
    ("n = 23 cells", "count", 23),
    ("N=23", "count", 23),
    ("twenty-three cells", "count", 23),
    ("1,200 mitotic cells", "count", 1200),
    ("23 Ki-67-positive cells", "count", 23),
    ("1.5 × 10^6 cells", "count", 1.5e6),
    ("10⁶ cells", "count", 1e6),
]

HANG = 60
"""Seconds that no input may take; quadratic work on these inputs takes hours."""


@pytest.mark.parametrize(("text", "type", "number"), QUANTITIES)
def test_quantity_in_base_unit(text: str, type: str, number: float) -> None:
    found = [e for e in find_entities(text) if e.type == type]
    assert [e.number for e in found] == [pytest.approx(number)]


@pytest.mark.parametrize(
    ("text", "value"),
    [("12 cell\u017f", "12 cell"), ("\u017fix cells", "6 cell"), ("day\u017f 3", "259200 s")],
)
def test_letters_that_patterns_take_for_ascii_ones(text: str, value: str) -> None:
    assert [e.value for e in find_entities(text)] == [value]


def test_lists_and_ranges_share_their_unit() -> None:
    found = find_entities("5-10 µm, 5, 10 and 20 nM, 12 of 21 cells, from 12% to 31%")
    assert [e.value for e in found] == [
        "5 µm", "10 µm", "5e-09 mol/l", "1e-08 mol/l", "2e-08 mol/l",
        "12 cell", "21 cell", "12%", "31%",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["Ki-67", "H2B", "p53", "CD31", "Figure 2A", "Fig. 3", "Alexa Fluor 488", "P < 0.05", "IL-6",
     "Smith et al. 1997", "[41]", "Hoechst 33342", "HEK 293 cells", "panel 4", "4T1 cells"],
)  # fmt: skip
def test_labels_and_names_give_no_numbers(text: str) -> None:
    assert [e for e in find_entities(text) if e.number is not None] == []


SAME = [
    ("stain", "hematoxylin and eosin", "H&E"),
    ("stain", "Haematoxylin–eosin", "HE"),
    ("stain", "periodic acid-Schiff", "PAS"),
    ("marker", "a-tubulin", "α-tubulin"),
    ("marker", "alpha tubulin", "αtubulin"),
    ("marker", "Ki67", "Ki-67"),
    ("marker", "PECAM-1", "CD31"),
    ("treatment", "TGF-beta", "TGFβ"),
    ("treatment", "Taxol", "paclitaxel"),
    ("organism", "mice", "Mus musculus"),
    ("cell_line", "HUVECs", "human umbilical vein endothelial cells"),
    ("technique", "TEM", "transmission electron micrographs"),
    ("localisation", "nuclear", "nuclei"),
    ("direction", "upregulated", "higher"),
    ("direction", "did not alter", "comparable"),
    ("direction", "no significant increase", "unchanged"),
    ("direction", "loss of", "reduced"),
]


@pytest.mark.parametrize(("type", "one", "other"), SAME)
def test_spellings_agree(type: str, one: str, other: str) -> None:
    first, second = ([(e.type, e.value) for e in find_entities(t)] for t in (one, other))
    assert first == second
    assert [t for t, _ in first] == [type]


@pytest.mark.parametrize(
    ("text", "absent"),
    [
        ("a PASsing phase was set to act as the rest", "stain"),
        ("goat anti-mouse IgG", "organism"),
        ("means ± SEM", "technique"),
        ("higher magnification of the boxed area", "direction"),
        ("white arrows and a black box", "colour"),
        ("Nile Red", "colour"),
    ],
)
def test_not_named(text: str, absent: str) -> None:
    assert absent not in {e.type for e in find_entities(text)}


@pytest.mark.parametrize("type", NAMED_TYPES)
def test_every_spelling_is_found(type: str) -> None:
    missed = []
    for name, spellings in read_vocabulary(type).items():
        for spelling in spellings:
            found = find_entities(f"see {spelling} here")
            if not any(e.text == spelling for e in found):
                missed.append((name, spelling))
    assert missed == []


@settings(max_examples=150, deadline=None)
@given(
    st.text(st.characters(codec=None), max_size=200)
    | st.text("µ0123 .,-–×^%αanoMkg/()", max_size=60)
)
def test_any_string(text: str) -> None:
    found = find_entities(text)
    assert all(text[e.start : e.end] == e.text and e.text for e in found)
    for kind in {e.type for e in found}:
        spans = [(e.start, e.end) for e in found if e.type == kind]
        assert all(a[1] <= b[0] for a, b in pairwise(spans))


def test_linear_time() -> None:
    for text in (
        "Ki-67 in 5 µm ",
        "1,1,",
        "10 x 10 ^ ",
        "twenty-",
        "not significantly ",
        "((A",
        "5 a b c ",
    ):
        start = time.perf_counter()
        find_entities(text * (200_000 // len(text)))
        assert time.perf_counter() - start < HANG


def test_real_captions(realdata: Path) -> None:
    lines = (realdata / "captions.jsonl").read_text("utf-8").splitlines()
    captions = [row["caption"] for row in map(json.loads, lines) if row["microscopy_strict"]]
    found = [find_entities(c) for c in captions]
    assert sum(bool(f) for f in found) > 0.9 * len(captions)
    assert {"length", "marker", "technique", "colour"} <= {e.type for f in found for e in f}
