"""Where sentences and panel descriptions end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filtering import sentences
from filtering.text.sentences import panels_described, panels_named

CASES = [
    "Cells in Fig. 2 are 5.2 µm wide, e.g. Neurons.| Others are not.",
    "Genes of C. elegans (Thompson et al. 1997).| α-tubulin is green.",
    "(A) Cells exposed to DMSO,| (B) to taxol,| and (C) to both.",
    "Density maps of the top (A) and back plates (B).| All are at scale.",
    "A new species, sp. nov. from Java.| (A–C) Shell;| (D) apex.",
    "A. Confocal image.| B. Merge.",
    "The rhomboid genes| (A) Tree of all genes.| (B) Alignment.",
    "Bars 5 µm.| *P < 0.05.",
]


@pytest.mark.parametrize("marked", CASES)
def test_boundaries(marked: str) -> None:
    text = marked.replace("|", "")
    expected = [part.strip() for part in marked.split("|")]
    found = [text[a:b] for a, b in sentences(text)]
    assert " ".join(found) == " ".join(expected)
    assert [f.removesuffix(" and") for f in found] == [e.removeprefix("and ") for e in expected]


@given(st.text(max_size=120) | st.text("A.b (C)\n;,", max_size=60))
def test_spans_cover_all_but_white_space(text: str) -> None:
    spans = sentences(text)
    covered = "".join(text[a:b] for a, b in spans)
    assert "".join(covered.split()) == "".join(text.split())


def test_panels() -> None:
    assert panels_named("How many cells are in panels A, C-E?") == frozenset("ACDE")
    assert panels_described("(B–D) Cells with DMSO.") == frozenset("BCD")
    assert panels_described("A section of liver.") == frozenset()
