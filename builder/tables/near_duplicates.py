"""Near-duplicate search against a fixed set: images by perceptual hash, texts by shingles."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

Item = TypeVar("Item")
Words = tuple[str, ...]
Numbers = npt.NDArray[np.int64]

IMAGE_BITS = 24
"""Two images are near-duplicates when their 256-bit perceptual hashes differ in at most so many."""

TEXT_JACCARD = 0.8
"""Two texts are near-duplicates from this Jaccard similarity of their word 3-shingles on."""

_BANDS = 16
"""More than half of IMAGE_BITS: were each to differ in two bits, there would be too many."""

_BAND_BITS = 256 // _BANDS
_EACH_BAND = np.arange(_BANDS)[:, None]
_FLIPS = np.array([0, *(1 << bit for bit in range(_BAND_BITS))])
_BUCKETS = 1 << 21
_SHARED = 8
_AT_ONCE = 256
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

    def __init__(self, named: Iterable[tuple[str, str]]) -> None:
        """Of pairs of name and hash (64 hexadecimal digits); of equal hashes the first name in
        order counts."""
        names: dict[str, str] = {}
        for name, phash in named:
            names[phash] = min(name, names.get(phash, name))
        self._names = list(names.values())
        self._values = np.array([_value(phash) for phash in names], np.uint64).reshape(-1, 4)
        bands = self._values.view(np.uint16).T
        order = np.argsort(bands, axis=1, kind="stable")
        each = np.arange((1 << _BAND_BITS) + 1)
        held = np.take_along_axis(bands, order, axis=1)
        firsts = [n * len(names) + np.searchsorted(band, each) for n, band in enumerate(held)]
        self._order, self._starts = order.ravel(), np.stack(firsts)

    def nearest(self, phash: str) -> tuple[str, int] | None:
        """Name and distance in bits of the nearest near-duplicate, or None."""
        value = _value(phash)
        near = value.view(np.uint16)[:, None] ^ _FLIPS
        starts, ends = self._starts[_EACH_BAND, near], self._starts[_EACH_BAND, near + 1]
        numbers = self._order[_spans(starts.ravel(), ends.ravel())]
        distances = np.bitwise_count(self._values[numbers] ^ value).sum(axis=1, dtype=np.int64)
        within = np.flatnonzero(distances <= IMAGE_BITS)
        found = ((int(distances[n]), self._names[numbers[n]]) for n in within)
        distance, name = min(found, default=(0, ""))
        return (name, distance) if len(within) else None


def _value(phash: str) -> npt.NDArray[np.uint64]:
    return np.frombuffer(bytes.fromhex(phash), np.uint64)


def _spans(starts: Numbers, ends: Numbers) -> Numbers:
    """All whole numbers from each start up to its end, one after the other."""
    lengths = ends - starts
    return np.repeat(ends - lengths.cumsum(), lengths) + np.arange(lengths.sum())


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
        hashes = [_hashes(runs(words_of(item))) for item in items.values()]
        self._sizes = np.array([len(each) for each in hashes], np.int64)
        for each in hashes:
            np.add.at(self._counts, each % _BUCKETS, 1)
        rarest = [self._rarest(each) for each in _batches(hashes)]
        held = np.concatenate([np.zeros(0, np.int64), *(keys for keys, _ in rarest)])
        owners = [owner + _AT_ONCE * number for number, (_, owner) in enumerate(rarest)]
        order = np.argsort(held, kind="stable")
        small = np.min_scalar_type(_AT_ONCE * len(items))
        self._holders = np.concatenate([np.zeros(0, np.int64), *owners])[order].astype(small)
        self._held, starts = np.unique(held[order], return_index=True)
        self._starts = np.append(starts, len(held))

    def _rarest(self, hashes: Sequence[Numbers]) -> tuple[Numbers, Numbers]:
        """The shingles of which near-duplicates have _SHARED, and the place of each one's text.

        None of a text of which too few shingles are known.
        """
        sizes = np.array([len(each) for each in hashes])
        owners, every = np.repeat(np.arange(len(sizes)), sizes), np.concatenate(hashes)
        counts = self._counts[every % _BUCKETS]
        shared = _least(sizes)
        known = np.bincount(owners, counts > 0, len(sizes))
        wanted = np.where(known < shared, 0, sizes - shared + _SHARED)
        rank = np.arange(len(every)) - np.repeat(sizes.cumsum() - sizes, sizes)
        order = np.lexsort((every, counts, owners))[rank < wanted[owners]]
        return every[order], owners[order]

    def nearest(self, texts: Iterable[Words]) -> Iterator[tuple[str, float] | None]:
        """Name and Jaccard similarity of each text's most similar near-duplicate, or None."""
        for some in _batches(texts):
            grams = [runs(words) for words in some]
            found: list[list[tuple[float, str]]] = [[] for _ in some]
            for place, number in self._alike([_hashes(each) for each in grams]):
                similarity = jaccard(grams[place], self._grams(number))
                if similarity >= TEXT_JACCARD:
                    found[place].append((-similarity, self._names[number]))
            for near in found:
                similarity, name = min(near, default=(0.0, ""))
                yield (name, -similarity) if near else None

    def _alike(self, hashes: Sequence[Numbers]) -> list[tuple[int, int]]:
        """Texts, by place, and the items that may be near-duplicates of them, by number."""
        keys, owners = self._rarest(hashes)
        first = np.searchsorted(self._held, keys)
        last = np.searchsorted(self._held, keys, side="right")
        starts, ends = self._starts[first], self._starts[last]
        places = np.repeat(owners.astype(self._holders.dtype), ends - starts)
        numbers = self._holders[_spans(starts, ends)]
        met = places * self._holders.dtype.type(len(self._names)) + numbers
        pairs, counts = np.unique(met, return_counts=True)
        places, numbers = np.divmod(pairs.astype(np.int64), max(1, len(self._names)))
        sizes = np.array([len(each) for each in hashes])
        ours, theirs = sizes[places], self._sizes[numbers]
        alike = counts >= np.minimum(_SHARED, _least(ours))
        alike &= (_least(ours) <= theirs) & (_least(theirs) <= ours)
        return list(zip(places[alike].tolist(), numbers[alike].tolist(), strict=True))

    def _grams(self, number: int) -> frozenset[str]:
        return runs(self._words_of(self._items[self._names[number]]))


def _batches(given: Iterable[Item]) -> Iterator[list[Item]]:
    rest = iter(given)
    while batch := list(islice(rest, _AT_ONCE)):
        yield batch


def _least(sizes: Numbers) -> Numbers:
    """How many shingles of so many another text must have to be a near-duplicate."""
    least: Numbers = np.ceil(TEXT_JACCARD * sizes - 1e-9).astype(np.int64)
    return least


def _hashes(grams: frozenset[str]) -> Numbers:
    return np.fromiter(map(hash, grams), np.int64, len(grams))
