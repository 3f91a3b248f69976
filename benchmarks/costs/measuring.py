"""What a process costs, measured values beside their limits, and both as a table."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from rich.table import Table

WITHIN = 0.10
"""Peak memory, and time for each further item, stay within this share while a job grows."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process took: seconds by the clock, seconds of processor time, peak memory in MiB."""

    wall: float
    cpu: float
    peak: float


@dataclass(frozen=True, slots=True)
class Check:
    """A measured value with its range over the runs, and the limit it must keep, if any."""

    name: str
    value: float
    low: float
    high: float
    at_most: float | None = None

    @property
    def holds(self) -> bool:
        """Whether the value keeps its limit."""
        return self.at_most is None or self.value <= self.at_most


def measure_process(
    command: Sequence[str | Path], settings: Mapping[str, str] | None = None
) -> Cost:
    """Run a command in a process of its own, children counted. Raises RuntimeError if it fails.

    `settings` are added to the environment.
    """
    started = [sys.executable, "-I", "-c", _STARTER, sys.executable, *map(str, command)]
    done = subprocess.run(
        started,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        env=os.environ | dict(settings or {}),
    )
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return Cost(*map(float, done.stdout.splitlines()[-1].split()))


_STARTER = """
import os, subprocess, sys, time
start = time.perf_counter()
process = subprocess.Popen(sys.argv[1:])
_, status, usage = os.wait4(process.pid, 0)
wall = time.perf_counter() - start
print(flush=True)
print(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
sys.exit(os.waitstatus_to_exitcode(status))
"""
"""A small process in between: Linux counts the memory of whoever starts a process as its peak."""


def summarise(name: str, values: list[float], at_most: float | None = None) -> Check:
    """The median of the values with their range."""
    return Check(name, median(values), min(values), max(values), at_most)


def tabulate(checks: Sequence[Check]) -> Table:
    """The checks as a table for people."""
    shown = Table("measure", "median", "range", "at most", "")
    for c in checks:
        limit = "" if c.at_most is None else f"{c.at_most:.2f}"
        verdict = "" if c.at_most is None else "ok" if c.holds else "MISSED"
        shown.add_row(c.name, f"{c.value:.2f}", f"{c.low:.2f}-{c.high:.2f}", limit, verdict)
    return shown


@contextmanager
def make_folder() -> Iterator[Path]:
    """A folder that is there until the block ends."""
    with tempfile.TemporaryDirectory(prefix="benchmark-costs-") as name:
        yield Path(name)
