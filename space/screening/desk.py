"""The Screening tab without its looks: where verdicts are kept, who screens what next, what may be
written.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from builder.screening import (
    LogContents,
    LogEntry,
    ScreeningQuestion,
    Standing,
    State,
    VerdictLog,
    derive_standings,
)
from builder.screening.outcomes import LOG
from builder.screening.standings import (
    LONGEST,
    REVIEWERS,
    Agreement,
    Throughput,
    measure_agreement,
    measure_throughput,
)

REVIEW, ADJUDICATE = "review", "adjudicate"
ALREADY = "you have given a verdict on this question already; undo it to change it"
ENOUGH = "two others have reviewed this question in the meantime; it needs no third review"
SETTLED = "this question needs no decision any more: it was decided or taken back in the meantime"
ON_SPACE = "SPACE_ID"
REPO = "VERDICTS_REPO"
"""Variable that names the dataset repository for the log of a Space: 'user/name'."""

_EVERY = 2.0


@dataclass(frozen=True, slots=True)
class VerdictStore:
    """A log, and what the tab says of it. `typed` reviewers type their name, others sign in."""

    log: VerdictLog
    note: str
    writable: bool
    typed: bool


class HubLog(VerdictLog):
    """A log that is uploaded to a dataset repository every two minutes.

    It starts from what the repository has, so that a Space that starts anew goes on.
    """

    def __init__(self, repo: str, folder: Path) -> None:
        # Heavy, and only a Space keeps its log on the Hub.
        from huggingface_hub import CommitScheduler, hf_hub_download
        from huggingface_hub.errors import EntryNotFoundError, RepositoryNotFoundError

        super().__init__(folder / LOG)
        folder.mkdir(parents=True, exist_ok=True)
        try:
            kept = hf_hub_download(repo, LOG, repo_type="dataset", force_download=True)
            self.path.write_bytes(Path(kept).read_bytes())
        except (EntryNotFoundError, RepositoryNotFoundError):
            self.path.touch()
        self._scheduler = CommitScheduler(
            repo_id=repo,
            repo_type="dataset",
            folder_path=folder,
            every=_EVERY,
            private=True,
            ignore_patterns="*.lock",
        )

    def append(self, entry: LogEntry, allowed: Callable[[LogContents], str] | None = None) -> None:
        """Write an entry while no upload reads the file."""
        with self._scheduler.lock:
            super().append(entry, allowed)


def _make_scratch(purpose: str) -> Path:
    """A new folder outside of everything, which is removed when the program ends."""
    folder = Path(tempfile.mkdtemp(prefix=f"microvqa_pp-{purpose}-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def open_verdict_store(output: Path) -> VerdictStore:
    """Where verdicts on the questions of a folder go.

    On a Space that is the repository that VERDICTS_REPO names, for visitors who are signed in;
    without it screening is read-only. Elsewhere it is the build's output folder; a release
    without its build is good for practice.
    """
    if os.environ.get(ON_SPACE):
        folder, repo = _make_scratch("verdicts"), os.environ.get(REPO)
        if repo and os.environ.get("OAUTH_CLIENT_ID"):
            note = f"Sign in to give verdicts; they are kept in the dataset {repo}."
            return VerdictStore(HubLog(repo, folder), note, True, False)
        note = "Screening is read-only here: this Space has no repository for verdicts."
        return VerdictStore(VerdictLog(folder / LOG), note, False, False)
    if (output / "work").is_dir():
        note = f"Verdicts are kept in {output.resolve().name}/{LOG}."
        return VerdictStore(VerdictLog(output / LOG), note, True, True)
    folder = _make_scratch("practice")
    note = "Practice: these verdicts are forgotten when the program ends. "
    note += "To screen a build: microvqa-pp screen OUTPUT."
    return VerdictStore(VerdictLog(folder / LOG), note, True, True)


@dataclass(frozen=True, slots=True)
class ScreeningProgress:
    """How far the screening is: questions by state, and what is left for one reviewer."""

    total: int
    decided: int
    waiting: int
    disputed: int
    mine: int
    left: int


@dataclass
class Desk:
    """The questions of a test split and the log of verdicts on them."""

    questions: Sequence[ScreeningQuestion]
    log: VerdictLog
    _by_id: dict[str, ScreeningQuestion] = field(init=False, repr=False)
    _cached: tuple[tuple[int, int], LogContents, dict[str, Standing]] | None = None

    def __post_init__(self) -> None:
        self._by_id = {question.id: question for question in self.questions}

    def _read(self) -> tuple[LogContents, dict[str, Standing]]:
        """The log as it is now, read again only where it has changed."""
        try:
            state = self.log.path.stat()
            key = (state.st_size, state.st_mtime_ns)
        except FileNotFoundError:
            key = (0, 0)
        if self._cached is None or self._cached[0] != key:
            contents = self.log.read()
            self._cached = key, contents, derive_standings(contents.entries)
        return self._cached[1], self._cached[2]

    def find(self, question_id: str) -> ScreeningQuestion | None:
        """The question with an id, or None."""
        return self._by_id.get(question_id)

    def find_standing(self, question_id: str) -> Standing | None:
        """The verdicts on a question; None without any."""
        return self._read()[1].get(question_id)

    def list_damages(self) -> list[str]:
        """Lines of the log that could not be read, in words."""
        return [str(damage) for damage in self._read()[0].damages]

    def choose_next(
        self, reviewer: str, mode: str, skipped: Collection[str] = ()
    ) -> ScreeningQuestion | None:
        """What a reviewer should look at next; skipped questions come last.

        In review those that another reviewer has seen come first, so that pairs are completed.
        """
        standings = self._read()[1]
        empty = Standing("")
        open_ = [q for q in self.questions if _is_open(standings.get(q.id, empty), reviewer, mode)]
        key = {q.id: (q.id in skipped, -len(standings.get(q.id, empty).reviews)) for q in open_}
        return min(open_, key=lambda q: key[q.id], default=None)

    def submit(self, entry: LogEntry) -> None:
        """Write a verdict.

        Raises:
            ValueError: it is not wanted; the message says why, in words for the reviewer.
            OSError: the disk refuses.
        """
        if entry.question_id not in self._by_id:
            raise ValueError("this question is not among those to be screened any more")
        seconds = min(max(entry.seconds, 0.0), LONGEST)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        stamped = entry.model_copy(update={"time": now, "seconds": round(seconds, 1)})
        self.log.append(stamped, lambda log: _find_objection(log, entry))

    def undo(self, reviewer: str) -> ScreeningQuestion | None:
        """Take back the last verdict of a reviewer. Returns its question, None without one."""
        entries = self._read()[0].entries
        undone = {e.undoes for e in entries if e.kind == "undo" and e.reviewer == reviewer}
        for entry in reversed(entries):
            own = entry.reviewer == reviewer and entry.kind != "undo"
            if own and entry.entry not in undone and entry.question_id in self._by_id:
                now = datetime.now(UTC).isoformat(timespec="seconds")
                self.log.append(
                    LogEntry(
                        question_id=entry.question_id, reviewer=reviewer, kind="undo",
                        undoes=entry.entry, time=now,
                    )
                )  # fmt: skip
                return self._by_id[entry.question_id]
        return None

    def measure_progress(self, reviewer: str) -> ScreeningProgress:
        """How far the screening is, and what is left for a reviewer."""
        standings = [s for name, s in self._read()[1].items() if name in self._by_id]
        states = [s.state for s in standings]
        closed = sum(not _is_open(s, reviewer, REVIEW) for s in standings)
        return ScreeningProgress(
            len(self.questions),
            states.count(State.DECIDED),
            states.count(State.WAITING),
            states.count(State.DISPUTED),
            sum(reviewer in s.reviews for s in standings),
            len(self.questions) - closed,
        )

    def measure_reviewers(self) -> tuple[Agreement, list[Throughput]]:
        """Agreement of the reviewers and the pace of each."""
        contents, standings = self._read()
        known = [s for name, s in standings.items() if name in self._by_id]
        entries = [e for e in contents.entries if e.question_id in self._by_id]
        return measure_agreement(known), measure_throughput(entries, known)


def _is_open(standing: Standing, reviewer: str, mode: str) -> bool:
    if mode == ADJUDICATE:
        return standing.state is State.DISPUTED
    return len(standing.reviews) < REVIEWERS and reviewer not in standing.reviews


def _find_objection(log: LogContents, entry: LogEntry) -> str:
    """Why an entry may not be written, as the log stands; empty where it may."""
    standing = derive_standings(log.entries).get(entry.question_id, Standing(entry.question_id))
    if entry.kind == "adjudicate":
        return "" if standing.state is State.DISPUTED else SETTLED
    if entry.reviewer in standing.reviews:
        return ALREADY
    return ENOUGH if len(standing.reviews) >= REVIEWERS else ""
