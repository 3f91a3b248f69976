"""How each pair agrees with its caption, as plain numbers that anyone can check by reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from filtering.gate import find_contradiction
from filtering.records import QA, WEIGHTS, Signals
from filtering.signals.binding import binding
from filtering.text.captions import read_caption
from filtering.text.entities import find_entities
from filtering.text.words import ASKING, FRAMING, content, named_key, share, supported

_DIGITS = 9
"""Sums over sets differ in their last digits from process to process."""
_ROLES = frozenset({"treatment:control", "treatment:vehicle"})


def _measure_grounding(qa: QA) -> float | None:
    """|named & C| / |named|: what question and answer name (stains, markers, quantities ...)
    without controls and vehicles, and C, all that the caption supports. None where they name
    nothing."""
    keys = frozenset(named_key(e) for t in (qa.question, qa.answer) for e in find_entities(t))
    return share(keys - _ROLES, supported(qa.caption))


def _measure_overlap(qa: QA) -> float | None:
    """max over sentences t of |S & (best | t)| / |S|: content words S of the statement, found in
    the sentence of the caption that has most of them and in one more. None without words."""
    said = content(qa.statement) - ASKING - FRAMING
    if not said:
        return None
    shared = [said & words for words in _support_by_part(qa.caption)]
    best = max(shared, key=len, default=frozenset())
    both = max((len(best | other) for other in shared), default=0)
    return both / len(said)


@lru_cache(maxsize=64)
def _support_by_part(caption: str) -> tuple[frozenset[str], ...]:
    """What each part of a caption supports."""
    return tuple(supported(part.text) for part in read_caption(caption).parts)


def _measure_specificity(qa: QA) -> float | None:
    """1 - |A & Q| / |A|: content words A of the answer that the question Q does not say."""
    asked = share(content(qa.answer), content(qa.question))
    return None if asked is None else 1.0 - asked


def compute_consistency(values: Mapping[str, float | None]) -> float:
    """The score of text signals: sum of w_k * s_k over sum of w_k, for the signals k that apply,
    with the weights `WEIGHTS`; 0-1, and 0 where none applies."""
    present = [(WEIGHTS[n], v) for n, v in values.items() if v is not None and n in WEIGHTS]
    whole = sum(weight for weight, _ in present)
    return sum(weight * v for weight, v in present) / whole if whole else 0.0


def _compute_signals(qa: QA) -> Signals:
    # `signal_answer` is |A & C| / |A|: content words A of the answer, C what the caption supports.
    measured = {
        "signal_grounding": _measure_grounding(qa),
        "signal_answer": share(content(qa.answer), supported(qa.caption)),
        "signal_overlap": _measure_overlap(qa),
        "signal_specificity": _measure_specificity(qa),
        "signal_binding": binding(qa),
    }
    values = {name: None if v is None else round(v, _DIGITS) for name, v in measured.items()}
    return Signals(
        qa.qa_id,
        values["signal_grounding"],
        values["signal_answer"],
        values["signal_overlap"],
        values["signal_specificity"],
        values["signal_binding"],
        find_contradiction(qa),
        round(compute_consistency(values), _DIGITS),
    )


def compute_signals(rows: Sequence[QA]) -> list[Signals]:
    """Signals of each row, in order. A row's signals depend on nothing but the row."""
    return [_compute_signals(qa) for qa in rows]


def add_siblings(rows: Sequence[Signals], figure: npt.NDArray[np.int64]) -> list[Signals]:
    """The rows with the mean score of the others of their figure, which `figure` numbers."""
    scores = np.array([row.score for row in rows], dtype=np.float64)
    shared = compute_sibling_means(scores, figure)
    return [
        row if np.isnan(mean) else replace(row, signal_siblings=round(float(mean), 4))
        for row, mean in zip(rows, shared, strict=True)
    ]


def compute_sibling_means(
    scores: npt.NDArray[np.float64], figure: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """Mean score of the other rows of a figure: (sum of the figure - own) / (n - 1).

    Shape:
        `scores` (n,), `figure` (n,) any numbers; returns (n,), NaN for a row alone.
    """
    _, place = np.unique(figure, return_inverse=True)
    total, count = np.bincount(place, scores), np.bincount(place)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((total[place] - scores) / (count[place] - 1))
