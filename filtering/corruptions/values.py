"""Families that change one thing of a pair: a name (stain, marker, organism ...) or a quantity."""

from __future__ import annotations

import re
from random import Random

from filtering.corruptions.donors import DonorPool, judge_value, pick
from filtering.corruptions.editing import Edit, QAItem, edit_answer, edit_question, replace_answer
from filtering.signals.grounding import are_compatible
from filtering.text.entities import Entity, find_entities
from filtering.text.vocabulary import read_vocabulary

_SWAPPED = (
    "stain", "fluorophore", "marker", "colour", "organism", "cell_line", "cell_type", "tissue",
    "localisation", "substrate", "technique", "treatment",
)  # fmt: skip
_ADDED = ("marker", "stain", "treatment", "cell_line", "organism", "localisation", "tissue")
_ROLES = ("control", "vehicle")
_FEWEST = 3


def _find_names(text: str) -> list[Entity]:
    return [e for e in find_entities(text) if e.type in _SWAPPED]


def _is_rival(kind: str, value: str, item: QAItem, besides: str) -> bool:
    """Whether a name differs from another one and from all names of its type in the pair."""
    texts = (item.qa.question, item.qa.answer)
    said = {e.value for t in texts for e in find_entities(t) if e.type == kind}
    return not any(are_compatible(value, other) for other in {*said, besides} - {""})


def _replace_name(item: QAItem, entity: Entity, new: str, pool: DonorPool) -> Edit | None:
    """The item with a name of its answer, or else of its question, replaced."""
    in_answer = entity in find_entities(item.qa.answer)
    edit = edit_answer if in_answer else edit_question
    change = edit(item, entity, new, None)
    if change is None:
        return None
    truth = judge_value(entity.type, new, item.qa.caption)
    if in_answer and truth is None:
        truth = pool.judge(change.item.qa)
    return Edit(change.item, change.before, change.after, entity.type, truth)


def _find_targets(item: QAItem) -> list[Entity]:
    """Names that can be swapped: those of the answer first."""
    return [*_find_names(item.qa.answer), *_find_names(item.qa.question)]


def take_caption_name(item: QAItem, pool: DonorPool, dice: Random) -> Edit | None:
    """A name is replaced by another one of its type that the same caption has."""
    for entity in _find_targets(item):
        there = [
            e.value if e.type == "localisation" else e.text
            for e in find_entities(item.qa.caption)
            if e.type == entity.type
            and e.value not in _ROLES
            and _is_rival(e.type, e.value, item, entity.value)
        ]
        if there:
            new = dice.choice(sorted(set(there)))
            if change := _replace_name(item, entity, new, pool):
                return change
    return None


def _draw_outside(
    kind: str, item: QAItem, pool: DonorPool, dice: Random, besides: str
) -> str | None:
    """A name of a type that the caption does not have: from other captions, else from the list."""
    there = {e.value for e in find_entities(item.qa.caption) if e.type == kind}
    known = pool.names.get(kind, [])
    names = known if len(known) >= _FEWEST else sorted(read_vocabulary(kind))
    return pick(
        names,
        dice,
        lambda name: (
            name not in _ROLES
            and _is_rival(kind, name, item, besides)
            and not any(are_compatible(name, t) for t in there)
        ),
    )


def take_outside_name(item: QAItem, pool: DonorPool, dice: Random) -> Edit | None:
    """A name is replaced by one of its type that the caption does not have."""
    for entity in _find_targets(item):
        new = _draw_outside(entity.type, item, pool, dice, entity.value)
        if new is not None and (change := _replace_name(item, entity, new, pool)):
            return change
    return None


def add_ungrounded(item: QAItem, pool: DonorPool, dice: Random) -> Edit | None:
    """A thing that the caption does not name is added to the answer."""
    answer = item.qa.answer.rstrip().rstrip(".")
    own = [e.type for e in _find_names(answer)]
    kind = own[0] if own and dice.random() < 0.5 else dice.choice(_ADDED)
    new = _draw_outside(kind, item, pool, dice, "") if answer else None
    if new is None:
        return None
    joint = "and" if kind in own else _JOINTS[kind]
    changed = replace_answer(item, f"{answer} {joint} {new}")
    truth = judge_value(kind, new, item.qa.caption) if kind in own else None
    return Edit(changed, "", new, kind, truth) if changed else None


_JOINTS = {
    "marker": "together with",
    "stain": "together with",
    "treatment": "after",
    "cell_line": "in",
    "organism": "in",
    "localisation": "in the",
    "tissue": "in",
}


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


def _find_quantity(item: QAItem) -> Entity | None:
    """The first number of the answer."""
    return next((e for e in find_entities(item.qa.answer) if e.number is not None), None)


def _write_like(number: float, digits: str) -> str:
    """A number written with as many decimals as another one."""
    decimals = len(digits.partition(".")[2])
    return f"{number:.{decimals}f}"


def _is_number_in_caption(entity: Entity, new: str, caption: str) -> bool:
    """Whether the caption has the number of a rewritten quantity, whatever it is a number of."""
    numbers = {e.number for e in find_entities(new) if e.number is not None}
    return any(e.number in numbers for e in find_entities(caption) if _is_same_kind(e, entity))


def _is_same_kind(one: Entity, other: Entity) -> bool:
    return one.type == other.type or "number" in (one.type, other.type)


def _rewrite_number(item: QAItem, number: str, truth: bool | None) -> Edit | None:
    """The item with other digits in the first quantity of its answer."""
    entity = _find_quantity(item)
    digits = _DIGITS.search(entity.text) or _SPELLED.search(entity.text) if entity else None
    if entity is None or digits is None or digits.group() == number:
        return None
    new = entity.text[: digits.start()] + number + entity.text[digits.end() :]
    return edit_answer(item, entity, new, truth)


def _scale_number(item: QAItem, dice: Random, factors: tuple[float, ...]) -> Edit | None:
    entity = _find_quantity(item)
    digits = _DIGITS.search(entity.text) if entity else None
    if entity is None or digits is None:
        return None
    written = digits.group().replace(",", "")
    for factor in dice.sample(factors, len(factors)):
        text = _write_like(float(written) * factor, written)
        if float(text) == float(written):
            step = 10.0 ** -len(written.partition(".")[2])
            text = _write_like(float(written) + (step if factor > 1 else -step), written)
        impossible = float(text) <= 0 or (entity.type == "percent" and float(text) > 100)
        new = entity.text[: digits.start()] + text + entity.text[digits.end() :]
        if not impossible and not _is_number_in_caption(entity, new, item.qa.caption):
            return _rewrite_number(item, text, False if _is_in_caption(entity, item) else None)
    return None


def _is_in_caption(entity: Entity, item: QAItem) -> bool:
    there = find_entities(item.qa.caption)
    return any(_is_same_kind(e, entity) and e.number == entity.number for e in there)


def change_number_slightly(item: QAItem, pool: DonorPool, dice: Random) -> Edit | None:
    """A number 10-25% off, at least one unit of its last digit, that the caption does not have."""
    return _scale_number(item, dice, _CLOSE)


def change_number_widely(item: QAItem, pool: DonorPool, dice: Random) -> Edit | None:
    """A number 2.5 to 5 times too large or too small that the caption does not have."""
    return _scale_number(item, dice, _FACTORS)


def take_caption_number(item: QAItem, pool: DonorPool, dice: Random) -> Edit | None:
    """Another number of the same caption: one of the same kind, else the digits of any other."""
    entity = _find_quantity(item)
    if entity is None:
        return None
    others = [e for e in find_entities(item.qa.caption) if e.number not in (None, entity.number)]
    same = [e for e in others if e.type == entity.type and _DIGITS.fullmatch(_find_digits(e.text))]
    drawn = dice.choice(same or others) if others else None
    if drawn is None or not _find_digits(drawn.text):
        return None
    if same and entity.type in ("length", "duration", "concentration"):
        new, changed = drawn.text, edit_answer(item, entity, drawn.text, None)
    else:
        new = _find_digits(drawn.text)
        changed = _rewrite_number(item, new, None)
    if changed is None or not new:
        return None
    truth = pool.judge(changed.item.qa)
    is_there = _is_number_in_caption(entity, changed.after, item.qa.caption)
    known = False if truth is None and not is_there and _is_in_caption(entity, item) else truth
    return Edit(changed.item, changed.before, changed.after, entity.type, known)


def _find_digits(text: str) -> str:
    match = _DIGITS.search(text)
    return match.group() if match else ""


def change_unit(item: QAItem, pool: DonorPool, dice: Random) -> Edit | None:
    """The same number in another unit ('5 µm' becomes '5 nm')."""
    entity = _find_quantity(item)
    if entity is None or entity.unit is None or entity.unit not in _UNITS:
        return None
    written = entity.text.replace("µ", "μ")
    place = written.rfind(entity.unit)
    if place < 0:
        return None
    unit = dice.choice(_UNITS[entity.unit])
    new = entity.text[:place].rstrip(" " if unit == "-fold" else "") + unit
    if _is_number_in_caption(entity, new, item.qa.caption):
        return None
    return edit_answer(item, entity, new, False if _is_in_caption(entity, item) else None)
