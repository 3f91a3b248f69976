"""What a model is asked, and what it answers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

Condition = Literal["image", "no-image", "choices-only"]
CONDITIONS: tuple[Condition, ...] = ("image", "no-image", "choices-only")
Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Question:
    """A multiple-choice question of a benchmark.

    `correct` counts choices from 0; `images` are files as they are, possibly none or several.
    `bloom` (1-5) is None where the dataset states no Bloom level.
    """

    id: str
    question: str
    choices: tuple[str, ...]
    correct: int
    images: tuple[bytes, ...] = ()
    caption: str = ""
    article: str = ""
    task: str = ""
    bloom: int | None = None
    modality: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Presentation:
    """A question as it is shown: its choices rotated to the left, and how much is shown."""

    question: Question
    condition: Condition = "image"
    rotation: int = 0

    @property
    def choices(self) -> tuple[str, ...]:
        """The choices in the order shown."""
        choices = self.question.choices
        return choices[self.rotation :] + choices[: self.rotation]

    def original(self, shown: int) -> int:
        """The index in the dataset's order of the choice shown at a place."""
        return (shown + self.rotation) % len(self.question.choices)


@dataclass(frozen=True)
class Image:
    """An image file, sent with its bytes untouched where the server takes its format."""

    data: bytes = field(repr=False)

    @cached_property
    def sha256(self) -> str:
        """Digest of the bytes."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True)
class Message:
    """One turn: texts and images in order."""

    role: Role
    parts: tuple[str | Image, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent to a chat model.

    `temperature` None leaves it to the server. `schema` asks for a JSON object of that JSON
    schema, where the backend can.
    """

    messages: tuple[Message, ...]
    max_tokens: int = 2048
    temperature: float | None = 0.0
    seed: int | None = None
    schema: Mapping[str, Any] | None = None

    def key(self, model: str, revision: str) -> dict[str, Any]:
        """All that determines the response, with images by digest; where it is served does not."""
        return {
            "model": model,
            "revision": revision,
            "messages": [[m.role, [_named(part) for part in m.parts]] for m in self.messages],
            "max_tokens": self.max_tokens,
            "temperature": self.temperature,
            "seed": self.seed,
            "schema": self.schema,
        }


def _named(part: str | Image) -> dict[str, str]:
    return {"text": part} if isinstance(part, str) else {"image": part.sha256}


@dataclass(frozen=True, slots=True)
class Response:
    """What came back. Tokens are None where the server does not count them; latency in seconds.

    `served_by` is the model's name as the server gives it, `cached` says that nothing was sent.
    """

    text: str
    tokens_in: int | None = None
    tokens_out: int | None = None
    finish_reason: str = ""
    latency: float = 0.0
    served_by: str = ""
    cached: bool = False


def canonical(value: Any) -> str:
    """One spelling of a JSON value. Raises ValueError for NaN and infinity."""
    return json.dumps(
        value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    )
