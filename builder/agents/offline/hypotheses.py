"""Hypotheses and proposed experiments that a caption supports in its own words.

A hypothesis that names cause and effect has the form 'agent verb measure' ('Nocodazole reduces
the number of cells'), so that its opposite can be written too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from builder.agents.offline.facts import WHOLE, Fact
from builder.agents.offline.phrases import lower_first
from builder.agents.offline.templates import FOLLOW_UPS
from builder.tables.sieve import Sieve
from filtering.text.captions import Caption

NO_CHANGE = "does not change"
OPPOSITES = {
    "increases": "decreases",
    "raises": "lowers",
    "elevates": "reduces",
    "enhances": "diminishes",
    "decreases": "increases",
    "reduces": "elevates",
    "lowers": "raises",
    "diminishes": "enhances",
    "induces": "suppresses",
    "suppresses": "induces",
    "promotes": "inhibits",
    "inhibits": "promotes",
    "prevents": "causes",
    "causes": "prevents",
    "triggers": "prevents",
    "blocks": "permits",
    "restores": "abolishes",
    "abolishes": "restores",
    "attenuates": "aggravates",
    "aggravates": "attenuates",
    "potentiates": "attenuates",
    "impairs": "improves",
    "improves": "impairs",
    "disrupts": "preserves",
    "accelerates": "delays",
    "delays": "accelerates",
}
"""Verbs of effect, and the verb of the opposite effect."""


def _to_past(verb: str) -> str:
    """'reduces' -> 'reduced', 'blocks' -> 'blocked'."""
    if verb in ("abolishes", "diminishes"):
        return verb.removesuffix("es") + "ed"
    return verb.removesuffix("s") + ("d" if verb.endswith("es") else "ed")


_PRESENT = {form: verb for verb in OPPOSITES for form in (verb, _to_past(verb), verb[:-1])}
_PRESENT |= {"inhibited": "inhibits", "permitted": "permits"}
"""Verbs as captions have them ('reduced', 'reduce'), and the form of a hypothesis: 'reduces'."""
# An effect that a title or sentence begins with: 'Knockdown of KIF11 reduced spindle length'.
_CAUSE = (
    r"(?:(?:[Ll]oss|[Kk]nock-?(?:down|out)|[Dd]epletion|[Dd]eletion|[Ss]ilencing|[Aa]blation|"
    r"[Oo]ver-?expression|[Ee]xpression|[Ii]nhibition|[Aa]ctivation|[Aa]ddition|[Aa]bsence) of |"
    r"(?:[Tt]reatment with|[Ee]xposure to) )?"
)
_WORD = r"[\w/+α-ωΑ-Ω:'’-]+"
_VERB = "|".join(sorted(_PRESENT, key=len, reverse=True))
_STATED_EFFECT = re.compile(
    rf"(?P<agent>{_CAUSE}{_WORD}(?: {_WORD}){{0,5}}?) (?:also |significantly |strongly |markedly )?"
    rf"(?P<verb>{_VERB}) (?P<measure>(?!in\b|by\b|with\b|to\b|at\b|from\b|for\b|as\b)"
    rf"(?:the )?{_WORD}(?: (?:{_WORD}|\([\w/ -]{{1,14}}\))){{0,13}}?)"
    rf"(?= (?:and|but) (?:{_VERB})\b| (?:but|as|which|compared|relative|\()|[.;,(]|$)"
)
_NO_AGENT = re.compile(
    r"(?i)^(?:we|it|this|these|those|that|which|they|both|all|each|arrows?\w*|asterisks?|images?|"
    r"panels?|figures?|bars?|lines?|data|values|numbers?|boxes|note|representative|quantif\w+)\b|"
    r"\b(?:is|are|was|were|be|been|show\w*|that|which|with|by|in|has|have|not|can|to)\b"
)
# A title that says what happens, in whatever form: 'Cdc42 is required for cell polarity'.
_FINDING = re.compile(
    r"\b(?:induces?|increases?|reduces?|decreases?|promotes?|inhibits?|prevents?|restore[sd]?|"
    r"requires?|disrupts?|potentiates?|triggers?|enhances?|suppresses?|impairs?|abolishes?|"
    r"attenuated?|locali[sz]es? to|accumulates?|regulates?|drives?|causes?|affects?|"
    r"can be (?:engulfed|detected|adapted|purified|internali[sz]ed)|colocali[sz]es?|"
    r"(?:is|are|was|were) (?:required|needed|negatively|positively|aggravated|increased|reduced|"
    r"decreased|associated|seen|present|observed|expressed|enriched|essential))\b"
)
_NO_FINDING = re.compile(
    r"(?i)^(?:\(|figure|table|schematic|representative|images?|quantification|arrows?|scale)|:|"
    r"\b(?:stained|shown|indicated|visuali[sz]ed|respectively|in control)\b"
)
# What a treatment did, anywhere in the caption: 'Exposure to X left the mean diameter unchanged'.
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
_CHANGED = rf"(?P<verb>{'|'.join(_VERBS)})"
_END = r"(?= from \d| by \d| after treatment| in treated| in panel| in [A-Z]\b| \(|[.;]|$)"
_AGENT = (
    r"(?:Treatment|[Ee]xposure to (?P<to>[^.;,]+?)|(?P<agent>[A-Za-z][\w-]*(?: [A-Z]\d?| acid)?))"
)
_EFFECT_PATTERNS = (
    rf"{_AGENT} {_CHANGED} {_MEASURE}{_END}",
    rf"{_AGENT} (?:did not (?:change|alter|affect)|had no effect on) {_MEASURE}{_END}",
    rf"{_AGENT} left {_MEASURE} unchanged",
    rf"(?:(?<=[.,] )|(?<=that )){_MEASURE} (?:was|were) {_CHANGED}",
    rf"(?:(?<=[.,] )|(?<=that )){_MEASURE} (?:was|were|remained) unchanged",
)
_TREATMENT_EFFECTS = Sieve([(pattern, pattern) for pattern in map(re.compile, _EFFECT_PATTERNS)])
_COMPARED = re.compile(
    r"(?i)\bcontrols?\b|\b(?:untreated|uninfected|mock|sham)\b|\bwith(?: or |/| and )without\b|"
    r"\bcompared (?:with|to)\b"
)
# What a titration is for, where an outcome can be seen and where none can.
_AIMS = {
    True: "test whether the outcome shown",
    False: "learn how the response of specimens like the one",
}


class Effect(NamedTuple):
    """The parts of a hypothesis: 'Nocodazole', 'reduces', 'the number of cells'."""

    agent: str
    verb: str
    measure: str


_EFFECT = re.compile(
    rf"^(?P<agent>.+?) (?P<verb>{'|'.join((*OPPOSITES, NO_CHANGE))}) (?P<measure>.+)$"
)


def parse_effect(answer: str) -> Effect:
    """The parts of a hypothesis; empty where it has another form."""
    match = _EFFECT.match(answer)
    return Effect(**match.groupdict()) if match else Effect("", "", "")


def derive_facts(caption: Caption, facts: Sequence[Fact], title: str) -> list[Fact]:
    """Hypotheses and proposals that follow from a caption and from what it states.

    'Cells received nocodazole. Nocodazole reduced the number of cells.' gives the effect
    'Nocodazole reduces the number of cells', and a dose-response experiment to follow it up.

    Args:
        caption: the caption.
        facts: what it states; treatments, markers and times are followed up.
        title: title of the figure, which the caption may begin with.
    """
    # Effects of the treatment that the caption names; else of anything, from title or sentences.
    effects = list(_find_treatment_effects(caption, facts)) or _find_stated_effects(caption, title)
    # A title that is a finding of another form, where no effect was read from it.
    titles = [] if any(fact.start == 0 for fact in effects) else _find_title(caption, title)

    has_outcome = bool(titles or effects or _COMPARED.search(caption.text))
    proposals = []
    for fact in facts:
        if fact.attribute in FOLLOW_UPS:
            attribute = FOLLOW_UPS[fact.attribute]
            aim = {"aim": _AIMS[has_outcome]} if attribute == "follow_up_compound" else {}
            proposals.append(replace(fact, attribute=attribute, slots=fact.slots | aim))
    return [*titles, *effects, *proposals]


def _find_treatment_effects(caption: Caption, facts: Sequence[Fact]) -> Iterator[Fact]:
    """What a treatment does to a measure, from the sentence that says so."""
    compounds = {f.value.casefold(): f.value for f in facts if f.attribute == "treatment_compound"}
    # 'Treatment reduced ...' is about the compound where there is only one.
    only = next(iter(compounds.values())) if len(compounds) == 1 else ""
    for pattern in _TREATMENT_EFFECTS.passes(caption.text):
        for match in pattern.finditer(caption.text):
            words = match.groupdict()
            agent = words.get("to") or words.get("agent") or only
            if not agent or agent.casefold() not in compounds:
                continue
            verb = _VERBS[words["verb"]] if words.get("verb") else NO_CHANGE
            measure = lower_first(words["measure"].strip())
            yield _write_effect(Effect(agent, verb, measure), match)


def _write_effect(effect: Effect, match: re.Match[str]) -> Fact:
    value = f"{effect.agent[:1].upper()}{effect.agent[1:]} {effect.verb} {effect.measure}"
    return Fact("effect", "hypothesis", value, match.start(), match.end(), WHOLE)


def _find_stated_effects(caption: Caption, title: str) -> list[Fact]:
    """Effects that the title states, else those that sentences and words about panels state."""
    ends = {start: caption.sentence(start)[1] for start, _ in caption.sentences}
    ends |= {section.start: caption.sentence(section.start)[1] for section in caption.sections}
    tidy_title = title.strip().rstrip(".")
    opens_with_title = bool(tidy_title) and caption.text.startswith(tidy_title)
    of_title = _match_effects(caption, {0: len(tidy_title)}) if opens_with_title else []
    return of_title or _match_effects(caption, ends)


def _match_effects(caption: Caption, spans: Mapping[int, int]) -> list[Fact]:
    """Effects at the beginning of spans, whose ends are given by their starts."""
    effects = []
    for start, end in sorted(spans.items()):
        match = _STATED_EFFECT.match(caption.text, start, end)
        if match and not _NO_AGENT.search(match["agent"]) and len(match["measure"]) >= 4:
            verb = _PRESENT.get(match["verb"], match["verb"])
            effects.append(_write_effect(Effect(match["agent"], verb, match["measure"]), match))
    return effects


def _find_title(caption: Caption, title: str) -> list[Fact]:
    """The title, where it is a finding: a clause with a verb that says what happens."""
    if not caption.sentences:
        return []
    start, end = caption.sentences[0]
    if title and caption.text[start:end].startswith(title.strip()):
        end = start + len(title.strip())
    finding = caption.text[start:end].rstrip(". ")
    stop = start + len(finding)
    first_panel = caption.sections[0].start if caption.sections else len(caption.text)
    # No headline of two words, no sentence that runs into the first panel.
    if not 5 <= len(finding.split()) <= 24 or stop > first_panel + 3:
        return []
    if not _FINDING.search(finding) or _NO_FINDING.search(finding):
        return []
    return [Fact("hypothesis", "hypothesis", finding, start, stop, WHOLE)]
