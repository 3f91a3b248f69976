"""Findings in a title or sentence: what one thing does to another, in the caption's words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from builder.agents.offline.facts import WHOLE, Fact
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


def _past(verb: str) -> str:
    """'reduces' -> 'reduced', 'blocks' -> 'blocked'."""
    if verb in ("abolishes", "diminishes"):
        return verb.removesuffix("es") + "ed"
    return verb.removesuffix("s") + ("d" if verb.endswith("es") else "ed")


_PRESENT = {form: verb for verb in OPPOSITES for form in (verb, _past(verb), verb[:-1])}
_PRESENT |= {"inhibited": "inhibits", "permitted": "permits"}
_CAUSE = (
    r"(?:(?:[Ll]oss|[Kk]nock-?(?:down|out)|[Dd]epletion|[Dd]eletion|[Ss]ilencing|[Aa]blation|"
    r"[Oo]ver-?expression|[Ee]xpression|[Ii]nhibition|[Aa]ctivation|[Aa]ddition|[Aa]bsence) of |"
    r"(?:[Tt]reatment with|[Ee]xposure to) )?"
)
_WORD = r"[\w/+α-ωΑ-Ω:'’-]+"
_VERB = "|".join(sorted(_PRESENT, key=len, reverse=True))
_FINDING = re.compile(
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


def present(verb: str) -> str:
    """The form of a hypothesis: 'reduced' and 'reduce' become 'reduces'."""
    return _PRESENT.get(verb, verb)


def _findings(caption: Caption, start: int, end: int) -> Iterator[Fact]:
    match = _FINDING.match(caption.text, start, end)
    if match is None or _NO_AGENT.search(match["agent"]) or len(match["measure"]) < 4:
        return
    agent, verb, measure = match["agent"], present(match["verb"]), match["measure"]
    value = f"{agent[:1].upper()}{agent[1:]} {verb} {measure}"
    yield Fact("effect", "hypothesis", value, match.start(), match.end(), WHOLE)


def findings(caption: Caption, title: str) -> list[Fact]:
    """Effects that the title states, else those that sentences state."""
    titled = title.strip().rstrip(".")
    if titled and caption.text.startswith(titled):
        found = list(_findings(caption, 0, len(titled)))
        if found:
            return found
    starts = [start for start, _ in caption.sentences] + [s.start for s in caption.sections]
    return [
        fact
        for start in sorted(set(starts))
        for fact in _findings(caption, start, caption.sentence(start)[1])
    ]


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
