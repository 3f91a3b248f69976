"""Locations with settings: `PATH?caption=COLUMN&license=COLUMN`."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qsl

from builder.sources.base import SourceError


def split_location(location: str) -> tuple[str, dict[str, str]]:
    """Path and settings; the longest path that exists is taken as it is, whatever it holds.

    Raises SourceError for settings that cannot be parsed, are empty or given twice.
    """
    if Path(location).expanduser().exists():
        return location, {}
    path, query = _cut(location)
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
    except ValueError as error:
        raise SourceError(f"{location}: write ?caption=COLUMN after the path") from error
    chosen = dict(pairs)
    if len(chosen) < len(pairs) or "" in chosen.values() or not path:
        raise SourceError(f"{location}: give a path, and each setting once with a value")
    return path, chosen


def _cut(location: str) -> tuple[str, str]:
    """Both sides of the last '?' whose left side exists, else of the first one."""
    for place in (i for i in range(len(location) - 1, 0, -1) if location[i] == "?"):
        if Path(location[:place]).expanduser().exists():
            return location[:place], location[place + 1 :]
    path, _, query = location.partition("?")
    return path, query
