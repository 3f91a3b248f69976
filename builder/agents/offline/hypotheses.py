"""Hypotheses and proposed experiments that a caption supports in its own words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from builder.agents.offline.facts import Fact
from builder.agents.offline.layout import WHOLE, Layout

_FINDING = re.compile(
    r"\b(?:induces?|increases?|reduces?|decreases?|promotes?|inhibits?|prevents?|restore[sd]?|"
    r"requires?|disrupts?|potentiates?|triggers?|enhances?|suppresses?|impairs?|abolishes?|"
    r"attenuated?|locali[sz]es? to|accumulates?|regulates?|controls?|drives?|causes?|affects?|"
    r"can be (?:engulfed|detected|adapted|purified|internali[sz]ed)|colocali[sz]es?|"
    r"(?:is|are|was|were) (?:required|needed|negatively|positively|aggravated|increased|reduced|"
    r"decreased|associated|seen|present|observed|expressed|enriched|essential))\b"
)
_NOT_FINDING = re.compile(
    r"(?i)^(?:\(|figure|table|schematic|representative|images?|quantification|arrows?|scale)|:|"
    r"\b(?:stained|shown|indicated|visuali[sz]ed)\b"
)


def _title(layout: Layout, title: str) -> Iterator[Fact]:
    """The title, where it is a finding: a clause with a verb that says what happens."""
    for start, end in layout.sentences[:1]:
        text = layout.caption[start:end]
        first = layout.segments[0].start if layout.segments else len(layout.caption)
        if title and text.startswith(title.strip()):
            end = start + len(title.strip())
            text = layout.caption[start:end]
        finding = text.rstrip(". ")
        if not 5 <= len(finding.split()) <= 24 or start + len(finding) > first + 3:
            continue
        if _FINDING.search(finding) and not _NOT_FINDING.search(finding):
            stop = start + len(finding)
            yield Fact("hypothesis", "hypothesis", finding, start, stop, WHOLE)


def _follow_ups(found: Sequence[Fact]) -> Iterator[Fact]:
    for fact in found:
        if fact.attribute == "treatment_compound" and not re.search(
            r"(?i)vehicle|control|DMSO|mock|serum|medium|saline|PBS", fact.value
        ):
            yield Fact(
                "follow_up_compound", fact.value_type, fact.value, fact.start, fact.end, fact.scope
            )
        if fact.attribute == "organelle_marker":
            yield Fact(
                "follow_up_marker",
                fact.value_type,
                fact.value,
                fact.start,
                fact.end,
                fact.scope,
                fact.slots,
            )


def derived(layout: Layout, found: Sequence[Fact], title: str) -> list[Fact]:
    """Hypotheses and proposals that follow from the caption and the facts found in it."""
    return [*_title(layout, title), *_follow_ups(found)]
