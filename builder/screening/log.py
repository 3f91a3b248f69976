"""The append-only log of verdicts: whole lines or none, whoever writes at the same time."""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from builder.screening.entries import Entry

_REVIEWER = re.compile(rb'"reviewer": ?"((?:[^"\\]|\\.){1,400})"')


@dataclass(frozen=True, slots=True)
class Damage:
    """A line that could not be read; `reviewer` is empty where even that is lost."""

    line: int
    reviewer: str

    def __str__(self) -> str:
        whose = f", a verdict of {self.reviewer}" if self.reviewer else ""
        return f"line {self.line} of the log is damaged{whose}: it was not saved, give it again"


@dataclass(frozen=True, slots=True)
class LogContents:
    """The entries of a log in the order in which they were written, and what was unreadable."""

    entries: tuple[Entry, ...]
    damages: tuple[Damage, ...]


class VerdictLog:
    """A log in one file. Any number of processes may read and append at once."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def append(self, entry: Entry, allowed: Callable[[LogContents], str] | None = None) -> None:
        """Write an entry; when this returns, the disk has it.

        `allowed` sees the log as it is under the lock and says why the entry may not be written,
        or ''; then ValueError is raised. A line that a crash left half written is closed first
        and stays as damage. Raises OSError, with the log as it was, when the disk refuses.
        """
        line = json.dumps(entry.model_dump(mode="json"), ensure_ascii=False).encode() + b"\n"
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a+b", buffering=0) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if allowed is not None and (problem := allowed(self.read())):
                raise ValueError(problem)
            size = file.seek(0, os.SEEK_END)
            if size and os.pread(file.fileno(), 1, size - 1) != b"\n":
                line = b"\n" + line
            try:
                if file.write(line) != len(line):
                    raise OSError("the disk took only part of the verdict; it was not saved")
                os.fsync(file.fileno())
            except OSError:
                os.ftruncate(file.fileno(), size)
                raise

    def read(self) -> LogContents:
        """All entries, and the lines that could not be read. A missing file is an empty log."""
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return LogContents((), ())
        entries, damages = [], []
        for number, line in enumerate(data.split(b"\n"), 1):
            if not line.strip():
                continue
            try:
                entries.append(Entry.model_validate_json(line))
            except ValidationError:
                damages.append(Damage(number, _reviewer(line)))
        return LogContents(tuple(entries), tuple(damages))


def _reviewer(line: bytes) -> str:
    """The reviewer that a damaged line names."""
    found = _REVIEWER.search(line)
    return found[1].decode(errors="replace")[:64] if found else ""
