"""Captions in the manner of the literature, and what they tell of."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.microscopy_rule import articles
from builder.tables.microscopy import classify
from builder.tables.records import MODALITIES

YES = {
    "(A) Laser scanning confocal microscopy. (B) Mean ± SEM.": "fluorescence microscopy",
    "Transmission electron micrographs of mitochondria. Scale bar, 200 nm.": "electron microscopy",
    "SEM images of the cuticle at 5 kV.": "electron microscopy",
    "H&E-stained sections of mouse liver.": "histology",
    "B–E histopathology of brain sections. F, immunohistochemistry for GFAP.": "histology",
    "Phase-contrast images of migrating cells.": "phase contrast microscopy",
    "Nomarski pictures of L3 larvae; arrows point at nuclei.": "light microscopy",
    "Giemsa-stained blood smear.": "histology",
    "Representative snapshots of transfected U2OS. Scale bar 50μm.": "unknown",
    "Images show expression of the egl-17::cfp reporter in larvae.": "fluorescence microscopy",
    "(A) Percentage of foci. (B) Immunofluorescence of p53.": "fluorescence microscopy",
    "Magnification ×400.": "unknown",
    "Acid-fast bacilli in liver tissue (Ziehl-Neelsen, ×400).": "histology",
    "Gross and histological lesions in a monkey.": "histology",
    "Grocott methenamine silver stain of fungal hyphae.": "histology",
    "Ductal carcinoma, CD34, 20x.": "histology",
    "Section of skin (HE 40x).": "histology",
    "SEM of the cuticle of an adult fly.": "electron microscopy",
    "(a) SEM (left) and light microscopy (right) of a spore.": "electron microscopy",
    "Yeast cells (black arrows) within macrophages.": "unknown",
    "Colonies were followed by time-lapse photography.": "unknown",
    "p53 co-localizes with MDM2 in fixed HeLa cells.": "fluorescence microscopy",
    "HeLa cells expressing LC3-GFP form puncta.": "fluorescence microscopy",
    "Oct4 expression. Blue=nucleus; red=Oct4.": "fluorescence microscopy",
}
NO = {
    "Western blot of lysates and qRT-PCR; mean ± SEM.": 'only plots: "Western blot", "qRT-PCR"',
    "Foci counted by confocal imaging.": 'only measured by: "confocal imaging"',
    "Shells photographed under UV light. Scale bar is 1 cm.": "no word of microscopy",
    "Sagittal MRI of the brain.": 'only plots: "MRI"',
    "Error bars show 5 nm deviation.": "no word of microscopy",
    "Error bars: SEM of triplicates.": "no word of microscopy",
    "SEM of three wells. Bars are means.": "no word of microscopy",
    "Cells were lysed in 10x PBS.": "no word of microscopy",
    "B-cell numbers in blood (×106/L).": "no word of microscopy",
    "Sequencing depth of 100x in tumour tissue.": "no word of microscopy",
    "Intestine (long arrow) compressed by the cyst (short arrow).": "no word of microscopy",
    "Arrows indicate the time of addition of cells.": "no word of microscopy",
    "Proteins of lysed cells in a gel. Silver staining.": "no word of microscopy",
    "Colocalization with an eQTL in T cells.": "no word of microscopy",
    "Percentage of HeLa cells with GFP foci.": "no word of microscopy",
    'A life cycle. (credit "micrograph": a museum)': "no word of microscopy",
    "Gel images stained with Coomassie, 10 µg of cell lysate.": "no word of microscopy",
    "Values are mean and SEM of three experiments.": "no word of microscopy",
    "": "no word of microscopy",
}


@pytest.mark.parametrize(("caption", "modality"), YES.items())
def test_micrographs(caption: str, modality: str) -> None:
    verdict = classify(caption)
    assert (verdict.is_microscopy, verdict.modality) == (True, modality)


@pytest.mark.parametrize(("caption", "reason"), NO.items())
def test_other_figures(caption: str, reason: str) -> None:
    verdict = classify(caption)
    assert (verdict.is_microscopy, verdict.reason, verdict.modality) == (False, reason, "unknown")


def test_the_reason_quotes_the_caption_and_the_title_counts() -> None:
    assert classify("Confocal microscopy of cells.").reason == 'names "Confocal microscopy"'
    assert classify("Cells.", title="Electron micrographs").is_microscopy


STAINED = ["The retinas are thick. Figures 6, 7, and 8 show retinas (hematoxylin and eosin stain)."]


@pytest.mark.parametrize(
    ("caption", "label", "found"),
    [
        ("The retina of a rat.", "Figure 7", True),
        ("The retina of a rat.", "Figure 9", False),
        ("The retina of a rat.", "Figure 7—figure supplement 1", False),
        ("Gross aspect of the retina of a rat.", "Figure 7", False),
        ("Cell counts in the retina of a rat; n = 5.", "Figure 7", False),
    ],
)
def test_the_article_speaks_where_a_caption_is_silent(
    caption: str, label: str, found: bool
) -> None:
    verdict = classify(caption, label=label, mentions=STAINED)
    assert verdict.is_microscopy == found
    assert found == ("the text that mentions the figure" in verdict.reason)


def test_micrographs_of_real_articles_are_found_and_nothing_else(realdata: Path) -> None:
    rows = list(articles(realdata / "figures"))
    verdicts = [classify(row.caption, row.title, row.number, row.mentions) for row in rows]
    found = [row for row, verdict in zip(rows, verdicts, strict=True) if verdict.is_microscopy]
    assert all(row.label for row in found)
    assert len(found) >= 0.92 * sum(row.label for row in rows) > 50


@given(st.text(), st.text())
def test_any_text_gets_a_verdict(caption: str, title: str) -> None:
    verdict = classify(caption, title)
    assert verdict.reason
    assert verdict.modality in MODALITIES
    assert verdict.is_microscopy or verdict.modality == "unknown"
