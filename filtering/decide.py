"""Which pairs are kept: one global threshold, then a decision per pair in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from math import floor

import numpy as np

from filtering.records import Decision, Signals

_CHUNK = 65_536
_RANKS = 1_000
_WEAKNESS = {
    "signal_grounding": (
        "it names what the caption does not",
        "only {} of what it names is in the caption",
    ),
    "signal_answer": (
        "its answer shares no word with the caption",
        "only {} of its answer's words are in the caption",
    ),
    "signal_overlap": (
        "no sentence of the caption shares a word with it",
        "only {} of its words are in the caption's two best sentences",
    ),
    "signal_specificity": (
        "its answer says nothing that the question does not",
        "only {} of its answer is not in the question",
    ),
    "signal_binding": (
        "the caption has it, but not there",
        "weighed against others of its kind in the caption it gets only {}",
    ),
}


@dataclass(frozen=True, slots=True)
class Threshold:
    """Where the line between kept and dropped runs, and what is needed to rank a pair locally.

    Kept are pairs that no gate holds back and whose score is above `cut_score`, or equal to it
    with an identifier up to `cut_id`; nothing is kept while `kept` is 0. Of the ungated pairs
    the share `below[i]` scores less than `scores[i]`.
    """

    keep_ratio: float
    total: int
    gated: int
    kept: int
    cut_score: float
    cut_id: str
    scores: list[float]
    below: list[float]


def _chunks(
    scored: Iterable[tuple[str, float, bool]],
) -> Iterator[tuple[np.ndarray, np.ndarray, int]]:
    """Scores and identifiers (UTF-8) of the ungated rows, and how many rows there were."""
    rows = iter(scored)
    while chunk := list(islice(rows, _CHUNK)):
        ungated = [(qa_id, score) for qa_id, score, gated in chunk if not gated]
        ids = np.array([i.encode("utf-8", "surrogatepass") for i, _ in ungated] or [b""])
        yield np.array([s for _, s in ungated], dtype=np.float64), ids[: len(ungated)], len(chunk)


def _cut(scores: np.ndarray, ids: np.ndarray, kept: int) -> tuple[float, str]:
    """Lowest score that is kept, and the last identifier that is kept with it."""
    if kept == 0:
        return float("inf"), ""
    cut = np.partition(scores, len(scores) - kept)[len(scores) - kept]
    among_equals = kept - int(np.count_nonzero(scores > cut))
    last = np.sort(ids[scores == cut])[among_equals - 1]
    return float(cut), bytes(last).decode("utf-8", "surrogatepass")


def _rank_table(scores: np.ndarray) -> tuple[list[float], list[float]]:
    """Up to 1,000 scores and the share of all scores below each; exact with fewer distinct."""
    if not len(scores):
        return [], []
    values, counts = np.unique(scores, return_counts=True)
    below = (np.cumsum(counts) - counts) / len(scores)
    picked = np.unique(np.linspace(0, len(values) - 1, _RANKS).round().astype(int))
    return values[picked].tolist(), below[picked].tolist()


def choose_threshold(scored: Iterable[tuple[str, float, bool]], keep_ratio: float) -> Threshold:
    """The threshold over all pairs, in any order.

    Exactly floor(keep_ratio * N) of the N pairs are kept, or all ungated ones if these are fewer;
    of equal scores the lower identifiers. Holds 8 bytes and one identifier per pair.

    Args:
        scored: `(qa_id, score, gated)` of each pair.
        keep_ratio: share of all pairs to keep, 0-1; gated pairs count in N and are never kept.

    Raises:
        ValueError: for a ratio outside 0-1 or a score that is not a finite number.
    """
    if not 0 <= keep_ratio <= 1:
        raise ValueError(f"keep_ratio must be between 0 and 1, not {keep_ratio}")
    chunks = list(_chunks(scored))
    total = sum(rows for _, _, rows in chunks)
    scores = np.concatenate([np.empty(0), *(s for s, _, _ in chunks)])
    ids = np.concatenate([np.empty(0, "S1"), *(i for _, i, _ in chunks)])
    if not np.isfinite(scores).all():
        raise ValueError("a score is not a finite number")
    kept = min(floor(Fraction(str(keep_ratio)) * total), len(scores))
    cut_score, cut_id = _cut(scores, ids, kept)
    values, below = _rank_table(scores)
    cut = cut_score if kept else 0.0
    return Threshold(keep_ratio, total, total - len(scores), kept, cut, cut_id, values, below)


def _rank(score: float, threshold: Threshold) -> float:
    """Share of all N pairs that are less consistent than an ungated one, 0-1.

    (gated + below * ungated) / N: every gated pair ranks below, and of the ungated ones the share
    `below`, interpolated between the scores that the threshold holds.
    """
    if not threshold.total:
        return 0.0
    below = float(np.interp(score, threshold.scores, threshold.below)) if threshold.scores else 0.0
    ungated = threshold.total - threshold.gated
    return (threshold.gated + below * ungated) / threshold.total


def _is_kept(row: Signals, threshold: Threshold) -> bool:
    if row.contradiction or not threshold.kept:
        return False
    if row.score != threshold.cut_score:
        return row.score > threshold.cut_score
    return row.qa_id <= threshold.cut_id


def _weakness(row: Signals) -> str:
    if row.weakness:
        return row.weakness
    present = {n: v for n in _WEAKNESS if (v := getattr(row, n)) is not None}
    if not present:
        return "nothing in it can be compared with the caption"
    name, value = min(present.items(), key=lambda item: item[1])
    nothing, some = _WEAKNESS[name]
    if value == 0:
        return nothing
    if value == 1:
        return "as many as may be kept are as consistent"
    return some.format(f"{value:.0%}")


def _reason(row: Signals, threshold: Threshold, rank: float, keep: bool) -> str:
    if row.contradiction:
        return f"dropped: contradicts the caption: {row.contradiction}"
    if not keep:
        return f"dropped: ranked below the kept {threshold.keep_ratio:.0%}; {_weakness(row)}"
    said = f"kept: more consistent than {floor(100 * rank)}% of the candidates"
    if row.signal_grounding in (1, None) and row.signal_answer == 1:
        return f"{said}; everything it names is in the caption"
    return f"{said}; {_weakness(row)}"


def decide_pairs(signals: Sequence[Signals], threshold: Threshold) -> list[Decision]:
    """Decisions in the order of the signals; needs nothing but the rows and the threshold."""
    decisions = []
    for row in signals:
        gated = bool(row.contradiction)
        keep = _is_kept(row, threshold)
        rank = 0.0 if gated else _rank(row.score, threshold)
        reason = _reason(row, threshold, rank, keep)
        decisions.append(Decision(row.qa_id, gated, rank, keep, reason))
    return decisions
