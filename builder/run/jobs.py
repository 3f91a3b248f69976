"""One shard on its way through stages: the unit of work of every engine."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field

from builder.run.config import BuildConfig
from builder.run.context import Context, Fitted, Shard
from builder.run.stages import Stage
from builder.tables.shards import ShardStore, code_digest, digest
from filtering.decide import Threshold

Digests = dict[str, str]
"""SHA-256 of tables by their name."""


@dataclass(frozen=True, slots=True)
class Job:
    """Stages that a shard is to go through. `upstream` are the digests of its tables so far."""

    stages: tuple[Stage, ...]
    store: ShardStore
    config: BuildConfig
    shard: Shard
    upstream: Digests = field(default_factory=dict)
    threshold: Threshold | None = None
    fitted: Fitted | None = None

    def run(self) -> tuple[str, Digests]:
        """Bring the shard through the stages; what is done already is left alone.

        Returns the name of the shard, and the digests of its tables, with those of the stages.
        """
        tables, name = dict(self.upstream), self.shard.name
        context = Context(self.config, self.shard, self.threshold, self.fitted)
        for stage in self.stages:
            fingerprint = _fingerprint(stage, context, tables)
            made = self.store.digests(stage.name, name, fingerprint)
            if made is None:
                given = {
                    table: self.store.read(table, name, stage.columns(table, context))
                    for table in stage.reads
                }
                made = self.store.write(stage.name, name, fingerprint, stage.run(context, given))
            tables |= made
        return name, tables


def _fingerprint(stage: Stage, context: Context, tables: Digests) -> str:
    settings = context.config.shaping()
    return digest(
        {
            "code": code_digest(),
            "stage": stage.name,
            "settings": {name: settings[name] for name in stage.settings},
            "inputs": {name: tables[name] for name in stage.reads},
            "source": [context.shard.source, context.shard.partition.fingerprint]
            if not stage.reads
            else sorted(context.shard.repeated),
            "fitted": context.fitted.fingerprint if context.fitted and stage.encodes else None,
            "threshold": json.dumps(asdict(context.threshold)) if context.threshold else None,
        }
    )
