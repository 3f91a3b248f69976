"""Captions as plain text, and the panel letters in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from builder.sources.pmc_oa.figures import read_legend
from builder.sources.pmc_oa.jats import parse, read_text


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
    assert read_text(etree.fromstring(f"<p>{xml}</p>")) == expected


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])))
def test_any_text_is_one_tidy_line(raw: str) -> None:
    node = etree.Element("p")
    try:
        node.text = raw
    except ValueError:
        return
    line = read_text(node)
    assert line == " ".join(line.split())
    node.text = line
    assert read_text(node) == line


def test_namespaces_do_not_matter() -> None:
    xml = '<article xmlns="https://jats.nlm.nih.gov/ns/archiving/1.3/"><p>x</p></article>'
    assert read_text(parse(xml.encode()).find("p")) == "x"


def test_a_bold_opening_is_the_title_where_there_is_no_other() -> None:
    xml = "<bold>Cells divide slowly.</bold> <bold>A</bold> X <bold>B</bold> Y"
    legend = read_legend(etree.fromstring(f"<fig><caption><p>{xml}</p></caption></fig>"))
    assert (legend.title, legend.panels) == ("Cells divide slowly.", ["A", "B"])
    assert legend.caption == "Cells divide slowly. A X B Y"
