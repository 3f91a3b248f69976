"""Whether a figure shows microscopy, and of which kind: read from its caption or from a label.

The rule for captions is for sources that carry no label. It decides by words that name a way of
imaging or staining, a magnification or a scale bar of micrometres. Words that only tell how a
plotted number was measured do not count, so a plot of cells counted by confocal microscopy is no
micrograph.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from builder.tables.records import MODALITIES, Modality
from builder.tables.sieve import find_required_words
from filtering.text.vocabulary import fold_case

FLUORESCENCE: Modality = "fluorescence microscopy"
HISTOLOGY: Modality = "histology"
PHASE: Modality = "phase contrast microscopy"
ELECTRON: Modality = "electron microscopy"
LIGHT: Modality = "light microscopy"
UNKNOWN: Modality = "unknown"


@dataclass(frozen=True, slots=True)
class MicroscopyVerdict:
    """Whether a figure has at least one micrograph, which words decided, and its modality."""

    is_microscopy: bool
    reason: str
    modality: Modality


_TECHNIQUES: tuple[tuple[Modality, str], ...] = (
    (
        ELECTRON,
        r"(?:scanning|transmission|cryo|immuno)?[- ]?(?:immuno)?electron[- ]"
        r"(?:microscop\w+|micrographs?|microphotographs?|photomicrographs?|tomogra\w+)"
        r"|(?:scanning|transmission) electron|immuno-?gold|freeze-?fracture|ultra-?structur\w+"
        r"|(?-i:\b(?:cryo-?)?(?:S?TEM|SEM|EM) (?:images?|micrographs?|photographs?|views?)\b)"
        r"|(?-i:\b(?:[Ii]mages?|[Mm]icrographs?|[Vv]iews?) (?:by|from|with|of) S?TEM\b)"
        r"|uranyl acetate|negative(?:ly)?[- ]stain\w*",
    ),
    (
        HISTOLOGY,
        r"ha?ematoxylin(?:[- /]+(?:and|&)?[- ]*eosin)?|(?-i:\bH ?(?:&|and) ?E\b)"
        r"|(?-i:\bHE[- ]stain\w*)|immuno-?histochemi\w+|immuno-?histolog\w+"
        r"|histo(?:patho)?logic(?:al)? (?:sections?|images?|analys[ie]s|examinations?|stain\w+"
        r"|appearance|features?|findings?|changes|micrographs?|preparations?|slides?)"
        r"|\bhisto(?:patho)?logy (?:of|sections?|images?|slides?|showing)"
        r"|(?:masson\S*|gomori) ?(?:'s )?trichrome|trichrome[- ]stain\w*|oil[- ]red[- ]?o"
        r"|(?:picro-?)?sirius[- ]red|alcian[- ]blue|nissl|cresyl violet|toluidine blue"
        r"|safranin[- ]o?|von kossa|prussian blue|periodic acid[- ]schiff|(?-i:\bPAS[- ]stain\w*)"
        r"|giemsa|wright(?:'s)? stain\w*|papanicolaou|luxol|golgi[- ](?:cox|stain\w*)|van gieson"
        r"|(?:paraffin|frozen|cryostat|tissue|histological|brain|tumou?r|skin|liver|kidney|lung)"
        r"[- ](?:embedded )?(?:thin )?sections? (?:were |was )?(?:immuno)?stain\w+"
        r"|stained (?:\w+ ){0,2}(?:cryo)?sections?|tunel[- ](?:stain|label|positive)\w*",
    ),
    (
        FLUORESCENCE,
        r"(?:laser[- ]scanning |spinning[- ]dis[ck] )?confocal(?: laser| scanning| fluorescence)*"
        r"(?: microscop\w+| micrographs?| images?| imaging| sections?)?"
        r"|(?:epi-?|auto-?)?fluorescen(?:ce|t)[- ](?:microscop\w+|micrographs?|images?|imaging"
        r"|photomicrographs?|photographs?|in situ hybridi[sz]ation)|immuno-?fluorescen\w+"
        r"|(?-i:\bTIRFM?\b|\bSTED\b|\bd?STORM\b|\bPALM\b|\bFRAP\b)|super-?resolution microscop\w+"
        r"|structured illumination|(?:two|multi|2)-?photon|light[- ]sheet|spinning[- ]dis[ck]"
        r"|(?-i:\bDAPI\b)|hoechst|phalloidin|(?:lyso|mito|er-)tracker"
        r"|live[- ](?:cell )?imag(?:es|ing)|[zZ]-?(?:stacks?|projections?)"
        r"|maxim(?:um|al)[- ](?:intensity )?projections?|(?-i:\bFISH\b)(?! (?:oil|meal))"
        r"|immuno-?cyto(?:chemi\w+)|calcium imaging",
    ),
    (PHASE, r"phase[- ]contrast(?: microscop\w+| images?| micrographs?)?"),
    (
        LIGHT,
        r"differential interference(?: contrast)?|(?-i:\bDIC\b)|nomarski|bright-?\s?field"
        r"|dark-?\s?field|(?:light|optical|polari[sz]\w+|stereo|video|digital)[- ]?"
        r"(?:light )?(?:microscop(?:y|es?)|micrographs?)|gram[- ]stain\w*|blood (?:smears?|films?)",
    ),
    (
        UNKNOWN,
        r"(?:photo|stereo)?-?micrographs?|photo-?microscop\w+|micro-?photographs?"
        r"|microscop(?:y|e|es)\b|microscopic(?:al)? (?:images?|views?|examinations?|observations?"
        r"|analys[ie]s|sections?|photographs?|pictures?|appearance|fields?|findings?)"
        r"|immuno-?(?:stain\w+|label\w+|reactiv\w+|peroxidase)|time-?lapse (?:images?|imag\w+"
        r"|micro\w+|sequences?|movies?|series)|atomic force|counter-?stain\w+"
        r"|whole[- ]mount (?:stain|immuno|in situ)\w*",
    ),
    (
        UNKNOWN,
        r"(?<!error )(?<!error-)\b(?:scale[- ])?bars?\b(?: \([^)]*\))?[^.;]{0,40}?[\d.]\s?"
        r"(?-i:[µμ]m|um|nm|microns?|micrometers?|micrometres?)\b"
        r"|\d\s?(?-i:[µμ]m|nm) (?:scale )?bars?|(?:original )?magnifications?[,:]?"
        r"(?: is| of| at)? ?[x×]? ?\d+|[x×] ?\d{2,6} magnification|\d{2,4} ?[x×] magnification"
        r"|(?:low|high)(?:er)?[- ](?:power|magnification) (?:\w+ ){0,2}(?:images?|views?|fields?)",
    ),
)
_Technique = tuple[Modality, re.Pattern[str], tuple[str, ...]]


def _compile_technique(modality: Modality, pattern: str) -> _Technique:
    """A modality with its pattern and words of which every match has one."""
    compiled = re.compile(rf"(?:{pattern})", re.I)
    return modality, compiled, tuple(sorted(find_required_words(compiled)[0]))


_TECHNIQUE_PATTERNS = tuple(_compile_technique(*each) for each in _TECHNIQUES)

# Words that tell of a number rather than a picture ...
_MEASURED = re.compile(
    r"quantif\w+|\bcount(?:s|ed|ing)\b|\bnumbers? of\b|percent\w*|\bproportions?\b|\bratios?\b"
    r"|\bmeans?\b|\baverage\w*|measur\w+|\bdetermined\b|\bassessed\b|\bestimated\b|calculated"
    r"|histograms?|\bplots?\b|plotted|\bgraphs?\b|\bscores?\b|distribution of|intensit(?:y|ies)",
    re.I,
)
# ... unless the clause also says that something is shown.
_SHOWN = re.compile(
    r"images?\b|micrographs?|photo\w+|pictures?|representative|\bshow(?:s|n|ing)?\b|visuali[sz]ed"
    r"|\bviews?\b|snapshots?|arrow(?:head)?s?\b|\bbars?\b|examples? of|merged?\b|\bsections?\b",
    re.I,
)
_PICTURE = re.compile(
    r"\bimages?\b|\bphoto(?:graph\w*)?s?\b|pictures?\b|snapshots?\b|frames\b", re.I
)
_DYE = re.compile(
    r"fluoresc\w+|\w{0,12}(?:GFP|RFP|YFP|CFP|mCherry|tdTomato|DsRed|Venus|Alexa)\b|::gfp|::cfp|::yfp"
    r"|(?<!de)\bstain\w+|\blabel(?:l?ed|l?ing) (?:with|for|by)",
    re.I,
)
_SPECIMEN = re.compile(
    r"\bcells?\b|nucle(?:us|i|ar)\b|tissues?\b|sections?\b|neurons?\b|axon|dendrit|embryos?\b"
    r"|larva|animals?\b|worms?\b|epitheli|bacteria|hyphae|mitochondri|vesicle|puncta|oocyte|root",
    re.I,
)
# Gels and blots are stained and photographed too.
_GEL = re.compile(r"\bgels?\b|\bblot|SDS-?PAGE|coomassie|membrane was", re.I)
# What figures show that are no micrographs; quoted in the reason.
_OTHER = re.compile(
    r"western[- ]blot\w*|immuno-?blot\w*|flow cytomet\w+|\bFACS\b|kaplan[- ]meier"
    r"|survival (?:curve|plot)s?|bar (?:graph|chart|plot)s?|histograms?|scatter ?-?plots?"
    r"|box ?-?plots?|\bq?RT-?q?PCR\b|SDS-?PAGE|heat ?-?maps?|phylogen\w+|\bROC\b|schematic\w*"
    r"|diagrams?|flow ?charts?|\bMRI\b|computed tomography|ultrasound|radiograph\w*|\bmaps?\b",
    re.I,
)
# Sentences, and parts of them that start with a panel letter in parentheses.
_CLAUSE = re.compile(r"(?<=[.;])\s+(?=[A-Z(\[])|\s+(?=\([A-Za-z](?:[-–, ]+[A-Za-z])*\)\s)")


def classify(caption: str, title: str = "") -> MicroscopyVerdict:
    """Whether a caption tells of at least one micrograph.

    Args:
        caption: Whole caption; empty text is no microscopy.
        title: Title of the figure; read too if the caption does not hold it.

    Returns:
        The verdict. Its reason quotes the words that decided. Its modality is the one named most
        often, 'unknown' where none is named or the figure is no microscopy.
    """
    text = " ".join((caption if title in caption else f"{title}. {caption}").split())
    # Clauses that name a technique count, but for those that only tell how something was measured.
    measured = ""
    names: list[tuple[Modality, str]] = []
    techniques = list(_select_techniques(_TECHNIQUE_PATTERNS, fold_case(text)))
    for clause in _CLAUSE.split(text) if techniques else ():
        named = list(_find_techniques(clause, techniques))
        if named and _MEASURED.search(clause) and not _SHOWN.search(clause):
            measured = measured or named[0][1]
        else:
            names += named
    if names:
        # The first name that tells a modality is quoted, the most frequent modality holds.
        telling = [(modality, words) for modality, words in names if modality != UNKNOWN]
        quoted = (telling or names)[0][1]
        counts = Counter(modality for modality, _ in telling)
        modality = counts.most_common(1)[0][0] if counts else UNKNOWN
        return MicroscopyVerdict(True, f'names "{quoted}"', modality)
    # No technique by name: a picture of a stained or glowing specimen will do.
    if picture := _find_stained_picture(text):
        glows = any(not match[0].lower().startswith("stain") for match in _DYE.finditer(text))
        return MicroscopyVerdict(True, picture, FLUORESCENCE if glows else UNKNOWN)
    # No microscopy; the reason says what there is instead.
    if measured:
        return MicroscopyVerdict(False, f'only measured by: "{measured}"', UNKNOWN)
    others = list(dict.fromkeys(match[0] for match in _OTHER.finditer(text)))[:3]
    listed = ", ".join(f'"{word}"' for word in others)
    reason = f"only plots: {listed}" if others else "no word of microscopy"
    return MicroscopyVerdict(False, reason, UNKNOWN)


def _select_techniques(techniques: Iterable[_Technique], text: str) -> Iterator[_Technique]:
    """The techniques of which a folded text has some of the words that their pattern needs.

    Looking for plain words is many times faster than matching the patterns.
    """
    for modality, pattern, needed in techniques:
        words = tuple(word for word in needed if word in text)
        if words:
            yield modality, pattern, words


def _find_techniques(
    clause: str, techniques: Iterable[_Technique]
) -> Iterator[tuple[Modality, str]]:
    """Techniques that a clause names, each with its words."""
    for modality, pattern, _ in _select_techniques(techniques, fold_case(clause)):
        for match in pattern.finditer(clause):
            yield modality, match[0].strip()


def _find_stained_picture(text: str) -> str:
    """Reason if one clause speaks of a picture of a stained or glowing specimen, else ''."""
    for clause in _CLAUSE.split(text):
        matches = [pattern.search(clause) for pattern in (_PICTURE, _DYE, _SPECIMEN)]
        if all(matches) and not _GEL.search(clause):
            return "pictures: " + ", ".join(f'"{match[0]}"' for match in matches if match)
    return ""


_LABELS: dict[str, Modality] = {
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


def read_modality(label: str) -> Modality | None:
    """Modality that a data set's label names ('Confocal_microscopy', 'fluorescence'), or None."""
    name = " ".join(re.split(r"[\s_-]+", label.strip().lower()))
    for each in (name, f"{name} microscopy", name.removesuffix(" microscopy")):
        if each in _LABELS:
            return _LABELS[each]
    return next((each for each in MODALITIES if each == name and each != "unknown"), None)
