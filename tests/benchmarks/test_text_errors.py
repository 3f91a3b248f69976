"""The benchmark of text errors plants what it says, and meets its limits on the real data."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks.support.ranking import Estimate
from benchmarks.text_errors import OTHERS, Measured, half, measure, measure_counts, mixed
from filtering.records import QA


def rows(count: int) -> list[QA]:
    found = []
    for n in range(count):
        caption = f"Smear with {n + 3} red blood cells and {n + 40} platelets. GFAP red, DAPI blue."
        pairs = (
            ("How many red blood cells are there?", f"{n + 3}"),
            ("Which marker is red?", "GFAP"),
        )
        found += [QA(f"{n}-{a}", f"a{n}/f", caption, q, a, f"Here it is {a}.") for q, a in pairs]
    return found


def test_half_of_the_errors_come_from_the_same_caption() -> None:
    table = rows(50)
    pool, wrong = mixed(table, 0, OTHERS)
    changed = np.array([one != other for one, other in zip(table, pool, strict=True)])
    assert (changed == wrong).all() and wrong.sum() in (28, 29, 30)
    told = [qa.answer in qa.caption for qa, w in zip(pool, wrong, strict=True) if w]
    assert sum(told) >= len(told) / 2 - 1
    assert {half(qa) for qa in table} == {0, 1}


def test_wrong_counts_rank_below_the_true_ones() -> None:
    found = measure_counts("counts", rows(20), "number_far", seeds=1, draws=5)
    assert found.errors == 20 and found.value.value == 1 and found.holds
    assert not Measured("x", 1, Estimate(float("nan"), 0, 0), 0.8).holds


def test_limits_are_met_on_real_data(realdata: Path) -> None:
    found = measure(realdata, seeds=2, draws=5)
    assert [m.name for m in found if not m.holds] == [] and len(found) == 10
