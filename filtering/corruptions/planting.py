"""Planting errors into a table: which families there are, which rows get which, always the same
for a seed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal, get_args

from filtering.corruptions.claims import flip_direction, negate
from filtering.corruptions.donors import (
    DonorPool,
    swap_answer,
    swap_caption,
    swap_image,
    swap_pair,
    swap_panel,
)
from filtering.corruptions.editing import CLEAN, Corruption, Edit, QAItem
from filtering.corruptions.values import (
    add_ungrounded,
    change_number_slightly,
    change_number_widely,
    change_unit,
    take_caption_name,
    take_caption_number,
    take_outside_name,
)
from filtering.records import QA

Group = Literal["attributes", "swaps", "ungrounded and negation", "numbers"]
GROUPS: tuple[Group, ...] = get_args(Group)
Plant = Callable[[QAItem, DonorPool, Random], Edit | None]


@dataclass(frozen=True, slots=True)
class Family:
    """A kind of error. `plant` returns None where it does not apply.

    `whole_figure` families change all rows of a figure alike, as a wrong caption does.
    """

    name: str
    group: Group
    plant: Plant
    whole_figure: bool = False

    @property
    def about(self) -> str:
        """What the family does, in one sentence."""
        return " ".join((self.plant.__doc__ or "").split())


_FAMILIES = (
    Family("entity_caption", "attributes", take_caption_name),
    Family("entity_outside", "attributes", take_outside_name),
    Family("direction_flip", "attributes", flip_direction),
    Family("answer_swap", "swaps", swap_answer),
    Family("qa_swap", "swaps", swap_pair),
    Family("panel_swap", "swaps", swap_panel),
    Family("caption_swap", "swaps", swap_caption, whole_figure=True),
    Family("image_swap", "swaps", swap_image, whole_figure=True),
    Family("ungrounded", "ungrounded and negation", add_ungrounded),
    Family("negation", "ungrounded and negation", negate),
    Family("number_close", "numbers", change_number_slightly),
    Family("number_far", "numbers", change_number_widely),
    Family("number_caption", "numbers", take_caption_number),
    Family("unit_change", "numbers", change_unit),
)


def list_families() -> Mapping[str, Family]:
    """All families by name, in a fixed order."""
    return {family.name: family for family in _FAMILIES}


_SAMPLED = 256
_RAREST = 0.02


@dataclass(frozen=True, slots=True)
class PlantedTable:
    """A table with errors: rows, image keys ('' without images) and records, all in order."""

    rows: list[QA]
    images: list[str]
    records: list[Corruption]


def _make_dice(seed: int, kind: str, key: str) -> Random:
    """Randomness that depends on nothing but the seed and the row or figure."""
    text = f"{seed}\x1f{kind}\x1f{key}".encode("utf-8", "surrogatepass")
    return Random(int.from_bytes(hashlib.sha256(text).digest()[:8], "big"))


def plant(family: Family, item: QAItem, pool: DonorPool, dice: Random) -> Edit | None:
    """The change of one family; None where it does not apply or changes nothing."""
    change = family.plant(item, pool, dice)
    return None if change is None or change.item == item else change


def _weigh_families(among: Sequence[Family], pool: DonorPool, seed: int) -> dict[str, float]:
    """How often a family is tried: the more, the fewer rows it applies to, by a sample of rows."""
    sample = _make_dice(seed, "sample", "").sample(pool.rows, min(_SAMPLED, len(pool.rows)))
    weights = {}
    for family in among:
        dice = _make_dice(seed, "sample", family.name)
        applies = sum(plant(family, item, pool, dice) is not None for item in sample)
        weights[family.name] = 1 / max(applies / max(1, len(sample)), _RAREST)
    return weights


def _draw_first(
    among: Sequence[Family],
    weights: Mapping[str, float],
    item: QAItem,
    pool: DonorPool,
    dice: Random,
) -> tuple[Family, Edit] | None:
    """The first family, in a random order by weight, that applies."""
    for family in sorted(among, key=lambda f: dice.expovariate(weights[f.name])):
        change = plant(family, item, pool, dice)
        if change is not None:
            return family, change
    return None


def _draw_figure_families(
    among: Sequence[Family], pool: DonorPool, seed: int, rate: float
) -> dict[str, Family]:
    """The figures that are changed as a whole, and the family that changes each."""
    even = dict.fromkeys((f.name for f in among), 1.0)
    drawn = {}
    for figure, members in pool.figures.items():
        dice = _make_dice(seed, "figure", figure)
        is_changed = among and dice.random() < rate
        if is_changed and (first := _draw_first(among, even, members[0], pool, dice)):
            drawn[figure] = first[0]
    return drawn


def corrupt(
    rows: Sequence[QA],
    *,
    seed: int,
    rate: float,
    names: Collection[str] | None = None,
    images: Sequence[str] | None = None,
) -> PlantedTable:
    """Plants errors into about `rate` (0-1) of the rows, which come back in order.

    Families come about equally often. A row to which none applies stays clean. What becomes of a
    row follows from the seed, its identifier and the pool, not from its place.

    Args:
        rows: the table.
        seed: of everything that is drawn.
        rate: share of the rows that get an error, 0-1.
        names: families to plant; all without.
        images: keys of the rows' images, one a row; without them no image is swapped.

    Raises:
        ValueError: for a rate outside 0-1, an unknown family or another number of images.
    """
    if not 0 <= rate <= 1:
        raise ValueError(f"rate must be between 0 and 1, not {rate}")
    if images is not None and len(images) != len(rows):
        raise ValueError(f"{len(images)} images for {len(rows)} rows")
    known = list_families()
    if unknown := sorted(set(names or ()) - set(known)):
        raise ValueError(f"unknown family {', '.join(unknown)}; known: {', '.join(known)}")
    # What the families can draw from, and which of them apply to this table.
    items = [QAItem(q, i) for q, i in zip(rows, images or [""] * len(rows), strict=True)]
    pool = DonorPool.of(items)
    chosen = [f for f in known.values() if names is None or f.name in names]
    chosen = [f for f in chosen if f.name != "image_swap" or any(images or ())]
    # Two draws: first a figure as a whole, then a row of a figure that stayed. The second rate is
    # such that both together give `rate`.
    whole = [f for f in chosen if f.whole_figure]
    single = [f for f in chosen if not f.whole_figure]
    figure_rate = rate * len(whole) / len(chosen) if chosen else 0.0
    row_rate = (rate - figure_rate) / (1 - figure_rate) if figure_rate < 1 else 0.0
    of_figure = _draw_figure_families(whole, pool, seed, figure_rate)
    # Families that apply to few rows are tried first, so that all come about equally often.
    weights = _weigh_families(single, pool, seed) if row_rate else {}
    table = PlantedTable([], [], [])
    for item in items:
        qa, planted = item.qa, None
        if family := of_figure.get(qa.figure_id):
            change = plant(family, item, pool, _make_dice(seed, family.name, qa.figure_id))
            planted = (family, change) if change else None
        else:
            dice = _make_dice(seed, "row", qa.qa_id)
            if dice.random() < row_rate:
                planted = _draw_first(single, weights, item, pool, dice)
        changed, record = _record_change(item, planted)
        table.rows.append(changed.qa)
        table.images.append(changed.image)
        table.records.append(record)
    return table


def _record_change(item: QAItem, planted: tuple[Family, Edit] | None) -> tuple[QAItem, Corruption]:
    if planted is None:
        return item, Corruption(item.qa.qa_id, CLEAN, "", "", "", False, None)
    family, edit = planted
    pieces = (edit.before, edit.after, edit.value_type)
    return edit.item, Corruption(item.qa.qa_id, family.name, *pieces, True, edit.truth)
