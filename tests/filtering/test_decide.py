"""The global threshold and the decisions that follow from it."""

from __future__ import annotations

import json
import random
from dataclasses import asdict
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filtering import QA, Signals, Threshold, choose_threshold, compute_signals, decide_pairs


def _row(number: int, score: float, contradiction: str = "") -> Signals:
    return Signals(f"q{number:03}", None, score, None, None, None, contradiction, score)


def _choose(rows: list[Signals], keep_ratio: float) -> Threshold:
    return choose_threshold([(r.qa_id, r.score, bool(r.contradiction)) for r in rows], keep_ratio)


ROWS = st.lists(st.tuples(st.integers(0, 4), st.booleans()), max_size=40)


@given(ROWS, st.integers(0, 100), st.randoms())
def test_keeps_exactly_the_ratio_in_any_order_and_partition(
    drawn: list[tuple[int, bool]], percent: int, chance: random.Random
) -> None:
    rows = [_row(i, score / 4, "x" if gated else "") for i, (score, gated) in enumerate(drawn)]
    threshold = _choose(rows, percent / 100)
    decisions = decide_pairs(rows, threshold)
    ungated = sum(not gated for _, gated in drawn)
    assert sum(d.keep for d in decisions) == min(len(rows) * percent // 100, ungated)
    assert all(0 <= d.rank <= 1 for d in decisions)
    shuffled = chance.sample(rows, len(rows))
    assert _choose(shuffled, percent / 100) == threshold
    apart = [d for r in shuffled for d in decide_pairs([r], threshold)]
    assert sorted(apart, key=lambda d: d.qa_id) == decisions


def test_rank_counts_all_pairs_and_ties_go_to_the_lower_id() -> None:
    rows = [_row(i, s, c) for i, (s, c) in enumerate([(0.5, ""), (0.5, ""), (0.9, ""), (1.0, "x")])]
    decisions = decide_pairs(rows, _choose(rows, 0.5))
    assert [d.keep for d in decisions] == [True, False, True, False]
    assert [d.rank for d in decisions] == [0.25, 0.25, 0.75, 0.0]


def test_rank_of_many_scores_is_close() -> None:
    rows = [_row(i, (i * 7919 % 5000) / 5000) for i in range(5000)]
    threshold = _choose(rows, 0.75)
    assert len(threshold.scores) <= 1000
    assert all(
        abs(d.rank - r.score) < 0.002
        for d, r in zip(decide_pairs(rows, threshold), rows, strict=True)
    )


def test_threshold_survives_json() -> None:
    threshold = _choose([_row(i, i / 7) for i in range(7)], 0.29)
    assert Threshold(**json.loads(json.dumps(asdict(threshold)))) == threshold
    assert threshold.kept == floor(0.29 * 7)


def test_refuses_what_cannot_be_ranked() -> None:
    with pytest.raises(ValueError, match="keep_ratio"):
        choose_threshold([], 1.5)
    with pytest.raises(ValueError, match="finite"):
        choose_threshold([("a", float("nan"), False)], 0.5)


CAPTION = "HeLa cells stained with H&E. 12 of 21 cells were mitotic. Scale bar, 5 µm."


def test_signals_and_reasons() -> None:
    rows = [
        QA("a", "f", CAPTION, "Which stain was used?", "Hematoxylin and eosin",
           "The cells were stained with hematoxylin and eosin."),
        QA("b", "f", CAPTION, "How many cells were mitotic?", "15 cells", ""),
        QA("c", "f", CAPTION, "Which feature is seen?", "Vacuoles", "Vacuoles are seen."),
        QA("d", "f", "", "", "", ""),
    ]  # fmt: skip
    signals = compute_signals(rows)
    assert signals[0].score == 1
    assert signals[1].signal_overlap is None
    assert signals[1].contradiction == "says 15 cells, the caption says 12 and 21 cells"
    assert signals[2].signal_answer == 0
    assert signals[3].score == 0
    reasons = [d.reason for d in decide_pairs(signals, _choose(signals, 0.25))]
    assert reasons == [
        "kept: more consistent than 75% of the candidates; everything it names is in the caption",
        f"dropped: contradicts the caption: {signals[1].contradiction}",
        "dropped: ranked below the kept 25%; it names what the caption does not",
        "dropped: ranked below the kept 25%; nothing in it can be compared with the caption",
    ]


@given(st.text(), st.text(), st.text(), st.text())
def test_signals_of_any_text(caption: str, question: str, answer: str, statement: str) -> None:
    row = compute_signals([QA("q", "f", caption, question, answer, statement)])[0]
    values = [row.signal_grounding, row.signal_answer, row.signal_overlap, row.signal_specificity]
    assert all(v is None or 0 <= v <= 1 for v in [*values, row.score])
