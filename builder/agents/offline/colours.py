"""Stains, and what is shown in which colour.

A colour that only a dye explains says nothing about a target: 'p53 was visualised with AEC (red)'
shows p53 in red, 'counterstained with cresyl violet (violet)' shows nothing in particular.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from builder.agents.offline.facts import Fact, find_scope
from builder.agents.offline.fragments import COLOUR
from builder.agents.offline.phrases import clean_phrase, find_phrase_before
from builder.agents.offline.techniques import IMAGE, NUCLEAR
from builder.tables.sieve import Sieve
from filtering.text.captions import Caption

COLOUR_ATTRIBUTES = ("marker_in_colour", "colour_of_marker", "follow_up_target")
"""Attributes that pair a colour with what it stands for."""

_IN_BRACKETS = re.compile(rf"\((?:[^();,]{{1,30}}[;,] ?)?(?P<colour>{COLOUR})\)")
_LISTED_COLOURS = re.compile(
    rf"(?P<values>[^.;]{{3,120}}?) (?:antigens? |signals? )?(?:is|are|were|was) "
    rf"(?:highlighted|presented|shown|displayed|labell?ed|depicted) (?:as|in) "
    rf"(?P<colours>{COLOUR}(?:, {COLOUR})*,? and {COLOUR})(?=[.,;]| respectively)"
)
_LISTED_SIEVE = Sieve([(_LISTED_COLOURS, _LISTED_COLOURS)])
_PLAIN_COLOUR = (
    re.compile(
        rf"(?:hannels: |; )(?P<value>[\w./α-ω'-]+(?: [\w-]+)?), (?P<colour>{COLOUR})(?=[;.])"
    ),
    re.compile(
        rf"(?:^|(?<=[.] ))(?P<value>[\w./α-ω-]*[\w/α-ω-](?: [A-Z]\w*)?) is shown in "
        rf"(?P<colour>{COLOUR})\b"
    ),
)
_NOT_DYE = re.compile(
    r"antibod|anti-|serum|Fab|Alexa|uranyl|lead|osmium|phospho|tannic|ruthenium|permanganate"
)
_DNA_DYE = re.compile(r"(?i)DAPI|Hoechst|DRAQ|propidium|TO-PRO|7-AAD|SYTO|YO-PRO|toxylin|DNA")
_STAIN = (
    r"(?:H&E|H & E|H and E|Oil [Rr]ed O|Prussian blue|Nissl|Golgi|Masson['’]s trichrome|"
    r"[Hh]a?ematoxylin(?: and |[-–/ ])eosin|Giemsa|Wright-Giemsa|May-Gr[uü]nwald(?:[- ]Giemsa)?|"
    r"[Tt]oluidine blue|PAS|[Pp]eri?odic acid[- ]Schiff|DAPI|Alcian blue|Sirius red|"
    r"[Cc]resyl violet|Ziehl[-– ]Neelsen|Grocott(?:['’]s)?(?: methenamine silver)?|GMS|"
    r"(?:Gomori['’]?s? )?[Mm]ethenamine silver|Warthin[-– ]Starry|Congo red|[Mm]ucicarmine|"
    r"Papanicolaou|Van Gieson|von Kossa|Luxol fast blue|Fontana[-– ]Masson|Gram|[Aa]cid-fast|"
    r"[Rr]eticulin|Diff-Quik|India ink|[Ss]afranin O|Perls)"
)
_STAINED = re.compile(
    r"\b(?:counter|co-?)?[Ss]tain(?:ed|ing)(?: for \w+)? (?:with|using) "
    r"(?P<with>[Hh]a?ematoxylin and eosin|[A-Za-z0-9][^.;,()]{2,40}?)"
    r"(?= (?:and|to|for|in|or|derived|of|at|before|after|on|were)\b|[.;,(]|$)"
    r"|(?:[Cc]ounterstain,|[Nn]uclei,) (?P<after>[A-Za-z0-9][^.;,()]{2,40}?)(?= \(|[.;,])"
    rf"|(?P<adjective>\b{_STAIN})[- ]?(?:(?:fungal|silver) )?(?:stain(?:ed|ing|s)?)\b"
    # In plain sight: 'H&E 10x', '(PAS, ×400)', '(Giemsa)'.
    rf"|(?P<plain>\b{_STAIN})(?=,? ?(?:original )?(?:magnification)?,? ?(?:[×xX] ?\d{{1,4}}\b"
    rf"|\d{{1,4}} ?[×xX](?!\w))|\))"
)
_DYE = re.compile(
    r"(?i)(?:Vector )?(?:DAB|AEC|Fast Red|NovaRED|Vector (?:SG|VIP|Red|Blue)|BCIP/NBT|NBT/BCIP|"
    r"DAPI|Hoechst(?: \d+)?|DRAQ\s?\d|propidium[ -]iodide|TO-?PRO-?\d|YO-?PRO-?\d|7-?AAD|"
    r"SYTOX(?: \w+)?|SYTO \d+|ha?ematoxylin|eosin(?: Y)?|H&E|methyl green|nuclear fast red|"
    r"fast green|neutral red|toluidine blue|cresyl violet|safranin(?: O)?|methylene blue|"
    r"crystal violet|acridine orange|ethidium bromide|"
    r"Alexa(?: ?Fluor)?[ -]?\d+|DyLight ?\d+|Atto ?\d+N?|CF\d+\w?|Cy ?\d(?:\.\d)?|FITC|TRITC|"
    r"TAMRA|fluorescein|rhodamine|Texas Red|Oregon Green(?: \d+)?|Pacific Blue|Cascade Blue)"
    r"(?: (?:dye|stain|staining|signal))?"
)
_MADE_VISIBLE = r"(?:visuali[sz]ed|detected|revealed|immunolabell?ed|labell?ed)"
_NAME = r"(?:[^\s.:;,()]+ )??[^\s.:;,()]+"
_TARGET = re.compile(
    rf"(?:\bfor (?P<stained>{_NAME})"
    rf"|(?:^|[.:;)] )(?P<detected>{_NAME}) w(?:as|ere) {_MADE_VISIBLE}) with $"
)
_REACH = 80


def find_colours(caption: Caption) -> Iterator[Fact]:
    """What is shown in which colour, and in which colour a marker is shown."""
    for value, colour, start, end in _find_channels(caption.text):
        lo, hi = caption.sentence(start)
        if IMAGE.search(caption.text, lo, hi):
            scope = find_scope(caption, start)
            yield Fact("marker_in_colour", "marker", value, start, end, scope, {"colour": colour})
            if not _DNA_DYE.search(value):
                slots = {"marker": value}
                yield Fact("colour_of_marker", "colour", colour, start, end, scope, slots)


def _find_channels(caption: str) -> Iterator[tuple[str, str, int, int]]:
    """Marker, colour and span of every 'marker (colour)' and 'A and B are shown as x and y'."""
    # 'tubulin (green)', 'stained for CD8 with AEC (red)': a dye stands for its target.
    for match in _IN_BRACKETS.finditer(caption):
        value, start = find_phrase_before(caption, match.start())
        if value and re.search(r"(\S+ )by $", caption[:start]):
            value, start = find_phrase_before(caption, start - 3)
        if is_dye(value):
            target, place = _find_target(caption, start)
            value, start = (target, place) if target else (value, start)
        if clean_phrase(value, 4) and not value[0].isdigit():
            yield clean_phrase(value, 4), match.group("colour"), start, match.end()
    # 'Channels: tubulin, green; ...' and 'Vimentin is shown in red'.
    for pattern in _PLAIN_COLOUR:
        for match in pattern.finditer(caption):
            if clean_phrase(match.group("value"), 3):
                yield match.group("value"), match.group("colour"), match.start(), match.end()
    # 'EGFP and DNA are shown as green and blue': as many names as colours, in the same order.
    for match in _LISTED_COLOURS.finditer(caption) if _LISTED_SIEVE.passes(caption) else ():
        names = re.split(r",\s?(?:and )?| and ", match.group("values"))
        names = [re.sub(r"^.*\b(?:for|of|from) | \([^)]*\)$", "", n.strip()).strip() for n in names]
        names = [re.sub(r" antigens?$", "", name) for name in names]
        colours = re.findall(COLOUR, match.group("colours"))
        if len(names) == len(colours) and all(clean_phrase(n, 3) for n in names):
            for name, colour in zip(names, colours, strict=True):
                yield name, colour, match.start(), match.end()


def find_stains(caption: Caption) -> Iterator[Fact]:
    """Stains and dyes, those of nuclei and DNA apart: 'Nuclei were counterstained with DAPI'."""
    for match in _STAINED.finditer(caption.text):
        value = clean_phrase(
            next(filter(None, match.group("with", "after", "adjective", "plain"))), 4
        )
        lo, _ = caption.sentence(match.start())
        nuclear = NUCLEAR.search(caption.text[max(lo, match.start() - 40) : match.end()])
        if value and not _NOT_DYE.search(value):
            of_dna = _DNA_DYE.search(value) and "eosin" not in value
            attribute = "nuclear_stain" if nuclear or of_dna else "stain"
            scope = find_scope(caption, match.start())
            yield Fact(attribute, "stain", value, match.start(), match.end(), scope)


def is_dye(name: str) -> bool:
    """Whether a name is nothing but a chromogen, counterstain or fluorophore."""
    return _DYE.fullmatch(name) is not None


def _find_target(caption: str, start: int) -> tuple[str, int]:
    """What the dye at `start` makes visible ('p53 was visualised with AEC'), and where it is."""
    lead = max(0, start - _REACH)
    match = _TARGET.search(caption[lead:start])
    if match is None:
        return "", start
    group = match.lastgroup or "detected"
    return match[group], lead + match.start(group)


def tells_no_target(fact: Fact) -> bool:
    """Whether a colour is paired with a dye, or with a name that holds the colour itself."""
    if fact.attribute not in COLOUR_ATTRIBUTES:
        return False
    name = fact.slots.get("marker", fact.value)
    colour = fact.slots.get("colour", fact.value)
    return is_dye(name) or re.search(rf"(?i)\b{re.escape(colour)}\b", name) is not None
