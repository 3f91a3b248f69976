"""What the log says of each question: who gave which verdict, and what follows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from builder.screening.entries import Entry

REVIEWERS = 2
"""Independent reviews that every question needs."""


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
    reviews: dict[str, Entry] = field(default_factory=dict)
    ruling: Entry | None = None

    @property
    def agree(self) -> bool:
        """Whether all reviews say the same: of fixes, the same text too."""
        return len({_said(review) for review in self.reviews.values()}) == 1

    @property
    def state(self) -> State:
        """Whether more reviews, an adjudication, or nothing is needed."""
        if len(self.reviews) < REVIEWERS:
            return State.WAITING
        return State.DECIDED if self.agree or self.ruling else State.DISPUTED

    @property
    def outcome(self) -> Entry | None:
        """The entry that decides: any of the agreeing reviews, else the adjudication."""
        if self.state is not State.DECIDED:
            return None
        return next(iter(self.reviews.values())) if self.agree else self.ruling


def _said(entry: Entry) -> tuple[str, str]:
    return str(entry.verdict), entry.fix.model_dump_json() if entry.fix else ""


def standings(entries: Iterable[Entry]) -> dict[str, Standing]:
    """The standing of every question that the log mentions, by question_id.

    An undo takes back an entry of the same reviewer. A later review of the same reviewer replaces
    the earlier, and of adjudications the last counts; an adjudication counts only where reviews
    differ.
    """
    log = list(entries)
    undone = {(e.undoes, e.reviewer) for e in log if e.kind == "undo"}
    found: dict[str, Standing] = {}
    for entry in log:
        if entry.kind == "undo" or entry.verdict is None or (entry.entry, entry.reviewer) in undone:
            continue
        standing = found.setdefault(entry.question_id, Standing(entry.question_id))
        if entry.kind == "adjudicate":
            standing.ruling = entry
        else:
            standing.reviews[entry.reviewer] = entry
    return found
