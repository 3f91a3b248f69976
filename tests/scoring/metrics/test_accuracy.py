"""Rates, their groups and intervals, and the tables that are refused."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
from scipy.stats import binomtest

from scoring import BadInput, Extraction, align, read_items, score
from tests.scoring.tables import table


def test_counts_what_is_not_answered_as_wrong() -> None:
    index = [0, 1, 2, None] * 3
    scores = score(read_items(table(index=index)))
    assert scores.accuracy.value == pytest.approx(9 / 12)
    assert scores.answered.value == pytest.approx(9 / 12)
    assert scores.statuses["answered"] == 9
    assert scores.statuses["no_answer"] == 3
    assert scores.chance == pytest.approx(1 / 4)
    assert scores.adjusted.value == pytest.approx((9 / 12 - 1 / 4) / (3 / 4))


def test_takes_extractions_with_their_statuses() -> None:
    columns = table()
    del columns["index"]
    columns["extraction"] = [Extraction("answered", 0)] * 6 + [Extraction("refused")] * 6
    scores = score(read_items(columns))
    assert scores.statuses["refused"] == 6
    assert scores.accuracy.value == pytest.approx(2 / 12)


def test_groups_hold_all_rows_and_macro_is_the_mean_of_tasks() -> None:
    scores = score(read_items(table(rows=60)))
    for groups in scores.groups.values():
        assert sum(estimate.items for estimate in groups.values()) == 60
    assert list(scores.groups["bloom"]) == ["1", "2", "3", "4", "5"]
    tasks = [estimate.value for estimate in scores.groups["task"].values()]
    assert scores.macro.value == pytest.approx(np.mean(tasks)) == pytest.approx(2 / 3)


def test_intervals_hold_the_value_repeat_and_widen_with_clusters() -> None:
    rng = np.random.default_rng(0)
    index = rng.integers(0, 4, 600).tolist()
    alone = score(read_items(table(600, 600, index=index)))
    again = score(read_items(table(600, 600, index=index)))
    assert alone == again
    shared = rng.integers(0, 4, 30)
    correct = [0] * 600
    clustered = score(
        read_items(
            table(600, 30, index=[int(shared[i % 30]) for i in range(600)], correct_index=correct)
        )
    )
    for scores in (alone, clustered):
        for estimate in (scores.accuracy, scores.macro, scores.adjusted):
            assert estimate.low is not None
            assert estimate.high is not None
            assert estimate.low <= estimate.value <= estimate.high

    def width(scores: Any) -> float:
        return float(scores.accuracy.high - scores.accuracy.low)

    assert width(clustered) > 3 * width(alone)


def test_one_article_has_no_interval_and_a_perfect_score_still_has_one() -> None:
    assert score(read_items(table(articles=1))).accuracy.low is None
    perfect = score(read_items(table(40, 20, index=[i % 4 for i in range(40)]))).accuracy
    assert perfect.high == 1.0
    assert perfect.low is not None
    assert 0.75 < perfect.low < 0.9


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            {"id": ["q0", "q1", "q0", *[f"q{i}" for i in range(3, 12)]]},
            r"duplicate: row 2 \('q0'\)",
        ),
        ({"id": ["q0", None, *[f"q{i}" for i in range(2, 12)]]}, r"id .*row 1"),
        ({"id": ["q0", 1, *[f"q{i}" for i in range(2, 12)]]}, r"id must be text: row 1 \(1\)"),
        ({"article_id": [""] + ["a"] * 11}, "article_id is empty: row 0"),
        ({"task": [float("nan")] + ["EU"] * 11}, r"task must be text: row 0 \(nan\)"),
        ({"bloom": [1] * 11 + [6]}, r"bloom must be 1 to 5: row 11 \(6\)"),
        ({"bloom": [1] * 11 + [float("nan")]}, r"bloom must be a whole number: row 11 \(nan\)"),
        ({"index": [4] + [0] * 11}, "index is out of range: row 0"),
        ({"index": [0, "B"] + [0] * 10}, r"index must be a whole number: row 1 \('B'\)"),
        ({"index": [0, 1.0] + [0] * 10}, r"index must be a whole number: row 1 \(1.0\)"),
        ({"index": [True] + [0] * 11}, r"index must be a whole number: row 0 \(True\)"),
        ({"correct_index": [0] * 11 + [-1]}, r"correct_index is out of range: row 11"),
        ({"n_options": [1] + [4] * 11}, r"n_options must be at least 2: row 0"),
        ({"index": [0] * 11}, "different lengths: .*index 11"),
        ({"status": ["refused"] * 12}, "status 'answered' only: row 0"),
        ({"status": ["answred"] * 12}, r"status is not known: row 0 \('answred'\)"),
        ({"modalities": ["x"] * 12}, r"not known: \['modalities'\]"),
        ({"extraction": [None] * 12}, "either 'extraction' or 'index'"),
    ],
)
def test_names_the_first_offending_rows(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        read_items(table(**changed))


def test_no_rows_and_missing_columns_are_refused() -> None:
    with pytest.raises(BadInput, match="no rows"):
        read_items({name: [] for name in table()})
    columns = table()
    del columns["source"]
    with pytest.raises(BadInput, match="source"):
        read_items(columns)


def test_aligns_predictions_by_id() -> None:
    assert align(["a", "b", "c"], ["c", "a", "b"]).tolist() == [1, 2, 0]
    for predictions, message in (
        (["a", "b"], r"no prediction for id: row 2 \('c'\)"),
        (["a", "b", "c", "d"], r"unknown id: row 3 \('d'\)"),
        (["a", "b", "c", "a"], r"duplicate: row 3 \('a'\)"),
    ):
        with pytest.raises(BadInput, match=message):
            align(["a", "b", "c"], predictions)


def test_many_predictions_are_scored_quickly() -> None:
    rows = 100_000
    rng = np.random.default_rng(0)
    columns = table(rows, 5000, index=rng.integers(-1, 4, rows))
    start = time.perf_counter()
    assert score(read_items(columns)).accuracy.items == rows
    assert time.perf_counter() - start < 10


def test_few_questions_near_certainty_still_say_something() -> None:
    """Of 15 right of 16 the lower end is that of the exact binomial interval."""
    index = [1, *[i % 4 for i in range(1, 16)]]
    accuracy = score(read_items(table(16, 16, index=index))).accuracy
    assert accuracy.value == pytest.approx(15 / 16)
    assert accuracy.low == pytest.approx(binomtest(15, 16).proportion_ci(method="exact").low)
    assert accuracy.high is not None
    assert accuracy.high > 0.99
