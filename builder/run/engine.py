"""Runs stages over shards, in this process or in several, with the same bytes either way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from builder.agents import is_model
from builder.agents.costs import AgentColumn
from builder.run.config import BuildConfig
from builder.run.context import Fitted, Shard
from builder.run.jobs import Digests, Job
from builder.run.local_engine import Workers
from builder.run.stages import Stage
from builder.tables.shards import ShardStore
from filtering.decide import Threshold


@contextmanager
def progress_bar(console: Console) -> Iterator[Progress]:
    """Progress display of a build; on a terminal a bar, elsewhere nothing."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        AgentColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        yield progress


class Engine:
    """Brings the shards of a build through stages, on this machine or on a Ray cluster.

    Used with `with`, at whose end its worker processes end.
    """

    def __init__(self, store: ShardStore, config: BuildConfig, console: Console) -> None:
        self._store, self._config, self._console = store, config, console
        self._workers = Workers()

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        self._workers.close()

    def run(
        self,
        title: str,
        stages: tuple[Stage, ...],
        shards: list[Shard],
        upstream: Mapping[str, Digests] | None = None,
        threshold: Threshold | None = None,
        fitted: Fitted | None = None,
    ) -> dict[str, Digests]:
        """Bring all shards through the stages. Returns per shard the digests of its tables.

        `upstream` holds those of its tables so far. Raises BuildError when a worker process is
        killed, what the Ray engine raises, and what a stage raises.
        """
        known = upstream or {}
        jobs = [
            Job(stages, self._store, self._config, s, known.get(s.name, {}), threshold, fitted)
            for s in shards
        ]
        finished: dict[str, Digests] = {}
        with progress_bar(self._console) as progress:
            task = progress.add_task(title, total=len(jobs))
            for name, tables in self._results(jobs, stages):
                finished[name] = tables
                progress.advance(task)
        return {s.name: finished[s.name] for s in shards}

    def _results(self, jobs: list[Job], stages: tuple[Stage, ...]) -> Iterator[tuple[str, Digests]]:
        config, asks = self._config, _asks_model(stages, self._config)
        if config.engine == "local" or asks:
            return self._workers.execute(jobs, 1 if asks else config.workers)
        from builder.run.ray_engine import execute

        encodes = any(stage.encodes for stage in stages)
        return execute(jobs, config.workers, encodes, config.ray_address, config.gpus_per_worker)


def _asks_model(stages: tuple[Stage, ...], config: BuildConfig) -> bool:
    """A model agent's calls share one connection pool and one budget: they need one process."""
    return is_model(config.agent) and any(stage.asks_agent for stage in stages)
