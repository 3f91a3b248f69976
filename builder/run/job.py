"""A shard on its way through stages: what a stage is and may know, and the unit of work."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pyarrow as pa

from builder.run.config import BuildConfig
from builder.settings import StageName
from builder.sources import Partition
from builder.tables.records import Figure
from builder.tables.shards import ShardStore, code_digest, digest
from filtering.decide import Threshold
from filtering.records import arrow_schema

Tables = Mapping[str, pa.Table]

Digests = dict[str, str]
"""SHA-256 of tables by their name."""

FIGURE_TEXT = [name for name in arrow_schema(Figure).names if name != "image"]
"""Columns of the figures table without the images."""


@dataclass(frozen=True, slots=True)
class Shard:
    """One unit of work: the partition of a source, under the name that its files carry.

    `repeated` are figures that another record stands for, each with the reason in words, known
    once all figures are read.
    """

    name: str
    source: str
    partition: Partition
    repeated: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FittedFilter:
    """A filter that was fitted on the corpus: its folder, and a digest of what it was made from."""

    folder: Path
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Context:
    """What a stage may know besides its tables."""

    config: BuildConfig
    shard: Shard
    threshold: Threshold | None = None
    fitted: FittedFilter | None = None


def _never(_: Context) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Stage:
    """A named step from tables of a shard to the next tables of that shard.

    Args:
        name: also says which settings change what the step makes (`BuildConfig.shaping`).
        reads: the tables that it needs.
        run: the step itself, a pure function.
        needs_images: whether it looks at the images of figures, which are not read otherwise.
        asks_agent: whether it is the work of an agent.
        encodes: whether it is the work of encoders.
    """

    name: StageName
    reads: tuple[str, ...]
    run: Callable[[Context, Tables], dict[str, pa.Table]]
    needs_images: Callable[[Context], bool] = _never
    asks_agent: bool = False
    encodes: bool = False

    def fingerprint(self, context: Context, tables: Digests) -> str:
        """Digest of all that shapes what the stage makes of a shard.

        Args:
            context: settings, shard, and what was found over all shards.
            tables: digests of the shard's tables so far.
        """
        shard, fitted = context.shard, context.fitted
        return digest(
            {
                "code": code_digest(),
                "stage": self.name,
                "settings": context.config.shaping(self.name),
                "inputs": {name: tables[name] for name in self.reads},
                "source": [shard.source, shard.partition.fingerprint]
                if not self.reads
                else sorted(shard.repeated.items()),
                "fitted": fitted.fingerprint if fitted and self.encodes else None,
                "threshold": json.dumps(asdict(context.threshold)) if context.threshold else None,
            }
        )


@dataclass(frozen=True, slots=True)
class Job:
    """Stages that a shard is to go through. `upstream` are the digests of its tables so far."""

    stages: tuple[Stage, ...]
    store: ShardStore
    config: BuildConfig
    shard: Shard
    upstream: Digests = field(default_factory=dict)
    threshold: Threshold | None = None
    fitted: FittedFilter | None = None

    def run(self) -> tuple[str, Digests]:
        """Bring the shard through the stages; what is done already is left alone.

        Returns the name of the shard, and the digests of its tables, with those of the stages.
        """
        tables, name = dict(self.upstream), self.shard.name
        context = Context(self.config, self.shard, self.threshold, self.fitted)
        for stage in self.stages:
            # Done is what has the digests that were recorded for the same inputs, settings, code.
            fingerprint = stage.fingerprint(context, tables)
            made = self.store.digests(stage.name, name, fingerprint)
            if made is None:
                # Images are most of the bytes: they are read only where someone looks at them.
                unseen = None if stage.needs_images(context) else FIGURE_TEXT
                inputs = {
                    table: self.store.read(table, name, unseen if table == "figures" else None)
                    for table in stage.reads
                }
                made = self.store.write(stage.name, name, fingerprint, stage.run(context, inputs))
            tables |= made
        return name, tables
