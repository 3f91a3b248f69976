"""What a caption states, found by patterns: values with their span and their panels."""

from __future__ import annotations

import re
from collections.abc import Iterator

from builder.agents.offline.colours import find_colours, find_stains
from builder.agents.offline.experiment_patterns import MEASURES, TREATMENTS
from builder.agents.offline.facts import (
    WHOLE,
    Fact,
    Scope,
    find_scope,
    name_panels,
    shows_image,
    spell_value,
)
from builder.agents.offline.fragments import LENGTH
from builder.agents.offline.phrases import clean_phrase, find_marked_phrase, lower_first
from builder.agents.offline.specimen_patterns import PROBES, SPECIMEN
from builder.agents.offline.techniques import BESIDE_OTHERS, LABELLING, MIXED, TECHNIQUE_SIEVE
from builder.tables.sieve import Sieve
from filtering.text.captions import Caption
from filtering.text.entities import Entity

RULES = (*SPECIMEN, *PROBES, *TREATMENTS, *MEASURES)
_SIEVE = Sieve([(rule, rule.pattern) for rule in RULES])
_IN_PLOTS = frozenset(rule.attribute for rule in RULES if rule.in_plots)


def find_facts(caption: Caption) -> list[Fact]:
    """All facts that a caption states in so many words.

    'Images of HeLa cells stained for tubulin (green). Scale bar, 20 μm.' states a cell line, a
    marker with its colour and the length of a scale bar.
    """
    facts: list[Fact] = []
    # What is said of a plot or a blot is no fact about an image.
    for finder in (
        find_colours,
        _find_scale_bars,
        _find_techniques,
        find_stains,
        _match_rules,
    ):
        for fact in finder(caption):
            if fact.attribute in _IN_PLOTS or shows_image(caption, fact.start):
                facts.append(fact)
    facts.sort(key=lambda f: (f.start, f.end, f.attribute))
    # These see to it themselves.
    facts += [
        *_find_species(caption),
        *_find_named_things(caption),
        *_find_marked_structures(caption),
    ]
    return [spell_value(caption.text, fact) for fact in facts]


_EVENTS = {
    "post-inf": "after infection",
    "post inf": "after infection",
    "p.i.": "after infection",
    "post-fer": "after fertilisation",
    "post fer": "after fertilisation",
    "post-tra": "after transfection or transduction",
    "post inj": "after injury",
}
"""How a question words what a time is counted from, by the first eight letters of the caption's."""
_KIND = re.compile(
    r"(?P<feature>.+?) (?P<kind>(?:(?:lipid|secretory|multivesicular|coated|yeast|blood|nerve|"
    r"muscle|epithelial|endothelial|stem) )?[a-z]+)"
)
"""Nouns of two words, of which a share of 'elongated lipid droplets' is a share."""


def _match_rules(caption: Caption) -> Iterator[Fact]:
    """Facts by the tables of patterns."""
    for rule in _SIEVE.passes(caption.text):
        first = rule.find_start(caption.text)
        if first < 0:
            continue
        # A pattern that begins with '^' is tried where the words about a panel begin.
        starts, texts = [0], [caption.text]
        if rule.pattern.pattern.startswith("^"):
            starts = [section.start for section in caption.sections]
            texts = [caption.text[start:] for start in starts]
        for start, text in zip(starts, texts, strict=True):
            for match in rule.pattern.finditer(text, first):
                value, slots = clean_phrase(match["value"], rule.max_words), _read_slots(match)
                # Panels that the pattern has read itself are surer than those of the place.
                scope = find_scope(caption, start + match.start("value"))
                if "panels" in slots:
                    scope = name_panels(slots.pop("panels"))
                if rule.attribute == "vehicle":
                    scope = WHOLE
                place, end = start + match.start(), start + match.end()
                if value:
                    kind = rule.value_type
                    yield Fact(rule.attribute, kind, value, place, end, scope, slots)


def _read_slots(match: re.Match[str]) -> dict[str, str]:
    """What a match fills into a question besides the value, in the words of the question."""
    slots = {k: v for k, v in match.groupdict().items() if k != "value" and v}
    if "mark" in slots:
        slots |= _describe_mark(slots["mark"])
    if "noun" in slots:
        slots["noun"] = slots["noun"].replace("(s)", "s")
    if "event" in slots:
        slots["event"] = _EVENTS.get(slots["event"].lower()[:8], slots["event"])
    if "subject" in slots:
        slots.setdefault("within", "")
    if "feature" in slots:
        slots["kind"] = slots.pop("noun")
    if "things" in slots:
        # 'deeply stained cells' are a part of all cells, set apart by 'deeply stained'.
        things = slots.pop("things")
        parts = _KIND.fullmatch(things)
        slots |= parts.groupdict() if parts else {"feature": things, "kind": "counted objects"}
    if "measure" in slots:
        slots.setdefault("of", "")
    if "feature" in slots:
        feature = slots["feature"]
        slots["feature"] = re.sub(r"^[A-Z](?=[a-z]{3})", lambda m: m.group().lower(), feature)
    for name in slots.keys() & {"measure", "what", "subject"}:
        slots[name] = lower_first(slots[name])
    return slots


def _describe_mark(mark: str) -> dict[str, str]:
    """'Arrows' are 'arrows' within a question, and 'do' indicate."""
    mark = re.sub(r"arrow ?-?head", "arrowhead", mark.lower())
    return {"mark": mark, "do": "do" if mark.endswith("s") else "does"}


_BAR = re.compile(r"(?i)\b(?:scale[- ]?)?bars?\b")
_BAR_LENGTH = re.compile(
    rf"(?P<value>{LENGTH})(?P<after>\s*(?:\((?P<view>main|insets?|magnified images?|overview)\)"
    r"|(?:in|for) (?:panels? )?(?P<panels>\(?[A-Z]\)?"
    r"(?:\)?(?:, and |,? and |, ?|[-–])\(?[A-Z]\b\)?)*)))?"
)
_VIEWS = {
    "main": "the main images",
    "inset": "the insets",
    "magnified image": "the magnified images",
    "overview": "the overview",
}


def _find_scale_bars(caption: Caption) -> Iterator[Fact]:
    """Lengths of scale bars: 'Bars = 2 mm in B; 200 µm in C', '10 µm (main), 2 µm (inset)'."""
    for lo, hi in caption.sentences:
        bar = _BAR.search(caption.text, lo, hi)
        if not bar:
            continue
        for match in _BAR_LENGTH.finditer(caption.text, bar.end(), hi):
            # The panels of the length stand behind it, in brackets before it, or it is near
            # enough to the word 'bar' to be about the same panels.
            before = caption.text[bar.end() : match.start()]
            panels = match["panels"] or "".join(re.findall(r"in \(([A-Z])\)", before)[:1])
            scope = name_panels(panels.replace("(", "").replace(")", "")) if panels else WHOLE
            if not scope.members and len(before) < 40:
                scope = find_scope(caption, bar.start())
            view = (match["view"] or "").removesuffix("s")
            if view:
                scope = Scope(frozenset({view}), _VIEWS[view], views=True)
            end = match.end() if match["after"] else match.end("value")
            yield Fact("scale_bar", "length", match["value"], bar.start(), end, scope)


def _find_techniques(caption: Caption) -> Iterator[Fact]:
    """Techniques of imaging and of labelling, by their usual names."""
    is_mixed = MIXED.search(caption.text) is not None
    for name, pattern in TECHNIQUE_SIEVE.passes(caption.text):
        for match in pattern.finditer(caption.text):
            scope = find_scope(caption, match.start())
            # What gives only some of the views is not the technique of the whole figure.
            if name in BESIDE_OTHERS and is_mixed and not scope.members:
                continue
            attribute = "labelling_method" if name in LABELLING else "technique"
            yield Fact(attribute, "technique", name, match.start(), match.end(), scope)


_BINOMIAL = re.compile(
    r"(?P<value>\b[A-Z][a-z]{3,}\??(?: \([“\"]?[A-Z][a-z]+[”\"]?\??\))?(?: cf\.)? [a-z]{4,}\??)"
    r"(?P<authority>(?: [\[(]?(?:[A-Z]\w*|and)[\])]?,?)+(?: \(Hwass in \w+\))?,?"
    r" ?\[?1[789]\d\d(?!\d)\)?"
    r"| \w+ sp\. nov\.)?"
    r"(?: \((?P<panels>[A-Z](?:(?:[-–]|, )[A-Z])*)\))?"
)
# Entity type -> attribute, and what its sentence must speak of for the entity to be the specimen.
_NAMED: dict[str, tuple[str, re.Pattern[str]]] = {
    "cell_line": ("cell_line", re.compile(r"")),
    "fluorophore": ("fluorophore", re.compile(r"(?i)label|antibod|stain|\(|detect")),
    "organism": (
        "organism",
        re.compile(r"(?i)cells|tissue|section|origin|micrograph|images?\b|of "),
    ),
    "tissue": (
        "tissue",
        re.compile(r"(?i)section|tissue|histolog|stain|immuno|tructure|shown|taken"),
    ),
}
_TAG = re.compile(r"(?i)fp\d?$|halo|snap|clip|ruby|cherry|venus|tomato|tag|tracker|citrine|orange")
_HOST = re.compile(r"(?i)\banti(?:bod|serum|-)|\bserum\b|patient|virus")


def _find_species(caption: Caption) -> Iterator[Fact]:
    """Binomials with their authority: 'Conus xenicus Pilsbry, 1917 (M-N)'."""
    for match in _BINOMIAL.finditer(caption.text):
        scope = find_scope(caption, match.start())
        museum = re.match(r" \((?:[A-Z]{2,})", caption.text[match.end("value") :])
        if match["authority"] or (scope.members and museum):
            scope = name_panels(match["panels"]) if match["panels"] else scope
            yield Fact("species", "organism", match["value"], match.start(), match.end(), scope)


def _find_named_things(caption: Caption) -> Iterator[Fact]:
    """Cell lines, tissues, organisms and fluorophores of the vocabulary, as what is imaged."""
    for entity in caption.entities:
        if entity.type not in _NAMED:
            continue
        attribute, context = _NAMED[entity.type]
        lo, hi = caption.sentence(entity.start)
        sentence = caption.text[lo:hi]
        # 'anti-mouse' names no specimen, '-mCherry' no dye, 'SC' no tissue.
        is_host = entity.type == "organism" and _HOST.search(sentence)
        is_tag = entity.type == "fluorophore" and _TAG.search(entity.text)
        is_abbreviated = entity.type == "tissue" and entity.text.isupper()
        # 'intestinal disease' shows no intestine, 'sheep blood agar' no sheep.
        is_part_of_name = _OF_ANOTHER.match(caption.text, entity.end)
        is_other = is_host or is_tag or is_abbreviated or is_part_of_name
        if is_other or not context.search(sentence):
            continue
        if not shows_image(caption, entity.start):
            continue
        value, end = _spell_entity(caption.text, entity)
        scope = find_scope(caption, entity.start)
        yield Fact(attribute, entity.type, value, entity.start, end, scope)


_OF_ANOTHER = re.compile(
    r"\s+(?:diseases?|disorders?|infections?|failure|function|injury|parasites?|flukes?|worms?"
    r"|flora|"
    r"microbio\w+|surgery|(?:blood )?agar|(?:\w+ )?serum|(?:\w+ )?albumin|broth|medium)\b"
)
_SUBLINE = re.compile(r"(?:/[A-Z0-9][\w-]*|-[A-Z0-9]\w*)+")
_CELLS = re.compile(r"[- ](?:\w+ )?cells?\b")


def _spell_entity(text: str, entity: Entity) -> tuple[str, int]:
    """An entity as an answer, and where its evidence ends: 'mice' is 'mouse'."""
    value = re.sub(r"\s+cells?$", "", entity.text)
    if entity.type == "cell_line":
        # A subline is another line: 'MCF-7/DOX'. 'Hela' is spelled as it should be.
        if value == entity.text and (subline := _SUBLINE.match(text, entity.end)):
            return value + subline[0], subline.end()
        cells = _CELLS.match(text, entity.end)
        same = value.casefold() == entity.value.casefold()
        return entity.value if same else value, cells.end() if cells else entity.end
    if entity.type in ("organism", "tissue"):
        # 'mice' and 'hepatic' in the form of the vocabulary, species with their full name.
        inflected = entity.text.lower().endswith(("s", "c", "ine", "ice", "al", "ar"))
        species = entity.type == "organism" and entity.value[:1].isupper()
        value = entity.value if inflected or species else entity.text.lower()
    return value, entity.end


_MARKED = re.compile(
    r" \((?:(?:see|indicated by|marked by|at) )?"
    r"(?P<mark>(?:(?:white|black|red|yellow|open|blue|green|solid|filled|long|short|thick|thin) )?"
    r"(?:arrow ?-?heads?|arrows?|asterisks?|stars?|triangles?))"
    r"(?: in (?:panels? )?(?P<panels>[A-Za-z](?:[-–, ]+[A-Za-z])*))?(?=[);,])",
    re.IGNORECASE,
)
_VAGUE = re.compile(
    r"(?i)^(?:\w+(?:ed|ing|ly)|an?|cells?|regions?|areas?|sites?|ones?|staining|signals?|positive|"
    r"present|absent|seen|visible|left|right|here|it|them|\w+ (?:and|or) \w+)$"
)


def _find_marked_structures(caption: Caption) -> Iterator[Fact]:
    """Features that a caption marks in brackets: 'a glial nodule (arrow)'."""
    for match in _MARKED.finditer(caption.text):
        value, start = find_marked_phrase(caption.text, match.start())
        if len(value) > 3 and not _VAGUE.match(value) and shows_image(caption, start):
            slots, scope = _describe_mark(match["mark"]), find_scope(caption, start)
            scope = name_panels(match["panels"]) if match["panels"] else scope
            end = match.end() + (caption.text[match.end()] == ")")
            yield Fact("arrow_target", "structure", lower_first(value), start, end, scope, slots)
