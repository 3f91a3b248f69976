"""Cutting the items of a source into partitions of whole articles."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from builder.sources.article import safe_id
from builder.sources.base import Partition

Groups = Mapping[str, list[str]]
MAX_BYTES = 64 << 20
"""Bytes of images that a partition holds at most, unless a single article has more."""


def cut(
    groups: Groups,
    size: int,
    facts: Callable[[tuple[str, ...]], object],
    weigh: Callable[[str], int] = lambda _: 0,
) -> list[Partition]:
    """Partitions of about `size` items from items by article, in the order given.

    `facts` says of a partition's items what the fingerprint follows besides them, as JSON, and
    `weigh` of an item how many bytes its images have: no partition but one of a single article
    has more than `size` items or MAX_BYTES.
    """
    return [
        Partition(
            f"{index:05d}-{safe_id(name or 'refused')}",
            fingerprint([items, facts(items)]),
            items,
        )
        for index, (name, items) in enumerate(_chunks(groups, size, weigh))
    ]


def _chunks(
    groups: Groups, size: int, weigh: Callable[[str], int]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    name, chunk, held = "", list[str](), 0
    for article, items in groups.items():
        weight = sum(map(weigh, items))
        if chunk and (len(chunk) + len(items) > size or held + weight > MAX_BYTES):
            yield name, tuple(chunk)
            chunk, held = [], 0
        if not chunk:
            name = article
        chunk += items
        held += weight
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
