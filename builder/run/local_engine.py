"""Runs jobs in this process, or in several of this machine."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from builder.errors import BuildError
from builder.run.config import cores
from builder.run.jobs import Digests, Job
from builder.sources import open_source

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
_WORKERS_ENV = ONE_THREAD | {"LOKY_MAX_MEMORY_LEAK_SIZE": "4e9"}
"""Opening encoders takes memory once: no leak for which a worker is to be replaced."""

AT_ONCE = 2
"""Shards that one process reads at once; a third would cost more memory than it saves time."""


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
            yield from _here(jobs)
            return
        from loky import ProcessPoolExecutor, as_completed
        from loky.process_executor import BrokenProcessPool

        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                min(count, len(jobs)),
                env=_WORKERS_ENV,
                initializer=_watch,
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


def _here(jobs: list[Job]) -> Iterator[tuple[str, Digests]]:
    """In this process; where shards are read by decoders, several at a time on a second core."""
    if cores() < 2 or not _decode(jobs):
        yield from (job.run() for job in jobs)
        return
    pool = ThreadPoolExecutor(AT_ONCE)
    try:
        yield from pool.map(Job.run, jobs)
    finally:
        pool.shutdown(cancel_futures=True)


def _decode(jobs: list[Job]) -> bool:
    """Whether all the jobs read sources that spend their time in decoders."""
    if any(stage.reads for job in jobs for stage in job.stages):
        return False
    options = {job.shard.source: job.config.source_options for job in jobs}
    return all(open_source(spec, told).decodes for spec, told in options.items())


def _watch(parent: int) -> None:
    threading.Thread(target=_exit_with, args=(parent,), daemon=True).start()


def _exit_with(parent: int) -> None:
    """End this worker soon after a parent that was killed, instead of waiting for work forever."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)
