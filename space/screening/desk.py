"""Who screens what next, and what may be written: the Screening tab without its looks."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from builder.screening import (
    LogContents,
    LogEntry,
    ScreeningQuestion,
    Standing,
    State,
    VerdictLog,
    derive_standings,
)
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


@dataclass(frozen=True, slots=True)
class Progress:
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
    _seen: tuple[tuple[int, int], LogContents, dict[str, Standing]] | None = None

    def __post_init__(self) -> None:
        self._by_id = {question.id: question for question in self.questions}

    def _read(self) -> tuple[LogContents, dict[str, Standing]]:
        """The log as it is now, read again only where it has changed."""
        try:
            state = self.log.path.stat()
            key = (state.st_size, state.st_mtime_ns)
        except FileNotFoundError:
            key = (0, 0)
        if self._seen is None or self._seen[0] != key:
            contents = self.log.read()
            self._seen = key, contents, derive_standings(contents.entries)
        return self._seen[1], self._seen[2]

    def find(self, question_id: str) -> ScreeningQuestion | None:
        """The question with an id, or None."""
        return self._by_id.get(question_id)

    def standing(self, question_id: str) -> Standing | None:
        """The verdicts on a question; None without any."""
        return self._read()[1].get(question_id)

    def damages(self) -> list[str]:
        """Lines of the log that could not be read, in words."""
        return [str(damage) for damage in self._read()[0].damages]

    def next(
        self, reviewer: str, mode: str, skipped: Collection[str] = ()
    ) -> ScreeningQuestion | None:
        """What a reviewer should look at next; skipped questions come last.

        In review those that another reviewer has seen come first, so that pairs are completed.
        """
        found = self._read()[1]
        empty = Standing("")
        open_ = [q for q in self.questions if _is_open(found.get(q.id, empty), reviewer, mode)]
        key = {q.id: (q.id in skipped, -len(found.get(q.id, empty).reviews)) for q in open_}
        return min(open_, key=lambda q: key[q.id], default=None)

    def submit(self, entry: LogEntry) -> None:
        """Write a verdict. Raises ValueError in words where it is not wanted, OSError from disk."""
        if entry.question_id not in self._by_id:
            raise ValueError("this question is not among those to be screened any more")
        seconds = min(max(entry.seconds, 0.0), LONGEST)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        stamped = entry.model_copy(update={"time": now, "seconds": round(seconds, 1)})
        self.log.append(stamped, lambda log: _objection(log, entry))

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

    def progress(self, reviewer: str) -> Progress:
        """How far the screening is, and what is left for a reviewer."""
        found = [s for name, s in self._read()[1].items() if name in self._by_id]
        states = [s.state for s in found]
        closed = sum(not _is_open(s, reviewer, REVIEW) for s in found)
        return Progress(
            len(self.questions),
            states.count(State.DECIDED),
            states.count(State.WAITING),
            states.count(State.DISPUTED),
            sum(reviewer in s.reviews for s in found),
            len(self.questions) - closed,
        )

    def report(self) -> tuple[Agreement, list[Throughput]]:
        """Agreement of the reviewers and the pace of each."""
        contents, found = self._read()
        known = [s for name, s in found.items() if name in self._by_id]
        entries = [e for e in contents.entries if e.question_id in self._by_id]
        return measure_agreement(known), measure_throughput(entries, known)


def _is_open(standing: Standing, reviewer: str, mode: str) -> bool:
    if mode == ADJUDICATE:
        return standing.state is State.DISPUTED
    return len(standing.reviews) < REVIEWERS and reviewer not in standing.reviews


def _objection(log: LogContents, entry: LogEntry) -> str:
    """Why an entry may not be written, as the log stands; empty where it may."""
    standing = derive_standings(log.entries).get(entry.question_id, Standing(entry.question_id))
    if entry.kind == "adjudicate":
        return "" if standing.state is State.DISPUTED else SETTLED
    if entry.reviewer in standing.reviews:
        return ALREADY
    return ENOUGH if len(standing.reviews) >= REVIEWERS else ""
