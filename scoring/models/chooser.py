"""Models that take one of the choices at once, without writing a response."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from scoring.models.records import Presentation, Question

TIE = 1e-9


@runtime_checkable
class Chooser(Protocol):
    """`sees` is what of a question it looks at; `fitted` says that it learns from a train split."""

    name: str
    revision: str
    sees: str
    fitted: bool

    def fit(self, train: Sequence[Question]) -> None:
        """Learns from questions with their keys. Raises ValueError where there are none."""
        ...

    def choose(self, shown: Sequence[Presentation]) -> list[int | None]:
        """The choice taken for each, counted in the order of the dataset; None for none."""
        ...


def best(question: Question, scores: Sequence[float]) -> int:
    """The choice with the highest score; a tie is broken by a digest, not by place."""
    top = max(scores)
    tied = [index for index, score in enumerate(scores) if score >= top - TIE]
    return min(tied, key=lambda index: lot(question.id, question.choices[index]))


def lot(*parts: object) -> int:
    """A number drawn from a digest of the parts: the same everywhere, like a random one."""
    data = "\x1f".join(str(part) for part in parts).encode("utf-8", "replace")
    return int.from_bytes(hashlib.sha256(data).digest()[:8], "big")
