"""Runs the workers of a parser and watches them: crashes, hangs, memory."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.chaos.parsers import PARSERS
from tests.chaos.worker import MOST_SECONDS

MOST_MIB = 1024
MOST_RESTARTS = 20
_TICKS = os.sysconf("SC_CLK_TCK")
_MOST_KEPT = 50
_START = 10.0
"""Seconds of processor time that a worker may take to start, before its first input."""

_LONGEST_WAIT = 120.0
"""Seconds by the clock after which a worker hangs that uses no processor time."""


@dataclass(slots=True)
class Fuzzed:
    """What came of a parser's inputs; `faults` by number of the input."""

    name: str
    inputs: int = 0
    peak: float = 0.0
    seconds: float = 0.0
    faults: dict[int, str] = field(default_factory=dict)

    def kinds(self) -> list[tuple[str, int]]:
        """Faults without their particulars, the most frequent first."""
        return Counter(fault.partition(": ")[0] for fault in self.faults.values()).most_common()


def fuzz(name: str, inputs: int, seed: int, folder: Path) -> Fuzzed:
    """Read so many damaged inputs; after a crash or a hang the next worker goes on behind it."""
    found, start = Fuzzed(name), time.monotonic()
    folder.mkdir(parents=True)
    first = 0
    for _ in range(MOST_RESTARTS):
        first = _watch(found, first, inputs, seed, folder)
        if first >= inputs:
            break
    found.inputs, found.seconds = first, time.monotonic() - start
    _keep(found, seed, folder)
    return found


def _watch(found: Fuzzed, first: int, end: int, seed: int, folder: Path) -> int:
    """One worker from an input on. Returns the input to go on with."""
    now, out = folder / "now", folder / "faults"
    now.write_bytes(b"%12d" % first)
    command = [
        sys.executable,
        "-m",
        "tests.chaos.worker",
        found.name,
        *map(str, (seed, first, end)),
    ]
    with out.open("wb") as sink, (folder / "stderr").open("wb") as errors:
        worker = subprocess.Popen([*command, str(folder)], stdout=sink, stderr=errors)
        problem, peak = _until_done(worker.pid, now)
        worker.returncode = 0
    found.peak = max(found.peak, peak)
    found.faults |= dict(map(json.loads, out.read_text().splitlines()))
    at = int(now.read_bytes())
    if not problem and at < end:
        problem = f"ended: {(folder / 'stderr').read_text(errors='replace')[-300:]}"
    if problem:
        found.faults[at] = problem
        return at + 1
    return at


def _until_done(pid: int, now: Path) -> tuple[str, float]:
    """Wait for a worker, or kill it. Returns what was wrong, and its peak memory in MiB."""
    at, spent, since, problem, peak = b"", 0.0, time.monotonic(), "", 0.0
    while True:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            if not problem and os.WIFSIGNALED(status):
                problem = f"crash by signal {os.WTERMSIG(status)}"
            return problem, peak
        used, highest = _usage(pid)
        peak = max(peak, highest)
        if (reading := now.read_bytes()) != at:
            at, spent, since = reading, used, time.monotonic()
        elif not problem and (
            used - spent > MOST_SECONDS + _START or time.monotonic() - since > _LONGEST_WAIT
        ):
            problem = f"hang: {used - spent:.0f} s of processor time"
        if peak > MOST_MIB:
            problem = problem or f"memory: {peak:.0f} MiB"
        if problem:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)


def _usage(pid: int) -> tuple[float, float]:
    """Processor seconds and peak memory in MiB so far; zeros for a process that has ended."""
    try:
        if b"tests.chaos.worker" not in Path(f"/proc/{pid}/cmdline").read_bytes():
            return 0.0, 0.0
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        told = dict(
            line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines()
        )
        return (int(fields[11]) + int(fields[12])) / _TICKS, int(told["VmHWM"].split()[0]) / 1024
    except (OSError, IndexError, KeyError):
        return 0.0, 0.0


def _keep(found: Fuzzed, seed: int, folder: Path) -> None:
    """Write the inputs with faults into FOLDER/found, to be looked at."""
    for number in sorted(found.faults)[:_MOST_KEPT]:
        (folder / "found").mkdir(exist_ok=True)
        _, data = PARSERS[found.name].mutant(number, seed)
        (folder / "found" / str(number)).write_bytes(data)
