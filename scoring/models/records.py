"""What models are asked, what they answer, and the errors of those that give no response."""

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
class BenchmarkQuestion:
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

    question: BenchmarkQuestion
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
    schema, where the backend can. `step` says what the request is for: its cost is counted under
    that name. It is not sent, and requests that differ in nothing else are equal.
    """

    messages: tuple[Message, ...]
    max_tokens: int = 2048
    temperature: float | None = 0.0
    seed: int | None = None
    schema: Mapping[str, Any] | None = None
    step: str = field(default="", compare=False)

    def key(self, model: str, revision: str) -> dict[str, Any]:
        """All that determines the response, under which it is kept.

        Kept responses are found by these bytes: a change here asks everything again.

        Args:
            model: kind and name, `openai:gpt-4o`; not the server, which may move.
            revision: what was asked for, possibly nothing.

        Returns:
            A JSON object with images by digest.
        """
        return {
            "model": model,
            "revision": revision,
            "messages": [
                [
                    message.role,
                    [
                        {"text": part} if isinstance(part, str) else {"image": part.sha256}
                        for part in message.parts
                    ],
                ]
                for message in self.messages
            ],
            "max_tokens": self.max_tokens,
            "temperature": self.temperature,
            "seed": self.seed,
            "schema": self.schema,
        }


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


def dump_canonical(value: Any) -> str:
    """One spelling of a JSON value. Raises ValueError for NaN and infinity."""
    return json.dumps(
        value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    )


class ModelError(Exception):
    """No response; the message says why and, where it helps, what to do.

    Messages are one line and never hold a key.
    """


class TransientError(ModelError):
    """Trying again can help. `retry_after` is what the server asks to wait, in seconds."""

    def __init__(self, message: str, retry_after: float | None = None, busy: bool = False) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.busy = busy


class RequestError(ModelError):
    """The server refuses this one request: trying again does not help, others may work."""


class SchemaRefused(RequestError):  # noqa: N818 - reads as what happened
    """The server does not take JSON schemas: the same request without one may work."""


class NotRecordedError(RequestError):
    """Only recorded replies answer, and none was recorded for this request."""


class FatalError(ModelError):
    """No request can work: a wrong key, an unknown model, a missing package."""


class BudgetSpent(ModelError):  # noqa: N818 - reads as what happened
    """Sending more could cost more than the budget."""
