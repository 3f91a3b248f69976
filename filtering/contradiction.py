"""The contradiction gate."""

from __future__ import annotations

from filtering.records import QA


def contradiction(qa: QA) -> str:
    """Plain contradiction of the caption in words; empty where there is none."""
    return ""
