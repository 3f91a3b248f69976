"""Captions as plain text, and the panel letters in them."""

from __future__ import annotations

from string import ascii_uppercase

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from builder.sources.panels import panels
from builder.sources.pmc_oa.figures import read_caption
from builder.sources.pmc_oa.jats import parse, text


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        ("Ca<sup>2+</sup> at 10<sup>−3</sup> M", "Ca²⁺ at 10⁻³ M"),
        ("CO<sub>2</sub>, Na<sub>V</sub>1.7, 25<sup>th</sup>", "CO2, NaV1.7, 25th"),
        ("Apoe<sup>-/-</sup> Fpn1<sup>KO</sup> GFP<sup>+</sup>", "Apoe-/- Fpn1^KO GFP+"),
        ("(<bold>\n  a</bold>) x <italic>y\n</italic> , z .", "(a) x y, z."),
        ("one<break/>two\u00a0three\u200b\u00ad", "one two three"),
        ("as <xref ref-type='bibr' rid='b'>[17]</xref> said<!-- not --> so", "as [17] said so"),
        ("r <inline-formula><inline-graphic href='e'/></inline-formula> low", "r [formula] low"),
        (
            "<inline-formula><tex-math>\\documentclass{x}\\begin{document}$p_i$\\end{document}"
            "</tex-math></inline-formula>",
            "p_i",
        ),
        (
            "<disp-formula><alternatives><graphic/><math><mfrac><mrow><mi>a</mi><mo>+</mo>"
            "<mi>b</mi></mrow><msup><mn>10</mn><mrow><mo>-</mo><mn>2</mn></mrow></msup></mfrac>"
            "</math><tex-math>no</tex-math></alternatives></disp-formula>",
            "(a+b)/(10⁻²)",
        ),
        ("a<supplementary-material><label>Data 1</label></supplementary-material>", "a"),
    ],
)
def test_markup_becomes_readable_text(xml: str, expected: str) -> None:
    assert text(etree.fromstring(f"<p>{xml}</p>")) == expected


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])))
def test_any_text_is_one_tidy_line(raw: str) -> None:
    node = etree.Element("p")
    try:
        node.text = raw
    except ValueError:
        return
    line = text(node)
    assert line == " ".join(line.split())
    node.text = line
    assert text(node) == line


def test_namespaces_do_not_matter() -> None:
    xml = '<article xmlns="https://jats.nlm.nih.gov/ns/archiving/1.3/"><p>x</p></article>'
    assert text(parse(xml.encode()).find("p")) == "x"


def test_a_bold_opening_is_the_title_where_there_is_no_other() -> None:
    xml = "<bold>Cells divide slowly.</bold> <bold>A</bold> X <bold>B</bold> Y"
    caption = read_caption(etree.fromstring(f"<fig><caption><p>{xml}</p></caption></fig>"))
    assert (caption.title, caption.panels) == ("Cells divide slowly.", ["A", "B"])
    assert caption.text == "Cells divide slowly. A X B Y"


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
    "A single cell of E. coli. A scale bar.": "",
    "Cells (A).": "",
    "": "",
}


@pytest.mark.parametrize(("caption", "expected"), CAPTIONS.items())
def test_panel_letters(caption: str, expected: str) -> None:
    assert "".join(panels(caption)) == expected


@given(st.integers(2, 26), st.sampled_from(["({}) cells", "({}, left) cells", "{}) Cells"]))
def test_all_panels_of_a_style_are_found(count: int, style: str) -> None:
    letters = list(ascii_uppercase[:count])
    assert panels(". ".join(style.format(letter) for letter in letters)) == letters


@given(st.integers(0, 24), st.integers(1, 25), st.sampled_from(["-", "–", " to ", "—"]))
def test_ranges_are_filled(first: int, length: int, dash: str) -> None:
    last = min(first + length, 25)
    before = "".join(f"({x}) x. " for x in ascii_uppercase[:first])
    caption = f"{before}({ascii_uppercase[first]}{dash}{ascii_uppercase[last]}) y."
    assert panels(caption) == list(ascii_uppercase[: last + 1])


@given(st.text(), st.lists(st.text(max_size=8)))
def test_panels_are_an_unbroken_run_from_a(caption: str, bold: list[str]) -> None:
    found = panels(caption, bold)
    assert sorted(found) == list(ascii_uppercase[: len(found)])
    assert len(found) != 1
