"""Which pairs are kept: one global threshold, then a decision per pair in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
    # Scores and identifiers (UTF-8) of the ungated pairs, chunk by chunk as arrays.
    rows, total = iter(scored), 0
    score_chunks, id_chunks = [np.empty(0)], [np.empty(0, "S1")]
    while chunk := list(islice(rows, _CHUNK)):
        total += len(chunk)
        ungated = [(qa_id, score) for qa_id, score, gated in chunk if not gated]
        if ungated:
            score_chunks.append(np.array([score for _, score in ungated], dtype=np.float64))
            id_chunks.append(np.array([i.encode("utf-8", "surrogatepass") for i, _ in ungated]))
    scores, ids = np.concatenate(score_chunks), np.concatenate(id_chunks)
    if not np.isfinite(scores).all():
        raise ValueError("a score is not a finite number")
    # The lowest score that is kept, and the last identifier that is kept with it.
    kept = min(floor(Fraction(str(keep_ratio)) * total), len(scores))
    cut, cut_id = 0.0, ""
    if kept:
        cut = float(np.partition(scores, len(scores) - kept)[len(scores) - kept])
        among_equals = kept - int(np.count_nonzero(scores > cut))
        last = np.sort(ids[scores == cut])[among_equals - 1]
        cut_id = bytes(last).decode("utf-8", "surrogatepass")
    # Up to 1,000 scores with the share of all below each; exact where there are fewer.
    values, counts = np.unique(scores, return_counts=True)
    below = (np.cumsum(counts) - counts) / max(len(scores), 1)
    picked = np.unique(np.linspace(0, len(values) - 1, _RANKS).round().astype(int))
    picked = picked[: len(values)]
    return Threshold(
        keep_ratio=keep_ratio,
        total=total,
        gated=total - len(scores),
        kept=kept,
        cut_score=cut,
        cut_id=cut_id,
        scores=values[picked].tolist(),
        below=below[picked].tolist(),
    )


def _describe_weakness(row: Signals) -> str:
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


def decide_pairs(signals: Sequence[Signals], threshold: Threshold) -> list[Decision]:
    """Decisions in the order of the signals; needs nothing but the rows and the threshold.

    The rank is the share of all N pairs that are less consistent, (gated + below * ungated) / N:
    every gated pair ranks below, and of the ungated ones the share `below`, interpolated between
    the scores that the threshold holds.
    """
    decisions = []
    for row in signals:
        if row.contradiction:
            reason = f"dropped: contradicts the caption: {row.contradiction}"
            decisions.append(Decision(row.qa_id, True, 0.0, False, reason))
            continue
        rank = 0.0
        if threshold.total:
            known = threshold.scores, threshold.below
            below = float(np.interp(row.score, *known)) if threshold.scores else 0.0
            ungated = threshold.total - threshold.gated
            rank = (threshold.gated + below * ungated) / threshold.total
        # Of equal scores the lower identifiers are kept.
        is_above = row.score > threshold.cut_score
        is_among_equals = row.score == threshold.cut_score and row.qa_id <= threshold.cut_id
        keep = threshold.kept > 0 and (is_above or is_among_equals)
        weakness = _describe_weakness(row)
        if not keep:
            reason = f"dropped: ranked below the kept {threshold.keep_ratio:.0%}; {weakness}"
        else:
            reason = f"kept: more consistent than {floor(100 * rank)}% of the candidates"
            is_grounded = row.signal_grounding in (1, None) and row.signal_answer == 1
            reason += f"; {'everything it names is in the caption' if is_grounded else weakness}"
        decisions.append(Decision(row.qa_id, False, rank, keep, reason))
    return decisions
