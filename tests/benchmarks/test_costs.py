"""The build benchmark runs, and what it compares is the same work."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks.costs.bare_loop import write_recipe
from benchmarks.costs.build import (
    SCALES,
    check_growth,
    compare_costs,
    find_differences,
    make_input,
    run_bare_loop,
    run_build,
)
from benchmarks.costs.made_articles import PREVIEW
from benchmarks.costs.measuring import Check, Cost, measure_process


def test_build_and_bare_loop_write_the_same_rows_and_bytes(tmp_path: Path) -> None:
    images = make_input(tmp_path / "articles", 18, PREVIEW)
    built, loop = tmp_path / "built", tmp_path / "bare"
    run_build(tmp_path / "articles", built)
    write_recipe(built, images, tmp_path / "recipe")
    shutil.rmtree(loop, ignore_errors=True)
    run_bare_loop(tmp_path / "recipe", loop)
    assert find_differences(built, loop) == []
    written = pq.read_table(built / "work" / "figures" / "00000.parquet", partitioning=None)
    assert [row["bytes"] for row in written["image"].to_pylist()] == [
        path.read_bytes() for path in images
    ]
    assert len(images) == 18
    table = pq.read_table(loop / "figures" / "00000.parquet").slice(1)
    pq.write_table(table, loop / "figures" / "00000.parquet")
    assert find_differences(built, loop) == ["work/figures/00000.parquet"]


def test_a_process_that_fails_says_why() -> None:
    with pytest.raises(RuntimeError, match="no such thing"):
        measure_process(["-c", "raise SystemExit('no such thing')"])


def grown(peaks: list[float], cpu: list[float]) -> dict[str, bool]:
    costs = {s: [Cost(1, c, p)] for s, p, c in zip(SCALES, peaks, cpu, strict=True)}
    return {c.name: c.holds for c in check_growth(costs) if c.at_most is not None}


def test_growth_sees_rising_memory_and_bent_time() -> None:
    assert list(grown([300, 310, 320], [2, 5, 17]).values()) == [True, True]
    assert list(grown([300, 310, 340], [2, 5, 20]).values()) == [False, False]


def test_ratios_are_taken_pair_by_pair() -> None:
    costs = [(Cost(2, 2, 1), Cost(1, 2, 1)), (Cost(9, 9, 1), Cost(9, 6, 1))]
    wall, cpu, *_ = compare_costs("x", costs, 1.15)
    assert (wall.value, wall.low, wall.high, wall.holds) == (1.5, 1, 2, False)
    assert cpu == Check("x: processor time, build / bare loop", 1.25, 1, 1.5)
