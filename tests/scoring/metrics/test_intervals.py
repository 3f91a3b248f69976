"""The closed form of a rate's interval, against textbook formulas worked out another way."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, t

from scoring.metrics.intervals import (
    Clusters,
    bootstrap_interval,
    count_effective_articles,
    estimate_rate,
    find_rate_interval,
)

RIGHT = np.array([3.0, 0, 5, 2, 4, 1, 6, 2])
ROWS = np.array([4.0, 2, 6, 2, 9, 3, 6, 5])


def expected_interval(right: list[int], rows: list[int]) -> tuple[float, float]:
    """From a regression on an intercept, row by row, with the CR2 sandwich in matrices."""
    y = np.concatenate(
        [np.repeat([1.0, 0.0], [r, n - r]) for r, n in zip(right, rows, strict=True)]
    )
    article = np.repeat(np.arange(len(rows)), rows)
    x = np.ones((len(y), 1))
    bread = np.linalg.inv(x.T @ x)
    coefficient = bread @ x.T @ y
    meat = np.zeros((1, 1))
    for g in range(len(rows)):
        own = x[article == g]
        values, vectors = np.linalg.eigh(np.eye(len(own)) - own @ bread @ own.T)
        adjusted = vectors @ np.diag(values**-0.5) @ vectors.T
        part = own.T @ adjusted @ (y - x @ coefficient)[article == g]
        meat += np.outer(part, part)
    variance = float((bread @ meat @ bread)[0, 0])
    p = float(coefficient[0])
    effective = 1 / sum((n / sum(rows)) ** 2 for n in rows)
    reach = t(effective - 1).ppf(0.975) * variance**0.5 / (p * (1 - p))
    odds = [p / (1 - p) * np.exp(sign * reach) for sign in (-1, 1)]
    return odds[0] / (1 + odds[0]), odds[1] / (1 + odds[1])


def test_is_the_cluster_robust_interval_on_logits() -> None:
    expected = expected_interval(RIGHT.astype(int).tolist(), ROWS.astype(int).tolist())
    assert find_rate_interval(RIGHT, ROWS) == pytest.approx(expected, rel=1e-9)


def test_rows_and_sums_give_the_same() -> None:
    codes = np.repeat(np.arange(len(ROWS)), ROWS.astype(int))
    hits = np.concatenate([np.arange(n) < r for r, n in zip(RIGHT, ROWS.astype(int), strict=True)])
    estimate = estimate_rate(codes, hits)
    assert (estimate.low, estimate.high) == find_rate_interval(RIGHT, ROWS)
    assert (estimate.items, estimate.articles) == (ROWS.sum(), len(ROWS))
    assert estimate.value == pytest.approx(RIGHT.sum() / ROWS.sum())


@pytest.mark.parametrize("wins", [0, 12])
def test_is_exact_where_nothing_or_everything_is_right(wins: int) -> None:
    exact = binomtest(wins, 12).proportion_ci(method="exact")
    found = find_rate_interval(np.full(12, wins / 12 * 5), np.full(12, 5.0))
    assert found == pytest.approx((exact.low, exact.high))


def test_is_no_wider_than_the_exact_interval_of_single_questions() -> None:
    right = np.array([0.0] + [1.0] * 15)
    exact = binomtest(15, 16).proportion_ci(method="exact")
    found = find_rate_interval(right, np.ones(16))
    assert found is not None
    assert found[0] == pytest.approx(exact.low)
    assert 15 / 16 < found[1] <= exact.high


def test_articles_that_are_all_alike_are_taken_for_one_question_each() -> None:
    exact = binomtest(5, 10).proportion_ci(method="exact")
    found = find_rate_interval(np.full(10, 3.0), np.full(10, 6.0))
    assert found == pytest.approx((exact.low, exact.high))


def test_one_article_has_no_interval() -> None:
    assert find_rate_interval(np.array([2.0]), np.array([3.0])) is None


def test_counts_articles_of_unequal_size_as_fewer() -> None:
    assert count_effective_articles(np.full(7, 3.0)) == pytest.approx(7)
    assert count_effective_articles(np.array([9.0] + [1.0] * 9)) == pytest.approx(3.6)


def test_agrees_with_the_bootstrap_where_articles_are_many() -> None:
    rng = np.random.default_rng(0)
    rows = rng.integers(1, 10, 400).astype(np.float64)
    right = rng.binomial(rows.astype(int), rng.beta(3, 2, 400)).astype(np.float64)
    closed = find_rate_interval(right, rows)
    drawn = bootstrap_interval(Clusters(right[:, None], rows[:, None]), resamples=4000)
    assert closed is not None
    assert closed == pytest.approx(drawn, abs=0.004)


COUNTS = st.lists(
    st.integers(1, 30).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    min_size=2,
    max_size=30,
)


@given(COUNTS)
def test_holds_the_value_and_treats_right_and_wrong_alike(counts: list[tuple[int, int]]) -> None:
    right, rows = np.array(counts, np.float64).T
    found = find_rate_interval(right, rows)
    assert found is not None
    low, high = found
    value = right.sum() / rows.sum()
    assert 0 <= low <= value <= high <= 1
    assert high - low > 0
    mirrored = find_rate_interval(rows - right, rows)
    assert mirrored == pytest.approx((1 - high, 1 - low), abs=1e-6)
    assert find_rate_interval(2 * right, 2 * rows) == pytest.approx(found, abs=1e-6)
