"""Encoders that remember by content what they have encoded, for pools that come again and again."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from hashlib import sha256
from typing import TypeVar

import numpy as np

from filtering.encoders.pair_encoding import Clip, Floats, Nli

Item = TypeVar("Item")


def _recalled(
    items: Sequence[Item],
    keys: Sequence[Hashable],
    memory: dict[Hashable, Floats],
    encode: Callable[[list[Item]], Floats],
    width: int,
) -> Floats:
    """Rows of all items; only those with a new key are encoded, each once."""
    new = {key: item for key, item in zip(keys, items, strict=True) if key not in memory}
    if new:
        memory.update(zip(new, encode(list(new.values())), strict=True))
    if not keys:
        return np.zeros((0, width), dtype=np.float32)
    return np.stack([memory[key] for key in keys])


class RememberingClip:
    """A CLIP that keeps its embeddings in memory, 4 bytes per dimension and item."""

    def __init__(self, clip: Clip) -> None:
        self._clip = clip
        self.name, self.revision = clip.name, clip.revision
        self.dim, self.scale = clip.dim, clip.scale
        self._images: dict[Hashable, Floats] = {}
        self._texts: dict[Hashable, Floats] = {}

    def images(self, files: Sequence[bytes]) -> Floats:
        """Unit rows, NaN for an image that cannot be read."""
        keys = [sha256(file).digest() for file in files]
        return _recalled(files, keys, self._images, self._clip.images, self.dim)

    def texts(self, texts: Sequence[str]) -> Floats:
        """Unit rows."""
        return _recalled(texts, texts, self._texts, self._clip.texts, self.dim)


class RememberingNli:
    """An NLI model that keeps what it said of each premise with each hypothesis."""

    def __init__(self, nli: Nli) -> None:
        self._nli = nli
        self.name, self.revision, self.max_tokens = nli.name, nli.revision, nli.max_tokens
        self._said: dict[Hashable, Floats] = {}
        self._lengths: dict[str, int] = {}

    def length(self, text: str) -> int:
        """Tokens of a text."""
        if text not in self._lengths:
            self._lengths[text] = self._nli.length(text)
        return self._lengths[text]

    def probabilities(self, premises: Sequence[str], hypotheses: Sequence[str]) -> Floats:
        """Entailment, neutral and contradiction, shape (n, 3)."""
        pairs = list(zip(premises, hypotheses, strict=True))

        def encode(new: list[tuple[str, str]]) -> Floats:
            return self._nli.probabilities([p for p, _ in new], [h for _, h in new])

        return _recalled(pairs, pairs, self._said, encode, 3)
