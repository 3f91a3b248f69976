"""Families that change a quantity: close by, far off, another of the caption, another unit."""

from __future__ import annotations

import re
from random import Random

from filtering.corruptions.editing import with_entity
from filtering.corruptions.pool import Pool
from filtering.corruptions.records import Change, Item
from filtering.text.entities import Entity, find_entities

_DIGITS = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
_SPELLED = re.compile(
    r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b", re.IGNORECASE
)
_UNITS = {
    "nm": ("µm", "mm"),
    "μm": ("nm", "mm"),
    "um": ("nm", "mm"),
    "mm": ("µm", "cm"),
    "cm": ("mm", "µm"),
    "min": ("h", "s"),
    "minutes": ("hours", "days"),
    "h": ("min", "days"),
    "hours": ("minutes", "days"),
    "hour": ("minute", "day"),
    "d": ("h", "weeks"),
    "days": ("hours", "weeks"),
    "day": ("hour", "week"),
    "weeks": ("days", "months"),
    "s": ("min", "h"),
    "nM": ("µM", "mM"),
    "μM": ("nM", "mM"),
    "mM": ("µM", "nM"),
    "ng/ml": ("µg/ml", "mg/ml"),
    "μg/ml": ("ng/ml", "mg/ml"),
    "mg/ml": ("µg/ml", "ng/ml"),
    "%": ("-fold",),
}
_FACTORS = (0.2, 0.25, 0.4, 2.5, 3.0, 4.0, 5.0)
_CLOSE = (0.75, 0.8, 0.9, 1.1, 1.2, 1.25)


def _quantity(item: Item) -> Entity | None:
    """The first number of the answer."""
    return next((e for e in find_entities(item.qa.answer) if e.number is not None), None)


def _like(number: float, digits: str) -> str:
    """A number written with as many decimals as another one."""
    decimals = len(digits.partition(".")[2])
    return f"{number:.{decimals}f}"


def _in_caption(entity: Entity, new: str, caption: str) -> bool:
    """Whether the caption has the number of a rewritten quantity, whatever it is a number of."""
    found = find_entities(new)
    numbers = {e.number for e in found if e.number is not None}
    return any(e.number in numbers for e in find_entities(caption) if _same_kind(e, entity))


def _same_kind(one: Entity, other: Entity) -> bool:
    return one.type == other.type or "number" in (one.type, other.type)


def _rewritten(item: Item, number: str, truth: bool | None) -> Change | None:
    """The item with other digits in the first quantity of its answer."""
    entity = _quantity(item)
    digits = _DIGITS.search(entity.text) or _SPELLED.search(entity.text) if entity else None
    if entity is None or digits is None or digits.group() == number:
        return None
    new = entity.text[: digits.start()] + number + entity.text[digits.end() :]
    return with_entity(item, entity, new, truth)


def _scaled(item: Item, dice: Random, factors: tuple[float, ...]) -> Change | None:
    entity = _quantity(item)
    digits = _DIGITS.search(entity.text) if entity else None
    if entity is None or digits is None:
        return None
    written = digits.group().replace(",", "")
    for factor in dice.sample(factors, len(factors)):
        step = 1 if factor > 1 else -1
        text = _like(float(written) * factor, written)
        if float(text) == float(written):
            text = _like(float(written) + step * 10.0 ** -len(written.partition(".")[2]), written)
        impossible = float(text) <= 0 or (entity.type == "percent" and float(text) > 100)
        new = entity.text[: digits.start()] + text + entity.text[digits.end() :]
        if not impossible and not _in_caption(entity, new, item.qa.caption):
            return _rewritten(item, text, False if _is_told(entity, item) else None)
    return None


def _is_told(entity: Entity, item: Item) -> bool:
    told = find_entities(item.qa.caption)
    return any(_same_kind(e, entity) and e.number == entity.number for e in told)


def number_close(item: Item, pool: Pool, dice: Random) -> Change | None:
    """A number 10-25% off, at least one unit of its last digit, that the caption does not have."""
    return _scaled(item, dice, _CLOSE)


def number_far(item: Item, pool: Pool, dice: Random) -> Change | None:
    """A number 2.5 to 5 times too large or too small that the caption does not have."""
    return _scaled(item, dice, _FACTORS)


def number_caption(item: Item, pool: Pool, dice: Random) -> Change | None:
    """Another number of the same caption: one of the same kind, else the digits of any other."""
    entity = _quantity(item)
    if entity is None:
        return None
    others = [e for e in find_entities(item.qa.caption) if e.number not in (None, entity.number)]
    same = [e for e in others if e.type == entity.type and _DIGITS.fullmatch(_digits(e.text))]
    drawn = dice.choice(same or others) if others else None
    if drawn is None or not _digits(drawn.text):
        return None
    if same and entity.type in ("length", "duration", "concentration"):
        new, changed = drawn.text, with_entity(item, entity, drawn.text, None)
    else:
        new, changed = _digits(drawn.text), _rewritten(item, _digits(drawn.text), None)
    told = changed is not None and _in_caption(entity, changed.after, item.qa.caption)
    if changed is None or not new:
        return None
    truth = pool.truth(changed.item.qa)
    known = False if truth is None and not told and _is_told(entity, item) else truth
    return Change(changed.item, changed.before, changed.after, entity.type, known)


def _digits(text: str) -> str:
    found = _DIGITS.search(text)
    return found.group() if found else ""


def unit_change(item: Item, pool: Pool, dice: Random) -> Change | None:
    """The same number in another unit ('5 µm' becomes '5 nm')."""
    entity = _quantity(item)
    if entity is None or entity.unit is None or entity.unit not in _UNITS:
        return None
    written = entity.text.replace("µ", "μ")
    place = written.rfind(entity.unit)
    if place < 0:
        return None
    unit = dice.choice(_UNITS[entity.unit])
    new = entity.text[:place].rstrip(" " if unit == "-fold" else "") + unit
    if _in_caption(entity, new, item.qa.caption):
        return None
    return with_entity(item, entity, new, False if _is_told(entity, item) else None)
