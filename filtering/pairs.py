"""A table of pairs with their images, as stage 2 takes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from filtering.records import QA


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs with all that belongs to them.

    `images` names each row's image in `files`, '' for none; `groups` names the group (article)
    that holds a row's figure, and no figure is in two.
    """

    rows: Sequence[QA]
    images: Sequence[str]
    groups: Sequence[str]
    files: Mapping[str, bytes]

    def numbered_groups(self) -> npt.NDArray[np.int64]:
        """Groups as numbers from 0, in order of appearance."""
        places = {name: i for i, name in enumerate(dict.fromkeys(self.groups))}
        return np.array([places[name] for name in self.groups], dtype=np.int64)
