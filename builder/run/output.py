"""The output folder of a build: locked by one build at a time, and nothing of others touched."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout
from rich.console import Console

from builder.errors import BuildError
from builder.release.card import CANARY

LOCK = ".lock"
"""File in work/ that a running build has locked; where it is, a build of ours made work/."""

REPLIES = ("candidate_replies", "signal_replies", "question_replies")
"""Folders in work/ with what an agent that is a model was asked and replied, by stage."""

TABLES = (
    "figures", "quarantine", "candidates", "outcomes", "agent_signals", "signals", "decisions",
    "questions", *REPLIES,
)  # fmt: skip
"""Folders in work/ that the stages write, besides done/ and excluded/."""

_SHARD_FILE = re.compile(r"(\d{5,})\.(?:parquet|json)")
_LEFTOVER = re.compile(r"\.(?:\d{5,}|pairs)\.(?:parquet|json|html)\.\d+")


@contextmanager
def lock_output(output: Path, console: Console, wait: bool = False) -> Iterator[Path]:
    """Lock an output folder for one build. Yields its folder work/.

    The lock is the operating system's own, so that a build that is killed leaves none behind.

    Args:
        output: the folder, made where it is not there.
        console: told when another build is waited for.
        wait: whether to wait for another build in the folder.

    Raises:
        BuildError: work/ or release/ hold files of others, or without `wait`, another build runs.
    """
    work = output / "work"
    # Nothing is written where somebody else's files are.
    if work.exists() and not work.is_dir():
        raise BuildError(f"{work} is a file; choose another --output")
    if work.is_dir() and not (work / LOCK).is_file() and any(work.iterdir()):
        raise BuildError(f"{work} holds files that no build wrote; choose another --output")
    release = output / "release"
    if release.is_symlink() or (release.exists() and not release.is_dir()):
        raise BuildError(f"{release} is no folder; choose another --output")
    if release.is_dir() and any(release.iterdir()):
        try:
            is_ours = CANARY.encode() in (release / "README.md").read_bytes()
        except OSError:
            is_ours = False
        if not is_ours:
            raise BuildError(f"{release} holds files that no build wrote; choose another --output")
    work.mkdir(parents=True, exist_ok=True)
    lock = FileLock(work / LOCK)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        if not wait:
            raise BuildError(f"another build is running in {output}") from None
        notice = f"microvqa_pp: waiting for another build in {output}"
        console.print(notice, markup=False, emoji=False, highlight=False, soft_wrap=True)
        lock.acquire()
    try:
        yield work
    finally:
        lock.release()
        # Where the system removes a lock's file with the lock (Windows), put the mark back.
        (work / LOCK).touch()


def prune(work: Path, shards: set[str]) -> None:
    """Remove shard files of an earlier plan, and what a killed run left half written."""
    for table in TABLES:
        for folder in (work / table, work / "done" / table):
            for path in folder.glob("*"):
                shard = _SHARD_FILE.fullmatch(path.name)
                stale = shard is not None and shard[1] not in shards
                if path.is_file() and (stale or _LEFTOVER.fullmatch(path.name)):
                    path.unlink(missing_ok=True)


def remove_pairs(work: Path) -> None:
    """Remove what decontamination wrote in an earlier run."""
    folder = work / "excluded"
    for path in folder.glob("*"):
        if path.name in ("pairs.parquet", "pairs.html") or _LEFTOVER.fullmatch(path.name):
            path.unlink(missing_ok=True)
    with suppress(OSError):
        folder.rmdir()
