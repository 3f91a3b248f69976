"""The downstream benchmark: a model that reads the image, and shares of the way with intervals."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks.downstream import GRAPH, ORACLE, RANDOM, WAYS, accuracies, way_to_oracle
from benchmarks.support.vqa import Asked, free_form, of_four, train

STAINS = ("H&E", "PAS", "Giemsa", "DAPI")


def asked(count: int, seed: int) -> Asked:
    """The same question about images of four stains, each with noise of its own."""
    rng = np.random.default_rng(seed)
    which = np.arange(count) % 4
    images = np.eye(8)[which] + rng.normal(0, 0.1, (count, 8))
    return Asked(
        images.astype(np.float32), np.ones((count, 8), np.float32), [STAINS[w] for w in which]
    )


def test_the_model_learns_to_look_and_wrong_answers_mislead_it() -> None:
    model = train(asked(200, 0), seed=0)
    fresh = asked(40, 1)
    assert free_form(model, fresh).all()
    assert of_four(model, fresh, [[a, *(set(STAINS) - {a})] for a in fresh.answers]).all()
    turned = Asked(fresh.images, fresh.questions, [*fresh.answers[1:], fresh.answers[0]])
    assert free_form(train(turned, seed=0), fresh).mean() < 0.5


def test_choices_that_the_model_does_not_know_come_last_and_ties_share() -> None:
    model, one = train(asked(40, 0), seed=0), asked(1, 1)
    assert of_four(model, one, [["H&E", "?", "!", "-"]])[0] == 1
    assert of_four(model, one, [["?", "PAS", "!", "-"]])[0] == 0
    assert of_four(model, one, [["?", "!", "-", "+"]])[0] == 0.25


def test_the_way_to_the_oracle_is_measured_over_pools_and_articles() -> None:
    rng = np.random.default_rng(0)
    level = {RANDOM: 0.4, GRAPH: 0.55, ORACLE: 0.6}
    right = np.array([level.get(name, 0.5) for name in WAYS])
    credits = (rng.random((5, 1, 4000)) < right[None, :, None]).astype(np.float32)
    credits[:, :, 3000:] = np.nan
    articles = [str(n // 4) for n in range(4000)]
    found = accuracies(credits, articles)
    assert found[0] == pytest.approx(credits[:, :, :3000].mean(axis=(0, 2), dtype=np.float64))
    way = way_to_oracle(found, GRAPH)
    assert way.low < 0.75 < way.high and 0.02 < way.high - way.low < 0.3
    assert way_to_oracle(found, RANDOM).value == 0 and way_to_oracle(found, ORACLE).value == 1
