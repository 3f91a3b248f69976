"""Words of credit lines: what announces one, what names a picture or anything else, and sources.

`builder.sources.credits` puts them together.
"""

from __future__ import annotations

import re


def _join(words: str) -> str:
    """A pattern of alternatives, from words (patterns themselves) between white space."""
    return f"(?:{'|'.join(words.split()).replace('_', ' ?')})"


PICTURE = _join(
    r"""
    (?:photo|micro|radio|electron_micro|auto_radio|photomicro|histo|angio|tomo)?graphs? graphics?
    photos? images? figures? figs?\b\.? pictures? panels? illustrations? drawings? schematics?
    schemes? sketch(?:es)? cartoons? (?:dia|pictor|angio|tomo|histo)grams? plots? maps? plates?
    scans? art_work renderings? depictions? slides? snapshots? videos? movies? frames?
    visuali[sz]ations? portraits? infographics? flow_charts? tables?
    """
)
METHOD = _join(
    r"""
    protocols? methods? methodolog(?:y|ies) procedures? techniques? approach(?:es)? assays?
    algorithms? scripts? codes? pipelines? workflows? criteri(?:a|on) scales? scores? scoring
    classifications? questionnaires? equations? formulas? formulae definitions? stain(?:ing|s)?
    media medium buffers? recipes? solutions? settings? parameters? nomenclature terminology
    acquisition analys[ei]s processing segmentation quantification software macros? plugins?
    conditions? designs? systems? set-?ups? statistics? tests? guidelines? annotations? synthes[ei]s
    preparations? cultures? fixation devices? microscopes? models? strateg(?:y|ies) treatments?
    diets? experiments?
    """
)
THING = _join(
    r"""
    cells? lines? strains? isolates? plasmids? vectors? constructs? antibod(?:y|ies) antisera
    antiserum mouse mice rats? animals? fish fl(?:y|ies) worms? plants? seeds? samples? specimens?
    tissues? sections? biops(?:y|ies) materials? reagents? compounds? drugs? probes? primers?
    sequences? genomes? genes? proteins? peptides? values? data data_sets? numbers? measurements?
    results? findings? thresholds? cut-?offs? libraries virus(?:es)? bacteria patients? embryos?
    larvae spores pollen crystals? structures? coordinates rates? estimates? particles? electrodes?
    performed cultured prepared stained grown synthesi[sz]ed isolated fixed processed measured
    calculated estimated determined conducted membranes? surfaces? residues? histones? names?
    hypothes[ei]s organoids? blood serum sera
    extracts? oils? chemicals? stocks? populations? colon(?:y|ies)
    """
)
PUBLISHER = _join(
    r"""
    Elsevier Springer Wiley Macmillan Nature_Publishing Oxford_Univ Cambridge_Univ
    Taylor_(?:&|and)_Francis Sage\b American_(?:Chemical|Physical|Society|Association|Medical)
    American_Physiological Royal_Society AAAS Karger Thieme Lippincott Wolters National_Academy IEEE
    Massachusetts_Medical Rockefeller Company_of_Biologists Copyright_Clearance University_Press
    Publish(?:er|ing) Press\b BMJ PNAS
    """
)
ARCHIVE = _join(
    r"""
    Atlas Wiki(?:media|pedia) Shutterstock iStock Getty Adobe_Stock Flickr Pixabay Unsplash Freepik
    Science_Photo Google Creative_Commons NASA CDC\b PHIL\b BioRender ResearchGate (?:data)?bases?\b
    web_sites? internet textbook books?\b archives?\b librar(?:y|ies) museum https?: www\. journal
    publications?\b literature thesis dissertation repositor
    """
)
MAKER = _join(
    """
    Leica Zeiss Nikon Olympus Canon Sony Keyence JEOL Hitachi Philips FEI Confocal Scanning
    Transmission Light Fluorescence Electron Phase Bright
    """
)
"""Names behind 'image by' that are instruments and no people."""

_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"
_YEAR = r"[\[(]?(?:1[89]|20)\d\d"
_NAME = rf"(?!{_MONTH}\b)[A-Z][\w'’-]+(?:\s(?:and|&)\s[A-Z][\w'’-]+)?"
AUTHORS_YEAR = rf"{_NAME},?\s(?:et\.? al\b|{_YEAR}\b)"
"""'Smith et al.', 'Smith and Jones (2009)', but not 'March 2010'."""

REFERENCE = (
    rf"(?:\b{AUTHORS_YEAR}|\bet\.? al\b|\[\d[\d\s,;–-]*\]|[⁰¹²³⁴-⁹]+(?=[.,;)\s]|$)"
    r"|\(\d{1,3}(?:\s?[,–-]\s?\d{1,3})*\)(?=\s*(?:[.,;)\]©]|$|with\b|by\b))"
    r"|\b[Rr]efs?\b|\b[Rr]eferences?\b|\bcolleagues\b|\bco-?workers\b|\bdoi\b|\b10\.\d{4,}/|©"
    r"|\b[Cc]opyright|\bpreviously\b|\b(?:the|an?) original\b|\bour (?:previous|earlier)"
    rf"|\b{PUBLISHER})"
)
"""What names another publication, or says that there is one."""

TRIGGERS: dict[str, tuple[tuple[str, ...], re.Pattern[str]]] = {
    # Verbs of reuse, which what joins them to their source must follow.
    "strong": (
        ("print", "publish", "drawn", "draft", "trac", "produc", "excerpt", "re-used", "reused"),
        re.compile(
            r"\b(?:re-?print(?:ed|s)?|re-?publish(?:ed)?|re-?drawn|re-?drafted|re-?traced|"
            r"re-?produced|re-?production|excerpted|re-?used)\b",
            re.IGNORECASE,
        ),
    ),
    "weak": (
        ("adapt", "adopted", "modifi", "simplified", "copied", "borrowed", "re"),
        re.compile(
            r"\b(?:adapted|adaptation|adopted|modified|modification|simplified|copied|borrowed|"
            r"re-?created|re-?colou?red|re-?arranged)\b",
            re.IGNORECASE,
        ),
    ),
    "mild": (
        ("from", "based", "with permission", "after", "under", "by permission"),
        re.compile(
            r"\b(?:taken|obtained|downloaded|retrieved|sourced|extracted|derived|drawn|created|"
            r"based|selected|acquired|compiled|generated|used|cropped)\b",
            re.IGNORECASE,
        ),
    ),
    # Permission, courtesy, credit, copyright.
    "permission": (("permission",), re.compile(r"\bpermissions?\b", re.IGNORECASE)),
    "courtesy": (
        ("courtesy", "kindly", "generously", "graciously", "ed by", "gift", "contribution"),
        re.compile(
            r"\bcourtesy\b|\b(?:kindly|generously|graciously)\s(?:\w+\s)?(?:provided|supplied|"
            r"contributed|donated|shared|given|lent|furnished)\b|\b(?:provided|supplied|"
            r"contributed|donated|furnished)\sby\b|\b(?:gift|contribution)\s(?:of|from)\b",
            re.IGNORECASE,
        ),
    ),
    "credit": (
        ("credit", "cdc", "nih", "niaid", "nasa", "usda"),
        re.compile(
            r"\((?:CDC|NIH|NIAID|NASA|USDA)\s?/|\bcredits?\s*(?::|(?:line\s|goes\s)?to\s(?-i:[A-Z]))|\b(?:image|photo|photograph|"
            r"picture|figure|video|illustration|art ?work|art|micrograph|drawing|graphic|"
            r"photographer)s?['’]?\s+credits?\b",
            re.IGNORECASE,
        ),
    ),
    "copyright": (
        ("copyright", "©", "ⓒ", "(c)", "rights reserved"),
        re.compile(
            r"\bcopyright(?:ed)?\b|[©Ⓒⓒ]|\(c\)\s*(?:1[89]|20)\d\d\s+(?-i:[A-Z])|"
            r"\ball rights reserved\b",
            re.IGNORECASE,
        ),
    ),
    # Whose picture, and where it came from.
    "source": (
        ("source",),
        re.compile(
            r"(?:^|[.;:(\[]\s*)(?:(?:image|photo|figure|picture) )?sources?\s*:", re.IGNORECASE
        ),
    ),
    "by": (
        (":", " by "),
        re.compile(
            r"\b(?:photos?|photographs?|pictures?|images?|illustrations?|drawings?|art ?work|"
            r"photographer|illustrator|micrographs?|cartoons?|sketch(?:es)?|schematics?)(?:\s(?:was|were)?\s?(?:taken|made|drawn|"
            r"prepared))?\s*(?::|\bby\b)\s*(?P<name>(?-i:(?:(?:Dr|Prof|Mrs?|Ms)\b\.?\s*|"
            r"[A-Z]\.[\s-]?){1,4}[A-Z][a-z]+|[A-Z][a-z]+\s(?:[A-Z]\.\s?)?[A-Z][a-z]+|"
            r"[A-Z][a-z]+\set al))",
            re.IGNORECASE,
        ),
    ),
    "licensed": (
        ("licen",),
        re.compile(r"\blicen[cs]ed?\s(?:from|by|number|no\b)", re.IGNORECASE),
    ),
    "published": (
        ("published", "appeared"),
        re.compile(
            r"\b(?:previously|originally|first|already|initially)\s(?:been\s)?(?:published|"
            r"appeared)\b|\b(?:published|appeared)\s(?:previously|originally|elsewhere|first|before|"
            r"earlier)",
            re.IGNORECASE,
        ),
    ),
    "origin": (("from", "after"), re.compile(r"\b[Ff]rom\b:?|\b[Aa]fter\b(?=\s[A-Z])")),
}
"""By kind, the words one of which must be in a text (the cheap test), and what to look for."""
