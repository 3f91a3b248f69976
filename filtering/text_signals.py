"""How each pair agrees with its caption, as plain numbers that anyone can check by reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from filtering.gate import find_contradiction
from filtering.records import QA, WEIGHTS, Signals
from filtering.signals.binding import measure_binding
from filtering.text.captions import read_caption
from filtering.text.entities import find_entities
from filtering.text.words import ASKING, FRAMING, content, named_key, share, supported

_DIGITS = 9
"""Sums over sets differ in their last digits from process to process."""
_ROLES = frozenset({"treatment:control", "treatment:vehicle"})


def _measure_overlap(qa: QA) -> float | None:
    """max over sentences t of |S & (best | t)| / |S|: content words S of the statement, found in
    the sentence of the caption that has most of them and in one more. None without words."""
    words = content(qa.statement) - ASKING - FRAMING
    if not words:
        return None
    shared = [words & there for there in _support_by_part(qa.caption)]
    best = max(shared, key=len, default=frozenset())
    both = max((len(best | other) for other in shared), default=0)
    return both / len(words)


@lru_cache(maxsize=64)
def _support_by_part(caption: str) -> tuple[frozenset[str], ...]:
    """What each part of a caption supports."""
    return tuple(supported(part.text) for part in read_caption(caption).parts)


def compute_consistency(values: Mapping[str, float | None]) -> float:
    """The score of text signals: sum of w_k * s_k over sum of w_k, for the signals k that apply,
    with the weights `WEIGHTS`; 0-1, and 0 where none applies."""
    present = [(WEIGHTS[n], v) for n, v in values.items() if v is not None and n in WEIGHTS]
    whole = sum(weight for weight, _ in present)
    return sum(weight * v for weight, v in present) / whole if whole else 0.0


def compute_signals(rows: Sequence[QA]) -> list[Signals]:
    """Signals of each row, in order. A row's signals depend on nothing but the row.

    With C, all that the caption supports, and the content words A of the answer and Q of the
    question: `signal_grounding` is |N & C| / |N| for what question and answer name (N: stains,
    markers, quantities ... without controls and vehicles), `signal_answer` |A & C| / |A| and
    `signal_specificity` 1 - |A & Q| / |A|; None for an empty set.
    """
    signals = []
    for qa in rows:
        named = frozenset(named_key(e) for t in (qa.question, qa.answer) for e in find_entities(t))
        repeated = share(content(qa.answer), content(qa.question))
        measured = {
            "signal_grounding": share(named - _ROLES, supported(qa.caption)),
            "signal_answer": share(content(qa.answer), supported(qa.caption)),
            "signal_overlap": _measure_overlap(qa),
            "signal_specificity": None if repeated is None else 1.0 - repeated,
            "signal_binding": measure_binding(qa),
        }
        values = {name: None if v is None else round(v, _DIGITS) for name, v in measured.items()}
        score = round(compute_consistency(values), _DIGITS)
        row: dict[str, Any] = {"contradiction": find_contradiction(qa), "score": score} | values
        signals.append(Signals(qa.qa_id, **row))
    return signals


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
