"""The families of errors that can be planted, and the groups that are held out together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Literal, get_args

from filtering.corruptions.claims import direction_flip, negation
from filtering.corruptions.names import entity_caption, entity_outside, ungrounded
from filtering.corruptions.numbers import number_caption, number_close, number_far, unit_change
from filtering.corruptions.pool import Pool
from filtering.corruptions.records import Change, Item
from filtering.corruptions.swaps import (
    answer_swap,
    caption_swap,
    image_swap,
    panel_swap,
    qa_swap,
)

Group = Literal["attributes", "swaps", "ungrounded and negation", "numbers"]
GROUPS: tuple[Group, ...] = get_args(Group)
Plant = Callable[[Item, Pool, Random], Change | None]


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
    Family("entity_caption", "attributes", entity_caption),
    Family("entity_outside", "attributes", entity_outside),
    Family("direction_flip", "attributes", direction_flip),
    Family("answer_swap", "swaps", answer_swap),
    Family("qa_swap", "swaps", qa_swap),
    Family("panel_swap", "swaps", panel_swap),
    Family("caption_swap", "swaps", caption_swap, whole_figure=True),
    Family("image_swap", "swaps", image_swap, whole_figure=True),
    Family("ungrounded", "ungrounded and negation", ungrounded),
    Family("negation", "ungrounded and negation", negation),
    Family("number_close", "numbers", number_close),
    Family("number_far", "numbers", number_far),
    Family("number_caption", "numbers", number_caption),
    Family("unit_change", "numbers", unit_change),
)


def families() -> Mapping[str, Family]:
    """All families by name, in a fixed order."""
    return {family.name: family for family in _FAMILIES}
