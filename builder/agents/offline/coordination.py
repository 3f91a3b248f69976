"""Whether a value that was read is one of several: 'S. typhimurium and S. aureus' are not one.

Lists of names never hold all of them, so the partner is told by its form, not by its name.
"""

from __future__ import annotations

import re

from builder.agents.offline.facts import Fact
from filtering.text.captions import Caption

_JOINED = r"(?:,? (?:and|or|versus|vs\.?|as well as)|,| ?/| &) (?:the |in |with |for )?"
_BINOMIAL = r"(?:[A-Z]\. ?|[A-Z][a-z]{3,} )[a-z]{4,}"
_LINE = r"(?:[A-Z]+[\w-]*\d[\w/-]*|[A-Z]{2,}[\w/-]*|[A-Z][a-z]+[A-Z]\w*)"
_WAY = (
    r"(?:(?:FE-?|HR-?)?(?:SEM|TEM|STEM|AFM)|[Cc]onfocal|[Ff]luorescen(?:ce|t)|[Ee]lectron|[Ll]ight"
    r"|[Pp]hase[- ]contrast|[Bb]right-?field|[Dd]ark-?field|DIC|[Ss]canning|[Tt]ransmission"
    r"|[Oo]ptical|[Aa]tomic force)"
)
_TISSUE = (
    r"(?:epitheli\w+|\w+ tissue|muscle|stroma|cartilage|bone|(?:epi)?dermis|fat|nerves?|vessels?"
    r"|mucosa|brain|liver|kidney|spleen|lung|heart|choroid|retina|cortex|intestine|pancreas|skin)\b"
)
_TIME_UNIT = r"(?:h|hours?|hrs?|min(?:utes?)?|d|days?|weeks?|s|seconds?|months?)(?!\w)"
_DOSE_UNIT = r"(?:[nµμupm]?M|[nµμum]?g/\w+|%|U/\w+)"
# Value type -> what a partner looks like, and what may stand between the value and 'and'.
_PARTNERS: dict[str, tuple[str, str]] = {
    "organism": (_BINOMIAL, r"(?: cells?| strains?)?"),
    "cell_line": (rf"{_LINE}(?: \w+)? (?:cells?|lines?)\b|{_LINE}(?=[ ,.;]|$)", r"(?: cells?)?"),
    "technique": (_WAY, r"(?: \([^()]{1,20}\))?"),
    "tissue": (_TISSUE, ""),
    "duration": (rf"\d+(?:\.\d+)? ?-?{_TIME_UNIT}", ""),
    "concentration": (rf"\d+(?:[.,]\d+)? ?{_DOSE_UNIT}", ""),
}
_AFTER = {
    kind: re.compile(rf"{between}{_JOINED}(?:{partner})")
    for kind, (partner, between) in _PARTNERS.items()
}
_BEFORE = {
    kind: re.compile(rf"(?:^|[\s(])(?:{partner}){between}{_JOINED}(?:\w+ )?$")
    for kind, (partner, between) in _PARTNERS.items()
}
# Before the value a partner may leave its unit out: '1, 2 and 4 h'.
_BEFORE |= {
    kind: re.compile(rf"(?:^|[\s(])\d+(?:[.,]\d+)?(?: ?-?{unit})?{_JOINED}$")
    for kind, unit in (("duration", _TIME_UNIT), ("concentration", _DOSE_UNIT))
}
_REACH = 60
# 'these Bacillus anthracis cells', 'of E. coli': within a sentence, with a Latin ending.
_SPECIES = re.compile(
    r"(?<=[a-z] )([A-Z](?:\.|[a-z]{3,})) ([a-z]{3,}(?:us|a|um|is|ae|ii|ans|ens|oides|coli|cola"
    r"|ei))\b"
)
_COMMON = re.compile(
    r"larva|stria|retina|mucosa|media|data|bacteria|cornea|nuclei|area|pupa|villus|nucleus"
    r"|analysis|mycelia|hyphae|larvae|antenna|meninges|mitosis|meiosis|fibrosis|necrosis|virus"
    r"|serum|medium|agar"
)


def is_one_of_several(caption: Caption, fact: Fact) -> bool:
    """Whether another value of its kind stands beside that of a fact, known by name or not."""
    if fact.value_type == "organism" and _names_other_species(caption.text, fact):
        return True
    after, before = _AFTER.get(fact.value_type), _BEFORE.get(fact.value_type)
    if after is None or before is None:
        return False
    start, end = _find_written(caption.text, fact)
    if fact.value_type == "organism" and not fact.value[:1].isupper():
        return False
    return bool(
        after.match(caption.text, end)
        or before.search(caption.text[max(0, start - _REACH) : start])
    )


def _names_other_species(text: str, fact: Fact) -> bool:
    """Whether a caption names another species than that of a fact for the whole figure."""
    if fact.scope.members or not fact.value[:1].isupper():
        return False
    genus, _, epithet = fact.value.partition(" ")
    species = [match for match in _SPECIES.finditer(text) if not _COMMON.fullmatch(match[2])]
    return any(
        not genus.startswith(match[1].rstrip(".")) or (epithet and match[2] != epithet)
        for match in species
    )


def _find_written(text: str, fact: Fact) -> tuple[int, int]:
    """Where the value stands in the span of a fact; the span where it is spelled otherwise."""
    number = re.match(r"[\d.,]+", fact.value)
    if number is None:
        place = text.find(fact.value, fact.start, fact.end)
        return (place, place + len(fact.value)) if place >= 0 else (fact.start, fact.end)
    unit = fact.value[number.end() :].strip()
    quantity = re.compile(rf"(?<![\d.,]){re.escape(number[0])} ?-?{re.escape(unit[:1])}[^\s,;.()]*")
    written = quantity.search(text, fact.start, fact.end + _REACH)
    return written.span() if written else (fact.start, fact.end)
