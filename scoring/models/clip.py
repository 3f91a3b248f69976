"""`clip:NAME`: the choice whose text, after the question, lies nearest to the image."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from scoring.models.chooser import best
from scoring.models.errors import FatalError
from scoring.models.records import Presentation, Question

Floats = npt.NDArray[np.float32]
_BATCH = 256


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


Opener = Callable[[str], ImageTextEncoder]
_openers: list[Opener] = []


def register_encoders(opener: Opener) -> None:
    """Says how `clip:NAME` opens the encoder of a name. Encoders live outside of this package."""
    _openers[:] = [opener]


def open_encoder(name: str) -> ImageTextEncoder:
    """The encoder of a name. Raises FatalError where none is registered or it cannot be opened."""
    if not _openers:
        raise FatalError("clip: has no encoders here; see scoring.models.register_encoders")
    try:
        return _openers[0](name)
    except (OSError, ValueError, KeyError, ImportError, RuntimeError) as error:
        raise FatalError(f"cannot open clip:{name}: {' '.join(str(error).split())}") from error


class ClipChooser:
    """Zero-shot multiple choice (Radford et al. 2021, 'CLIP'): softmax over the choices.

    Each choice is the text "QUESTION CHOICE"; the similarity is the mean over the images. A
    question without a readable image is not answered.
    """

    sees, fitted = "image", False

    def __init__(self, encoder: ImageTextEncoder) -> None:
        self.name, self.revision = f"clip:{encoder.name}", encoder.revision
        self._encoder = encoder

    def fit(self, train: Sequence[Question]) -> None:
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
                None if np.isnan(row).any() else best(question, row.tolist())
                for question, row in zip(questions, rows, strict=True)
            ]
        return chosen

    def probabilities(self, questions: Sequence[Question]) -> list[Floats]:
        """Softmax over the choices of each question; NaN without a readable image."""
        files = list(dict.fromkeys(image for q in questions for image in q.images))
        encoded = dict(zip(files, self._encoder.images(files), strict=True)) if files else {}
        texts = [f"{q.question} {choice}" for q in questions for choice in q.choices]
        rows = iter(self._encoder.texts(texts))
        found = []
        for question in questions:
            choices = np.stack([next(rows) for _ in question.choices])
            found.append(self._softmax(choices, [encoded[image] for image in question.images]))
        return found

    def _softmax(self, choices: Floats, images: Sequence[Floats]) -> Floats:
        readable = [image for image in images if not np.isnan(image).any()]
        if not readable:
            return np.full(len(choices), np.nan, np.float32)
        logits = self._encoder.scale * (choices @ np.mean(readable, axis=0))
        weights = np.exp(logits - logits.max())
        return np.asarray(weights / weights.sum(), np.float32)
