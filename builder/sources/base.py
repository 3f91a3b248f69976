"""What a source is: it names its partitions cheaply and reads figures from one of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from builder.tables.records import Figure, Rejection


class SourceError(Exception):
    """A source that cannot be opened at all; the message says what is wrong and what to do."""


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
        """All partitions in a fixed order. Raises SourceError when the location is unusable."""
        ...

    def read(self, partition: Partition) -> Iterator[Figure | Rejection]:
        """Figures of a partition, and what could not be used, in a fixed order."""
        ...
