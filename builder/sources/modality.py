"""Names of microscopy modalities as data sets label them."""

from __future__ import annotations

import re

from builder.tables.microscopy import ELECTRON, FLUORESCENCE, HISTOLOGY, LIGHT, PHASE
from builder.tables.records import MODALITIES, Modality

_NAMES: dict[str, Modality] = {
    "fluorescence microscopy": FLUORESCENCE,
    "immunofluorescence microscopy": FLUORESCENCE,
    "epifluorescence microscopy": FLUORESCENCE,
    "confocal microscopy": FLUORESCENCE,
    "electron microscopy": ELECTRON,
    "scanning electron microscopy": ELECTRON,
    "transmission electron microscopy": ELECTRON,
    "phase contrast microscopy": PHASE,
    "light microscopy": LIGHT,
    "optical microscopy": LIGHT,
    "brightfield microscopy": LIGHT,
    "bright field microscopy": LIGHT,
    "histology": HISTOLOGY,
    "histopathology": HISTOLOGY,
    "immunohistochemistry": HISTOLOGY,
}
"""Secondary labels of BIOMEDICA (arXiv 2501.07171) and common names; flow cytometry is none."""


def named_modality(label: str) -> Modality | None:
    """Modality that a label names ('Confocal_microscopy', 'fluorescence'), or None."""
    name = " ".join(re.split(r"[\s_-]+", label.strip().lower()))
    for each in (name, f"{name} microscopy", name.removesuffix(" microscopy")):
        if each in _NAMES:
            return _NAMES[each]
    return next((each for each in MODALITIES if each == name and each != "unknown"), None)
