"""What can be stated about a figure, from its facts: a claim per fact and panel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from benchmarks.training.wordings import WORDINGS
from builder.agents.offline.phrases import add_article, start_sentence
from builder.agents.offline.templates import TEMPLATES
from builder.sources.phantom import Panel, PhantomFacts
from builder.sources.phantom.captions import AMERICAN, format_diameter, format_length, format_number
from builder.sources.phantom.templates import MADE
from builder.sources.phantom.vocabulary import PLACES, Dice

FIGURE = ("in the figure", "in this figure", "in the image", "in this image")
PREPARATION = {"phase": "substrate", "tem": "contrast_agent", "sem": "coating"}
# Further attributes of the offline agent that ask for the same fact.
ALSO = {
    "treatment_compound": ("follow_up_compound",),
    "treatment_dose": ("follow_up_dose",),
    "treatment_duration": ("follow_up_duration",),
    "marker_in_colour": ("follow_up_target",),
}


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement before it is worded.

    `attribute` names its wordings, `fact` the fact as captions disclose it, `sort` what kind of
    value it is (values of one sort can be confused), `panel` a letter or '' for the figure.
    """

    attribute: str
    fact: str
    sort: str
    value: str
    panel: str = ""
    slots: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str, tuple[tuple[str, str], ...]]:
        """What is asked, without the answer."""
        return self.attribute, self.panel, tuple(sorted(self.slots.items()))

    def saying(self, value: str) -> Claim:
        """The same claim with another value."""
        return replace(self, value=value)


def claims(facts: PhantomFacts) -> list[Claim]:
    """Everything that can be stated, true, in a fixed order."""
    return [*_specimen(facts), *_labels(facts), *_treatment(facts), *_measures(facts)]


def _specimen(facts: PhantomFacts) -> Iterator[Claim]:
    if facts.cell_line:
        yield Claim("cell_line", "cell line", "cells", facts.cell_line)
    else:
        yield Claim("tissue", "tissue", "tissue", facts.tissue)
    yield Claim("organism", "organism", "organism", facts.organism)
    yield Claim("technique", "technique", "technique", facts.technique)
    yield Claim("scale_bar", "scale bar", "length", format_length(facts.scale_bar_um))
    if facts.preparation:
        attribute = PREPARATION[facts.kind]
        yield Claim(attribute, "preparation", "preparation", facts.preparation)
    if facts.modality == "electron microscopy":
        yield Claim("objects", "objects", "objects", facts.objects)


def _labels(facts: PhantomFacts) -> Iterator[Claim]:
    if not facts.channels:
        return
    last = facts.channels[-1]
    if facts.kind == "histochemistry":
        yield Claim("stain", "stain", "dye", last.label)
        return
    yield Claim("nuclear_stain", "stain", "dye", last.label)
    for index, channel in enumerate(facts.channels[:-1]):
        if index == 0:
            yield Claim("target", "marker", "marker", channel.marker)
            label = "fluorophore" if facts.kind == "immunofluorescence" else "chromogen"
            if len(facts.channels) == 2:
                yield Claim(label, "label", "dye", channel.label)
            slots = {"subject": channel.marker}
            place = PLACES[channel.localisation]
            yield Claim("localisation", "localisation", "place", place, "", slots)
        slots = {"colour": channel.colour}
        yield Claim("marker_in_colour", "colour", "marker", channel.marker, "", slots)
        slots = {"marker": channel.marker}
        yield Claim("colour_of_marker", "colour", "colour", channel.colour, "", slots)


def _treatment(facts: PhantomFacts) -> Iterator[Claim]:
    plan = facts.treatment
    if plan is None:
        return
    panel = "B" if len(facts.panels) == 2 else ""
    yield Claim("treatment_compound", "compound", "agent", plan.compound, panel)
    dose = f"{format_number(plan.dose)} {plan.dose_unit}"
    yield Claim("treatment_dose", "dose", "dose", dose, panel)
    time = f"{plan.duration} {plan.duration_unit}"
    yield Claim("treatment_duration", "duration", "time", time, panel)
    if panel:
        yield Claim("vehicle", "vehicle", "agent", plan.vehicle)
        yield Claim("effect", "direction", "direction", facts.direction, "", _effect(facts))


def _effect(facts: PhantomFacts) -> dict[str, str]:
    assert facts.treatment is not None
    measure = {
        "fraction": f"the fraction of {facts.feature} {facts.objects}",
        "count": f"the number of {facts.objects} per field",
        "diameter": f"the {_measure(facts)}{_of(facts)}",
        "intensity": f"{facts.channels[0].marker if facts.channels else ''} {_signal(facts)}",
    }[facts.effect]
    return {"compound": facts.treatment.compound, "measured": measure}


def _signal(facts: PhantomFacts) -> str:
    fluorescent = facts.kind == "immunofluorescence"
    return "fluorescence intensity" if fluorescent else "staining intensity"


def _measure(facts: PhantomFacts) -> str:
    if facts.kind == "phase":
        return "mean cell diameter"
    return "mean diameter" if facts.modality == "electron microscopy" else "mean nuclear diameter"


def _of(facts: PhantomFacts) -> str:
    return f" of the {facts.objects}" if facts.modality == "electron microscopy" else ""


def _measures(facts: PhantomFacts) -> Iterator[Claim]:
    for panel in facts.panels:
        yield from _panel_measures(facts, panel)


def _panel_measures(facts: PhantomFacts, panel: Panel) -> Iterator[Claim]:
    letter = panel.letter
    slots = {"kind": facts.objects, "feature": facts.feature}
    yield Claim("fraction", "percent", "percent", f"{panel.percent}%", letter, slots)
    slots = {"noun": facts.objects}
    yield Claim("cell_count", "count", "number", f"{panel.count}", letter, slots)
    slots = {"measure": _measure(facts), "of": _of(facts)}
    yield Claim("mean_size", "size", "length", format_diameter(panel), letter, slots)


def _said(dice: Dice, claim: Claim) -> str:
    """The value as it stands in a sentence."""
    if claim.attribute == "effect":
        return _effect_clause(dice, claim)
    if claim.attribute == "localisation":
        bare = claim.value.removeprefix("the ")
        return add_article(bare) if dice.chance(0.5) else claim.value
    if claim.sort == "time" and claim.value.endswith(" h") and dice.chance(0.2):
        return claim.value + ("our" if claim.value == "1 h" else "ours")
    if claim.value == "phase contrast microscopy" and dice.chance(0.5):
        return "phase-contrast microscopy"
    return claim.value


def _effect_clause(dice: Dice, claim: Claim) -> str:
    compound, measure = claim.slots["compound"], claim.slots["measured"]
    if measure.startswith("the fraction"):
        measure = measure.replace("fraction", dice.choose(("fraction", "proportion", "percentage")))
    if claim.value == "unchanged":
        verb = dice.choose(("does not change", "does not alter", "has no effect on"))
    else:
        verb = dice.choose(MADE[claim.value])
        verb = verb if dice.chance(0.3) else f"{verb[:-2]}es".replace("ses", "ses")
        verb = _PRESENT.get(verb, verb)
    return f"{compound} {verb} {measure}"


_PRESENT = {
    "increases": "increases",
    "augmentes": "augments",
    "elevates": "elevates",
    "decreases": "decreases",
    "reduces": "reduces",
    "loweres": "lowers",
}


def _where(dice: Dice, claim: Claim, pair: bool) -> str:
    if claim.panel:
        return f"in panel {claim.panel}"
    return dice.choose(FIGURE[:2] if pair else FIGURE[2:]) if dice.chance(0.8) else FIGURE[0]


def american(text: str) -> str:
    """The text in American spelling."""
    for british, other in AMERICAN.items():
        text = text.replace(british, other)
    return text


STYLES = ("agent", "agent", "agent", "question", "own", "own")


def word(dice: Dice, claim: Claim, pair: bool, style: str = "") -> str:
    """One sentence for a claim.

    Styles: `agent` (the offline agent's statement), `question` (its question, then the value),
    `own` (WORDINGS), `held out`, `denied`. Without one, drawn from STYLES.
    """
    style = style or dice.choose(STYLES)
    names = [n for n in (claim.attribute, *ALSO.get(claim.attribute, ())) if n in TEMPLATES]
    own = WORDINGS[claim.attribute]
    fill = {"where": _where(dice, claim, pair), "value": _said(dice, claim), **claim.slots}
    fill["Where"] = start_sentence(fill["where"])
    fill["thing"] = fill["where"].removeprefix("in ")
    fill["aim"] = "test whether the outcome shown"
    if style in ("agent", "question") and names:
        template = TEMPLATES[dice.choose(names)]
        if style == "agent":
            text = template.statement.format(**fill)
        else:
            text = f"{dice.choose(template.stems).format(**fill)} {fill['value']}"
    elif style == "denied":
        text = own.denied.format(**fill)
    elif style == "held out":
        text = own.held_out.format(**fill)
    else:
        text = dice.choose(own.trained).format(**fill)
    text = start_sentence(text)
    return american(text) if dice.chance(0.3) else text
