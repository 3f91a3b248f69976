"""Runs stages over shards on a Ray cluster, with the same bytes as in processes of one machine.

Stages of encoders run in actors that hold their models for all shards that they are given, each
with its share of a GPU; all other stages run as tasks. Only names and digests travel: tables are
read from and written to OUTPUT, which every node must see under the same path. Ray itself gives
each worker one thread (OMP_NUM_THREADS=1).
"""

from __future__ import annotations

import logging
import os
import socket
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import Any

from builder.errors import BuildError
from builder.run.job import Job
from builder.tables.shards import code_digest

RETRIES = 5
"""How often a shard is run again whose worker was lost."""

AHEAD = 2
"""Shards that are handed out for each worker at once; the others wait."""

Result = tuple[str, dict[str, str]]


def execute(
    jobs: Sequence[Job], workers: int, encodes: bool, address: str = "", gpus: float = 0.0
) -> Iterator[Result]:
    """Names of shards with the digests of their tables, as they finish.

    `encodes` asks for actors, at most `workers` of them with `gpus` GPUs each; `address` is that
    of a running cluster, '' for the one of RAY_ADDRESS or a new one on this machine. Raises
    BuildError without Ray, without the cluster, where a node has other code, and for a shard
    whose workers were lost more than RETRIES times; what a stage raises is raised as it is.
    """
    ray = _connect(address)
    count = min(workers, len(jobs))
    if encodes and gpus > ray.cluster_resources().get("GPU", 0):
        raise BuildError(f"the Ray cluster has no worker with {gpus:g} GPUs: --gpus-per-worker 0")
    submit = _submit_to_actors(ray, count, gpus) if encodes else _submit_as_tasks(ray)
    waiting, running = iter(jobs), dict[Any, Callable[[], None]]()
    try:
        while True:
            while len(running) < AHEAD * count and (job := next(waiting, None)) is not None:
                ref, done = submit(job)
                running[ref] = done
            if not running:
                return
            for ref in ray.wait(list(running), num_returns=1)[0]:
                running.pop(ref)()
                try:
                    result: Result = ray.get(ref)
                except ray.exceptions.RayTaskError as error:
                    raise error.cause from None
                except ray.exceptions.RayError as error:
                    line = (str(error).strip().splitlines() or [""])[0]
                    raise BuildError(
                        f"Ray lost a worker more than {RETRIES} times, perhaps for lack of memory "
                        f"({line}); run the same command again to continue"
                    ) from error
                yield result
    finally:
        for ref in running:
            ray.cancel(ref, recursive=False)


def _connect(address: str) -> Any:
    try:
        ray = import_module("ray")
    except ImportError as error:
        raise BuildError("--engine ray needs Ray: pip install 'microvqa-pp[ray]'") from error
    if not ray.is_initialized():
        try:
            # Raises OSError where nothing listens: Ray's own client would end the process.
            host, _, port = address.rpartition(":")
            if host and port.isdigit() and "/" not in host:
                socket.create_connection((host, int(port)), timeout=10).close()
            joins = bool(address or os.environ.get("RAY_ADDRESS"))
            ray.init(
                address=address or None,
                include_dashboard=None if joins else False,
                log_to_driver=False,
                logging_level=logging.ERROR,
                configure_logging=True,
            )
        except Exception as error:  # Ray raises bare ones when it cannot start
            line = (str(error).strip().splitlines() or [""])[0]
            raise BuildError(f"no Ray cluster at {address or 'this machine'}: {line}") from error
    return ray


def _run(code: str, job: Job) -> Result:
    """On a worker: bring one shard through the stages."""
    if code_digest() != code:
        raise BuildError(
            "a node of the cluster has another version of microvqa_pp; install this one"
        )
    return job.run()


class _Worker:
    """An actor; the models that the stages open stay in its process."""

    def run(self, code: str, job: Job) -> Result:
        """Bring one shard through the stages."""
        return _run(code, job)


Submit = Callable[[Job], tuple[Any, Callable[[], None]]]


def _submit_as_tasks(ray: Any) -> Submit:
    remote, code = ray.remote(max_retries=RETRIES)(_run), code_digest()
    return lambda job: (remote.remote(code, job), lambda: None)


def _submit_to_actors(ray: Any, count: int, gpus: float) -> Submit:
    """Hands each shard to the actor with the fewest."""
    kind = ray.remote(max_restarts=RETRIES, max_task_retries=RETRIES, num_gpus=gpus)(_Worker)
    actors, load, code = [kind.remote() for _ in range(count)], Counter[int](), code_digest()

    def submit(job: Job) -> tuple[Any, Callable[[], None]]:
        least = min(range(count), key=lambda i: load[i])
        load[least] += 1
        return actors[least].run.remote(code, job), lambda: load.subtract([least])

    return submit
