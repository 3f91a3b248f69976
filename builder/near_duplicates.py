"""Near-duplicate search against a fixed set: images by perceptual hash, texts by MinHash."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise

from datasketch import MinHash, MinHashLSH

IMAGE_BITS = 24
"""Two images are near-duplicates when their 256-bit perceptual hashes differ in at most so many."""

TEXT_JACCARD = 0.8
"""Two texts are near-duplicates from this Jaccard similarity of their word 3-shingles on."""

_PERMUTATIONS = 64
_WORD = re.compile(r"[^\W_]+(?:\.\d+)?")


def words(text: str) -> list[str]:
    """Words and numbers of a text, case and punctuation folded."""
    return _WORD.findall(text.lower())


def shingles(text: str, size: int = 3) -> frozenset[str]:
    """Runs of `size` words of a text; a shorter text is one run, an empty one none."""
    found = words(text)
    last = max(len(found) - size, 0)
    return (
        frozenset(" ".join(found[i : i + size]) for i in range(last + 1)) if found else frozenset()
    )


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


class TextIndex:
    """Finds texts whose shingles reach TEXT_JACCARD; MinHash proposes, exact Jaccard decides."""

    def __init__(self) -> None:
        self._lsh = MinHashLSH(threshold=TEXT_JACCARD, num_perm=_PERMUTATIONS)
        self._texts: dict[str, str] = {}

    def add(self, text: str, name: str) -> None:
        """Add a text under a name that is not in use yet."""
        self._texts[name] = text
        self._lsh.insert(name, _minhash(shingles(text)))

    def nearest(self, text: str) -> tuple[str, float] | None:
        """Name and Jaccard similarity of the most similar near-duplicate, or None."""
        grams = shingles(text)
        proposed = self._lsh.query(_minhash(grams)) if grams else []
        found = [(-jaccard(grams, shingles(self._texts[name])), name) for name in proposed]
        similarity, name = min(found, default=(0.0, ""))
        return (name, -similarity) if -similarity >= TEXT_JACCARD else None


_EMPTY = MinHash(num_perm=_PERMUTATIONS)
"""Drawing the permutations takes longer than to hash a caption."""


def _minhash(grams: frozenset[str]) -> MinHash:
    sketch = _EMPTY.copy()
    sketch.update_batch([gram.encode("utf-8", "surrogatepass") for gram in sorted(grams)])
    return sketch
