"""One fact of a figure changed, everything that depends on it kept consistent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from builder.sources.phantom import Channel, Panel, PhantomFacts
from builder.sources.phantom import vocabulary as words
from builder.sources.phantom.facts import BARS_UM
from builder.sources.phantom.vocabulary import Dice, Vocabulary

VISIBLE = (
    "count",
    "percent",
    "size",
    "colour",
    "stain",
    "localisation",
    "marker",
    "objects",
    "feature",
    "direction",
    "scale bar",
    "tissue",
)
"""Facts that leave a trace in the image."""
UNSEEN = ("cell line", "organism", "compound", "dose", "duration", "vehicle", "preparation")
PREPARATIONS = {"phase": words.SUBSTRATES, "tem": words.CONTRASTS, "sem": words.COATINGS}
FEATURES = {"phase": words.PHASE_FEATURES, "tem": words.TEM_FEATURES, "sem": words.SEM_FEATURES}
V = TypeVar("V")
Change = Callable[[Dice, PhantomFacts], PhantomFacts | None]


def other(dice: Dice, vocabulary: Vocabulary[V], than: V) -> V:
    """A value of the vocabulary, open or reserved, that is not `than`."""
    return dice.choose([value for value in vocabulary.values() if value != than])


def _panels(facts: PhantomFacts, values: list[Panel]) -> PhantomFacts:
    return replace(facts, panels=tuple(values))


def _count(dice: Dice, facts: PhantomFacts) -> PhantomFacts | None:
    if facts.effect == "count":
        return None
    factor = dice.choose((0.4, 0.6, 1.6, 2.2))
    values = []
    for panel in facts.panels:
        count = min(max(round(panel.count * factor), 4), 45)
        positive = min(max(round(panel.positive / panel.count * count), 1), count - 1)
        values.append(replace(panel, count=count, positive=positive))
    return _panels(facts, values)


def _percent(dice: Dice, facts: PhantomFacts) -> PhantomFacts | None:
    if facts.effect == "fraction":
        return None
    shift = dice.choose((-0.5, -0.35, -0.2, 0.2, 0.35, 0.5))
    values = []
    for panel in facts.panels:
        share = panel.positive / panel.count + shift
        share = share if 0 < share < 1 else share - 2 * shift
        positive = min(max(round(share * panel.count), 1), panel.count - 1)
        values.append(replace(panel, positive=positive))
    return _panels(facts, values)


def _size(dice: Dice, facts: PhantomFacts) -> PhantomFacts | None:
    factor = dice.choose((0.5, 0.65, 1.5, 1.9))
    digits = 2 if facts.modality == "electron microscopy" else 1
    return _panels(
        facts,
        [replace(p, diameter_um=round(p.diameter_um * factor, digits)) for p in facts.panels],
    )


def _direction(dice: Dice, facts: PhantomFacts) -> PhantomFacts | None:
    """Control and treated panel change places; an unchanged measure changes."""
    if facts.effect == "none":
        return None
    first, second = facts.panels
    turned = {"increased": "decreased", "decreased": "increased"}.get(facts.direction)
    if turned is None:
        return replace(facts, direction=dice.choose(("increased", "decreased")))
    if dice.chance(0.3):
        return replace(facts, direction="unchanged", panels=(first, _as(first, second)))
    swapped = (_as(second, first), _as(first, second))
    return replace(facts, direction="increased" if turned == "increased" else "decreased",
                   panels=swapped)  # fmt: skip


def _as(values: Panel, place: Panel) -> Panel:
    return replace(values, letter=place.letter, treated=place.treated)


def _with_channel(facts: PhantomFacts, index: int, channel: Channel) -> PhantomFacts:
    channels = list(facts.channels)
    channels[index] = channel
    feature = facts.feature
    if index == 0 and facts.channels[0].marker:
        feature = f"{channel.marker}-positive"
    return replace(facts, channels=tuple(channels), feature=feature)


def _colour(dice: Dice, facts: PhantomFacts) -> PhantomFacts | None:
    if not facts.channels or not facts.channels[0].marker:
        return None
    index = dice.whole(0, len(facts.channels) - 2)
    channel = facts.channels[index]
    taken = {c.colour for c in facts.channels}
    if facts.kind == "immunofluorescence":
        colour = dice.choose([c for c in words.FLUOROPHORES if c not in taken])
        label = dice.choose(words.FLUOROPHORES[colour])
    else:
        free = [pair for pair in words.CHROMOGENS.values() if pair[1] not in taken]
        label, colour = dice.choose(free)
    return _with_channel(facts, index, replace(channel, label=label, colour=colour))


def _stain(dice: Dice, facts: PhantomFacts) -> PhantomFacts | None:
    if not facts.channels:
        return None
    channel = facts.channels[-1]
    if facts.kind == "histochemistry":
        label = other(dice, words.HISTOCHEMICAL, channel.label)
        return _with_channel(facts, len(facts.channels) - 1, replace(channel, label=label))
    dyes = words.NUCLEAR_DYES if facts.kind == "immunofluorescence" else words.COUNTERSTAINS
    taken = {c.colour for c in facts.channels}
    free = [pair for pair in dyes.values() if pair[1] not in taken]
    label, colour = dice.choose(free)
    changed = replace(channel, label=label, colour=colour)
    return _with_channel(facts, len(facts.channels) - 1, changed)


def _places(facts: PhantomFacts) -> tuple[Vocabulary[str], dict[str, Vocabulary[str]]]:
    if facts.kind == "immunofluorescence":
        return words.LOCALISATIONS, words.MARKERS
    return words.TISSUE_LOCALISATIONS, words.TISSUE_MARKERS


def _localisation(dice: Dice, facts: PhantomFacts) -> PhantomFacts | None:
    if not facts.channels or not facts.channels[0].marker:
        return None
    first = facts.channels[0]
    place = other(dice, _places(facts)[0], first.localisation)
    return _with_channel(facts, 0, replace(first, localisation=place))


def _marker(dice: Dice, facts: PhantomFacts) -> PhantomFacts | None:
    if not facts.channels or not facts.channels[0].marker:
        return None
    index = dice.whole(0, len(facts.channels) - 2)
    channel = facts.channels[index]
    places, markers = _places(facts)
    place = other(dice, places, channel.localisation)
    taken = {c.marker for c in facts.channels}
    marker = dice.choose([m for m in markers[place].values() if m not in taken])
    return _with_channel(facts, index, replace(channel, marker=marker, localisation=place))


def _objects(dice: Dice, facts: PhantomFacts) -> PhantomFacts | None:
    if facts.kind not in ("tem", "sem"):
        return None
    names = words.ORGANELLES if facts.kind == "tem" else words.PARTICLES
    return replace(facts, objects=other(dice, names, facts.objects))


def _feature(dice: Dice, facts: PhantomFacts) -> PhantomFacts | None:
    if facts.kind == "histochemistry":
        same = [f for f, noun in words.HISTOLOGY_FEATURES.values() if noun == facts.objects]
        left = [feature for feature in same if feature != facts.feature]
        return replace(facts, feature=dice.choose(left)) if left else None
    if facts.kind not in FEATURES:
        return None
    return replace(facts, feature=other(dice, FEATURES[facts.kind], facts.feature))


def _scale_bar(dice: Dice, facts: PhantomFacts) -> PhantomFacts | None:
    far = [bar for bar in BARS_UM if not 0.6 < bar / facts.scale_bar_um < 1.7]
    near = [bar for bar in far if 0.09 < bar / facts.scale_bar_um < 11]
    return replace(facts, scale_bar_um=dice.choose(near))


def _tissue(dice: Dice, facts: PhantomFacts) -> PhantomFacts | None:
    if not facts.tissue:
        return None
    return replace(facts, tissue=other(dice, words.TISSUES, facts.tissue))


def _cell_line(dice: Dice, facts: PhantomFacts) -> PhantomFacts | None:
    if not facts.cell_line:
        return None
    same = [name for name, _ in words.CELL_LINES.values() if name != facts.cell_line]
    return replace(facts, cell_line=dice.choose(same))


def _organism(dice: Dice, facts: PhantomFacts) -> PhantomFacts | None:
    names = {*words.ORGANISMS.values(), *(kind for _, kind in words.CELL_LINES.values())}
    return replace(facts, organism=dice.choose(sorted(names - {facts.organism})))


def _compound(dice: Dice, facts: PhantomFacts) -> PhantomFacts | None:
    names = words.TISSUE_COMPOUNDS if facts.tissue else words.CELL_COMPOUNDS
    plan = facts.treatment
    if plan is None:
        return None
    return replace(facts, treatment=replace(plan, compound=other(dice, names, plan.compound)))


def _dose(dice: Dice, facts: PhantomFacts) -> PhantomFacts | None:
    plan = facts.treatment
    if plan is None:
        return None
    doses = words.TISSUE_DOSES if facts.tissue else words.CELL_DOSES
    dose, unit = other(dice, doses, (plan.dose, plan.dose_unit))
    if not facts.tissue and dice.chance(0.2):  # the same number of another unit
        dose, unit = plan.dose, "nM" if plan.dose_unit == "µM" else "µM"
    return replace(facts, treatment=replace(plan, dose=float(dose), dose_unit=unit))


def _duration(dice: Dice, facts: PhantomFacts) -> PhantomFacts | None:
    plan = facts.treatment
    if plan is None:
        return None
    times = words.TISSUE_DURATIONS if facts.tissue else words.CELL_DURATIONS
    time, unit = other(dice, times, (plan.duration, plan.duration_unit))
    return replace(facts, treatment=replace(plan, duration=time, duration_unit=unit))


def _vehicle(dice: Dice, facts: PhantomFacts) -> PhantomFacts | None:
    plan = facts.treatment
    if plan is None:
        return None
    names = words.TISSUE_VEHICLES if facts.tissue else words.CELL_VEHICLES
    return replace(facts, treatment=replace(plan, vehicle=other(dice, names, plan.vehicle)))


def _preparation(dice: Dice, facts: PhantomFacts) -> PhantomFacts | None:
    if facts.kind not in PREPARATIONS:
        return None
    return replace(facts, preparation=other(dice, PREPARATIONS[facts.kind], facts.preparation))


def _technique(dice: Dice, facts: PhantomFacts) -> PhantomFacts | None:
    names = sorted({v for kind in words.TECHNIQUES.values() for v in kind.values()})
    return replace(facts, technique=dice.choose([n for n in names if n != facts.technique]))


CHANGES: dict[str, Change] = {
    "count": _count,
    "percent": _percent,
    "size": _size,
    "colour": _colour,
    "stain": _stain,
    "localisation": _localisation,
    "marker": _marker,
    "objects": _objects,
    "feature": _feature,
    "direction": _direction,
    "scale bar": _scale_bar,
    "tissue": _tissue,
    "cell line": _cell_line,
    "organism": _organism,
    "compound": _compound,
    "dose": _dose,
    "duration": _duration,
    "vehicle": _vehicle,
    "preparation": _preparation,
    "technique": _technique,
}


def alter(dice: Dice, facts: PhantomFacts, name: str) -> PhantomFacts | None:
    """The facts with the fact `name` changed; None where a figure has no such fact."""
    return CHANGES[name](dice, facts)
