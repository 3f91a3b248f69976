"""The two encoders of a filter: what they must offer, the pair of them, and one that remembers."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol, TypeVar

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Input = TypeVar("Input")


class ImageTextEncoder(Protocol):
    """An image and text encoder, as `filtering.encoders.open_clip_encoder` opens it."""

    @property
    def name(self) -> str:
        """Model."""

    @property
    def revision(self) -> str:
        """Revision of its weights."""

    @property
    def dim(self) -> int:
        """Dimensions of its embeddings."""

    @property
    def scale(self) -> float:
        """Factor of similarities in a softmax."""

    def images(self, files: Sequence[bytes]) -> Floats:
        """Unit rows, NaN for an image that cannot be read."""

    def texts(self, texts: Sequence[str]) -> Floats:
        """Unit rows."""


class EntailmentModel(Protocol):
    """A natural language inference model, as `filtering.encoders.open_nli` opens it."""

    @property
    def name(self) -> str:
        """Model."""

    @property
    def revision(self) -> str:
        """Revision of its weights."""

    @property
    def max_tokens(self) -> int:
        """Most tokens of premise and hypothesis together."""

    def length(self, text: str) -> int:
        """Tokens of a text."""

    def probabilities(self, premises: Sequence[str], hypotheses: Sequence[str]) -> Floats:
        """Entailment, neutral and contradiction, shape (n, 3)."""


def _recall(
    items: Sequence[Input],
    keys: Sequence[Hashable],
    memory: dict[Hashable, Floats],
    encode: Callable[[list[Input]], Floats],
    width: int,
) -> Floats:
    """Rows of all items; only those with a new key are encoded, each once."""
    new = {key: item for key, item in zip(keys, items, strict=True) if key not in memory}
    if new:
        memory.update(zip(new, encode(list(new.values())), strict=True))
    if not keys:
        return np.zeros((0, width), dtype=np.float32)
    return np.stack([memory[key] for key in keys])


class CachedImageTextEncoder:
    """A CLIP that keeps its embeddings in memory, 4 bytes per dimension and item."""

    def __init__(self, clip: ImageTextEncoder) -> None:
        self._clip = clip
        self.name, self.revision = clip.name, clip.revision
        self.dim, self.scale = clip.dim, clip.scale
        self._images: dict[Hashable, Floats] = {}
        self._texts: dict[Hashable, Floats] = {}

    def images(self, files: Sequence[bytes]) -> Floats:
        """Unit rows, NaN for an image that cannot be read."""
        keys = [sha256(file).digest() for file in files]
        return _recall(files, keys, self._images, self._clip.images, self.dim)

    def texts(self, texts: Sequence[str]) -> Floats:
        """Unit rows."""
        return _recall(texts, texts, self._texts, self._clip.texts, self.dim)


class CachedEntailmentModel:
    """An NLI model that keeps what it said of each premise with each hypothesis."""

    def __init__(self, nli: EntailmentModel) -> None:
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

        return _recall(pairs, pairs, self._said, encode, 3)


@dataclass(frozen=True, slots=True)
class Encoders:
    """The encoders of a filter; None for one that reads text only."""

    clip: ImageTextEncoder | None = None
    nli: EntailmentModel | None = None

    def remember(self) -> Encoders:
        """The same encoders; what was encoded once is not encoded again."""
        if self.clip is None or self.nli is None:
            return self
        return Encoders(CachedImageTextEncoder(self.clip), CachedEntailmentModel(self.nli))


NO_ENCODERS = Encoders()
