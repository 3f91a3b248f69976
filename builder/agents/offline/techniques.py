"""Imaging techniques, and words that tell images from plots."""

from __future__ import annotations

import re

from builder.tables.sieve import Sieve

TECHNIQUES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        (
            "scanning electron microscopy",
            r"(?i:\bscanning electron (?:microscop\w+|micrographs?|\w*photographs?)|\bSEM "
            r"(?:images?|micrographs?))|^SEM of (?!the mean|\d)|[Tt]his SEM\b",
        ),
        (
            "transmission electron microscopy",
            r"(?i:\btransmission electron (?:microscop\w+|micrographs?|micro\w+|\w*photographs?))"
            r"|\bTEM "
            r"(?:images?|micrographs?)|\bTEM of\b",
        ),
        (
            "electron microscopy",
            r"(?i)(?<!scanning )(?<!transmission )\belectron (?:microscop\w+|micrographs?)",
        ),
        ("spinning-disk confocal microscopy", r"(?i)\bspinning[- ]dis[ck]"),
        ("structured illumination microscopy", r"(?i)\bstructured[- ]illumination|\bSIM\b"),
        ("deconvolution microscopy", r"(?i)\bdeconvol\w+"),
        ("epifluorescence microscopy", r"(?i)\bepifluorescen\w+"),
        (
            "confocal microscopy",
            r"(?i)(?<!disk )(?<!disc )\b(?:laser[- ]scanning )?"
            r"confocal (?:\w+ )?(?:microscop\w+|images?|micrographs?|"
            r"sections?|z-stacks?)",
        ),
        ("phase-contrast microscopy", r"(?i)\bphase[- ]contrast"),
        ("widefield fluorescence microscopy", r"(?i)\bwide-?field\b"),
        (
            "fluorescence microscopy",
            r"(?i)(?<!field )\bfluorescen(?:ce|t) (?:microscop\w+|images?|micrographs?)",
        ),
        ("immunohistochemistry", r"(?i)\bimmunohistochemi\w+"),
        ("bright-field microscopy", r"(?i)\bbright[- ]?field"),
        ("dark-field microscopy", r"(?i)\bdark[- ]?field"),
        ("atomic force microscopy", r"(?i:\batomic force micro)|\bAFM (?:images?|micrographs?)"),
        ("light microscopy", r"(?i)\blight (?:microscop\w+|micrographs?)"),
        ("light-sheet microscopy", r"(?i)\blight[- ]sheet"),
        ("two-photon microscopy", r"(?i)\b(?:two|2|multi)-?photon"),
        ("TIRF microscopy", r"\bTIRFM?\b"),
        ("super-resolution microscopy", r"(?i)\b(?:STED|STORM|PALM|super-resolution)\b"),
        ("fluorescence in situ hybridisation", r"\bFISH\b"),
        ("Nomarski optics", r"(?i)\bNomarski\b"),
        ("DIC microscopy", r"\bDIC\b|(?i:differential interference contrast)"),
    )
)

TECHNIQUE_SIEVE = Sieve([(each, each[1]) for each in TECHNIQUES])
"""Techniques whose pattern may match in a text."""

# Techniques that say how a specimen was labelled and not how it was imaged.
LABELLING = frozenset({"immunohistochemistry", "fluorescence in situ hybridisation"})
# Techniques that often give only some of the views of a figure, and signs that there are others.
BESIDE_OTHERS = frozenset(
    {
        "Nomarski optics",
        "DIC microscopy",
        "bright-field microscopy",
        "dark-field microscopy",
        "phase-contrast microscopy",
        "light microscopy",
        "immunohistochemistry",
        "fluorescence in situ hybridisation",
    }
)
MIXED = re.compile(
    r"(?i)fluorescen|confocal|\w*[gcyr]fp\b|\bH&E|\bhistopatholog|"
    r"stained with h(?:a)?ematoxylin and"
)

NOT_IMAGE = re.compile(
    r"(?i)\b(?:western|immunoblot\w*|blots?|blotting|gel|ELISA|q?RT-?q?PCR|PCR|flow cytometry|"
    r"histograms?|dot plots?|quantification|quantified|statistical|plots?|plotted|graph|survival|"
    r"recordings?|schematic|diagram|illustration|sequence|strategy|workflow|alignment|current|pie"
    r"|serum \w+|levels?|"
    r"correlation|means?|average|dendrogram|Kaplan|heat ?map|amount|proportion|3[’']RACE|bar chart|"
    r"percentages?|number of|assays?|counts? were|dot blots?|densitometr\w+|spectr\w+|lysates?|"
    r"band intensit\w+|versus|action potentials?|traces?|FACS|cytometr\w+|modeling|t-?test)\b"
)
IMAGE = re.compile(
    r"(?i)\b(?:\w*microscop\w*|micrographs?|images?|imaging|stain\w*|\w*fluoresc\w*|confocal|"
    r"immuno(?:histochem|label|cyto)\w*|sections?|visuali[sz]ed|photograph\w*|larvae?|cells?"
    r"|labell?ed|"
    r"scale bars?|arrow\w*|histopathology|FISH|snapshots?|montage|specimens?)\b"
)
NUCLEAR = re.compile(r"(?i)\b(?:nucle(?:i|us|ar)|DNA|counterstain\w*|chromatin)\b")

_FLUORESCENCE = frozenset(
    {
        "epifluorescence microscopy",
        "widefield fluorescence microscopy",
        "deconvolution microscopy",
        "confocal microscopy",
        "spinning-disk confocal microscopy",
        "structured illumination microscopy",
        "super-resolution microscopy",
        "light-sheet microscopy",
        "two-photon microscopy",
        "TIRF microscopy",
    }
)
BROADER: dict[str, frozenset[str]] = {
    "electron microscopy": frozenset(
        {"scanning electron microscopy", "transmission electron microscopy"}
    ),
    "fluorescence microscopy": _FLUORESCENCE,
    "light microscopy": _FLUORESCENCE
    | {
        "fluorescence microscopy",
        "phase-contrast microscopy",
        "bright-field microscopy",
        "dark-field microscopy",
        "DIC microscopy",
        "Nomarski optics",
        "immunohistochemistry",
    },
    "confocal microscopy": frozenset({"spinning-disk confocal microscopy"}),
    "super-resolution microscopy": frozenset({"structured illumination microscopy"}),
    "epifluorescence microscopy": frozenset({"deconvolution microscopy"}),
    "widefield fluorescence microscopy": frozenset({"deconvolution microscopy"}),
}
"""Techniques by the broader ones that they are kinds of: both can be right for one image."""


def are_both_right(left: str, right: str) -> bool:
    """Whether one technique is a kind of the other."""
    return right in BROADER.get(left, ()) or left in BROADER.get(right, ())
