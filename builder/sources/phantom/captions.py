"""The caption of a phantom figure: it tells a part of the facts, and never anything else.

First the words that facts give to a caption and which fact each word tells, then the sentences.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from string import Formatter

from builder.sources.phantom import templates
from builder.sources.phantom.facts import Panel, PhantomFacts
from builder.sources.phantom.vocabulary import PLACES, Dice

# Words whose fact has another name; all others tell the fact of their own name.
FACT_OF = {
    "colour2": "colour",
    "colour": "colour",
    "stain_colour": "colour",
    "label2": "label",
    "marker2": "marker",
    "place": "localisation",
    "cell_line": "cell line",
    "tissue_cap": "tissue",
    "feature_objects": "feature",
    "count_a": "count",
    "count_b": "count",
    "percent_a": "percent",
    "percent_b": "percent",
    "size_a": "size",
    "size_b": "size",
    "bar": "scale bar",
    "made": "direction",
    "was_made": "direction",
    "direction": "direction",
}
# Words that tell nothing that could be asked.
SILENT = frozenset({"a", "b", "objects", "units", "diameter", "measure", "values", "feature"})


@dataclass(frozen=True, slots=True)
class Style:
    """How a caption spells: American or British, 'h' or 'hours'."""

    american: bool
    long_hours: bool


AMERICAN = {"aematoxylin": "ematoxylin", "isualised": "isualized", "abelled": "abeled"} | {
    "abelling": "abeling",
    "ocalisation": "ocalization",
    "ocalised": "ocalized",
    "colour": "color",
    "grey": "gray",
}


def spell(text: str, style: Style) -> str:
    """The text in the caption's spelling; texts are written in British English."""
    return _spell_american(text) if style.american else text


@lru_cache(4096)
def _spell_american(text: str) -> str:
    for british, american in AMERICAN.items():
        text = text.replace(british, american)
    return text


def format_number(value: float) -> str:
    """Shortest decimal form: 5.0 is '5', 0.5 is '0.5'."""
    return f"{value:g}"


def format_length(micrometres: float) -> str:
    """A length with unit; below one micrometre in nanometres."""
    if micrometres < 1:
        return f"{format_number(round(micrometres * 1000, 3))} nm"
    return f"{format_number(micrometres)} µm"


def format_diameter(panel: Panel) -> str:
    """A measured diameter: one decimal in micrometres, whole nanometres below one."""
    if panel.diameter_um < 1:
        return format_length(panel.diameter_um)
    return f"{panel.diameter_um:.1f} µm"


@lru_cache(4096)
def capitalise(text: str) -> str:
    """First letter in upper case, but for Greek letters and for "n = "."""
    return text if text[:1] in "αβγ" or text.startswith("n = ") else text[:1].upper() + text[1:]


def _name_channels(facts: PhantomFacts) -> dict[str, str]:
    if not facts.channels:
        return {}
    last, first = facts.channels[-1], facts.channels[0]
    words = {"stain": last.label, "stain_colour": last.colour}
    if first.marker:
        words |= {"marker": first.marker, "label": first.label, "colour": first.colour}
        words["place"] = PLACES[first.localisation]
    if len(facts.channels) == 3:
        second = facts.channels[1]
        words |= {"marker2": second.marker, "label2": second.label, "colour2": second.colour}
    return words


def _name_treatment(facts: PhantomFacts, style: Style) -> dict[str, str]:
    plan = facts.treatment
    if plan is None:
        return {}
    unit = plan.duration_unit
    if unit == "h" and style.long_hours:
        unit = "hour" if plan.duration == 1 else "hours"
    return {
        "compound": plan.compound,
        "dose": f"{format_number(plan.dose)} {plan.dose_unit}",
        "duration": f"{plan.duration} {unit}",
        "vehicle": plan.vehicle,
    }


def make_words(facts: PhantomFacts, style: Style) -> dict[str, str]:
    """All words for a figure; each is there with a capital too ('Marker' beside 'marker')."""
    sample = f"{facts.cell_line} cells" if facts.cell_line else f"{facts.organism} {facts.tissue}"
    diameter = "mean nuclear diameter"
    if facts.kind == "phase":
        diameter = "mean cell diameter"
    elif facts.modality == "electron microscopy":
        diameter = f"mean diameter of the {facts.objects}"
    words = {
        "sample": sample,
        "cell_line": facts.cell_line,
        "organism": facts.organism,
        "tissue": facts.tissue,
        "units": "cells" if facts.cell_line else "animals",
        "technique": facts.technique,
        "objects": facts.objects,
        "feature": facts.feature,
        "feature_objects": f"{facts.feature} {facts.objects}",
        "preparation": facts.preparation,
        "diameter": diameter,
        "bar": format_length(facts.scale_bar_um),
    }
    words |= _name_channels(facts) | _name_treatment(facts, style)
    for panel in facts.panels:
        tail = "" if len(facts.panels) == 1 else f"_{panel.letter.lower()}"
        words[f"count{tail}"] = str(panel.count)
        words[f"percent{tail}"] = str(panel.percent)
        words[f"size{tail}"] = format_diameter(panel)
    words = {name: spell(text, style) for name, text in words.items()}
    words |= {capitalise(name): capitalise(text) for name, text in words.items()}
    words["Tissue_cap"] = words["Tissue"]
    return words | {"A": "A", "B": "B"}


LEAST_FACTS = 5
"""Facts that a caption with its title tells at least."""


@dataclass(frozen=True, slots=True)
class PhantomCaption:
    """Title sentence, whole caption (title included), template and names of the facts told."""

    title: str
    text: str
    template: str
    disclosed: tuple[str, ...]
    mention: str


@cache
def _parse_facts(pattern: str) -> frozenset[str]:
    names = {name.lower() for _, name, _, _ in Formatter().parse(pattern) if name}
    return frozenset(FACT_OF.get(name, name) for name in names - SILENT)


def list_told_facts(facts: PhantomFacts, pattern: str) -> set[str]:
    """Names of the facts that a pattern tells about a figure."""
    names = set(_parse_facts(pattern))
    # A sample is "HeLa cells" or "mouse liver".
    if "sample" in names:
        names |= {"cell line"} if facts.cell_line else {"tissue", "organism"}
    return names - {"sample"}


def is_reserved(template: str) -> bool:
    """Whether a template id ('phase-pair-8') is the reserved one of its list."""
    kind, panels, index = template.rsplit("-", 2)
    return int(index) == len(templates.TITLES[kind][panels == "pair"]) - 1


def _describe_effect(dice: Dice, facts: PhantomFacts, style: Style) -> dict[str, str]:
    """Words for what a treatment did: what was measured, how it changed, and both values or none.

    The draws and their order are part of the phantom: another order gives other captions.
    """
    control, treated = facts.panels
    both = dice.chance(0.6)
    measure, low, high = {
        "fraction": ("the {0} of {feature_objects}", f"{control.percent}%", f"{treated.percent}%"),
        "count": ("the number of {objects} per field", f"{control.count}", f"{treated.count}"),
        "diameter": ("the {diameter}", format_diameter(control), format_diameter(treated)),
        "intensity": ("{marker} {1} intensity", "", ""),
    }[facts.effect]
    words = make_words(facts, style)
    signal = "fluorescence" if facts.kind == "immunofluorescence" else "staining"
    measure = measure.format(dice.choose(("fraction", "proportion", "percentage")), signal, **words)
    effect = {"measure": measure, "Measure": capitalise(measure), "values": ""}
    if facts.direction == "unchanged":
        if both and low:
            effect["values"] = f" ({low} in {words['A']} and {high} in {words['B']})"
        return effect
    made = dice.choose(templates.MADE[facts.direction])
    # An intensity has no unit in a picture: it is told as the ratio of the two panels.
    fold = max(control.intensity, treated.intensity) / min(control.intensity, treated.intensity)
    if both:
        effect["values"] = f" from {low} to {high}" if low else f" by {fold:.1f}-fold"
    return effect | {"made": made, "was_made": f"was {made}"}


def _write_effect(dice: Dice, facts: PhantomFacts, style: Style) -> tuple[str, set[str]]:
    """A sentence on what the treatment did, and the facts that it tells."""
    same = facts.direction == "unchanged"
    pattern = dice.choose(templates.NO_CHANGE if same else templates.CHANGE)
    extra = _describe_effect(dice, facts, style)
    tells = list_told_facts(facts, pattern) | {"direction"}
    if extra["values"]:
        tells.add({"fraction": "percent", "diameter": "size"}.get(facts.effect, facts.effect))
    if facts.effect == "fraction":
        tells.add("feature")
    if facts.effect == "intensity":
        tells.add("marker")
    return pattern.format(**(make_words(facts, style) | extra)), tells


def _list_patterns(facts: PhantomFacts) -> dict[str, tuple[str, ...]]:
    """Patterns that fit a figure, by what they are about, without the effect of a treatment."""
    pair = len(facts.panels) == 2
    world = "cells" if facts.cell_line else "tissue"
    staining = facts.kind + ("3" if len(facts.channels) == 3 else "")
    patterns = {
        "staining": templates.STAINING[staining],
        "origin": templates.ORIGIN[world],
        "how": templates.HOW,
        "count": templates.COUNT[pair],
        "fraction": templates.FRACTION[pair],
        "size": templates.SIZE[pair],
        "scale": templates.SCALES if pair else templates.SCALE,
    }
    if facts.channels and facts.channels[0].marker:
        patterns["location"] = templates.LOCATION
    if pair:
        patterns["panels"] = templates.CONTROL[world]
    elif facts.treatment is not None:
        patterns["panels"] = templates.TREATED[world]
    return patterns


ORDERS = (
    ("panels", "staining", "location", "effect", "fraction", "count", "size", "origin", "how"),
    ("staining", "panels", "location", "count", "effect", "fraction", "origin", "how", "size"),
    ("how", "origin", "staining", "panels", "fraction", "effect", "location", "size", "count"),
    ("origin", "panels", "effect", "fraction", "size", "count", "staining", "how", "location"),
    ("staining", "how", "location", "panels", "size", "fraction", "count", "effect", "origin"),
)
SHARES = {"panels": 1.0, "staining": 0.75, "effect": 0.7, "location": 0.5, "scale": 0.7}


def _write_sentences(
    dice: Dice, facts: PhantomFacts, style: Style, names: list[str], known: set[str]
) -> tuple[list[str], set[str]]:
    """Sentences on `names` and all facts told with them; none that only repeats what is known."""
    available, vocabulary = _list_patterns(facts), make_words(facts, style)
    body: list[str] = []
    for name in names:
        if name == "effect":
            sentence, tells = _write_effect(dice, facts, style)
        else:
            # A sentence must tell something new, and the technique is told only once.
            again = known & {"technique"}
            told = {pattern: list_told_facts(facts, pattern) for pattern in available[name]}
            fresh = [p for p in available[name] if told[p] - known and not told[p] & again]
            if not fresh:
                continue
            pattern = dice.choose(fresh)
            sentence, tells = pattern.format(**vocabulary), told[pattern]
        body.append(spell(capitalise(sentence), style))
        known = known | tells
    return body, known


def compose(dice: Dice, facts: PhantomFacts, label: str = "Figure 1") -> PhantomCaption:
    """A caption in the style of the literature that tells at least LEAST_FACTS facts.

    Args:
        dice: Draws; a reserved one uses the reserved title of the kind.
        facts: What the figure shows.
        label: Names the figure in the paragraph of the article that mentions it.
    """
    # A title, spelled as the whole caption will be.
    style = Style(dice.chance(0.4), dice.chance(0.2))
    pair = len(facts.panels) == 2
    patterns = templates.TITLES[facts.kind][pair]
    index = len(patterns) - 1 if dice.reserved else dice.whole(0, len(patterns) - 2)
    template = f"{facts.kind}-{'pair' if pair else 'single'}-{index}"
    title = capitalise(spell(patterns[index].format(**make_words(facts, style)), style))
    # What sentences could be about, in one of the usual orders.
    possible = {*_list_patterns(facts), *(("effect",) if pair else ())}
    names = [name for name in dice.choose(ORDERS) if name in possible]
    known = list_told_facts(facts, patterns[index])
    # Sentences are drawn again until they tell enough.
    facts_told: set[str] = set()
    while len(facts_told) < LEAST_FACTS:
        # The scale bar comes last, and no measure twice.
        keep = [name for name in [*names, "scale"] if dice.chance(SHARES.get(name, 0.4))]
        twice = {"fraction": "fraction", "count": "count", "diameter": "size"}.get(facts.effect)
        if "effect" in keep and twice in keep:
            keep.remove(twice)
        body, facts_told = _write_sentences(dice, facts, style, keep, known)
    mention = _write_mention(dice, facts, style, label)
    text = " ".join([title, *body])
    return PhantomCaption(title, text, template, tuple(sorted(facts_told)), mention)


def _write_mention(dice: Dice, facts: PhantomFacts, style: Style, label: str) -> str:
    """The paragraph of the article that refers to the figure."""
    words = make_words(facts, style)
    where = "on" if facts.kind == "sem" else "in"
    subject = f"{words['objects']} {where} {words['sample']}"
    if words["objects"] == "cells":
        subject = words["sample"]
    if len(facts.panels) == 2:
        sentence, _ = _write_effect(dice, facts, style)
    else:
        sentence = dice.choose(templates.FRACTION[0][:3]).format(**words)
    pattern = dice.choose(templates.MENTIONS)
    return spell(pattern.format(label=label, subject=subject, effect=capitalise(sentence)), style)
