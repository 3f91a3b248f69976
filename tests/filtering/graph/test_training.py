"""Fitting by self-corruption, and filters on disk."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from filtering.graph.hicqa import HiCQAFilter
from filtering.graph.scorer import MEAN, Scorer
from filtering.graph.training import SMALLEST, fit_filter, plant_errors
from tests.filtering.made_pool import ENCODERS, made_pool


@pytest.fixture(scope="module")
def fitted() -> HiCQAFilter:
    return fit_filter(made_pool(140), ENCODERS, seed=3, about="made-up words")


def digests(folder: Path) -> dict[str, str]:
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in files
    }


def test_planted_errors_rank_low_on_a_fresh_pool(fitted: HiCQAFilter) -> None:
    pairs, planted = plant_errors(made_pool(120, seed=9), 77)
    scores = [row.score for row in Scorer(ENCODERS, fitted).score(pairs)]
    clean = [record.family == "clean" for record in planted.records]
    assert roc_auc_score(clean, scores) > 0.85
    assert 0 <= min(scores) <= max(scores) <= 1


def test_probabilities_are_calibrated(fitted: HiCQAFilter) -> None:
    pairs, planted = plant_errors(made_pool(200, seed=11), 78)
    scores = np.array([row.score for row in Scorer(ENCODERS, fitted).score(pairs)])
    clean = np.array([record.family == "clean" for record in planted.records])
    assert abs(scores.mean() - clean.mean()) < 0.1


def test_the_same_pool_gives_the_same_bytes(fitted: HiCQAFilter, tmp_path: Path) -> None:
    fitted.save(tmp_path / "first")
    fit_filter(made_pool(140), ENCODERS, seed=3, about="made-up words").save(tmp_path / "second")
    assert digests(tmp_path / "first") == digests(tmp_path / "second")


def test_a_saved_filter_scores_as_before(fitted: HiCQAFilter, tmp_path: Path) -> None:
    fitted.save(tmp_path)
    again = HiCQAFilter.load(tmp_path)
    assert again.config == fitted.config
    pairs = made_pool(30, seed=5)
    before, after = (
        [row.score for row in Scorer(ENCODERS, each).score(pairs)] for each in (fitted, again)
    )
    np.testing.assert_allclose(after, before, atol=1e-5)


def test_a_score_depends_on_its_article_only(fitted: HiCQAFilter) -> None:
    scorer = Scorer(ENCODERS, fitted)
    whole = made_pool(40, seed=6)
    scores = {row.qa_id: row.score for row in scorer.score(whole)}
    few = [i for i, group in enumerate(whole.groups) if group == "a3"]
    part = type(whole)(
        [whole.rows[i] for i in few],
        [whole.images[i] for i in few],
        [whole.groups[i] for i in few],
        whole.files,
    )
    for row in scorer.score(part):
        assert row.score == pytest.approx(scores[row.qa_id], abs=1e-5)


def test_a_small_pool_falls_back_to_the_mean_of_signals(tmp_path: Path) -> None:
    pool = made_pool(30)
    assert len(pool.rows) < SMALLEST
    small = fit_filter(pool, ENCODERS)
    assert small.graph is None
    small.save(tmp_path)
    scorer = Scorer(ENCODERS, HiCQAFilter.load(tmp_path))
    rows = scorer.score(pool)
    assert {row.scorer.partition(";")[0] for row in rows} == {MEAN}
    assert all(row.signal_entailment is not None for row in rows)


def test_what_encoders_say_is_told_in_signals(fitted: HiCQAFilter) -> None:
    pairs, planted = plant_errors(made_pool(60, seed=8), 5, ["image_swap"])
    rows = Scorer(ENCODERS, fitted).score(pairs)
    swapped = [r for r, p in zip(rows, planted.records, strict=True) if p.family == "image_swap"]
    assert swapped
    assert np.mean(["image" in row.weakness for row in swapped]) > 0.7
    assert all(row.signal_siblings is not None for row in rows)
