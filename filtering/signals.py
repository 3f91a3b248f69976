"""How each pair agrees with its caption, as plain numbers that anyone can check by reading."""

from __future__ import annotations

from collections.abc import Sequence

from filtering.contradiction import contradiction
from filtering.records import QA, Signals
from filtering.sentences import sentences
from filtering.words import content, named, named_key, share


def _grounding(qa: QA) -> float | None:
    keys = frozenset(named_key(e) for t in (qa.question, qa.answer) for e in named(t))
    return share(keys, frozenset(named_key(e) for e in named(qa.caption)))


def _overlap(qa: QA) -> float | None:
    said = content(qa.statement)
    spans = sentences(qa.caption)
    return (
        max((share(said, content(qa.caption[a:b])) or 0.0 for a, b in spans), default=0.0)
        if said
        else None
    )


def _specificity(qa: QA) -> float | None:
    asked = share(content(qa.answer), content(qa.question))
    return None if asked is None else 1.0 - asked


def _signals(qa: QA) -> Signals:
    values = (
        _grounding(qa),
        share(content(qa.answer), content(qa.caption)),
        _overlap(qa),
        _specificity(qa),
    )
    present = [v for v in values if v is not None]
    score = sum(present) / len(present) if present else 0.0
    return Signals(qa.qa_id, *values, contradiction(qa), score)


def compute_signals(rows: Sequence[QA]) -> list[Signals]:
    """Signals of each row, in order. A row's signals depend on nothing but the row."""
    return [_signals(qa) for qa in rows]
