"""Which words pairs share: what one says of the other's answer, without reading any model.

A text is kept as a set of word stems in 1,024 bits, so that comparing two takes no strings; two
different words fall on one bit about once in a thousand.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt

from filtering.records import QA
from filtering.text.words import plain_words

Words = npt.NDArray[np.uint64]
_PIECES = 16
_BITS = 64


def pair_words(rows: Sequence[QA]) -> Words:
    """Words of each answer and of all that the pair says, shape (n, 2, 16)."""
    said = [
        (_set(plain_words(qa.answer)), _set(plain_words(f"{qa.question} {qa.answer}")))
        for qa in rows
    ]
    return np.array(said, dtype=np.uint64).reshape(len(rows), 2, _PIECES)


def _set(words: Collection[str]) -> list[int]:
    bits = [0] * _PIECES
    for word in words:
        place = zlib.crc32(word.encode("utf-8", "surrogatepass")) % (_PIECES * _BITS)
        bits[place // _BITS] |= 1 << (place % _BITS)
    return bits


def share_told(words: Words, by: Words) -> npt.NDArray[np.float32]:
    """Share (e,) of the words of each set (e, 16) that are in another one (e, 16); 0 for none."""
    count = np.bitwise_count(words).sum(axis=1)
    both = np.bitwise_count(words & by).sum(axis=1)
    return np.asarray(both / np.maximum(count, 1), dtype=np.float32)
