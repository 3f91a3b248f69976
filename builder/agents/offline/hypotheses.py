"""Hypotheses and proposed experiments that a caption supports in its own words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from builder.agents.offline.facts import WHOLE, Fact
from builder.agents.offline.findings import NO_CHANGE, findings
from builder.agents.offline.phrases import lower_first
from builder.agents.offline.templates import FOLLOW_UPS
from builder.tables.sieve import Sieve
from filtering.text.captions import Caption

_FINDING = re.compile(
    r"\b(?:induces?|increases?|reduces?|decreases?|promotes?|inhibits?|prevents?|restore[sd]?|"
    r"requires?|disrupts?|potentiates?|triggers?|enhances?|suppresses?|impairs?|abolishes?|"
    r"attenuated?|locali[sz]es? to|accumulates?|regulates?|drives?|causes?|affects?|"
    r"can be (?:engulfed|detected|adapted|purified|internali[sz]ed)|colocali[sz]es?|"
    r"(?:is|are|was|were) (?:required|needed|negatively|positively|aggravated|increased|reduced|"
    r"decreased|associated|seen|present|observed|expressed|enriched|essential))\b"
)
_NOT_FINDING = re.compile(
    r"(?i)^(?:\(|figure|table|schematic|representative|images?|quantification|arrows?|scale)|:|"
    r"\b(?:stained|shown|indicated|visuali[sz]ed|respectively|in control)\b"
)
# Verb of the caption -> verb of the hypothesis.
_VERBS = {
    "increased": "increases",
    "raised": "raises",
    "elevated": "elevates",
    "enhanced": "enhances",
    "decreased": "decreases",
    "reduced": "reduces",
    "lowered": "lowers",
    "diminished": "diminishes",
}
_MEASURE = (
    r"(?P<measure>(?:[Tt]he )?(?:fraction|proportion|percentage|number|mean|average|density|rate|"
    r"amount)\b[^.;:,()]*?|[\w/αβγ-]+(?: [\w-]+)? (?:fluorescence |staining )?(?:intensity|"
    r"expression|signal))"
)
_MADE = rf"(?P<verb>{'|'.join(_VERBS)})"
_END = r"(?= from \d| by \d| after treatment| in treated| in panel| in [A-Z]\b| \(|[.;]|$)"
_AGENT = (
    r"(?:Treatment|[Ee]xposure to (?P<to>[^.;,]+?)|(?P<agent>[A-Za-z][\w-]*(?: [A-Z]\d?| acid)?))"
)
_EFFECT_PATTERNS = (
    rf"{_AGENT} {_MADE} {_MEASURE}{_END}",
    rf"{_AGENT} (?:did not (?:change|alter|affect)|had no effect on) {_MEASURE}{_END}",
    rf"{_AGENT} left {_MEASURE} unchanged",
    rf"(?:(?<=[.,] )|(?<=that )){_MEASURE} (?:was|were) {_MADE}",
    rf"(?:(?<=[.,] )|(?<=that )){_MEASURE} (?:was|were|remained) unchanged",
)
_EFFECTS = Sieve([(pattern, pattern) for pattern in map(re.compile, _EFFECT_PATTERNS)])


def _title(caption: Caption, title: str) -> Iterator[Fact]:
    """The title, where it is a finding: a clause with a verb that says what happens."""
    for start, end in caption.sentences[:1]:
        text = caption.text[start:end]
        first = caption.sections[0].start if caption.sections else len(caption.text)
        if title and text.startswith(title.strip()):
            end = start + len(title.strip())
            text = caption.text[start:end]
        finding = text.rstrip(". ")
        if not 5 <= len(finding.split()) <= 24 or start + len(finding) > first + 3:
            continue
        if _FINDING.search(finding) and not _NOT_FINDING.search(finding):
            stop = start + len(finding)
            yield Fact("hypothesis", "hypothesis", finding, start, stop, WHOLE)


def _effects(caption: Caption, found: Sequence[Fact]) -> Iterator[Fact]:
    """What a treatment does to a measure, from the sentence that says so."""
    compounds = {f.value.casefold(): f.value for f in found if f.attribute == "treatment_compound"}
    only = next(iter(compounds.values())) if len(compounds) == 1 else ""
    for pattern in _EFFECTS.passes(caption.text):
        for match in pattern.finditer(caption.text):
            words = match.groupdict()
            agent = words.get("to") or words.get("agent") or only
            if not agent or agent.casefold() not in compounds:
                continue
            verb = _VERBS[words["verb"]] if words.get("verb") else NO_CHANGE
            measure = lower_first(words["measure"].strip())
            value = f"{agent[:1].upper()}{agent[1:]} {verb} {measure}"
            yield Fact("effect", "hypothesis", value, match.start(), match.end(), WHOLE)


_COMPARED = re.compile(
    r"(?i)\bcontrols?\b|\b(?:untreated|uninfected|mock|sham)\b|\bwith(?: or |/| and )without\b|"
    r"\bcompared (?:with|to)\b"
)
# What a titration is for, where an outcome can be seen and where none can.
_AIMS = {
    True: "test whether the outcome shown",
    False: "learn how the response of specimens like the one",
}


def _proposal(fact: Fact, compared: bool) -> Fact:
    attribute = FOLLOW_UPS[fact.attribute]
    aim = {"aim": _AIMS[compared]} if attribute == "follow_up_compound" else {}
    return replace(fact, attribute=attribute, slots=fact.slots | aim)


def derived(caption: Caption, found: Sequence[Fact], title: str) -> list[Fact]:
    """Hypotheses and proposals that follow from the caption and the facts found in it."""
    effects = list(_effects(caption, found)) or findings(caption, title)
    titles = [] if any(fact.start == 0 for fact in effects) else list(_title(caption, title))
    compared = bool(titles or effects or _COMPARED.search(caption.text))
    proposals = [_proposal(fact, compared) for fact in found if fact.attribute in FOLLOW_UPS]
    return [*titles, *effects, *proposals]
