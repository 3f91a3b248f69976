"""Composes a caption that tells a part of a figure's facts, and never anything else."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from string import Formatter

from builder.sources.phantom import templates
from builder.sources.phantom.facts import Facts
from builder.sources.phantom.vocabulary import Dice
from builder.sources.phantom.wording import FACT_OF, SILENT, Style, capital, diameter, spell, words

LEAST_FACTS = 5


@dataclass(frozen=True, slots=True)
class Caption:
    """Title sentence, whole caption (title included), template and names of the facts told."""

    title: str
    text: str
    template: str
    disclosed: tuple[str, ...]
    mention: str


@cache
def _facts(pattern: str) -> frozenset[str]:
    names = {name.lower() for _, name, _, _ in Formatter().parse(pattern) if name}
    return frozenset(FACT_OF.get(name, name) for name in names - SILENT)


def told(facts: Facts, pattern: str) -> set[str]:
    """Names of the facts that a pattern tells about a figure."""
    found = set(_facts(pattern))
    if "sample" in found:
        found |= {"cell line"} if facts.cell_line else {"tissue", "organism"}
    return found - {"sample"}


def is_reserved(template: str) -> bool:
    """Whether a template id ('phase-pair-8') is the reserved one of its list."""
    kind, panels, index = template.rsplit("-", 2)
    return int(index) == len(templates.TITLES[kind][panels == "pair"]) - 1


def _title(dice: Dice, facts: Facts) -> tuple[str, str]:
    pair = len(facts.panels) == 2
    patterns = templates.TITLES[facts.kind][pair]
    index = len(patterns) - 1 if dice.reserved else dice.whole(0, len(patterns) - 2)
    return f"{facts.kind}-{'pair' if pair else 'single'}-{index}", patterns[index]


def _effect_words(dice: Dice, facts: Facts, style: Style) -> dict[str, str]:
    control, treated = facts.panels
    both = dice.chance(0.6)
    measure, low, high = {
        "fraction": ("the {0} of {feature_objects}", f"{control.percent}%", f"{treated.percent}%"),
        "count": ("the number of {objects} per field", f"{control.count}", f"{treated.count}"),
        "diameter": ("the {diameter}", diameter(control), diameter(treated)),
        "intensity": ("{marker} {1} intensity", "", ""),
    }[facts.effect]
    found = words(facts, style)
    signal = "fluorescence" if facts.kind == "immunofluorescence" else "staining"
    measure = measure.format(dice.choose(("fraction", "proportion", "percentage")), signal, **found)
    fold = max(control.intensity, treated.intensity) / min(control.intensity, treated.intensity)
    if facts.direction == "unchanged":
        values = f" ({low} in {found['A']} and {high} in {found['B']})" if both and low else ""
        return {"measure": measure, "Measure": capital(measure), "values": values}
    made = dice.choose(templates.MADE[facts.direction])
    values = f" from {low} to {high}" if low else f" by {fold:.1f}-fold"
    was = {"measure": measure, "Measure": capital(measure), "values": values if both else ""}
    return was | {"made": made, "was_made": f"was {made}"}


def _effect(dice: Dice, facts: Facts, style: Style) -> tuple[str, set[str]]:
    """A sentence on what the treatment did, and the facts that it tells."""
    same = facts.direction == "unchanged"
    pattern = dice.choose(templates.NO_CHANGE if same else templates.CHANGE)
    extra = _effect_words(dice, facts, style)
    tells = told(facts, pattern) | {"direction"}
    if extra["values"]:
        tells.add({"fraction": "percent", "diameter": "size"}.get(facts.effect, facts.effect))
    if facts.effect == "fraction":
        tells.add("feature")
    if facts.effect == "intensity":
        tells.add("marker")
    return pattern.format(**(words(facts, style) | extra)), tells


def _sentences(facts: Facts) -> dict[str, tuple[str, ...]]:
    """Patterns that fit a figure, by what they are about, without the effect of a treatment."""
    pair = len(facts.panels) == 2
    world = "cells" if facts.cell_line else "tissue"
    staining = facts.kind + ("3" if len(facts.channels) == 3 else "")
    found = {
        "staining": templates.STAINING[staining],
        "origin": templates.ORIGIN[world],
        "how": templates.HOW,
        "count": templates.COUNT[pair],
        "fraction": templates.FRACTION[pair],
        "size": templates.SIZE[pair],
        "scale": templates.SCALES if pair else templates.SCALE,
    }
    if facts.channels and facts.channels[0].marker:
        found["location"] = templates.LOCATION
    if pair:
        found["panels"] = templates.CONTROL[world]
    elif facts.treatment is not None:
        found["panels"] = templates.TREATED[world]
    return found


ORDERS = (
    ("panels", "staining", "location", "effect", "fraction", "count", "size", "origin", "how"),
    ("staining", "panels", "location", "count", "effect", "fraction", "origin", "how", "size"),
    ("how", "origin", "staining", "panels", "fraction", "effect", "location", "size", "count"),
    ("origin", "panels", "effect", "fraction", "size", "count", "staining", "how", "location"),
    ("staining", "how", "location", "panels", "size", "fraction", "count", "effect", "origin"),
)
SHARES = {"panels": 1.0, "staining": 0.75, "effect": 0.7, "location": 0.5, "scale": 0.7}


def _chosen(dice: Dice, names: list[str], facts: Facts) -> list[str]:
    """Which sentences to write: scale bar last, and never one measure twice."""
    keep = [name for name in names if dice.chance(SHARES.get(name, 0.4))]
    twice = {"fraction": "fraction", "count": "count", "diameter": "size"}.get(facts.effect)
    if "effect" in keep and twice in keep:
        keep.remove(twice)
    return keep


def _write(
    dice: Dice, facts: Facts, style: Style, names: list[str], known: set[str]
) -> tuple[list[str], set[str]]:
    """Sentences on `names` and all facts told with them; none that only repeats what is known."""
    available, vocabulary = _sentences(facts), words(facts, style)
    body: list[str] = []
    for name in names:
        if name == "effect":
            sentence, tells = _effect(dice, facts, style)
        else:
            again = known & {"technique"}
            fresh = [
                p for p in available[name] if told(facts, p) - known and not told(facts, p) & again
            ]
            if not fresh:
                continue
            pattern = dice.choose(fresh)
            sentence, tells = pattern.format(**vocabulary), told(facts, pattern)
        body.append(spell(capital(sentence), style))
        known = known | tells
    return body, known


def compose(dice: Dice, facts: Facts, label: str = "Figure 1") -> Caption:
    """A caption in the style of the literature that tells at least LEAST_FACTS facts.

    `label` names the figure in the paragraph of the article that mentions it. A reserved `dice`
    uses the reserved title of the kind.
    """
    style = Style(dice.chance(0.4), dice.chance(0.2))
    template, pattern = _title(dice, facts)
    title = capital(spell(pattern.format(**words(facts, style)), style))
    possible = {*_sentences(facts), *(("effect",) if len(facts.panels) == 2 else ())}
    names = [name for name in dice.choose(ORDERS) if name in possible]
    known = told(facts, pattern)
    facts_told: set[str] = set()
    while len(facts_told) < LEAST_FACTS:
        keep = _chosen(dice, [*names, "scale"], facts)
        body, facts_told = _write(dice, facts, style, keep, known)
    mention = _mention(dice, facts, style, label)
    return Caption(title, " ".join([title, *body]), template, tuple(sorted(facts_told)), mention)


def _mention(dice: Dice, facts: Facts, style: Style, label: str) -> str:
    found = words(facts, style)
    where = "on" if facts.kind == "sem" else "in"
    subject = f"{found['objects']} {where} {found['sample']}"
    if found["objects"] == "cells":
        subject = found["sample"]
    if len(facts.panels) == 2:
        sentence, _ = _effect(dice, facts, style)
    else:
        sentence = dice.choose(templates.FRACTION[0][:3]).format(**found)
    pattern = dice.choose(templates.MENTIONS)
    return spell(pattern.format(label=label, subject=subject, effect=capital(sentence)), style)
