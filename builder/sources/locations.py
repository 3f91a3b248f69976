"""Locations with settings: `PATH?caption=COLUMN&license=COLUMN`."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qsl

from builder.sources.base import SourceError


def split_location(location: str) -> tuple[str, dict[str, str]]:
    """Path and settings; a path that exists is taken as it is, whatever it holds.

    Raises SourceError for settings that cannot be parsed, are empty or given twice.
    """
    if Path(location).expanduser().exists():
        return location, {}
    path, _, query = location.partition("?")
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
    except ValueError as error:
        raise SourceError(f"{location}: write ?caption=COLUMN after the path") from error
    chosen = dict(pairs)
    if len(chosen) < len(pairs) or "" in chosen.values() or not path:
        raise SourceError(f"{location}: give a path, and each setting once with a value")
    return path, chosen
