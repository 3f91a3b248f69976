"""The shortcut benchmark finds the shortcuts that are there, and none where there are none."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

pytest.importorskip("sklearn")
sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks.shortcuts import main, measure
from benchmarks.support.questions import Row, load, shared

WORDS = ("liver", "kidney", "spleen", "colon", "heart", "brain", "testis", "ovary")


def release(told: bool, count: int = 160) -> list[Row]:
    """Rows whose keys are random; when `told`, the key is always the longest choice."""
    rng = np.random.default_rng(0)
    rows = []
    for n in range(count):
        picked = [WORDS[i] for i in rng.permutation(len(WORDS))[:4]]
        correct = n % 4
        caption = f"Section of {picked[correct]}, stained."
        if told:
            picked[correct] += " of the animal"
        rows.append(Row("Which?", tuple(picked), correct, caption, f"a{n // 2}", n % 8 == 0))
    return rows


def accuracies(rows: list[Row]) -> dict[str, tuple[float, bool]]:
    return {r.name: (r.accuracy, r.holds) for r in measure(rows)}


def test_a_telling_release_is_found_out() -> None:
    found = accuracies(release(told=True))
    assert found["longest choice"] == (1.0, False)
    assert found["choices only: words and form, cross-validated"][0] > 0.9


def test_values_that_are_always_right_are_remembered() -> None:
    """Each key is one of four words, each wrong choice one of four others."""
    rng = np.random.default_rng(1)
    rows = []
    for n in range(240):
        wrong = [WORDS[4 + i] for i in rng.permutation(4)[:3]]
        picked = [*wrong[: n % 4], WORDS[rng.integers(4)], *wrong[n % 4 :]]
        rows.append(Row("Which?", tuple(picked), n % 4, "", f"a{n // 2}", n % 8 == 0))
    found = accuracies(rows)
    assert found["choices only: seen and right before, cross-validated"] == (1.0, False)


def test_a_balanced_release_says_nothing() -> None:
    found = accuracies(release(told=False))
    assert found["choices only: words and form, cross-validated"][0] < 0.4
    assert found["caption reader"] == (1.0, True)
    assert all(found[f"always choice {n}"] == (0.25, True) for n in (1, 2, 3, 4))


def test_ties_share_credit() -> None:
    row = Row("?", ("ab", "cd", "e", "f"), 0, "", "a", False)
    assert shared(row, [2, 2, 1, 1]) == 0.5


def test_the_command_reads_a_release_and_reports_a_miss(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "default"
    folder.mkdir(parents=True)
    for split in ("train", "test"):
        rows = [row for row in release(told=True) if row.test == (split == "test")]
        columns = {
            "id": [str(n) for n in range(len(rows))],
            "question": [row.question for row in rows],
            "choices": [list(row.choices) for row in rows],
            "correct_index": [row.correct for row in rows],
            "caption": [row.caption for row in rows],
            "article_id": [row.article for row in rows],
        }
        pq.write_table(pa.table(columns), folder / f"{split}-00000-of-00001.parquet")
    assert len(load(tmp_path)) == 160
    assert main([tmp_path]) == 1
