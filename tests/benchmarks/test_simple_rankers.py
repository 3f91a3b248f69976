"""Every baseline learns from pools in which whole signals are missing."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from benchmarks.support.simple_rankers import make_baselines
from filtering.encoders.protocols import NO_ENCODERS, Encoders
from filtering.graph.training import TrainingPool, make_reference, make_training_pool, plant_errors
from tests.filtering.made_pool import ENCODERS, made_pool


def taught(encoders: Encoders, seed: int) -> TrainingPool:
    reference = make_reference(made_pool(60), encoders)
    return make_training_pool(*plant_errors(made_pool(60, seed=seed), seed), encoders, reference)


@pytest.mark.parametrize("encoders", [ENCODERS, NO_ENCODERS], ids=["encoders", "text alone"])
@pytest.mark.parametrize("name", sorted(set(make_baselines([])) - {"random"}))
def test_planted_errors_rank_low(name: str, encoders: Encoders) -> None:
    score = make_baselines([])[name].fit([taught(encoders, 1), taught(encoders, 2)], 0)
    exam = taught(encoders, 3)
    found = score(exam)
    assert np.isfinite(found).all()
    assert roc_auc_score(exam.labels, found) > 0.7


def test_a_signal_alone_ranks_by_its_values_and_puts_missing_ones_in_the_middle() -> None:
    exam = taught(ENCODERS, 3)
    found = make_baselines(["entailment"])["entailment"].fit([], 0)(exam)
    place = found.argsort()
    assert found[place[0]] < 0 < found[place[-1]]
