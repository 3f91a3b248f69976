"""Captions in the manner of the literature, and what they tell of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
}
NO = {
    "Western blot of lysates and qRT-PCR; mean ± SEM.": 'only plots: "Western blot", "qRT-PCR"',
    "Foci counted by confocal imaging.": 'only measured by: "confocal imaging"',
    "Shells photographed under UV light. Scale bar is 1 cm.": "no word of microscopy",
    "Sagittal MRI of the brain.": 'only plots: "MRI"',
    "Error bars show 5 nm deviation.": "no word of microscopy",
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


@given(st.text(), st.text())
def test_any_text_gets_a_verdict(caption: str, title: str) -> None:
    verdict = classify(caption, title)
    assert verdict.reason
    assert verdict.modality in MODALITIES
    assert verdict.is_microscopy or verdict.modality == "unknown"
