"""Captions that come as plain text."""

from __future__ import annotations

import pytest

from builder.sources.captions import clean_caption
from builder.sources.formulas import write_tex

DOCUMENT = (
    r"\documentclass[12pt]{minimal} \usepackage{upgreek} \begin{document}$$\upmu$$\end{document}"
)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (f"Scale bar, 10 {DOCUMENT}m.", "Scale bar, 10 μm."),
        (r"5 $\mu$M, $\alpha$-SMA and \(\beta\)-actin", "5 μM, α-SMA and β-actin"),
        ("It costs $5 and $6.", "It costs $5 and $6."),
        (r"C:\data is a path", r"C:\data is a path"),
        ("5 &micro;m &mgr;m &amp;#956;m &lt; H&E R&D; &no;", "5 µm μm μm < H&E R&D; &no;"),
        ("Cells. DOI: http://dx.doi.org/10.7554/eLife.1.003", "Cells."),
        ("Data at https://doi.org/10.5061/dryad.1", "Data at https://doi.org/10.5061/dryad.1"),
        (None, ""),
    ],
)
def test_markup_in_plain_text_is_read(raw: object, expected: str) -> None:
    assert clean_caption(raw) == expected


@pytest.mark.parametrize(
    "hostile", ["{" * 4000, r"\left\{" * 600, r"\frac{a", "x_{", "^", r"\\" * 99]
)
def test_tex_that_cannot_be_read_raises_nothing(hostile: str) -> None:
    assert isinstance(write_tex(hostile), str)
