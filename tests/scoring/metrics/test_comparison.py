"""Two models, several orders of the options, positions and lengths."""

from __future__ import annotations

import numpy as np
import pytest

from scoring import BadInput, circular, compare, length_bias, position_bias, read_items
from tests.scoring.tables import table


def test_a_model_does_not_differ_from_itself_in_any_order() -> None:
    columns = table(60, 12)
    turned = {name: list(reversed(values)) for name, values in columns.items()}
    found = compare(read_items(columns), read_items(turned))
    assert found.difference.value == 0
    assert found.p_value == 1
    assert (found.only_first, found.only_second) == (0, 0)


def test_a_plain_difference_is_significant_and_its_interval_excludes_zero() -> None:
    columns = table(200, 50)
    right = read_items({**columns, "index": columns["correct_index"]})
    found = compare(right, read_items(columns))
    assert found.difference.value == pytest.approx(67 / 200)
    assert found.difference.low is not None
    assert found.difference.low > 0.2
    assert found.p_value < 0.001
    assert (found.only_first, found.only_second) == (67, 0)


def test_permutation_keeps_its_level_under_the_null() -> None:
    rng = np.random.default_rng(0)
    columns = table(120, 20)
    small = 0
    for _ in range(200):
        easy = rng.random(20)[np.arange(120) % 20]
        pair = [np.where(rng.random(120) < easy, columns["correct_index"], -1) for _ in "ab"]
        first, second = (read_items({**columns, "index": index}) for index in pair)
        small += compare(first, second, resamples=10, permutations=500).p_value <= 0.05
    assert small <= 20


def test_other_questions_or_keys_are_refused() -> None:
    items = read_items(table())
    with pytest.raises(BadInput, match="unknown id: row 0"):
        compare(items, read_items(table(id=[f"x{i}" for i in range(12)])))
    with pytest.raises(BadInput, match=r"correct_index differs .*row 0 \('q0'\)"):
        compare(items, read_items(table(correct_index=[1, 1, 2, 3] * 3)))
    with pytest.raises(BadInput, match="article_id differs"):
        compare(items, read_items(table(article_id=[f"b{i % 4}" for i in range(12)])))


def test_circular_counts_questions_that_are_right_or_alike_in_every_order() -> None:
    found = circular(
        ["p", "p", "q", "q", "r", "r"],
        ["a", "a", "b", "b", "c", "c"],
        [0, 0, 1, 1, 2, 2],
        [0, 0, 3, 3, None, None],
    )
    assert found.all_right.value == pytest.approx(1 / 3)
    assert found.consistent.value == pytest.approx(2 / 3)
    assert found.accuracy.value == pytest.approx(2 / 6)
    with pytest.raises(BadInput, match=r"one presentation only: row 2 \('q'\)"):
        circular(["p", "p", "q"], ["a"] * 3, [0] * 3, [0] * 3)
    with pytest.raises(BadInput, match="correct_index differs"):
        circular(["p", "p"], ["a"] * 2, [0, 1], [0, 1])


def test_a_model_that_always_answers_one_position_is_seen() -> None:
    found = position_bias(read_items(table(80, 20, index=[1] * 80)))
    assert [e.value for e in found.chosen] == [0, 1, 0, 0]
    assert list(found.key) == [0.25] * 4
    assert found.spread == pytest.approx(np.std([0, 1, 0, 0]))
    right = position_bias(read_items(table(80, 20, index=[i % 4 for i in range(80)])))
    assert right.spread == 0


def test_a_model_that_prefers_the_longest_option_is_seen() -> None:
    lengths = [[5, 9, 5, 5]] * 80
    found = length_bias(read_items(table(80, 20, index=[1] * 80)), lengths)
    assert (found.chosen.value, found.key) == (1, 0.25)
    assert found.excess.low is not None
    assert found.excess.low > 0.2
    fair = length_bias(read_items(table(80, 20, index=[1] * 80)), [[5] * 4] * 80)
    assert fair.excess.value == 0
    with pytest.raises(BadInput, match=r"lengths do not fit .*row 0"):
        length_bias(read_items(table()), [[1, 2]] * 12)
