"""What the log says of each question (its standing), how far reviewers agree, and their pace."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from statistics import median

from builder.screening.verdict_log import LogEntry

REVIEWERS = 2
"""Independent reviews that every question needs."""

LONGEST = 600.0
"""Seconds on one question beyond which a reviewer is taken to have been away."""


class State(StrEnum):
    """How far the screening of a question came."""

    WAITING = "needs another review"
    DISPUTED = "the reviewers differ"
    DECIDED = "decided"


@dataclass(slots=True)
class Standing:
    """The verdicts on a question that have not been taken back.

    `reviews` holds the latest review of each reviewer, in the order of their first.
    """

    question_id: str
    reviews: dict[str, LogEntry] = field(default_factory=dict)
    ruling: LogEntry | None = None

    @property
    def agree(self) -> bool:
        """Whether all reviews say the same: of fixes, the same text too."""
        verdicts = {
            (review.verdict, review.fix.model_dump_json() if review.fix else "")
            for review in self.reviews.values()
        }
        return len(verdicts) == 1

    @property
    def state(self) -> State:
        """Whether more reviews, an adjudication, or nothing is needed."""
        if len(self.reviews) < REVIEWERS:
            return State.WAITING
        return State.DECIDED if self.agree or self.ruling else State.DISPUTED

    @property
    def outcome(self) -> LogEntry | None:
        """The entry that decides: any of the agreeing reviews, else the adjudication."""
        if self.state is not State.DECIDED:
            return None
        return next(iter(self.reviews.values())) if self.agree else self.ruling


def derive_standings(entries: Iterable[LogEntry]) -> dict[str, Standing]:
    """The standing of every question that the log mentions, by question_id.

    A later review of the same reviewer replaces the earlier, and of adjudications the last counts;
    an adjudication counts only where reviews differ.

    Args:
        entries: of the log, in the order in which they were written.
    """
    log = list(entries)
    # An undo takes back an entry of the same reviewer: nobody takes back the verdict of another.
    undone = {(e.undoes, e.reviewer) for e in log if e.kind == "undo"}
    standings: dict[str, Standing] = {}
    for entry in log:
        if entry.kind == "undo" or entry.verdict is None or (entry.entry, entry.reviewer) in undone:
            continue
        standing = standings.setdefault(entry.question_id, Standing(entry.question_id))
        if entry.kind == "adjudicate":
            standing.ruling = entry
        else:
            standing.reviews[entry.reviewer] = entry
    return standings


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two independent verdicts on each of `questions` questions, `same` of them alike.

    `kappa` is Cohen's kappa over accept, fix and reject, the agreement beyond chance:
    (p_o - p_e) / (1 - p_e), where p_o is the share of questions with the same verdict and
    p_e = sum_v p_1(v) p_2(v) is the share expected of two reviewers who give each verdict as often
    as these two do, but independently (J. Cohen, "A coefficient of agreement for nominal scales",
    Educational and Psychological Measurement 20, 1960). None where it is not defined: without a
    question, or where both reviewers only ever gave one and the same verdict.
    """

    questions: int
    same: int
    kappa: float | None


def measure_agreement(standings: Iterable[Standing]) -> Agreement:
    """Agreement of the first two reviews of every question that has two, adjudicated or not."""
    pairs = []
    for standing in standings:
        # In the order of their names, so that with two reviewers each keeps a column.
        if len(standing.reviews) >= REVIEWERS:
            first, second = sorted(list(standing.reviews.values())[:2], key=lambda e: e.reviewer)
            pairs.append((str(first.verdict), str(second.verdict)))
    same = sum(a == b for a, b in pairs)
    if len({verdict for pair in pairs for verdict in pair}) < 2:
        return Agreement(len(pairs), same, None)
    from sklearn.metrics import cohen_kappa_score  # heavy: scipy comes with it

    kappa = cohen_kappa_score([a for a, _ in pairs], [b for _, b in pairs])
    return Agreement(len(pairs), same, float(kappa))


@dataclass(frozen=True, slots=True)
class Throughput:
    """What one reviewer did: verdicts that stand, adjudications, and the median pace."""

    reviewer: str
    reviews: int
    adjudications: int
    seconds: float

    @property
    def per_hour(self) -> float:
        """Questions an hour at the median pace; 0 where it is not known."""
        return 3600 / self.seconds if self.seconds else 0.0


def measure_throughput(
    entries: Iterable[LogEntry], standings: Iterable[Standing]
) -> list[Throughput]:
    """The work of every reviewer, by name. Seconds are those of all verdicts given, also undone."""
    known = list(standings)
    paces: dict[str, list[float]] = {}
    for entry in entries:
        if entry.kind != "undo":
            paces.setdefault(entry.reviewer, []).append(min(entry.seconds, LONGEST))
    return [
        Throughput(
            name,
            sum(name in s.reviews for s in known),
            sum(s.ruling is not None and s.ruling.reviewer == name for s in known),
            median(seconds),
        )
        for name, seconds in sorted(paces.items())
    ]
