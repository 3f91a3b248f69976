"""What a source is, and how its items are cut into partitions of whole articles."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from builder.errors import SourceError as SourceError
from builder.sources.text import make_safe_id
from builder.tables.records import Figure, Rejection

MAX_BYTES = 64 << 20
"""Bytes of images that a partition holds at most, unless a single article has more."""


@dataclass(frozen=True, slots=True)
class Partition:
    """A part of a source that holds whole articles, small enough to be held in memory.

    `fingerprint` changes when the input behind the partition changes; `items` is what the source
    itself needs to read it (paths, ids, ranges).
    """

    key: str
    fingerprint: str
    items: tuple[str, ...]


class Source(Protocol):
    """A kind of input. `kind` is what users write before the colon in `--source`.

    `decodes` says that reading spends its time in decoders of local image files, so that two
    partitions are read faster beside each other, in threads.
    """

    kind: str
    decodes: bool

    def partitions(self) -> list[Partition]:
        """All partitions in a fixed order, made without reading images.

        Raises:
            SourceError: When the location is unusable as a whole.
        """
        ...

    def read(self, partition: Partition) -> Iterator[Figure | Rejection]:
        """Figures of a partition, and a rejection for all that could not be used.

        The order is fixed, so that two builds give the same bytes. A bad item never raises: it
        gives a rejection with a reason, and reading goes on.

        Raises:
            SourceError: When nothing more can be read (a service that stays away).
        """
        ...


def cut_partitions(
    groups: Mapping[str, list[str]],
    size: int,
    describe: Callable[[tuple[str, ...]], object],
    weigh: Callable[[str], int] = lambda _: 0,
) -> list[Partition]:
    """Cuts items into partitions that hold whole articles, in the order given.

    No partition but one of a single article has more than `size` items or MAX_BYTES.

    Args:
        groups: Items by article.
        size: How many items a partition should hold.
        describe: What the fingerprint of a partition follows besides its items (files, settings),
            as anything that JSON holds.
        weigh: How many bytes the images of an item have.
    """
    chunks: list[tuple[str, tuple[str, ...]]] = []
    first, chunk, weight = "", list[str](), 0
    for article, items in groups.items():
        more = sum(map(weigh, items))
        # The article does not fit into the partition that is being filled: close that one.
        if chunk and (len(chunk) + len(items) > size or weight + more > MAX_BYTES):
            chunks.append((first, tuple(chunk)))
            chunk, weight = [], 0
        if not chunk:
            first = article
        chunk += items
        weight += more
    if chunk:
        chunks.append((first, tuple(chunk)))
    return [
        Partition(
            f"{index:05d}-{make_safe_id(name or 'refused')}",
            make_fingerprint([items, describe(items)]),
            items,
        )
        for index, (name, items) in enumerate(chunks)
    ]


def make_fingerprint(facts: object) -> str:
    """Digest of anything that JSON can hold."""
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def read_file_facts(path: Path) -> list[int]:
    """Size in bytes and time of change in nanoseconds of a file; [] if it is not there."""
    try:
        facts = path.stat()
    except (OSError, ValueError):
        return []
    return [facts.st_size, facts.st_mtime_ns]
