"""One case for all answers: common nouns start lower case, names keep their capital."""

from __future__ import annotations

import re
from dataclasses import replace

from builder.agents.offline.facts import Fact

# Words that keep their capital in names of stains and agents.
_NAMES = re.compile(
    r"Alcian|Alexa|Alizarin|Atto|Bielschowsky|Cascade|Congo|Coomassie|Evans|Fast|Feulgen|Giemsa|"
    r"Golgi|Gomori|Gram|Grocott|Hoechst|Kossa|Lugol|Luxol|Mallory|Masson|Matrigel|Movat|Nile|"
    r"Nissl|Oil|Oregon|Pacific|Papanicolaou|Perls|Picrosirius|Ponceau|Prussian|Romanowsky|Sirius|"
    r"Sudan|Texas|Van|Vector|Verhoeff|Wright|Ziehl"
)
_WORD = re.compile(r"(?P<first>[A-Z][a-z]+)(?:-[a-z]+)*(?![\w'’/-])")
_COMPOUND = re.compile(
    r"[A-Z][a-z]+(?:ine|in|ol|ide|ate|one|ole|ene|en|an|el|mab|nib|stat)(?: [A-Z]\d?| [a-z]+)?"
)
_PROTEIN = re.compile(
    r"(?:(?:Cyclin|Cathepsin|Cytochrome|Chromogranin|Lamin|Histone|Collagen|Acetylated)\b.*|"
    r"[A-Z][a-z]{3,}(?:in|ins|ase|gen)(?:-\d+)?)"
)
_ANY = re.compile(r".+")
# Value type -> values whose first word may be a common noun.
_COMMON: dict[str, re.Pattern[str]] = {
    "stain": _ANY,
    "vehicle": _ANY,
    "control": _ANY,
    "contrast agent": _ANY,
    "coating": _ANY,
    "substrate": _ANY,
    "tissue": _ANY,
    "treatment": _COMPOUND,
    "marker": _PROTEIN,
}
# Where a capital says nothing, because a sentence or an entry of a list starts there.
_START = re.compile(r"(?:^|[.:;)]\s)$")


def lowered(text: str) -> str:
    """Text whose first word is lower case, unless it is a name: 'Ki-67', 'Sirius red'."""
    match = _WORD.match(text)
    return (
        text if match is None or _NAMES.fullmatch(match["first"]) else text[:1].lower() + text[1:]
    )


def cased(caption: str, fact: Fact) -> Fact:
    """The fact with its value in the case that choices share.

    Proteins lose their capital only where the caption gives them one at the start of a sentence.
    """
    common = _COMMON.get(fact.value_type)
    if common is None or not common.fullmatch(fact.value):
        return fact
    place = caption.find(fact.value, fact.start)
    if fact.value_type == "marker" and not _START.search(caption[max(0, place - 2) : place]):
        return fact
    return replace(fact, value=lowered(fact.value))
