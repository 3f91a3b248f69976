"""How far reviewers agree, and how fast they work."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from builder.screening.entries import Entry
from builder.screening.standings import REVIEWERS, Standing

LONGEST = 600.0
"""Seconds on one question beyond which a reviewer is taken to have been away."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two independent verdicts on each of `questions` questions, `same` of them alike.

    `kappa` is Cohen's kappa over accept, fix and reject; None where it is not defined, as with
    no question, or where both reviewers only ever gave one and the same verdict.
    """

    questions: int
    same: int
    kappa: float | None


def agreement(standings: Iterable[Standing]) -> Agreement:
    """Agreement of the first two reviews of every question that has two, adjudicated or not.

    Reviewers are put in the order of their names, so that with two of them each keeps a column.
    """
    pairs = []
    for standing in standings:
        if len(standing.reviews) >= REVIEWERS:
            first, second = sorted(list(standing.reviews.values())[:2], key=lambda e: e.reviewer)
            pairs.append((str(first.verdict), str(second.verdict)))
    same = sum(a == b for a, b in pairs)
    if len({verdict for pair in pairs for verdict in pair}) < 2:
        return Agreement(len(pairs), same, None)
    from sklearn.metrics import cohen_kappa_score

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


def throughput(entries: Iterable[Entry], standings: Iterable[Standing]) -> list[Throughput]:
    """The work of every reviewer, by name. Seconds are those of all verdicts given, also undone."""
    log, known = list(entries), list(standings)
    paces: dict[str, list[float]] = {}
    for entry in log:
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
