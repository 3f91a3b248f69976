"""Where articles are: on this machine, or with PubMed Central's public service."""

from __future__ import annotations

from pathlib import Path

QUERY = "search:"
"""How a location begins that is a query."""


def is_remote(location: str) -> bool:
    """Whether a location is a list of ids (a .txt file) or a query, and no package."""
    return location.startswith(QUERY) or (
        location.lower().endswith(".txt") and not Path(location).expanduser().is_dir()
    )
