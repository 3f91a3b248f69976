"""Names of dyes: a colour that only a dye explains says nothing about a target."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from builder.agents.offline.facts import Fact

COLOURED = ("marker_in_colour", "colour_of_marker", "follow_up_target")
"""Attributes that pair a colour with what it stands for."""

_DYE = re.compile(
    r"(?i)(?:Vector )?(?:DAB|AEC|Fast Red|NovaRED|Vector (?:SG|VIP|Red|Blue)|BCIP/NBT|NBT/BCIP|"
    r"DAPI|Hoechst(?: \d+)?|DRAQ\s?\d|propidium[ -]iodide|TO-?PRO-?\d|YO-?PRO-?\d|7-?AAD|"
    r"SYTOX(?: \w+)?|SYTO \d+|ha?ematoxylin|eosin(?: Y)?|H&E|methyl green|nuclear fast red|"
    r"fast green|neutral red|toluidine blue|cresyl violet|safranin(?: O)?|methylene blue|"
    r"crystal violet|acridine orange|ethidium bromide|"
    r"Alexa(?: ?Fluor)?[ -]?\d+|DyLight ?\d+|Atto ?\d+N?|CF\d+\w?|Cy ?\d(?:\.\d)?|FITC|TRITC|"
    r"TAMRA|fluorescein|rhodamine|Texas Red|Oregon Green(?: \d+)?|Pacific Blue|Cascade Blue)"
    r"(?: (?:dye|stain|staining|signal))?"
)
_SEEN = r"(?:visuali[sz]ed|detected|revealed|immunolabell?ed|labell?ed)"
_NAME = r"(?:[^\s.:;,()]+ )??[^\s.:;,()]+"
_TARGET = re.compile(
    rf"(?:\bfor (?P<stained>{_NAME})|(?:^|[.:;)] )(?P<seen>{_NAME}) w(?:as|ere) {_SEEN}) with $"
)
_REACH = 80


def is_dye(name: str) -> bool:
    """Whether a name is nothing but a chromogen, counterstain or fluorophore."""
    return _DYE.fullmatch(name) is not None


def target_of(caption: str, start: int) -> tuple[str, int]:
    """What the dye at `start` makes visible ('p53 was visualised with AEC'), and where it is."""
    lead = max(0, start - _REACH)
    match = _TARGET.search(caption[lead:start])
    if match is None:
        return "", start
    group = match.lastgroup or "seen"
    return match[group], lead + match.start(group)


def tells_no_target(fact: Fact) -> bool:
    """Whether a colour is paired with a dye, or with a name that holds the colour itself."""
    if fact.attribute not in COLOURED:
        return False
    name = fact.slots.get("marker", fact.value)
    colour = fact.slots.get("colour", fact.value)
    return is_dye(name) or re.search(rf"(?i)\b{re.escape(colour)}\b", name) is not None
