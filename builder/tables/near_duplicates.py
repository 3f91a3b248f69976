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
def split_words(text: str) -> Words:
    """Words and numbers of a text, case and punctuation folded."""
    return tuple(_WORD.findall(text.lower()))


def join_shingles(words: Words, size: int = 3) -> frozenset[str]:
    """All runs of `size` successive words; fewer words are one run, none none."""
    if len(words) <= size:
        return frozenset([" ".join(words)] if words else [])
    return frozenset(map(" ".join, zip(*(words[i:] for i in range(size)), strict=False)))


def cut_shingles(text: str, size: int = 3) -> frozenset[str]:
    """Shingles of a text, as `join_shingles` makes them of its words."""
    return join_shingles(split_words(text), size)


def jaccard(a: frozenset[str], b: frozenset[str]) -> float:
    """Jaccard similarity |a & b| / |a | b| of two sets, 0-1; 0 when both are empty."""
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
        self._values = np.array([_parse_hash(phash) for phash in names], np.uint64).reshape(-1, 4)
        # Of each band: the hashes in order of its value, and where in that order each of the
        # 65,536 possible values starts. All bands lie behind each other in one array.
        bands = self._values.view(np.uint16).T
        order = np.argsort(bands, axis=1, kind="stable")
        each = np.arange((1 << _BAND_BITS) + 1)
        sorted_bands = np.take_along_axis(bands, order, axis=1)
        firsts = [
            n * len(names) + np.searchsorted(band, each) for n, band in enumerate(sorted_bands)
        ]
        self._order, self._starts = order.ravel(), np.stack(firsts)

    def find_nearest(self, phash: str) -> tuple[str, int] | None:
        """The known hash that is nearest to a query, if it is a near-duplicate.

        Args:
            phash: 64 hexadecimal digits.

        Returns:
            Its name and its distance in bits, 0 to IMAGE_BITS; of equally near ones the first
            name. None where no hash is within IMAGE_BITS.
        """
        nearest = min(((bits, name) for name, bits in self.find_all(phash)), default=None)
        return (nearest[1], nearest[0]) if nearest else None

    def find_all(self, phash: str) -> list[tuple[str, int]]:
        """All known hashes that are near-duplicates of a query, by name, with distances in bits."""
        value = _parse_hash(phash)
        # All hashes of which one band is that of the query but for at most one bit ...
        near = value.view(np.uint16)[:, None] ^ _FLIPS
        starts, ends = self._starts[_EACH_BAND, near], self._starts[_EACH_BAND, near + 1]
        numbers = self._order[_expand_spans(starts.ravel(), ends.ravel())]
        # ... and the whole distance to each of them.
        distances = np.bitwise_count(self._values[numbers] ^ value).sum(axis=1, dtype=np.int64)
        within = np.flatnonzero(distances <= IMAGE_BITS)
        # One hash may share several bands with the query.
        return list({self._names[numbers[n]]: int(distances[n]) for n in within}.items())


def _parse_hash(phash: str) -> npt.NDArray[np.uint64]:
    return np.frombuffer(bytes.fromhex(phash), np.uint64)


def _expand_spans(starts: Numbers, ends: Numbers) -> Numbers:
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
        # How often each shingle occurs, counted by a part of its hash: that decides which are rare.
        self._counts = np.zeros(_BUCKETS, dtype=np.uint32)
        hashes = [_hash_shingles(join_shingles(words_of(item))) for item in items.values()]
        self._sizes = np.array([len(each) for each in hashes], np.int64)
        for each in hashes:
            np.add.at(self._counts, each % _BUCKETS, 1)
        # The prefix of each item: its rarest shingles.
        rarest = [self._select_rarest(each) for each in _cut_batches(hashes)]
        keys = np.concatenate([np.zeros(0, np.int64), *(keys for keys, _ in rarest)])
        owners = [owner + _AT_ONCE * number for number, (_, owner) in enumerate(rarest)]
        # An inverted index: each shingle of a prefix, and the numbers of the items that have it.
        order = np.argsort(keys, kind="stable")
        small = np.min_scalar_type(_AT_ONCE * len(items))
        self._holders = np.concatenate([np.zeros(0, np.int64), *owners])[order].astype(small)
        self._keys, starts = np.unique(keys[order], return_index=True)
        self._starts = np.append(starts, len(keys))

    def _select_rarest(self, hashes: Sequence[Numbers]) -> tuple[Numbers, Numbers]:
        """The shingles of which near-duplicates have _SHARED, and the place of each one's text.

        None of a text of which too few shingles are known.
        """
        sizes = np.array([len(each) for each in hashes])
        owners, every = np.repeat(np.arange(len(sizes)), sizes), np.concatenate(hashes)
        counts = self._counts[every % _BUCKETS]
        shared = _count_required(sizes)
        known = np.bincount(owners, counts > 0, len(sizes))
        wanted = np.where(known < shared, 0, sizes - shared + _SHARED)
        # Sort by text, then count, then hash, and keep the first `wanted` of each text.
        rank = np.arange(len(every)) - np.repeat(sizes.cumsum() - sizes, sizes)
        order = np.lexsort((every, counts, owners))[rank < wanted[owners]]
        return every[order], owners[order]

    def find_nearest(self, texts: Iterable[Words]) -> Iterator[tuple[str, float] | None]:
        """The known item that is most similar to each text, if it is a near-duplicate.

        Args:
            texts: The words of each query.

        Yields:
            For each text the item's name and their Jaccard similarity, TEXT_JACCARD to 1; of
            equally similar items the first name. None where no item is that similar.
        """
        for batch in _cut_batches(texts):
            grams = [join_shingles(words) for words in batch]
            near_items: list[list[tuple[float, str]]] = [[] for _ in batch]
            # The index tells which pairs may be near-duplicates; the whole sets decide.
            for place, number in self._find_alike([_hash_shingles(each) for each in grams]):
                item = self._items[self._names[number]]
                similarity = jaccard(grams[place], join_shingles(self._words_of(item)))
                if similarity >= TEXT_JACCARD:
                    near_items[place].append((-similarity, self._names[number]))
            for near in near_items:
                similarity, name = min(near, default=(0.0, ""))
                yield (name, -similarity) if near else None

    def _find_alike(self, hashes: Sequence[Numbers]) -> list[tuple[int, int]]:
        """Texts, by place, and the items that may be near-duplicates of them, by number."""
        # Every meeting of a text and an item at a shingle that is in the prefixes of both.
        keys, owners = self._select_rarest(hashes)
        first = np.searchsorted(self._keys, keys)
        last = np.searchsorted(self._keys, keys, side="right")
        starts, ends = self._starts[first], self._starts[last]
        places = np.repeat(owners.astype(self._holders.dtype), ends - starts)
        numbers = self._holders[_expand_spans(starts, ends)]
        # Pairs with enough meetings, whose sizes alone do not rule the similarity out.
        met = places * self._holders.dtype.type(len(self._names)) + numbers
        pairs, counts = np.unique(met, return_counts=True)
        places, numbers = np.divmod(pairs.astype(np.int64), max(1, len(self._names)))
        sizes = np.array([len(each) for each in hashes])
        ours, theirs = sizes[places], self._sizes[numbers]
        alike = counts >= np.minimum(_SHARED, _count_required(ours))
        alike &= (_count_required(ours) <= theirs) & (_count_required(theirs) <= ours)
        return list(zip(places[alike].tolist(), numbers[alike].tolist(), strict=True))


def _cut_batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    rest = iter(items)
    while batch := list(islice(rest, _AT_ONCE)):
        yield batch


def _count_required(sizes: Numbers) -> Numbers:
    """How many shingles of so many another text must have to be a near-duplicate."""
    least: Numbers = np.ceil(TEXT_JACCARD * sizes - 1e-9).astype(np.int64)
    return least


def _hash_shingles(grams: frozenset[str]) -> Numbers:
    return np.fromiter(map(hash, grams), np.int64, len(grams))
