"""Runs stages over shards, in this process or in several, with the same bytes either way."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from builder.agents import is_model
from builder.agents.display import AgentColumn
from builder.config import BuildConfig, cores
from builder.consistency import import_ahead
from builder.context import Context, Fitted, Shard
from builder.errors import BuildError
from builder.shards import ShardStore, code_digest, digest
from builder.sources import open_source
from builder.stages import Stage
from filtering.decide import Threshold


def run_stages(
    stages: tuple[Stage, ...],
    store: ShardStore,
    config: BuildConfig,
    shard: Shard,
    threshold: Threshold | None,
    upstream: dict[str, str],
    fitted: Fitted | None = None,
) -> dict[str, str]:
    """Bring one shard through the stages; what is done already is left alone.

    `upstream` holds the digests of the shard's tables so far. Returns them with those of the
    stages added.
    """
    tables = dict(upstream)
    context = Context(config, shard, threshold, fitted)
    for stage in stages:
        fingerprint = _fingerprint(stage, context, tables)
        made = store.digests(stage.name, shard.name, fingerprint)
        if made is None:
            inputs = {
                name: store.read(name, shard.name, stage.columns(name, context))
                for name in stage.reads
            }
            made = store.write(stage.name, shard.name, fingerprint, stage.run(context, inputs))
        tables |= made
    return tables


def _fingerprint(stage: Stage, context: Context, tables: dict[str, str]) -> str:
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


def run_all(
    title: str,
    stages: tuple[Stage, ...],
    store: ShardStore,
    config: BuildConfig,
    shards: list[Shard],
    console: Console,
    threshold: Threshold | None = None,
    upstream: dict[str, dict[str, str]] | None = None,
    fitted: Fitted | None = None,
    workers: Workers | None = None,
) -> dict[str, dict[str, str]]:
    """Bring all shards through the stages. Returns per shard the digests of its tables.

    `workers` are those of the whole build; without, there are some for these stages. Raises
    BuildError when a worker process is killed, and what the Ray engine raises.
    """
    digests = upstream or {}
    jobs = [(stages, store, config, s, threshold, digests.get(s.name, {}), fitted) for s in shards]
    with progress_bar(console) as progress, ExitStack() as stack:
        local = workers or stack.enter_context(Workers())
        task = progress.add_task(title, total=len(jobs))
        finished: dict[str, dict[str, str]] = {}
        for name, tables in _results(jobs, stages, config, local):
            finished[name] = tables
            progress.advance(task)
    return {s.name: finished[s.name] for s in shards}


def _results(
    jobs: list[Job], stages: tuple[Stage, ...], config: BuildConfig, local: Workers
) -> Iterator[tuple[str, dict[str, str]]]:
    if config.engine == "local" or _asks_model(stages, config):
        return local.execute(jobs, _processes(stages, config))
    from builder.engines.ray_engine import execute

    encodes = any(stage.encodes for stage in stages)
    return execute(jobs, config.workers, encodes, config.ray_address, config.gpus_per_worker)


def _processes(stages: tuple[Stage, ...], config: BuildConfig) -> int:
    return 1 if _asks_model(stages, config) else config.workers


def _asks_model(stages: tuple[Stage, ...], config: BuildConfig) -> bool:
    """A model agent's calls share one connection pool and one budget: they need one process."""
    return is_model(config.agent) and any(stage.asks_agent for stage in stages)


ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
_WORKERS_ENV = ONE_THREAD | {"LOKY_MAX_MEMORY_LEAK_SIZE": "4e9"}
"""Opening encoders takes memory once: no leak for which a worker is to be replaced."""

AT_ONCE = 2
"""Shards that one process reads at once; a third would cost more memory than it saves time."""

Job = tuple[
    tuple[Stage, ...],
    ShardStore,
    BuildConfig,
    Shard,
    Threshold | None,
    dict[str, str],
    Fitted | None,
]


class Workers:
    """The worker processes of a build: started when they are first needed, the same for all stages.

    `encodes` tells whether they will have to open encoders.
    """

    def __init__(self, encodes: bool = False) -> None:
        self._encodes = encodes
        self._pool: Any = None

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown()

    def execute(self, jobs: list[Job], count: int) -> Iterator[tuple[str, dict[str, str]]]:
        """Names of shards with the digests of their tables, as they finish; at most `count` at a
        time, in this process for one. Raises BuildError when a worker is killed."""
        if count == 1 or len(jobs) < 2:
            if self._encodes:
                self._encodes = False
                import_ahead()
            yield from _here(jobs)
            return
        from loky import ProcessPoolExecutor, as_completed
        from loky.process_executor import BrokenProcessPool

        if self._pool is None:
            given, self._encodes = (os.getpid(), self._encodes), False
            self._pool = ProcessPoolExecutor(
                min(count, len(jobs)), env=_WORKERS_ENV, initializer=_start, initargs=given
            )
        try:
            names = {self._pool.submit(run_stages, *job): job[3].name for job in jobs}
            for future in as_completed(names):
                yield names[future], future.result()
        except BrokenProcessPool as error:
            raise BuildError(
                "a worker process was killed, perhaps for lack of memory; run the same command "
                "again to continue, or use --workers 1"
            ) from error


def _here(jobs: list[Job]) -> Iterator[tuple[str, dict[str, str]]]:
    """In this process; where shards are read by decoders, several at a time on a second core."""
    if cores() < 2 or not _decode(jobs):
        yield from ((job[3].name, run_stages(*job)) for job in jobs)
        return
    pool = ThreadPoolExecutor(AT_ONCE)
    try:
        tables = pool.map(lambda job: run_stages(*job), jobs)
        yield from ((job[3].name, made) for job, made in zip(jobs, tables, strict=True))
    finally:
        pool.shutdown(cancel_futures=True)


def _decode(jobs: list[Job]) -> bool:
    """Whether all the jobs read sources that spend their time in decoders."""
    if any(stage.reads for job in jobs for stage in job[0]):
        return False
    options = {job[3].source: job[2].source_options for job in jobs}
    return all(open_source(spec, told).decodes for spec, told in options.items())


def _start(parent: int, encodes: bool) -> None:
    threading.Thread(target=_exit_with, args=(parent,), daemon=True).start()
    if encodes:
        import_ahead()


def _exit_with(parent: int) -> None:
    """End this worker soon after a parent that was killed, instead of waiting for work forever."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)
