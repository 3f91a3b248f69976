"""The hand-written responses of the `.jsonl` files of this folder."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from scoring import LabelStyle, Status

_FILE = Path(__file__).with_name("extraction_cases.jsonl")
_FRESH = Path(__file__).with_name("fresh_responses.jsonl")
_KINDS = Path(__file__).with_name("kinds_of_responses.jsonl")


@dataclass(frozen=True, slots=True)
class Case:
    """A response and what it commits to; `round` says in which round it was written."""

    response: str | None
    options: list[str]
    labels: LabelStyle | None
    status: Status
    index: int | None
    note: str
    round: int


@cache
def cases() -> list[Case]:
    """All cases in order."""
    return _read(_FILE)


@cache
def fresh_responses() -> list[Case]:
    """Those of the last round, labelled before any rule was changed for them."""
    return _read(_FRESH)


@cache
def kinds_of_responses() -> list[Case]:
    """Relatives of responses that were once misread; `note` names their kind."""
    return _read(_KINDS)


def _read(file: Path) -> list[Case]:
    return [Case(**json.loads(line)) for line in file.read_text("utf-8").split("\n") if line]
