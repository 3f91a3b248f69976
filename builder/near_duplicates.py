"""Near-duplicate search against a fixed set: images by perceptual hash, texts by shingles."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from math import ceil
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

Item = TypeVar("Item")
Words = tuple[str, ...]

IMAGE_BITS = 24
"""Two images are near-duplicates when their 256-bit perceptual hashes differ in at most so many."""

TEXT_JACCARD = 0.8
"""Two texts are near-duplicates from this Jaccard similarity of their word 3-shingles on."""

_BUCKETS = 1 << 21
_SHARED = 8
_WORD = re.compile(r"[^\W_]+(?:\.\d+)?")


@lru_cache(maxsize=64)
def words(text: str) -> Words:
    """Words and numbers of a text, case and punctuation folded."""
    return tuple(_WORD.findall(text.lower()))


def runs(found: Words, size: int = 3) -> frozenset[str]:
    """Runs of `size` words; fewer words are one run, none none."""
    if len(found) <= size:
        return frozenset([" ".join(found)] if found else [])
    return frozenset(map(" ".join, zip(*(found[i:] for i in range(size)), strict=False)))


def shingles(text: str, size: int = 3) -> frozenset[str]:
    """Runs of `size` words of a text; a shorter text is one run, an empty one none."""
    return runs(words(text), size)


def jaccard(a: frozenset[str], b: frozenset[str]) -> float:
    """Jaccard similarity of two sets, 0-1; 0 when both are empty."""
    return len(a & b) / len(a | b) if a or b else 0.0


@dataclass(slots=True)
class ImageIndex:
    """Finds hashes within IMAGE_BITS of a query, exactly.

    By the pigeonhole principle two hashes that differ in at most IMAGE_BITS bits agree in at
    least one of IMAGE_BITS + 1 bands.
    """

    _bands: dict[tuple[int, int], list[tuple[int, str]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def add(self, phash: str, name: str) -> None:
        """Add a hash (hexadecimal) under a name."""
        value = int(phash, 16)
        for band in _image_bands(value):
            self._bands[band].append((value, name))

    def nearest(self, phash: str) -> tuple[str, int] | None:
        """Name and distance in bits of the nearest near-duplicate, or None."""
        value = int(phash, 16)
        found = {
            ((value ^ other).bit_count(), name)
            for band in _image_bands(value)
            for other, name in self._bands.get(band, ())
        }
        distance, name = min(found, default=(IMAGE_BITS + 1, ""))
        return (name, distance) if distance <= IMAGE_BITS else None


def _image_bands(value: int) -> list[tuple[int, int]]:
    edges = [256 * i // (IMAGE_BITS + 1) for i in range(IMAGE_BITS + 2)]
    return [
        (i, (value >> low) & ((1 << (high - low)) - 1))
        for i, (low, high) in enumerate(pairwise(edges))
    ]


class TextIndex(Generic[Item]):
    """Finds among fixed items those whose shingles reach TEXT_JACCARD, exactly.

    By prefix filtering (Chaudhuri, Ganti and Kaushik 2006): whatever the order of all shingles,
    two sets of similarity t share k of the first n - ceil(t n) + k of each, or all that they share
    if that is less. Here rare ones come first, so that few pairs have to be compared. `words_of`
    gives the words of an item.
    """

    def __init__(self, items: Mapping[str, Item], words_of: Callable[[Item], Words]) -> None:
        self._items, self._words_of = items, words_of
        self._names = list(items)
        self._counts = np.zeros(_BUCKETS, dtype=np.uint32)
        self._holders: dict[int, list[int]] = {}
        hashes = [_hashes(runs(words_of(item))) for item in items.values()]
        self._sizes = [len(each) for each in hashes]
        for each in hashes:
            np.add.at(self._counts, each % _BUCKETS, 1)
        for number, each in enumerate(hashes):
            for key in self._rarest(each):
                self._holders.setdefault(key, []).append(number)

    def _rarest(self, hashes: npt.NDArray[np.int64]) -> list[int]:
        """The shingles of which a near-duplicate has _SHARED; none where too few are known."""
        counts = self._counts[hashes % _BUCKETS]
        shared = ceil(TEXT_JACCARD * len(hashes) - 1e-9)
        if np.count_nonzero(counts) < shared:
            return []
        order = np.lexsort((hashes, counts))[: len(hashes) - shared + _SHARED]
        found: list[int] = hashes[order].tolist()
        return found

    def nearest(self, words: Words) -> tuple[str, float] | None:
        """Name and Jaccard similarity of the most similar near-duplicate, or None."""
        grams = runs(words)
        keys = self._rarest(_hashes(grams)) if grams else []
        proposed = Counter(number for key in keys for number in self._holders.get(key, ()))
        least, most = TEXT_JACCARD * len(grams) - 1e-9, len(grams) / TEXT_JACCARD + 1e-9
        shared = min(_SHARED, ceil(least))
        alike = [n for n, count in proposed.items() if count >= shared]
        names = [self._names[n] for n in alike if least <= self._sizes[n] <= most]
        found = [(-jaccard(grams, self._grams(name)), name) for name in names]
        similarity, name = min(found, default=(0.0, ""))
        return (name, -similarity) if -similarity >= TEXT_JACCARD else None

    def _grams(self, name: str) -> frozenset[str]:
        return runs(self._words_of(self._items[name]))


def _hashes(grams: frozenset[str]) -> npt.NDArray[np.int64]:
    return np.fromiter(map(hash, grams), np.int64, len(grams))
