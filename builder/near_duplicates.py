"""Near-duplicate search against a fixed set: images by perceptual hash, texts by shingles."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from functools import lru_cache
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

_BANDS = 16
"""More than half of IMAGE_BITS: were each to differ in two bits, there would be too many."""

_BAND_BITS = 256 // _BANDS
_FLIPS = (0, *(1 << bit for bit in range(_BAND_BITS)))
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


class ImageIndex:
    """Finds hashes within IMAGE_BITS of a query, exactly.

    By the pigeonhole principle two hashes that differ in at most IMAGE_BITS bits differ in at most
    one bit of at least one band: a query looks for each of its bands as it is, and with each of its
    bits flipped (multi-index hashing, Norouzi, Punjani and Fleet 2012).
    """

    def __init__(self) -> None:
        self._names: dict[int, str] = {}
        self._bands: list[dict[int, list[int]]] = [{} for _ in range(_BANDS)]

    def add(self, phash: str, name: str) -> None:
        """Add a hash (hexadecimal) under a name; of equal hashes the first name in order counts."""
        value = int(phash, 16)
        if value not in self._names:
            for held, band in zip(self._bands, _image_bands(value), strict=True):
                held.setdefault(band, []).append(value)
        self._names[value] = min(name, self._names.get(value, name))

    def nearest(self, phash: str) -> tuple[str, int] | None:
        """Name and distance in bits of the nearest near-duplicate, or None."""
        value = int(phash, 16)
        found = {
            other
            for held, band in zip(self._bands, _image_bands(value), strict=True)
            for flip in _FLIPS
            for other in held.get(band ^ flip, ())
            if (value ^ other).bit_count() <= IMAGE_BITS
        }
        if not found:
            return None
        distance, name = min(((value ^ other).bit_count(), self._names[other]) for other in found)
        return name, distance


def _image_bands(value: int) -> list[int]:
    return [(value >> low) & (1 << _BAND_BITS) - 1 for low in range(0, 256, _BAND_BITS)]


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
