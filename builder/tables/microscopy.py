"""Whether a figure shows microscopy, and of which kind: read from its caption or from a label.

The rule for captions is for sources that carry no label. It decides by words that name a way of
imaging or staining, a magnification or a scale bar of micrometres, then by signs such as marked
cells, and where the caption is silent by what the article says where it mentions the figure. Words
that only tell how a plotted number was measured do not count, so a plot of cells counted by
confocal microscopy is no micrograph.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from builder.tables.figure_mentions import find_mentioning_sentences
from builder.tables.micrograph_signs import find_sign
from builder.tables.microscopy_words import (
    CLAUSE,
    ELECTRON,
    FLUORESCENCE,
    GEL,
    HISTOLOGY,
    LIGHT,
    MEASURED,
    OTHER,
    PHASE,
    SHOWN,
    TECHNIQUES,
    UNKNOWN,
)
from builder.tables.records import MODALITIES, Modality
from builder.tables.sieve import find_required_words
from filtering.text.entities import find_entities
from filtering.text.vocabulary import fold_case

__all__ = ["UNKNOWN", "MicroscopyVerdict", "classify", "read_modality"]


@dataclass(frozen=True, slots=True)
class MicroscopyVerdict:
    """Whether a figure has at least one micrograph, which words decided, and its modality."""

    is_microscopy: bool
    reason: str
    modality: Modality


_Technique = tuple[Modality, re.Pattern[str], tuple[str, ...]]
_Names = list[tuple[Modality, str]]


def _compile_technique(modality: Modality, pattern: str) -> _Technique:
    """A modality with its pattern and words of which every match has one."""
    compiled = re.compile(rf"(?:{pattern})", re.I)
    return modality, compiled, tuple(sorted(find_required_words(compiled)[0]))


_TECHNIQUE_PATTERNS = tuple(_compile_technique(*each) for each in TECHNIQUES)
# Credit lines: 'credit "micrograph": modification of work by ...' tells of a part of a drawing.
_CREDIT = re.compile(r"\((?:image |photo )?credits?\b[^()]*(?:\([^()]*\)[^()]*)*\)", re.I)
_LIVING = frozenset({"tissue", "cell_type", "cell_line", "organism", "localisation"})
# Pictures without a microscope, and drawings, of which a caption may say little as well.
_NO_MICROGRAPH = re.compile(
    r"\bgross\b|macroscop|photograph|laparoscop|endoscop|\w*scopic view|intraoperativ|surgical"
    r"|\bX-?ray|\bCT\b|\bMRI?\b|\bPET\b|tomogra|\bscan\b|sonogra|echocardio|clinical|\bspectr\w+"
    r"|\bcurves?\b|\bprofiles?\b|\bpatterns?\b|\bcycl\w+|crystal|\bdomain|sequence|pathway|\bmodel"
    r"|\beffects? of\b|\binfluence of\b|\blevels?\b|\brates?\b|\bactivit(?:y|ies)\b|\bassays?\b"
    r"|\bexpression\b|\bresponses?\b|\bp ?[<=]|±|error bars|\bcompressed\b|\bsummary\b|\bn ?= ?\d"
    r"|\bcorrelat|\bsimulat|\btables?\b|\bprogram\b|\bstrateg|\bstructure of\b|\bchanges? in\b",
    re.I,
)


def classify(
    caption: str, title: str = "", label: str = "", mentions: Sequence[str] = ()
) -> MicroscopyVerdict:
    """Whether a caption tells of at least one micrograph.

    Args:
        caption: Whole caption; empty text is no microscopy.
        title: Title of the figure; read too if the caption does not hold it.
        label: 'Figure 2', by which mentions name the figure.
        mentions: Paragraphs of the article that mention the figure, read where the caption is
            silent.

    Returns:
        The verdict. Its reason quotes the words that decided. Its modality is the one named most
        often, 'unknown' where none is named or the figure is no microscopy.
    """
    text = " ".join((caption if title in caption else f"{title}. {caption}").split())
    text = _CREDIT.sub("", text)
    names, measured = _read_names(text)
    if names:
        return _decide_by_names(names, "names")
    # No technique by name: a picture of a stained or glowing specimen will do, and other signs.
    if sign := find_sign(text, CLAUSE.split(text)):
        return MicroscopyVerdict(True, *sign)
    # A caption of a specimen that says neither: the article may say how it was imaged.
    others = list(dict.fromkeys(match[0] for match in OTHER.finditer(text)))[:3]
    if mentions and not measured and not others and not _tells_otherwise(text):
        told, _ = _read_names(" ".join(find_mentioning_sentences(label, mentions)))
        if told and _names_specimen(text):
            return _decide_by_names(told, "the text that mentions the figure names")
    # No microscopy; the reason says what there is instead.
    if measured:
        return MicroscopyVerdict(False, f'only measured by: "{measured}"', UNKNOWN)
    listed = ", ".join(f'"{word}"' for word in others)
    reason = f"only plots: {listed}" if others else "no word of microscopy"
    return MicroscopyVerdict(False, reason, UNKNOWN)


def _decide_by_names(names: _Names, where: str) -> MicroscopyVerdict:
    """The first name that tells a modality is quoted, the most frequent modality holds."""
    telling = [(modality, words) for modality, words in names if modality != UNKNOWN]
    quoted = (telling or names)[0][1]
    counts = Counter(modality for modality, _ in telling)
    modality = counts.most_common(1)[0][0] if counts else UNKNOWN
    return MicroscopyVerdict(True, f'{where} "{quoted}"', modality)


def _read_names(text: str) -> tuple[_Names, str]:
    """Techniques that a text names, and one that only tells how something was measured."""
    measured = ""
    names: _Names = []
    techniques = list(_select_techniques(_TECHNIQUE_PATTERNS, fold_case(text)))
    in_gel = bool(techniques) and GEL.search(text) is not None
    for clause in CLAUSE.split(text) if techniques else ():
        named = list(_find_techniques(clause, techniques))
        # Silver stains proteins in a gel too.
        if named and in_gel:
            named = [name for name in named if not name[1].lower().startswith("silver")]
        if named and MEASURED.search(clause) and not SHOWN.search(clause):
            measured = measured or named[0][1]
        else:
            names += named
    return names, measured


def _tells_otherwise(text: str) -> bool:
    """Whether a caption speaks of numbers, schemes or pictures without a microscope."""
    return bool(_NO_MICROGRAPH.search(text) or MEASURED.search(text))


def _names_specimen(text: str) -> bool:
    return any(entity.type in _LIVING for entity in find_entities(text))


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
