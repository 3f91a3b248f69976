"""The hand-written responses of `extraction_cases.jsonl`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from scoring import LabelStyle, Status

_FILE = Path(__file__).with_name("extraction_cases.jsonl")


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
    return [Case(**json.loads(line)) for line in _FILE.read_text("utf-8").splitlines()]
