"""How each pair agrees with its caption, as plain numbers that anyone can check by reading."""

from __future__ import annotations

from collections.abc import Sequence

from filtering.contradiction import contradiction
from filtering.records import QA, Signals
from filtering.sentences import sentences
from filtering.words import ASKING, FRAMING, content, named, named_key, share, supported

_ROLES = frozenset({"treatment:control", "treatment:vehicle"})


def _grounding(qa: QA) -> float | None:
    keys = frozenset(named_key(e) for t in (qa.question, qa.answer) for e in named(t))
    return share(keys - _ROLES, supported(qa.caption))


def _overlap(qa: QA) -> float | None:
    said = content(qa.statement) - ASKING - FRAMING
    if not said:
        return None
    found = [said & supported(qa.caption[start:end]) for start, end in sentences(qa.caption)]
    best = max(found, key=len, default=frozenset())
    both = max((len(best | other) for other in found), default=0)
    return both / len(said)


def _specificity(qa: QA) -> float | None:
    asked = share(content(qa.answer), content(qa.question))
    return None if asked is None else 1.0 - asked


def _signals(qa: QA) -> Signals:
    values = (
        _grounding(qa),
        share(content(qa.answer), supported(qa.caption)),
        _overlap(qa),
        _specificity(qa),
    )
    present = [v for v in values if v is not None]
    score = sum(present) / len(present) if present else 0.0
    return Signals(qa.qa_id, *values, contradiction(qa), score)


def compute_signals(rows: Sequence[QA]) -> list[Signals]:
    """Signals of each row, in order. A row's signals depend on nothing but the row."""
    return [_signals(qa) for qa in rows]
