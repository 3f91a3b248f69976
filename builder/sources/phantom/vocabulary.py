"""Values that facts are drawn from, each vocabulary with a part reserved for the test side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Vocabulary(Generic[T]):
    """Values for all articles, and values that only reserved articles may use."""

    open: tuple[T, ...]
    reserved: tuple[T, ...] = ()

    def values(self) -> tuple[T, ...]:
        """Open values, then reserved ones."""
        return self.open + self.reserved


@dataclass(frozen=True, slots=True)
class Dice:
    """Uniform draws for one article; only a `reserved` article is given reserved values."""

    rng: np.random.Generator
    reserved: bool

    def choose(self, values: Sequence[T]) -> T:
        """One of `values`, uniformly."""
        return values[int(self.rng.integers(len(values)))]

    def draw(self, vocabulary: Vocabulary[T]) -> T:
        """An open value; in a reserved article a reserved one every second time."""
        if self.reserved and vocabulary.reserved and self.rng.random() < 0.5:
            return self.choose(vocabulary.reserved)
        return self.choose(vocabulary.open)

    def chance(self, probability: float) -> bool:
        """True with the given probability."""
        return bool(self.rng.random() < probability)

    def whole(self, low: int, high: int) -> int:
        """An integer from `low` to `high`, both included."""
        return int(self.rng.integers(low, high + 1))

    def real(self, low: float, high: float) -> float:
        """A number between `low` and `high`."""
        return float(self.rng.uniform(low, high))


CELL_LINES: Vocabulary[tuple[str, str]] = Vocabulary(
    (
        ("HeLa", "human"),
        ("U2OS", "human"),
        ("A549", "human"),
        ("HEK293", "human"),
        ("MCF-7", "human"),
        ("HepG2", "human"),
        ("NIH 3T3", "mouse"),
        ("C2C12", "mouse"),
        ("RAW 264.7", "mouse"),
        ("PC12", "rat"),
        ("H9c2", "rat"),
        ("Vero", "monkey"),
        ("COS-7", "monkey"),
        ("CHO-K1", "hamster"),
        ("MDCK", "dog"),
        ("PK-15", "pig"),
    ),
    (("SH-SY5Y", "human"), ("L929", "mouse"), ("BHK-21", "hamster")),
)
ORGANISMS = Vocabulary(("mouse", "rat", "rabbit", "pig", "dog", "hamster", "monkey"), ("sheep",))
TISSUES = Vocabulary(
    (
        "liver",
        "kidney",
        "lung",
        "heart",
        "skeletal muscle",
        "cerebral cortex",
        "colon",
        "spleen",
        "pancreas",
        "skin",
        "prostate",
        "small intestine",
    ),
    ("hippocampus", "thyroid", "mammary gland"),
)
CELL_COMPOUNDS = Vocabulary(
    (
        "nocodazole",
        "paclitaxel",
        "doxorubicin",
        "cisplatin",
        "staurosporine",
        "rapamycin",
        "chloroquine",
        "etoposide",
        "cytochalasin D",
        "tunicamycin",
        "thapsigargin",
        "oligomycin",
        "metformin",
        "resveratrol",
        "curcumin",
        "colchicine",
    ),
    ("camptothecin", "brefeldin A", "trichostatin A"),
)
TISSUE_COMPOUNDS = Vocabulary(
    (
        "doxorubicin",
        "cisplatin",
        "rapamycin",
        "chloroquine",
        "metformin",
        "resveratrol",
        "curcumin",
        "dexamethasone",
        "tamoxifen",
        "sorafenib",
        "losartan",
        "simvastatin",
        "cyclophosphamide",
        "acetaminophen",
    ),
    ("methotrexate", "pirfenidone", "gefitinib"),
)
CELL_DOSES: Vocabulary[tuple[float, str]] = Vocabulary(
    (
        *((dose, "µM") for dose in (0.1, 0.2, 0.5, 1, 2, 2.5, 5, 10, 20, 25, 50, 100)),
        *((dose, "nM") for dose in (5, 10, 20, 25, 50, 100, 200, 250, 500)),
    ),
    ((4, "µM"), (30, "µM"), (75, "nM")),
)
TISSUE_DOSES: Vocabulary[tuple[float, str]] = Vocabulary(
    tuple((dose, "mg/kg") for dose in (1, 2, 5, 10, 15, 20, 25, 30, 40, 50, 75, 100)),
    ((3, "mg/kg"), (60, "mg/kg")),
)
CELL_DURATIONS: Vocabulary[tuple[int, str]] = Vocabulary(
    tuple((hours, "h") for hours in (1, 2, 3, 4, 6, 8, 12, 16, 18, 24, 36, 48)),
    ((5, "h"), (72, "h")),
)
TISSUE_DURATIONS: Vocabulary[tuple[int, str]] = Vocabulary(
    tuple((days, "days") for days in (3, 4, 5, 7, 10, 14, 21, 28, 35)), ((12, "days"), (42, "days"))
)
CELL_VEHICLES = Vocabulary(("DMSO", "PBS", "ethanol", "methanol", "culture medium", "water"))
TISSUE_VEHICLES = Vocabulary(("saline", "PBS", "corn oil", "methylcellulose", "DMSO", "water"))

NUCLEAR_DYES: Vocabulary[tuple[str, str]] = Vocabulary(
    (
        ("DAPI", "blue"),
        ("Hoechst 33342", "blue"),
        ("Hoechst 33258", "blue"),
        ("DRAQ5", "magenta"),
        ("TO-PRO-3", "magenta"),
        ("propidium iodide", "red"),
        ("7-AAD", "red"),
        ("SYTOX Green", "green"),
        ("YO-PRO-1", "green"),
    ),
    (("DRAQ7", "magenta"), ("SYTO 13", "green")),
)
FLUOROPHORES: dict[str, tuple[str, ...]] = {
    "green": ("Alexa Fluor 488", "FITC", "DyLight 488", "Cy2"),
    "red": ("Alexa Fluor 594", "Texas Red", "Alexa Fluor 568", "TRITC"),
    "magenta": ("Alexa Fluor 647", "Cy5", "Alexa Fluor 633", "DyLight 650"),
    "cyan": ("Alexa Fluor 405", "Pacific Blue", "Cascade Blue", "DyLight 405"),
    "yellow": ("Alexa Fluor 555", "Cy3", "Alexa Fluor 546", "DyLight 550"),
}
LOCALISATIONS = Vocabulary(
    (
        "nucleoplasmic",
        "nucleolar",
        "nuclear foci",
        "cytoplasmic",
        "plasma membrane",
        "mitochondrial",
        "lysosomal",
        "Golgi",
        "endoplasmic reticulum",
        "actin filaments",
        "microtubules",
    ),
    ("nuclear envelope", "focal adhesions"),
)
# How captions say that a marker lies there.
PLACES = {
    "nuclear": "the nucleus",
    "nucleoplasmic": "the nucleoplasm",
    "nucleolar": "nucleoli",
    "nuclear foci": "nuclear foci",
    "cytoplasmic": "the cytoplasm",
    "plasma membrane": "the plasma membrane",
    "mitochondrial": "mitochondria",
    "lysosomal": "lysosomes",
    "Golgi": "the Golgi apparatus",
    "endoplasmic reticulum": "the endoplasmic reticulum",
    "actin filaments": "actin filaments",
    "microtubules": "microtubules",
    "nuclear envelope": "the nuclear envelope",
    "focal adhesions": "focal adhesions",
    "membranous": "the cell membrane",
    "perinuclear": "the perinuclear region",
}
MARKERS: dict[str, Vocabulary[str]] = {
    "nucleoplasmic": Vocabulary(("Ki-67", "p53", "SOX2", "OCT4", "PCNA", "cyclin D1"), ("RUNX2",)),
    "nucleolar": Vocabulary(("fibrillarin", "nucleolin", "NPM1", "UBF"), ("nucleostemin",)),
    "nuclear foci": Vocabulary(("γH2AX", "53BP1", "RAD51", "PML", "SC35"), ("BRCA1",)),
    "cytoplasmic": Vocabulary(("GAPDH", "HSP90", "S100B", "calretinin", "NSE"), ("parvalbumin",)),
    "plasma membrane": Vocabulary(
        ("E-cadherin", "β-catenin", "EGFR", "CD44", "N-cadherin"), ("EpCAM",)
    ),
    "mitochondrial": Vocabulary(("TOM20", "COX IV", "HSP60", "VDAC1", "ATP5A"), ("cytochrome c",)),
    "lysosomal": Vocabulary(("LAMP1", "LAMP2", "cathepsin D", "CD63"), ("LIMP2",)),
    "Golgi": Vocabulary(("GM130", "TGN46", "giantin", "golgin-97"), ("GRASP65",)),
    "endoplasmic reticulum": Vocabulary(("calnexin", "calreticulin", "PDI", "GRP78"), ("SEC61B",)),
    "actin filaments": Vocabulary(("F-actin", "α-actinin", "α-SMA", "tropomyosin"), ("calponin",)),
    "microtubules": Vocabulary(("α-tubulin", "β-tubulin", "acetylated tubulin"), ("MAP4",)),
    "nuclear envelope": Vocabulary((), ("lamin A/C", "lamin B1", "emerin")),
    "focal adhesions": Vocabulary((), ("vinculin", "paxillin", "zyxin")),
}
TISSUE_MARKERS: dict[str, Vocabulary[str]] = {
    "nuclear": Vocabulary(("Ki-67", "p53", "PCNA", "cyclin D1", "PAX8", "TTF-1"), ("GATA3",)),
    "membranous": Vocabulary(("E-cadherin", "HER2", "EGFR", "CD3", "CD20", "CD8"), ("CD138",)),
    "cytoplasmic": Vocabulary(("vimentin", "desmin", "CK7", "CK20", "GFAP", "S100"), ("BCL2",)),
    "perinuclear": Vocabulary((), ("chromogranin A", "synaptophysin")),
}
TISSUE_LOCALISATIONS = Vocabulary(("nuclear", "membranous", "cytoplasmic"), ("perinuclear",))
HISTOCHEMICAL = Vocabulary(
    ("H&E", "Masson's trichrome", "PAS", "toluidine blue", "Giemsa", "Sirius red", "cresyl violet"),
    ("Alcian blue",),
)
CHROMOGENS: Vocabulary[tuple[str, str]] = Vocabulary(
    (
        ("DAB", "brown"),
        ("AEC", "red"),
        ("Fast Red", "red"),
        ("NovaRED", "reddish-brown"),
        ("Vector SG", "blue-grey"),
        ("Vector VIP", "purple"),
    ),
    (("BCIP/NBT", "dark blue"),),
)
COUNTERSTAINS: Vocabulary[tuple[str, str]] = Vocabulary(
    (
        ("haematoxylin", "blue"),
        ("methyl green", "green"),
        ("nuclear fast red", "pink"),
        ("toluidine blue", "blue"),
        ("cresyl violet", "violet"),
        ("neutral red", "pink"),
    ),
    (("safranin O", "pink"),),
)
# Features as (adjective, noun of the objects that are counted).
HISTOLOGY_FEATURES: Vocabulary[tuple[str, str]] = Vocabulary(
    (
        ("pyknotic", "nuclei"),
        ("hyperchromatic", "nuclei"),
        ("vesicular", "nuclei"),
        ("spindle-shaped", "nuclei"),
        ("vacuolated", "cells"),
        ("deeply stained", "cells"),
    ),
    (("apoptotic", "cells"),),
)
PHASE_FEATURES = Vocabulary(
    ("rounded", "elongated", "flattened", "shrunken", "blebbing", "vacuolated"), ("binucleate",)
)
SUBSTRATES = Vocabulary(
    ("fibronectin", "collagen I", "laminin", "gelatin", "poly-L-lysine", "vitronectin"),
    ("Matrigel",),
)
ORGANELLES = Vocabulary(
    (
        "mitochondria",
        "lysosomes",
        "lipid droplets",
        "autophagosomes",
        "multivesicular bodies",
        "secretory granules",
        "peroxisomes",
    ),
    ("coated vesicles", "endosomes"),
)
TEM_FEATURES = Vocabulary(
    ("electron-dense", "electron-lucent", "elongated", "enlarged"), ("shrunken",)
)
CONTRASTS = Vocabulary(
    (
        "uranyl acetate",
        "lead citrate",
        "osmium tetroxide",
        "phosphotungstic acid",
        "ruthenium red",
        "tannic acid",
    ),
    ("potassium permanganate",),
)
PARTICLES = Vocabulary(
    ("microvesicles", "microrods", "platelets", "microspheres", "nanoparticles", "microcapsules"),
    ("liposomes",),
)
SEM_FEATURES = Vocabulary(("collapsed", "wrinkled", "elongated", "enlarged"), ("shrunken",))
COATINGS = Vocabulary(
    ("gold", "platinum", "carbon", "iridium", "chromium", "palladium"), ("tungsten",)
)
TECHNIQUES: dict[str, Vocabulary[str]] = {
    "immunofluorescence": Vocabulary(
        (
            "confocal microscopy",
            "epifluorescence microscopy",
            "structured illumination microscopy",
            "two-photon microscopy",
            "STED microscopy",
            "deconvolution microscopy",
        ),
        ("light-sheet microscopy",),
    ),
    "histochemistry": Vocabulary(("bright-field microscopy",)),
    "immunohistochemistry": Vocabulary(("bright-field microscopy",)),
    "phase": Vocabulary(("phase contrast microscopy",)),
    "tem": Vocabulary(("transmission electron microscopy",)),
    "sem": Vocabulary(("scanning electron microscopy",)),
}
