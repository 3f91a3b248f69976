"""Models that take one of the choices at once, without writing a response; CLIP among them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from scoring.models.records import BenchmarkQuestion, Presentation

Floats = npt.NDArray[np.float32]

TIE = 1e-9
_BATCH = 256


@runtime_checkable
class Chooser(Protocol):
    """`sees` is what of a question it looks at; `fitted` says that it learns from a train split."""

    name: str
    revision: str
    sees: str
    fitted: bool

    def fit(self, train: Sequence[BenchmarkQuestion]) -> None:
        """Learns from questions with their keys. Raises ValueError where there are none."""
        ...

    def choose(self, shown: Sequence[Presentation]) -> list[int | None]:
        """The choice taken for each, counted in the order of the dataset; None for none."""
        ...


def pick_best(question: BenchmarkQuestion, scores: Sequence[float]) -> int:
    """The choice with the highest score; a tie is broken by a digest, not by place."""
    top = max(scores)
    tied = [index for index, score in enumerate(scores) if score >= top - TIE]
    return min(tied, key=lambda index: draw_number(question.id, question.choices[index]))


def draw_number(*parts: object) -> int:
    """A number drawn from a digest of the parts: the same everywhere, like a random one."""
    data = "\x1f".join(str(part) for part in parts).encode("utf-8", "replace")
    return int.from_bytes(hashlib.sha256(data).digest()[:8], "big")


class ImageTextEncoder(Protocol):
    """Encodes images and texts into one space, as CLIP does."""

    @property
    def name(self) -> str:
        """Model."""

    @property
    def revision(self) -> str:
        """Revision of its weights."""

    @property
    def scale(self) -> float:
        """Factor of similarities in a softmax."""

    def images(self, files: Sequence[bytes]) -> Floats:
        """Unit rows, NaN for an image that cannot be read."""
        ...

    def texts(self, texts: Sequence[str]) -> Floats:
        """Unit rows."""
        ...


EncoderOpener = Callable[[str], ImageTextEncoder]
"""Opens the encoder of a name; encoders live outside of this package."""


class ClipChooser:
    """Zero-shot multiple choice (Radford et al. 2021, 'CLIP'): softmax over the choices.

    p(choice) = softmax(scale * <text("QUESTION CHOICE"), mean over images of image vector>)

    A question without a readable image is not answered.
    """

    sees, fitted = "image", False

    def __init__(self, encoder: ImageTextEncoder) -> None:
        self.name, self.revision = f"clip:{encoder.name}", encoder.revision
        self._encoder = encoder

    def fit(self, train: Sequence[BenchmarkQuestion]) -> None:
        """Nothing to learn."""

    def choose(self, shown: Sequence[Presentation]) -> list[int | None]:
        """The choice taken for each. Raises ValueError for presentations without the image."""
        if any(p.condition != "image" for p in shown):
            raise ValueError("clip compares choices with the image: it cannot do without")
        chosen: list[int | None] = []
        for start in range(0, len(shown), _BATCH):
            questions = [p.question for p in shown[start : start + _BATCH]]
            rows = self.probabilities(questions)
            chosen += [
                None if np.isnan(row).any() else pick_best(question, row.tolist())
                for question, row in zip(questions, rows, strict=True)
            ]
        return chosen

    def probabilities(self, questions: Sequence[BenchmarkQuestion]) -> list[Floats]:
        """Softmax over the choices of each question.

        Shape:
            one array per question, as long as it has choices; NaN without a readable image.
        """
        # Questions of a figure share its image: each is encoded once.
        files = list(dict.fromkeys(image for q in questions for image in q.images))
        encoded = dict(zip(files, self._encoder.images(files), strict=True)) if files else {}
        texts = [f"{q.question} {choice}" for q in questions for choice in q.choices]
        rows = iter(self._encoder.texts(texts))
        probabilities = []
        for question in questions:
            choices = np.stack([next(rows) for _ in question.choices])
            images = [encoded[image] for image in question.images]
            readable = [image for image in images if not np.isnan(image).any()]
            if not readable:
                probabilities.append(np.full(len(choices), np.nan, np.float32))
                continue
            logits = self._encoder.scale * (choices @ np.mean(readable, axis=0))
            weights = np.exp(logits - logits.max())
            probabilities.append(np.asarray(weights / weights.sum(), np.float32))
        return probabilities
