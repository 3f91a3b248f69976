"""Signs that a caption shows a micrograph though it names no technique.

'Invasive carcinoma, CK7, 10x' is magnified tissue, 'acid-fast bacilli (arrow)' marks what only a
microscope shows, and where a fusion with GFP lies within cells is seen under one as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from builder.tables.microscopy_words import (
    DYE,
    FLUORESCENCE,
    GEL,
    HISTOLOGY,
    MEASURED,
    OTHER,
    PICTURE,
    SHOWN,
    SPECIMEN,
    UNKNOWN,
)
from builder.tables.records import Modality
from filtering.text.entities import find_entities

# Numbers of objectives and magnifications; 10⁶ that has lost its form ('×106') is none.
_POWER = r"(?:2\.5|4|5|12\.5|16|25|32|63|125|[1-9],?\d{0,2}0)"
_MAGNIFIED = re.compile(
    rf"(?<![\d.⁻^)] )(?<![\w.)])[×xX✕] ?{_POWER}(?![\w%/^⁰]|[.,]\d| ?[×x]| ?(?:[µμnmc]?m|pixels?"
    r"|[mk]?g|ml|cells|fold)\b)"
    rf"|(?<![\w.×x,]){_POWER}"
    r" ?[×xX✕](?=[.,;:)\]]|\s*$|\s(?!\d|(?:PBS|SSC|TBST?|TBE|TAE|SDS|stock|buffer|solution|medium"
    r"|more|less|higher|lower|faster|greater|larger|smaller|coverage|dilut\w+|concentrat\w+|increase"
    r"|speed|genom\w+|excess|the|as)\b))"
)
_NOT_MAGNIFIED = re.compile(
    r"\w+oscopy of|dermo?scop|dermatoscop|endoscop|depth|length|width|volume|sequenc|photograph",
    re.I,
)
_TISSUE_TYPES = frozenset({"tissue", "cell_type", "cell_line", "stain", "marker"})
# Names of tumours, inflammations and other changes of tissue end alike.
_CHANGED_TISSUE = re.compile(
    r"\b\w{3,}(?:omas?|itis|plasia|plastic)\b|lesions?\b|tumou?rs?\b|tissues?\b|biops(?:y|ies)"
    r"|epitheli\w+|inflammat\w+|infiltrat\w+|granul\w+|\bcells?\b|hyphae|spores\b|parasit\w+"
    r"|\bstain\w*|\bstroma\w*|necro(?:sis|tic)|fibro(?:sis|us)|\bCD\d+\b|\bCK\d+\b|\bKi-?67\b",
    re.I,
)
_TINY = (
    r"(?:cells?|nucle(?:us|i|oli)|foci|focus|puncta|vesicles?|vacuoles?|mitochondria|bacilli|cocci"
    r"|hyphae|spores?|yeasts?|oocysts?|cysts? of \w+|amastigotes?|trophozoites?|macrophages?"
    r"|neutrophils?|eosinophils?|leu[ck]ocytes?|lymphocytes?|monocytes?|giant cells|fibroblasts?"
    r"|axons?|dendrites?|\w{3,}cytes?|osteoclasts?|osteoblasts?|goblet cells|inclusions?"
    r"|inclusion bodies|crypts|cilia|flagella|filopodia|lamellipodia|stress fib(?:er|re)s|spindles?"
    r"|chromosomes?|synapses|myofib(?:er|re)s|capillaries|sinusoids)"
)
_MARK = r"(?:arrow ?-?heads?|arrows?|asterisks?)"
_MARKED = re.compile(
    rf"\b{_TINY}(?: \w+){{0,3}} \((?:\w+ ){{0,2}}{_MARK}"
    rf"|\b{_MARK},? (?:indicat|point|mark|show|denot|highlight)\w*(?: to| out| at)?,? (?:the )?"
    rf"(?:(?!of|to|in|at|when|where|addition|time|position|directions?|number)[\w-]+ ){{0,3}}"
    rf"{_TINY}\b",
    re.I,
)
_NO_PICTURE = re.compile(
    r"\bmodels?\b|\bcartoon|\bstructures? of\b|\bgat(?:ed|ing)\b|\bdocking|\bsimulat|\bproposed"
    r"|\bhypothe|\bschem",
    re.I,
)
_FUSION = r"(?:GFP|RFP|YFP|CFP|mCherry|tdTomato|DsRed|Venus|mNeonGreen|mScarlet)\b"
_CARRYING = re.compile(
    rf"(?:\bcells?|neurons?|fibroblasts?|MEFs|embryos?|larvae|macrophages?|yeasts?)\b"
    rf"(?: [\w-]+){{0,2}} (?:co-?)?(?:transfected|transduced|electroporated|injected|expressing|"
    rf"producing)(?: \w+){{0,3}} [\w-]*?{_FUSION}",
    re.I,
)
_PLACED = re.compile(
    r"\bfoci\b|\bfocus\b|puncta|(?:co-?|mis)?-?locali[sz]\w+|recruit(?:s|ed|ment)\b"
    r"|accumulat\w+ (?:at|in)|translocat\w+|\blive\b|time-?lapse|\bimage[sd]\b|imaging",
    re.I,
)
_FUSED = re.compile(_FUSION)
_TOGETHER = re.compile(
    r"co-?locali[sz](?:es?|ed|ation)\b(?: of [\w./αβγ-]+(?: \([^()]*\))?)? "
    r"(?:with|and) [\w./αβγ-]+",
    re.I,
)
_CELLS = re.compile(
    r"\bcells?\b|neurons?\b|fibroblasts?|\bMEFs\b|\w{3,}cytes?\b|nucle(?:us|i)\b|embryos?\b"
    r"|mitochondri|lysosom|endosom|\b(?:HeLa|HEK ?293\w?|COS-?7|U2OS|NIH ?3T3)\b",
    re.I,
)
_CHANNEL = re.compile(
    r"\bblue ?(?:[=:]|\() ?(?:cell )?(?:nucle(?:us|i)|DNA)\b"
    r"|\b(?:nucle(?:us|i)|nuclear stain\w*)(?: \w+){0,2} ?(?:[=:,]|\(|(?:in|are|is|appear) )"
    r" ?(?:in )?blue\b",
    re.I,
)
_CYTOMETRY = re.compile(
    r"flow cytomet|\bFACS\b|western|immuno-?blot|\bGWAS\b|QTLs?\b|\bSNPs?\b|\bloci\b", re.I
)


class Sign(NamedTuple):
    """A way to tell a micrograph.

    `find` returns words of a clause, which the reason quotes; `needs` is found sooner, and a text
    without it has no such sign. Of drawings, and beside cytometry and blots, some signs say little.
    """

    name: str
    modality: Modality
    needs: re.Pattern[str]
    find: Callable[[str], list[str]]
    unless: re.Pattern[str] | None = None


def find_sign(text: str, clauses: list[str]) -> tuple[str, Modality] | None:
    """Reason and modality of the first sign that a clause of a caption gives, else None.

    Clauses that tell of plots, blots or numbers give none.
    """
    for sign in _SIGNS:
        if not sign.needs.search(text) or (sign.unless and sign.unless.search(text)):
            continue
        for clause in clauses:
            words = sign.find(clause)
            if (
                words
                and (sign is _PICTURED or _tells_of_picture(clause))
                and not GEL.search(clause)
            ):
                reason = f"{sign.name}: " + ", ".join(f'"{word}"' for word in words)
                return reason, _find_glow(text, sign)
    return None


def _tells_of_picture(clause: str) -> bool:
    if OTHER.search(clause):
        return False
    return not MEASURED.search(clause) or SHOWN.search(clause) is not None


def _find_glow(text: str, sign: Sign) -> Modality:
    """Modality of a sign; a picture glows where a dye is more than a stain."""
    if sign is not _PICTURED:
        return sign.modality
    glows = any(not match[0].lower().startswith("stain") for match in DYE.finditer(text))
    return FLUORESCENCE if glows else UNKNOWN


def _match_all(*patterns: re.Pattern[str]) -> Callable[[str], list[str]]:
    """What each of the patterns finds in a clause; nothing where one finds nothing."""

    def find(clause: str) -> list[str]:
        words = []
        for pattern in patterns:
            if (match := pattern.search(clause)) is None:
                return []
            words.append(match[0])
        return words

    return find


def _find_magnified_tissue(clause: str) -> list[str]:
    magnified = _MAGNIFIED.search(clause)
    if magnified is None or _NOT_MAGNIFIED.search(clause):
        return []
    if changed := _CHANGED_TISSUE.search(clause):
        return [changed[0], magnified[0]]
    named = [entity.text for entity in find_entities(clause) if entity.type in _TISSUE_TYPES]
    return [named[0], magnified[0]] if named else []


def _find_fusion_in_cells(clause: str) -> list[str]:
    if together := _match_all(_TOGETHER, _CELLS)(clause):
        return together
    if carrying := _CARRYING.search(clause):
        return [carrying[0]]
    return _match_all(_FUSED, _PLACED, _CELLS)(clause)


_PICTURED = Sign("pictures", UNKNOWN, PICTURE, _match_all(PICTURE, DYE, SPECIMEN))
_SIGNS = (
    _PICTURED,
    Sign("magnified", HISTOLOGY, _MAGNIFIED, _find_magnified_tissue),
    Sign("marks", UNKNOWN, re.compile("(?i)arrow|asterisk"), _match_all(_MARKED), _NO_PICTURE),
    Sign(
        "fluorescence in cells",
        FLUORESCENCE,
        re.compile(rf"{_FUSED.pattern}|(?i:locali[sz])"),
        _find_fusion_in_cells,
        _CYTOMETRY,
    ),
    Sign("colours", FLUORESCENCE, re.compile("(?i)blue"), _match_all(_CHANNEL), _CYTOMETRY),
)
