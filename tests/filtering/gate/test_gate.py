"""The contradiction gate, pair by pair."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from filtering import QA, find_contradiction, find_entities
from filtering.text.captions import read_caption

IHC = (
    "Ki-67 in breast carcinoma. (A) Vehicle-treated xenografts: 31% of nuclei were Ki-67-positive. "
    "(B) Xenografts treated with 10 mg/kg paclitaxel for 14 days: 12% of nuclei were "
    "Ki-67-positive. Sections of 4 µm thickness were stained with DAB and counterstained with "
    "haematoxylin. Scale bar, 50 µm."
)
IF = (
    "Confocal microscopy of HeLa cells treated with 100 nM nocodazole for 16 h. α-tubulin (green) "
    "was labelled with Alexa Fluor 488, LAMP1 is shown in red; nuclei were stained with Hoechst "
    "33342 (blue). 12 of 21 cells were multinucleated. GFAP was not detected. Scale bar: 10 μm."
)
RNAI = (
    "Loss of PINK1 impairs mitophagy in mouse neurons. (A) The number of lysosomes per neuron was "
    "reduced in knockout neurons compared with controls. (B) Mitochondrial length did not change "
    "significantly in knockout neurons. (C) LC3 puncta increased 2.5-fold after 6 h with 10 µM "
    "chloroquine (n = 40 neurons)."
)
EM = (
    "Transmission electron micrographs of rat liver, contrasted with uranyl acetate. Mitochondria "
    "have a mean diameter of 0.8 ± 0.1 µm. Glycogen granules accumulate in the cytoplasm and are "
    "absent from nuclei. Original magnification, 12,000×. Bar, 500 nm."
)
HE = (
    "H&E-stained section of mouse kidney at day 7 after cisplatin. Tubules show 5-10 µm vacuoles. "
    "Inflammation was markedly increased in the cortex. CD31-negative areas lacked vessels."
)
MORE = (
    "Mouse cortex imaged 3 days after injection. GFP intensity was reduced in A compared with B. "
    "150 nuclei were analysed per group. Sections were incubated with rabbit polyclonal antibody "
    "and DAB, and inspected by confocal microscopy."
)

CONTRADICTED = [
    (IF, "How many cells were multinucleated?", "15 cells", "15 cells"),
    (IF, "How many cells were multinucleated?", "Fifteen", "12"),
    (IF, "How long were HeLa cells treated with nocodazole?", "24 hours", "16 h"),
    (IF, "What concentration of nocodazole were the HeLa cells treated with?", "1 µM", "100 nM"),
    (IF, "What length does the scale bar represent?", "25 µm", "10 μm"),
    (IF, "Which dye stains the nuclei?", "Propidium iodide", "Hoechst 33342"),
    (IF, "What colour is α-tubulin?", "Red", "green"),
    (IF, "Which marker is shown in red?", "α-tubulin", "green"),
    (IF, "Which cell line was treated with nocodazole?", "U2OS", "HeLa"),
    (IF, "Which drug were the HeLa cells treated with?", "Colchicine", "nocodazole"),
    (IF, "Which imaging technique was used?", "Scanning electron microscopy", "confocal"),
    (IF, "Which fluorophore labels α-tubulin?", "Cy5", "Alexa Fluor 488"),
    (IF, "After 48 h of nocodazole, which feature do HeLa cells show?", "Many nuclei", "16 h"),
    (IHC, "What percentage of nuclei were Ki-67-positive in treated xenografts?", "45%", "12%"),
    (IHC, "What dose of paclitaxel were the xenografts treated with?", "25 mg/kg", "10 mg/kg"),
    (IHC, "For how many days were xenografts treated with paclitaxel?", "28 days", "14 days"),
    (IHC, "Which stain was used for the sections?", "Oil Red O", "DAB"),
    (RNAI, "How did the number of lysosomes per neuron change in knockout neurons?",
     "It increased", "reduced"),
    (RNAI, "How did mitochondrial length in knockout neurons change?", "It was reduced",
     "did not change"),
    (RNAI, "By how much did LC3 puncta increase after chloroquine?", "4-fold", "2.5-fold"),
    (RNAI, "Which species are the neurons from?", "Rat", "mouse"),
    (EM, "What is the mean diameter of the mitochondria?", "1.5 µm", "0.8"),
    (EM, "Which contrast agent was applied to the rat liver?", "Ruthenium red", "uranyl acetate"),
    (EM, "At which original magnification was the liver recorded?", "40,000×", "12,000×"),
    (EM, "Where do glycogen granules accumulate?", "In the plasma membrane", "cytoplasm"),
    (EM, "Which tissue do the electron micrographs show?", "Rat kidney", "liver"),
    (MORE, "How many nuclei were analysed per group?", "60 nuclei", "150 nuclei"),
    (HE, "How was inflammation changed in the cortex?", "It was markedly decreased", "increased"),
    (HE, "How many days after cisplatin was the kidney section taken?", "21 days", "day 7"),
]  # fmt: skip

FINE = [
    (IF, "How many cells were multinucleated?", "12 of 21 cells"),
    (IF, "How many cells were multinucleated?", "Twelve"),
    (IF, "What percentage of cells were multinucleated?", "57%"),
    (IF, "How many cells were not multinucleated?", "9 cells"),
    (IF, "What length does the scale bar represent?", "0.01 mm"),
    (IF, "How large is a nucleus?", "About 15 µm across"),
    (IF, "Which dye stains the nuclei?", "Hoechst"),
    (IF, "Which imaging technique was used?", "Immunofluorescence"),
    (IF, "Which concentration would separate the two mechanisms?", "1 µM"),
    (IF, "What colour are the nuclei?", "Blue"),
    (IF, "What colour is the plasma membrane?", "Yellow"),
    (IF, "Where is LAMP1 found?", "In the cytoplasm, around the nucleus"),
    (IF, "Which organism do the cells come from?", "Human"),
    (IF, "How long were HeLa cells treated?", "960 min"),
    (IF, "Which protein is shown in red?", "LAMP-1"),
    (IHC, "What percentage of nuclei were Ki-67-positive in panel A?", "31%"),
    (IHC, "What percentage of nuclei were Ki-67-positive in panel B?", "12 percent"),
    (IHC, "What percentage of nuclei were Ki-67-negative in panel B?", "88%"),
    (IHC, "How did Ki-67 change with treatment?", "It fell from 31% to 12%"),
    (IHC, "Which counterstain was used?", "Hematoxylin"),
    (IHC, "How thick are the sections?", "4 μm"),
    (IHC, "What was the control treatment?", "DMSO"),
    (RNAI, "How did lysosome number change in knockout neurons?", "It was lower"),
    (RNAI, "How did lysosomes in controls compare with knockout neurons?", "They were increased"),
    (RNAI, "How did mitochondrial length change?", "There was no significant change"),
    (RNAI, "By how much did LC3 puncta rise?", "By 150%"),
    (RNAI, "How many neurons were analysed?", "Forty"),
    (RNAI, "Which marker of astrocytes is missing here?", "GFAP"),
    (EM, "What is the diameter of the mitochondria?", "800 nm"),
    (EM, "What is the diameter of a glycogen granule?", "30 nm"),
    (EM, "Which technique was used?", "TEM"),
    (EM, "Which stain was used?", "Uranyl acetate and lead citrate"),
    (EM, "Where are glycogen granules missing?", "In the nucleus"),
    (MORE, "At what age were the mice imaged?", "8 weeks"),
    (MORE, "How many nuclei are visible in the inset?", "4 nuclei"),
    (MORE, "How does GFP intensity differ between A and B?", "It is increased in B"),
    (MORE, "Which animal model was used?", "Transgenic mice"),
    (MORE, "What type of microscopy shows the section?", "Light microscopy"),
    (HE, "Which stain was used?", "Haematoxylin-eosin"),
    (HE, "How large are the vacuoles in the tubules?", "7 µm"),
    (HE, "Which species is shown?", "Murine kidney"),
    (HE, "Was inflammation decreased in the cortex?", "No"),
    (HE, "Which treatment caused the damage?", "cis-platin"),
]

PRESENCE = [
    (IF, "GFAP was detected in HeLa cells.", "Is GFAP detected in HeLa cells?", "Yes", True),
    (HE, "CD31-positive areas lacked vessels.", "Which areas lacked vessels?",
     "CD31-positive areas", True),
    (HE, "CD31-negative areas lacked vessels.", "Which areas lacked vessels?",
     "CD31-negative areas", False),
]  # fmt: skip


def _qa(caption: str, question: str, answer: str, statement: str = "") -> QA:
    return QA("q", "f", caption, question, answer, statement)


@pytest.mark.parametrize(("caption", "question", "answer", "there"), CONTRADICTED)
def test_contradicted(caption: str, question: str, answer: str, there: str) -> None:
    said = find_contradiction(_qa(caption, question, answer))
    assert said.startswith("says ")
    assert there.lower() in said.lower()


@pytest.mark.parametrize(("caption", "question", "answer"), FINE)
def test_fine(caption: str, question: str, answer: str) -> None:
    assert find_contradiction(_qa(caption, question, answer)) == ""


@pytest.mark.parametrize(("caption", "statement", "question", "answer", "expected"), PRESENCE)
def test_presence(caption: str, statement: str, question: str, answer: str, expected: bool) -> None:
    assert bool(find_contradiction(_qa(caption, question, answer, statement))) is expected


def _changed(sentence: str) -> str | None:
    """The sentence with its first length made seven times as long; None without a length."""
    lengths = [e for e in find_entities(sentence) if e.type == "length" and e.number]
    if not lengths:
        return None
    entity = lengths[0]
    longer = f"{7.3 * (entity.number or 0):.3g} µm"
    return f"{sentence[: entity.start]}{longer}{sentence[entity.end :]}"


def test_true_sentences_pass_and_changed_ones_do_not(realdata: Path) -> None:
    lines = (realdata / "captions.jsonl").read_text("utf-8").splitlines()
    captions = [row["caption"] for row in map(json.loads, lines)]
    told = [(c, p.text) for c in captions for p in read_caption(c).parts if len(p.text) > 20]
    question = "What does the figure show?"
    assert [t for c, t in told if find_contradiction(_qa(c, question, t, t))] == []
    planted = [(c, changed) for c, t in told if (changed := _changed(t))]
    caught = sum(bool(find_contradiction(_qa(c, question, t, t))) for c, t in planted)
    assert caught > 0.7 * len(planted)
