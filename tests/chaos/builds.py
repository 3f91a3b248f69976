"""Builds in trouble. Each must end in the bytes of an undisturbed build, or say what is missing.

A scenario returns what went wrong, one line each; nothing means that the promise was kept.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow.parquet as pq

from builder.tables.shards import file_digest
from tests.builder.agents.corpus import write_figures
from tests.builder.agents.misbehaving import Misbehaving
from tests.builder.agents.model import answer
from tests.scoring.models.server import ChatServer

FIGURES = 216
"""Two shards of phantoms: with one alone no worker is started."""

KILLS = 6
DAMAGES = 24
TIMEOUT = 900
_SOURCE = ("--source", f"phantom:{FIGURES}")


def _command(output: Path, *settings: str) -> list[str]:
    told = settings or (*_SOURCE, "--workers", "2")
    return [sys.executable, "-m", "builder.commands.main", "build", "--output", str(output), *told]


def _run(output: Path, *settings: str) -> subprocess.CompletedProcess[str]:
    command = _command(output, *settings)
    return subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT, check=False)


def _bytes(output: Path) -> dict[str, str]:
    """Digests of the release's files."""
    files = (p for p in sorted((output / "release").rglob("*")) if p.is_file())
    return {p.relative_to(output).as_posix(): file_digest(p) for p in files}


def _no_message(done: subprocess.CompletedProcess[str]) -> list[str]:
    """What is wrong with how a build failed: it must be one line with a status of its own."""
    if done.returncode in (2, 3) and "Traceback" not in done.stderr and done.stderr.strip():
        return []
    return [f"status {done.returncode} without one clear line: {done.stderr[-300:]!r}"]


def _repaired(output: Path, expected: dict[str, str], *settings: str) -> list[str]:
    """Run the same build again undisturbed: it must end in the expected bytes."""
    done = _run(output, *settings)
    if done.returncode:
        return [f"the build cannot be continued: {done.stderr[-300:]!r}"]
    return [] if _bytes(output) == expected else ["the bytes differ after the trouble"]


@contextmanager
def _started(output: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        _command(output), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def killed(folder: Path, expected: dict[str, str], rng: random.Random) -> list[str]:
    """SIGKILL at random moments, again and again on the same output."""
    output = folder / "killed"
    for _ in range(KILLS):
        with _started(output) as process:
            _wait_for(process, lambda: any((output / "work").glob("done/*/*")))
            time.sleep(rng.uniform(0, 5))
            process.send_signal(signal.SIGKILL)
    return _repaired(output, expected)


def _wait_for(process: subprocess.Popen[str], reached: Callable[[], bool]) -> None:
    while process.poll() is None and not reached():
        time.sleep(0.02)


def dying_worker(folder: Path, expected: dict[str, str], rng: random.Random) -> list[str]:
    """One of two workers is killed while it works."""
    output, problems, workers = folder / "dying", [], list[int]()
    with _started(output) as process:
        while process.poll() is None and not workers:
            _wait_for(process, lambda: len(_children(process.pid)) > 1)
            time.sleep(rng.uniform(0, 1))
            # Workers end with their stage; then one of the next stage is waited for.
            workers = _children(process.pid)
        if workers:
            os.kill(max(workers), signal.SIGKILL)
        _, stderr = process.communicate(timeout=TIMEOUT)
        done = subprocess.CompletedProcess("", process.returncode, "", stderr)
    if not workers:
        problems.append("no worker was there to be killed")
    if done.returncode:
        problems += _no_message(done)
        if "a worker process was killed" not in done.stderr:
            problems.append(f"it does not say that a worker was killed: {done.stderr[-200:]!r}")
    return problems + _repaired(output, expected)


def _children(parent: int) -> list[int]:
    """Worker processes of a build, without the tracker that loky keeps beside them."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text().rpartition(")")[2].split()
            command = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if int(stat[1]) == parent and b"tracker" not in command and b"loky" in command:
            found.append(int(folder.name))
    return found


def full_disk(folder: Path, expected: dict[str, str], rng: random.Random) -> list[str]:
    """The disk is full: a small file system where one can be mounted, else a limit on files."""
    problems = []
    for kib in (64, 700, 2_000, rng.randrange(100, 4_000)):
        output = folder / f"full-{kib}"
        output.mkdir()
        build = " ".join(_command(output, *_SOURCE, "--workers", "1"))
        # What got onto the small disk is brought back, as if someone had made room.
        script = (
            f"mount -t tmpfs -o size={kib}k none {output} && cd / && {{ {build}; status=$?; "
            f"cp -a {output} {output}.kept; exit $status; }}"
        )
        if _can_mount():
            command = ["unshare", "-rm", "sh", "-c", script]
        else:
            command = ["sh", "-c", f"ulimit -f {kib}; exec {build}"]
        env = os.environ | {"PYTHONPATH": str(Path.cwd())}
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=TIMEOUT, check=False, env=env
        )
        if done.returncode:
            problems += [f"{kib} KiB: {p}" for p in _no_message(done)]
            if "No space left" not in done.stderr and "too large" not in done.stderr:
                problems.append(f"{kib} KiB: it does not name the disk: {done.stderr[-200:]!r}")
        kept = output.with_name(f"{output.name}.kept")
        problems += _repaired(kept if kept.exists() else output, expected)
    return problems


def _can_mount() -> bool:
    probe = ["unshare", "-rm", "sh", "-c", "mount -t tmpfs none /mnt"]
    try:
        return subprocess.run(probe, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def damaged(folder: Path, expected: dict[str, str], rng: random.Random) -> list[str]:
    """Files of a finished build with a flipped byte, cut, emptied or gone; then all at once."""
    output, problems = folder / "damaged", []
    if done := _repaired(output, expected):
        return done
    files = [p for p in sorted((output / "work").rglob("*")) if p.is_file() and p.name != ".lock"]
    for number in range(DAMAGES):
        some = rng.sample(files, 1 if number % 4 else 8)
        told = [f"{p.relative_to(output)} {_damage(p, rng)}" for p in some if p.exists()]
        if number % 4 != 3 and number + 1 < DAMAGES:
            continue
        problems += [f"{p} ({', '.join(told)})" for p in _repaired(output, expected)]
    return problems


def _damage(path: Path, rng: random.Random) -> str:
    data = bytearray(path.read_bytes())
    kind = rng.choice(("flipped", "cut", "emptied", "gone", "swapped")) if data else "gone"
    if kind == "gone":
        path.unlink()
        return kind
    if kind == "flipped":
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    elif kind == "cut":
        del data[rng.randrange(len(data)) :]
    elif kind == "emptied":
        data.clear()
    else:
        siblings = sorted(p for p in path.parent.iterdir() if p.suffix == path.suffix)
        data = bytearray(rng.choice(siblings).read_bytes())
    path.write_bytes(data)
    return kind


def broken_replies(folder: Path, expected: dict[str, str], rng: random.Random) -> list[str]:
    """Three in ten replies of a model are broken, and the build is killed in the middle."""
    figures = folder / "figures"
    write_figures(figures, 40)
    os.environ["OPENAI_API_KEY"] = "sk-loopback"
    clean, broken = folder / "clean-replies", folder / "broken-replies"
    server = ChatServer(answer)
    told = (
        "--agent", "openai:fake", "--base-url", server.url, "--source", f"image_folder:{figures}",
        "--microscopy", "any", "--source-license", "MIT", "--rounds", "0", "--samples", "0",
        "--timeout", "2", "--workers", "1",
    )  # fmt: skip
    try:
        if (done := _run(clean, *told)).returncode:
            return [f"the undisturbed build failed: {done.stderr[-300:]!r}"]
        server.reply = faulty = Misbehaving(timeout=2)
        with subprocess.Popen(_command(broken, *told), stderr=subprocess.DEVNULL) as process:
            time.sleep(6)
            process.kill()
        done = _run(broken, *told)
    finally:
        server.close()
    if done.returncode:
        return _no_message(done)
    if not faulty.faults:
        return ["no reply was broken"]
    return _unaccounted(clean, broken)


def _unaccounted(clean: Path, broken: Path) -> list[str]:
    """Candidates that are missing and of which the quarantine does not say so."""
    wanted, found = _candidates(clean), _candidates(broken)
    table = pq.read_table(broken / "work" / "quarantine.parquet").to_pylist()
    listed = " ".join(row["location"] for row in table)
    lost = [name for name, figure in wanted.items() if name not in found and figure not in listed]
    strange = sorted(set(found) - set(wanted))
    return [f"candidate {name} is missing without a word" for name in lost] + [
        f"candidate {name} was made of a broken reply" for name in strange
    ]


def _candidates(output: Path) -> dict[str, str]:
    rows = [
        row
        for file in sorted((output / "release" / "data" / "ledger").glob("*.parquet"))
        for row in pq.read_table(file, columns=["candidate_id", "figure_id"]).to_pylist()
    ]
    return {row["candidate_id"]: row["figure_id"] for row in rows if row["candidate_id"]}


Scenario = Callable[[Path, dict[str, str], random.Random], list[str]]
SCENARIOS: dict[str, Scenario] = {
    "SIGKILL": killed,
    "dying worker": dying_worker,
    "full disk": full_disk,
    "damaged files": damaged,
    "broken replies": broken_replies,
}


def undisturbed(folder: Path) -> dict[str, str]:
    """The bytes that every scenario must end in. Raises RuntimeError where they cannot be made."""
    output = folder / "undisturbed"
    if (done := _run(output)).returncode:
        raise RuntimeError(done.stderr)
    expected = _bytes(output)
    shutil.rmtree(output)
    return expected
