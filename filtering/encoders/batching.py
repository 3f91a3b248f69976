"""Every distinct input once, in batches that depend on the order of the input alone."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import torch

Floats = npt.NDArray[np.float32]
T = TypeVar("T")


def encode_distinct(
    items: Sequence[T],
    key: Callable[[T], Hashable],
    encode: Callable[[Sequence[T]], Floats],
    width: int,
    batch_size: int,
) -> Floats:
    """Rows (n, width) of `encode`, called with batches of the distinct items in input order."""
    keys = [key(item) for item in items]
    first: dict[Hashable, T] = {}
    for name, item in zip(keys, items, strict=True):
        first.setdefault(name, item)
    place = {name: row for row, name in enumerate(first)}
    distinct = list(first.values())
    rows = np.empty((len(distinct), width), dtype=np.float32)
    for start in range(0, len(distinct), batch_size):
        rows[start : start + batch_size] = encode(distinct[start : start + batch_size])
    return rows[[place[name] for name in keys]]


def autocast(device: torch.device) -> AbstractContextManager[object]:
    """Mixed precision on a GPU, nothing elsewhere."""
    return torch.autocast("cuda") if device.type == "cuda" else nullcontext()


def utf8(text: str) -> str:
    """The text with what cannot be encoded, such as half a surrogate pair, as '?'."""
    return text.encode("utf-8", "replace").decode("utf-8")
