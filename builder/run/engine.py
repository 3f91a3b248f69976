"""Runs stages over shards: in this process, in several, or on a Ray cluster; same bytes always."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pyarrow.parquet as pq
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from builder.agents import is_model
from builder.agents.costs import AgentColumn
from builder.errors import BuildError
from builder.run.config import BuildConfig, count_cores
from builder.run.job import Digests, FittedFilter, Job, Shard, Stage
from builder.sources import open_source
from builder.tables.shards import ShardStore
from filtering.decide import Threshold

logger = logging.getLogger("microvqa_pp")

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
_WORKERS_ENV = ONE_THREAD | {"LOKY_MAX_MEMORY_LEAK_SIZE": "4e9"}
"""Opening encoders takes memory once: no leak for which a worker is to be replaced."""

AT_ONCE = 2
"""Shards that one process reads at once; a third would cost more memory than it saves time."""


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
        fitted: FittedFilter | None = None,
    ) -> dict[str, Digests]:
        """Bring all shards through the stages. Returns per shard the digests of its tables.

        `upstream` holds those of its tables so far. Raises BuildError when a worker process is
        killed, what the Ray engine raises, and what a stage raises.
        """
        started, known = time.monotonic(), upstream or {}
        jobs = [
            Job(stages, self._store, self._config, s, known.get(s.name, {}), threshold, fitted)
            for s in shards
        ]
        # Shards finish in any order; they are given back in their own.
        finished: dict[str, Digests] = {}
        with progress_bar(self._console) as progress:
            task = progress.add_task(title, total=len(jobs))
            for name, tables in self._execute(jobs, stages):
                finished[name] = tables
                progress.advance(task)
                logger.debug("%s: shard %s, %d of %d", title, name, len(finished), len(jobs))
        ordered = {s.name: finished[s.name] for s in shards}
        if logger.isEnabledFor(logging.INFO):
            counts = self._count_rows(ordered, known)
            seconds = time.monotonic() - started
            logger.info("%s: %s (shards %d; %.1f s)", title, counts, len(jobs), seconds)
        return ordered

    def _execute(self, jobs: list[Job], stages: tuple[Stage, ...]) -> Iterator[tuple[str, Digests]]:
        """Run the jobs where the settings say, and give their results as they finish."""
        config = self._config
        # A model agent's calls share one connection pool and one budget: they need one process.
        asks_model = is_model(config.agent) and any(stage.asks_agent for stage in stages)
        if config.engine == "local" or asks_model:
            return self._workers.execute(jobs, 1 if asks_model else config.workers)
        from builder.run.ray_engine import execute  # Ray is an extra, and slow to import

        encodes = any(stage.encodes for stage in stages)
        return execute(jobs, config.workers, encodes, config.ray_address, config.gpus_per_worker)

    def _count_rows(self, made: Mapping[str, Digests], upstream: Mapping[str, Digests]) -> str:
        """How many rows the new tables have, in words."""
        counts: dict[str, int] = {}
        for shard, tables in made.items():
            for table in tables.keys() - upstream.get(shard, {}).keys():
                rows = pq.read_metadata(self._store.path(table, shard)).num_rows
                counts[table] = counts.get(table, 0) + rows
        return ", ".join(f"{table} {rows:,}" for table, rows in sorted(counts.items())) or "nothing"


class Workers:
    """The worker processes of a build: started when they are first needed, the same for all
    stages."""

    def __init__(self) -> None:
        self._pool: Any = None

    def close(self) -> None:
        """End the processes."""
        if self._pool is not None:
            self._pool.shutdown()

    def execute(self, jobs: list[Job], count: int) -> Iterator[tuple[str, Digests]]:
        """Names of shards with the digests of their tables, as they finish; at most `count` at a
        time, in this process for one. Raises BuildError when a worker is killed."""
        if count == 1 or len(jobs) < 2:
            yield from _run_here(jobs)
            return
        from loky import ProcessPoolExecutor, as_completed  # many builds need no pool
        from loky.process_executor import BrokenProcessPool

        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                min(count, len(jobs)),
                env=_WORKERS_ENV,
                initializer=_watch_parent,
                initargs=(os.getpid(),),
            )
        try:
            for future in as_completed([self._pool.submit(job.run) for job in jobs]):
                yield future.result()
        except BrokenProcessPool as error:
            raise BuildError(
                "a worker process was killed, perhaps for lack of memory; run the same command "
                "again to continue, or use --workers 1"
            ) from error


def _run_here(jobs: list[Job]) -> Iterator[tuple[str, Digests]]:
    """In this process; where shards are read by decoders, several at a time on a second core."""
    reads = not any(stage.reads for job in jobs for stage in job.stages)
    options = {job.shard.source: job.config.source_options for job in jobs}
    if (
        count_cores() < 2
        or not reads
        or not all(open_source(spec, its).decodes for spec, its in options.items())
    ):
        yield from (job.run() for job in jobs)
        return
    # Decoders let go of the interpreter: a second thread then uses a second core.
    pool = ThreadPoolExecutor(AT_ONCE)
    try:
        yield from pool.map(Job.run, jobs)
    finally:
        pool.shutdown(cancel_futures=True)


def _watch_parent(parent: int) -> None:
    """End this worker soon after a parent that was killed, instead of waiting for work forever."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
