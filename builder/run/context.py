"""What a stage is told besides its tables."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from builder.run.config import BuildConfig
from builder.sources import Partition
from filtering.decide import Threshold


@dataclass(frozen=True, slots=True)
class Shard:
    """One unit of work: the partition of a source, under the name that its files carry.

    `repeated` are figures that an earlier shard holds already, known once all figures are read.
    """

    name: str
    source: str
    partition: Partition
    repeated: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Fitted:
    """A filter that was fitted on the corpus: its folder, and a digest of what it was made from."""

    folder: Path
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Context:
    """What a stage may know besides its tables."""

    config: BuildConfig
    shard: Shard
    threshold: Threshold | None = None
    fitted: Fitted | None = None
