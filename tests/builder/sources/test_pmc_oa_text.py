"""Captions as plain text, and the panel letters in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from builder.sources.article import Legend
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
        # Space within runs, and citations that are no powers.
        ("a CO<sub>2 </sub>incubator, 10<sup>6 </sup>cells", "a CO2 incubator, 10⁶ cells"),
        ("H<sub>\n  2\n</sub>O", "H2O"),
        (
            "so<sup><xref ref-type='bibr'>3</xref>,<xref ref-type='bibr'>5</xref></sup>.",
            "so [3,5].",
        ),
        ("so<xref ref-type='bibr'><sup>3</sup></xref> and", "so [3] and"),
        ("so <xref ref-type='bibr'>[<sup>3</sup>]</xref>", "so [3]"),
        (
            "cancer<xref ref-type='bibr'>6</xref>,<xref ref-type='bibr'>7</xref> and mice",
            "cancer [6], [7] and mice",
        ),
        ("(<xref ref-type='bibr'>6</xref>, <xref ref-type='bibr'>7</xref>)", "(6, 7)"),
        ("ref. <xref ref-type='bibr'>6</xref>", "ref. 6"),
        ("n<xref ref-type='fn'><sup>a</sup></xref>", "n^a"),
        # Elements in line, whose words are read, and what is no text.
        (
            "<inline-supplementary-material>Movie 1</inline-supplementary-material>, "
            "<ext-link>Data</ext-link>, <named-content>Mus</named-content> "
            "<styled-content>mus</styled-content>, <email>a@b.c</email>, <uri>x.org</uri>",
            "Movie 1, Data, Mus mus, a@b.c, x.org",
        ),
        ("<abbrev>GFP<def><p>a protein</p></def></abbrev> foci", "GFP foci"),
        ("mutant (<inline-graphic/>)", "mutant ([symbol])"),
        ("<inline-graphic><alt-text>filled circle</alt-text></inline-graphic>", "filled circle"),
        ("<index-term><term>cell</term></index-term>cells", "cells"),
        # Lists: letters in brackets, also where only the kind of list gives them.
        (
            "<list><list-item><label>A</label><p>Cells.</p></list-item>"
            "<list-item><label>B, C</label><p>Mice.</p></list-item></list>",
            "(A) Cells. (B, C) Mice.",
        ),
        (
            "<list list-type='alpha-lower'><list-item><p>Cells.</p></list-item></list>",
            "(a) Cells.",
        ),
        (
            "<def-list><def-item><term>A.</term><def><p>Cells</p></def></def-item></def-list>",
            "(A) Cells",
        ),
        # Entities of ISO and HTML, also escaped twice.
        ("5 &amp;#181;m, &amp;mgr;, &amp;amp;micro;, H&amp;E, &amp;lt;", "5 µm, μ, µ, H&E, <"),
        ("10 \uf06dm at 37\uf0b0C, 𝛼-SMA", "10 μm at 37°C, α-SMA"),
        # Units in TeX and MathML.
        (
            "10 <inline-formula><tex-math>\\documentclass{minimal}\\begin{document}$$\\upmu$$"
            "\\end{document}</tex-math></inline-formula>m",
            "10 μm",
        ),
        (
            "10 <tex-math>\\documentclass[12pt]{minimal}\\usepackage{upgreek}"
            "\\setlength{\\oddsidemargin}{-69pt}\\begin{document}$$\\upmu$$</tex-math>m",
            "10 μm",
        ),
        ("a<tex-math>\\usepackage{amsmath}</tex-math>", "a"),
        (
            "<inline-formula><alternatives><textual-form>5:1</textual-form></alternatives>"
            "<math><mn>5</mn><mo>:</mo><mn>1</mn></math></inline-formula>",
            "5:1",
        ),
        ("5 <tex-math>$\\mu$</tex-math>M", "5 μM"),
        ("37 <tex-math>^{\\circ}\\mathrm{C}</tex-math>", "37 °C"),
        ("<tex-math>\\mathrm{CO}_{2}</tex-math>", "CO2"),
        ("<tex-math>\\SI{5}{\\micro\\metre}</tex-math>", "5 μm"),
        ("<tex-math>\\unicode[Times]{x3bc}</tex-math>m", "μm"),
        ("<tex-math>\\nosuchmacro{x}</tex-math>", "\\nosuchmacro{x}"),
        (
            "<math><mn>37</mn><msup><mspace width='.2em'/><mo>∘</mo></msup><mi>C</mi></math>",
            "37 °C",
        ),
        (
            "<math><mmultiscripts><mi>F</mi><mprescripts/><none/><mn>18</mn></mmultiscripts></math>",
            "¹⁸F",
        ),
        ("<math><msub><mi>H</mi><mn>2</mn></msub><mi>O</mi></math>", "H2O"),
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


def test_entities_need_no_doctype() -> None:
    xml = b'<?xml version="1.0"?><article><p>5 &mgr;m&thinsp;x &agr; &nosuch;</p></article>'
    assert read_text(parse(xml).find("p")) == "5 μm x α &nosuch;"


def read(xml: str) -> Legend:
    (figure,) = etree.fromstring(xml).iterfind(".//fig[@id='f']")
    return read_legend(figure)


@pytest.mark.parametrize(
    ("caption", "expected"),
    [
        ("<title>Cells</title><p>Images.</p>", "Cells. Images."),
        ("<p>Scale bar, 5 μm</p><p>Arrows, nuclei</p>", "Scale bar, 5 μm. Arrows, nuclei"),
        ("<p>Cells,</p><p>and mice</p>", "Cells, and mice"),
        ("Cells without a paragraph", "Cells without a paragraph"),
        (
            "<p>Cells.</p><p><bold>DOI:</bold><ext-link>http://dx.doi.org/10.7554/e.1</ext-link></p>",
            "Cells.",
        ),
        ("<p>Cells. doi:10.1371/journal.pone.1.g001</p>", "Cells."),
        ("<p>Cells (doi:10.5061/dryad.1).</p>", "Cells (doi:10.5061/dryad.1)."),
        ("<label>Figure 1</label><p>Cells.</p>", "Cells."),
        ("<title>Cells</title><trans-title>Células</trans-title><p>x</p>", "Cells. x"),
        ("<p xml:lang='es'>Células.</p><p xml:lang='en'>Cells.</p>", "Cells."),
    ],
)
def test_captions_are_sentences(caption: str, expected: str) -> None:
    assert read(f"<x><fig id='f'><caption>{caption}</caption></fig></x>").caption == expected


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        (
            "<fig-group><caption><title>Both kinds</title></caption><fig id='f'><caption>"
            "<title>Control</title></caption></fig></fig-group>",
            "Both kinds. Control",
        ),
        (
            "<fig><caption><p>All.</p></caption><fig id='f'><caption><p>One.</p></caption>"
            "<graphic/></fig></fig>",
            "All. One.",
        ),
        (
            "<fig><caption><p>Other.</p></caption><graphic/><fig id='f'><caption><p>One.</p>"
            "</caption><graphic/></fig></fig>",
            "One.",
        ),
        (
            "<x><fig id='f'><caption xml:lang='pt'><p>Um.</p></caption><caption xml:lang='en'>"
            "<p>One.</p></caption></fig></x>",
            "One.",
        ),
        ("<x><fig id='f'><label>1</label><p>One.</p><graphic/></fig></x>", "One."),
        ("<x><fig id='f'><graphic/>One.</fig></x>", "One."),
    ],
)
def test_captions_of_groups_and_languages(xml: str, expected: str) -> None:
    assert read(xml).caption == expected


@pytest.mark.parametrize(
    ("caption", "panels"),
    [
        ("<bold>a</bold>–<bold>c</bold> Images. <bold>d</bold> Plot.", "ABCD"),
        ("<bold>A</bold> to <bold>C</bold> Images.", "ABC"),
        ("<bold>A,</bold> Images. <bold>B, C,</bold> Plots.", "ABC"),
        ("<bold>(A)</bold> Images <bold>(B)</bold> Plots", "AB"),
        ("<bold>a‑c</bold> Images", "ABC"),
        ("<bold><italic>a</italic></bold> Images <bold>b</bold> Plots", "AB"),
        (
            "<list><list-item><label>A</label><p>x</p></list-item><list-item><label>B–D</label>"
            "<p>y</p></list-item></list>",
            "ABCD",
        ),
        ("<bold>Panel A</bold> Images <bold>Panel B</bold> Plots", "AB"),
        ("<bold>Cells</bold> and <bold>a</bold> mouse", ""),
    ],
)
def test_panel_letters_in_bold_runs_and_list_labels(caption: str, panels: str) -> None:
    xml = f"<x><fig id='f'><caption><p>{caption}</p></caption></fig></x>"
    assert read(xml).panels == list(panels)


def test_namespaces_do_not_matter() -> None:
    xml = '<article xmlns="https://jats.nlm.nih.gov/ns/archiving/1.3/"><p>x</p></article>'
    assert read_text(parse(xml.encode()).find("p")) == "x"


def test_a_bold_opening_is_the_title_where_there_is_no_other() -> None:
    xml = "<bold>Cells divide slowly.</bold> <bold>A</bold> X <bold>B</bold> Y"
    legend = read_legend(etree.fromstring(f"<fig><caption><p>{xml}</p></caption></fig>"))
    assert (legend.title, legend.panels) == ("Cells divide slowly.", ["A", "B"])
    assert legend.caption == "Cells divide slowly. A X B Y"
