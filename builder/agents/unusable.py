"""The record of a reply that could not be used."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Unusable:
    """A reply, or a part of one, that could not be used.

    `prompt` is the prompt's version, `request` the digest under which the response is kept,
    `reason` short and stable, so that reasons can be counted; `repaired` says that the model
    corrected it.
    """

    prompt: str
    request: str
    reason: str
    detail: str = ""
    repaired: bool = False

    @property
    def problem(self) -> str:
        """Reason and detail in one line."""
        return f"{self.reason}: {self.detail}" if self.detail else self.reason

    @property
    def step(self) -> str:
        """Name of the prompt."""
        return self.prompt.partition("@")[0]


def pack(items: Iterable[Unusable]) -> list[str]:
    """One JSON object each, as the tables hold them."""
    return [json.dumps(asdict(item), ensure_ascii=False, sort_keys=True) for item in items]


def unpack(texts: Iterable[str] | None) -> list[Unusable]:
    """What `pack` packed."""
    return [Unusable(**json.loads(text)) for text in texts or ()]
