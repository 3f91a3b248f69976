"""Cutting the items of a source into partitions of whole articles."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from builder.sources.article import safe_id
from builder.sources.base import Partition

Groups = Mapping[str, list[str]]


def cut(groups: Groups, size: int, facts: Callable[[tuple[str, ...]], object]) -> list[Partition]:
    """Partitions of about `size` items from items by article, in the order given.

    `facts` says of a partition's items what the fingerprint follows besides them, as JSON.
    """
    return [
        Partition(
            f"{index:05d}-{safe_id(name or 'refused')}",
            fingerprint([items, facts(items)]),
            items,
        )
        for index, (name, items) in enumerate(_chunks(groups, size))
    ]


def _chunks(groups: Groups, size: int) -> Iterator[tuple[str, tuple[str, ...]]]:
    name, chunk = "", list[str]()
    for article, items in groups.items():
        if chunk and len(chunk) + len(items) > size:
            yield name, tuple(chunk)
            chunk = []
        if not chunk:
            name = article
        chunk += items
    if chunk:
        yield name, tuple(chunk)


def fingerprint(facts: object) -> str:
    """Digest of anything that JSON can hold."""
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def file_facts(path: Path) -> list[int]:
    """Size and time of change of a file; [] if it is not there."""
    try:
        facts = path.stat()
    except (OSError, ValueError):
        return []
    return [facts.st_size, facts.st_mtime_ns]
