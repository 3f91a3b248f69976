"""What a caption states, found by the patterns: values with their span and their panel."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from builder.agents.offline.dyes import is_dye, target_of
from builder.agents.offline.experiment_patterns import MEASURES, TREATMENTS
from builder.agents.offline.fragments import COLOUR, LENGTH
from builder.agents.offline.phrases import clean, lower_first, phrase_before
from builder.agents.offline.specimen_patterns import PROBES, SPECIMEN
from builder.agents.offline.techniques import (
    BESIDE_OTHERS,
    IMAGE,
    LABELLING,
    MIXED,
    NOT_IMAGE,
    NUCLEAR,
    SOUGHT,
)
from builder.tables.sieve import Sieve
from filtering.text.captions import Caption
from filtering.text.panels import list_letters


@dataclass(frozen=True, slots=True)
class Scope:
    """Panels that a statement is about; no members means the whole figure."""

    members: frozenset[str] = frozenset()
    name: str = ""
    views: bool = False


WHOLE = Scope()


def name_panels(written: str) -> Scope:
    """The panels of a list as a question names them: 'B-D' is 'panels B–D'."""
    letters = list_letters(written)
    members = frozenset(letter.upper() for letter in letters)
    if len(members) == 1:
        return Scope(members, f"panel {letters[0]}")
    tidy = re.sub(r"\s?[-–—]\s?", "–", re.sub(r"\s+", " ", written.strip()))
    tidy = re.sub(r"\s?,\s?(?:and\s)?(?=[A-Za-z]$)", " and ", tidy)
    return Scope(members, f"panels {tidy}")


def scope_at(caption: Caption, position: int) -> Scope:
    """Panels that the text at a position is certainly about, else the whole figure."""
    section = caption.section(position)
    if section is None or position >= section.certain:
        return WHOLE
    # In '(E, F) Expression in macrophages (E) and HUVECs (F)' the last words are about F alone;
    # what stands before the first label behind its words may be about all.
    closer = caption.trailing(position)
    if closer and closer.start > section.start and closer.letters < set(section.label.letters):
        return name_panels(closer.written)
    return name_panels(section.label.written)


@dataclass(frozen=True, slots=True)
class Fact:
    """A value that the caption states for an attribute; `start` and `end` span the evidence."""

    attribute: str
    value_type: str
    value: str
    start: int
    end: int
    scope: Scope = WHOLE
    slots: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Attribute with what tells its questions apart: 'marker_in_colour:green'."""
        return ":".join((self.attribute, *(self.slots[name] for name in sorted(self.slots))))


def tidy_quantity(text: str) -> str:
    """A quantity in one spelling: '50μm' becomes '50 µm'."""
    text = text.replace("μ", "µ").replace("\u00a0", " ").replace("\u2009", " ")
    text = re.sub(r"(?<=\d)\s*(?=[A-Za-zµ%×])", " ", text)
    text = re.sub(r"(?<=\d)[ -]+(?=[A-Za-zµ])", " ", text)
    text = re.sub(r"\b(?:um|microns?)$", "µm", text)
    text = re.sub(r"\b(?:hours?|hrs?)$", "h", text)
    return re.sub(r"\s?%", "%", text)


_QUANTITIES = frozenset({"length", "size", "concentration", "duration", "percent"})
_COLOURED = re.compile(rf"\((?:[^();,]{{1,30}}[;,] ?)?(?P<colour>{COLOUR})\)")
_SHOWN = re.compile(
    rf"(?P<values>[^.;]{{3,120}}?) (?:antigens? |signals? )?(?:is|are|were|was) "
    rf"(?:highlighted|presented|shown|displayed|labell?ed|depicted) (?:as|in) "
    rf"(?P<colours>{COLOUR}(?:, {COLOUR})*,? and {COLOUR})(?=[.,;]| respectively)"
)
_SHOWING = Sieve([(_SHOWN, _SHOWN)])
_PLAIN_COLOUR = (
    re.compile(
        rf"(?:hannels: |; )(?P<value>[\w./α-ω'-]+(?: [\w-]+)?), (?P<colour>{COLOUR})(?=[;.])"
    ),
    re.compile(
        rf"(?:^|(?<=[.] ))(?P<value>[\w./α-ω-]*[\w/α-ω-](?: [A-Z]\w*)?) is shown in "
        rf"(?P<colour>{COLOUR})\b"
    ),
)
_BAR = re.compile(r"(?i)\b(?:scale[- ]?)?bars?\b")
_BAR_LENGTH = re.compile(
    rf"(?P<value>{LENGTH})(?P<after>\s*(?:\((?P<view>main|insets?|magnified images?|overview)\)"
    r"|(?:in|for) (?:panels? )?(?P<panels>\(?[A-Z]\)?"
    r"(?:\)?(?:, and |,? and |, ?|[-–])\(?[A-Z]\b\)?)*)))?"
)
_NOT_DYE = re.compile(
    r"antibod|anti-|serum|Fab|Alexa|uranyl|lead|osmium|phospho|tannic|ruthenium|permanganate"
)
_DNA_DYE = re.compile(r"(?i)DAPI|Hoechst|DRAQ|propidium|TO-PRO|7-AAD|SYTO|YO-PRO|toxylin|DNA")
_VIEWS = {
    "main": "the main images",
    "inset": "the insets",
    "magnified image": "the magnified images",
    "overview": "the overview",
}
_DYE = re.compile(
    r"\b(?:counter|co-?)?[Ss]tain(?:ed|ing)(?: for \w+)? (?:with|using) "
    r"(?P<with>[Hh]a?ematoxylin and eosin|[A-Za-z0-9][^.;,()]{2,40}?)"
    r"(?= (?:and|to|for|in|or|derived|of|at|before|after|on|were)\b|[.;,(]|$)"
    r"|(?:[Cc]ounterstain,|[Nn]uclei,) (?P<after>[A-Za-z0-9][^.;,()]{2,40}?)(?= \(|[.;,])"
    r"|(?P<adjective>\b(?:H&E|H & E|Oil [Rr]ed O|Prussian blue|Nissl|Golgi|Masson['’]s trichrome|"
    r"[Hh]a?ematoxylin and eosin|Giemsa|Wright-Giemsa|Toluidine blue|PAS|DAPI|Alcian blue|"
    r"Sirius red|[Cc]resyl violet|[Tt]oluidine blue))"
    r"[- ]?(?:stain(?:ed|ing)?)"
)


def channels(caption: str) -> Iterator[tuple[str, str, int, int]]:
    """Marker, colour and span of every 'marker (colour)' and 'A and B are shown as x and y'."""
    for match in _COLOURED.finditer(caption):
        value, start = phrase_before(caption, match.start())
        before = re.search(r"(\S+ )by $", caption[:start])
        if value and before:
            value, start = phrase_before(caption, start - 3)
        if is_dye(value):
            target, place = target_of(caption, start)
            value, start = (target, place) if target else (value, start)
        if clean(value, 4) and not value[0].isdigit():
            yield clean(value, 4), match.group("colour"), start, match.end()
    for pattern in _PLAIN_COLOUR:
        for match in pattern.finditer(caption):
            if clean(match.group("value"), 3):
                yield match.group("value"), match.group("colour"), match.start(), match.end()
    for match in _SHOWN.finditer(caption) if _SHOWING.passes(caption) else ():
        names = re.split(r",\s?(?:and )?| and ", match.group("values"))
        names = [re.sub(r"^.*\b(?:for|of|from) | \([^)]*\)$", "", n.strip()).strip() for n in names]
        names = [re.sub(r" antigens?$", "", name) for name in names]
        colours = re.findall(COLOUR, match.group("colours"))
        if len(names) == len(colours) and all(clean(n, 3) for n in names):
            for name, colour in zip(names, colours, strict=True):
                yield name, colour, match.start(), match.end()


def _channel_facts(caption: Caption) -> Iterator[Fact]:
    for value, colour, start, end in channels(caption.text):
        lo, hi = caption.sentence(start)
        if IMAGE.search(caption.text, lo, hi):
            scope = scope_at(caption, start)
            yield Fact("marker_in_colour", "marker", value, start, end, scope, {"colour": colour})
            if not _DNA_DYE.search(value):
                slots = {"marker": value}
                yield Fact("colour_of_marker", "colour", colour, start, end, scope, slots)


def _scale_bars(caption: Caption) -> Iterator[Fact]:
    for lo, hi in caption.sentences:
        bar = _BAR.search(caption.text, lo, hi)
        if not bar:
            continue
        found = list(_BAR_LENGTH.finditer(caption.text, bar.end(), hi))
        for match in found:
            before = caption.text[bar.end() : match.start()]
            named = match.group("panels") or "".join(re.findall(r"in \(([A-Z])\)", before)[:1])
            scope = name_panels(named.replace("(", "").replace(")", "")) if named else WHOLE
            if not scope.members and len(before) < 40:
                scope = scope_at(caption, bar.start())
            view = (match.group("view") or "").removesuffix("s")
            if view:
                scope = Scope(frozenset({view}), _VIEWS[view], views=True)
            end = match.end() if match.group("after") else match.end("value")
            yield Fact("scale_bar", "length", match.group("value"), bar.start(), end, scope)


def _techniques(caption: Caption) -> Iterator[Fact]:
    mixed = MIXED.search(caption.text) is not None
    for name, pattern in SOUGHT.passes(caption.text):
        for match in pattern.finditer(caption.text):
            scope = scope_at(caption, match.start())
            if name in BESIDE_OTHERS and mixed and not scope.members:
                return
            attribute = "labelling_method" if name in LABELLING else "technique"
            yield Fact(attribute, "technique", name, match.start(), match.end(), scope)


def _dyes(caption: Caption) -> Iterator[Fact]:
    for match in _DYE.finditer(caption.text):
        value = clean(match.group("with") or match.group("after") or match.group("adjective"), 4)
        lo, _ = caption.sentence(match.start())
        nuclear = NUCLEAR.search(caption.text[max(lo, match.start() - 40) : match.end()])
        if value and not _NOT_DYE.search(value):
            of_dna = _DNA_DYE.search(value) and "eosin" not in value
            attribute = "nuclear_stain" if nuclear or of_dna else "stain"
            scope = scope_at(caption, match.start())
            yield Fact(attribute, "stain", value, match.start(), match.end(), scope)


_EVENTS = {"post-inf": "after infection", "post inf": "after infection", "p.i.": "after infection"}
_EVENTS |= {"post-fer": "after fertilisation", "post fer": "after fertilisation"}
_EVENTS |= {"post-tra": "after transfection or transduction", "post inj": "after injury"}


# Nouns of two words, of which a share of 'elongated lipid droplets' is a share.
_KIND = re.compile(
    r"(?P<feature>.+?) (?P<kind>(?:(?:lipid|secretory|multivesicular|coated|yeast|blood|nerve|"
    r"muscle|epithelial|endothelial|stem) )?[a-z]+)"
)


def _split(things: str) -> dict[str, str]:
    """What 'deeply stained cells' are a part of, and what sets them apart."""
    match = _KIND.fullmatch(things)
    return match.groupdict() if match else {"feature": things, "kind": "counted objects"}


def _lower(match: re.Match[str]) -> str:
    return match.group().lower()


def _slots(match: re.Match[str]) -> dict[str, str]:
    """What a match fills into templates besides the value."""
    slots = {k: v for k, v in match.groupdict().items() if k != "value" and v}
    if "mark" in slots:
        slots["mark"] = slots["mark"].lower()
        slots["do"] = "do" if slots["mark"].endswith("s") else "does"
    if "noun" in slots:
        slots["noun"] = slots["noun"].replace("(s)", "s")
    if "event" in slots:
        slots["event"] = _EVENTS.get(slots["event"].lower()[:8], slots["event"])
    if "subject" in slots:
        slots.setdefault("within", "")
    if "feature" in slots:
        slots["kind"] = slots.pop("noun")
    if "things" in slots:
        slots |= _split(slots.pop("things"))
    if "measure" in slots:
        slots.setdefault("of", "")
    if "feature" in slots:
        slots["feature"] = re.sub(r"^[A-Z](?=[a-z]{3})", _lower, slots["feature"])
    for name in slots.keys() & {"measure", "what", "subject"}:
        slots[name] = lower_first(slots[name])
    return slots


def _patterns(caption: Caption) -> Iterator[Fact]:
    for rule in _RULES.passes(caption.text):
        first = rule.find_start(caption.text)
        if first < 0:
            continue
        anchored = rule.pattern.pattern.startswith("^")
        starts = [s.start for s in caption.sections] if anchored else [0]
        for start in starts:
            text = caption.text[start:] if anchored else caption.text
            for match in rule.pattern.finditer(text, first):
                value, slots = clean(match.group("value"), rule.max_words), _slots(match)
                scope = scope_at(caption, start + match.start("value"))
                if "panels" in slots:
                    scope = name_panels(slots.pop("panels"))
                place, end = start + match.start(), start + match.end()
                if rule.attribute == "vehicle":
                    scope = WHOLE
                if value:
                    kind = rule.value_type
                    yield Fact(rule.attribute, kind, value, place, end, scope, slots)


RULES = (*SPECIMEN, *PROBES, *TREATMENTS, *MEASURES)
_RULES = Sieve([(rule, rule.pattern) for rule in RULES])
_PLOTTABLE = frozenset(rule.attribute for rule in RULES if rule.in_plots)


def shows_image(caption: Caption, position: int) -> bool:
    """Whether the panel at a position shows an image and not a plot, blot or scheme."""
    section = caption.section(position)
    spans = [caption.sentence(position)]
    if section and position < section.certain:
        # 'A, E and F are data from Western blotting' is said of F, too.
        panels = set(section.label.letters)
        about = [other for other in caption.sections if panels.issubset(other.label.letters)]
        spans = [(other.start, other.certain) for other in about]
    for start, end in spans:
        plot = NOT_IMAGE.search(caption.text, start, end)
        image = IMAGE.search(caption.text, start, end)
        if plot and not (image and image.start() < plot.start()):
            return False
    return True


def facts(caption: Caption) -> list[Fact]:
    """All facts that patterns find in a caption, in the order of the caption."""
    found: list[Fact] = []
    for finder in (_channel_facts, _scale_bars, _techniques, _dyes, _patterns):
        for fact in finder(caption):
            if fact.attribute in _PLOTTABLE or shows_image(caption, fact.start):
                found.append(_tidied(fact))
    return sorted(found, key=lambda f: (f.start, f.end, f.attribute))


def _tidied(fact: Fact) -> Fact:
    if fact.value_type not in _QUANTITIES:
        return fact
    value = tidy_quantity(fact.value)
    return Fact(
        fact.attribute, fact.value_type, value, fact.start, fact.end, fact.scope, fact.slots
    )
