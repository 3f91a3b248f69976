"""Simpler ways to rank pairs, on the same signals: what the graph has to beat."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from filtering.encoders.protocols import Floats
from filtering.graph.channels import CHANNELS
from filtering.graph.edges import Indices, find_near_edges, find_sibling_edges, share_words
from filtering.graph.training import TrainingPool

Score = Callable[[TrainingPool], Floats]


@dataclass(frozen=True, slots=True)
class Baseline:
    """A way to rank. `fit` learns from pools with planted errors and returns the ranking."""

    name: str
    about: str
    fit: Callable[[Sequence[TrainingPool], int], Score]


def _plain(lesson: TrainingPool) -> Floats:
    """The z-scored signals, NaN where missing; 0 for a signal that no row has."""
    values = lesson.scaled.globally
    return np.where(np.isfinite(values).any(axis=0), values, np.float32(0))


def _with_siblings(lesson: TrainingPool) -> Floats:
    """The signals, and their mean, lowest and highest over the other rows of the figure."""
    own = np.nan_to_num(_plain(lesson))
    mean, low, high = _others(own, lesson.rows.figure)
    return np.concatenate([_plain(lesson), mean, low, high], axis=1)


def _full_context(lesson: TrainingPool) -> Floats:
    """All that the graph reads, without edges: both scales, siblings, the group's mean."""
    scaled = lesson.scaled
    both = np.nan_to_num(np.concatenate([scaled.globally, scaled.locally], axis=1))
    mean, low, high = _others(both, lesson.rows.figure)
    around, _, _ = _others(both, lesson.rows.group)
    return np.concatenate([lesson.rows.features, mean, low, high, around], axis=1)


def _with_agreement(lesson: TrainingPool) -> Floats:
    """All that the graph reads, and the most that a neighbour says of the row's answer, or the row
    of a neighbour's: the edges between pairs, summed up by hand."""
    rows = lesson.rows
    edges = (
        find_sibling_edges(rows.figure),
        find_near_edges(rows.questions, rows.figure, rows.group),
    )
    most = []
    for source, target in edges:
        for teller, told in ((source, target), (target, source)):
            found = np.full(len(rows.features), -1, dtype=np.float32)
            said = share_words(rows.words[told, 0], rows.words[teller, 1])
            np.maximum.at(found, target, said)
            most.append(found)
    return np.concatenate([_full_context(lesson), np.stack(most, axis=1)], axis=1)


def _others(values: Floats, owner: Indices) -> tuple[Floats, Floats, Floats]:
    """Mean, lowest and highest over the other rows of the same owner; 0 for a row alone."""
    n = np.bincount(owner)[owner][:, None]
    total = np.zeros((owner.max() + 1, values.shape[1]), dtype=np.float64)
    np.add.at(total, owner, values)
    mean = (total[owner] - values) / np.maximum(n - 1, 1)
    low, high = np.zeros_like(values), np.zeros_like(values)
    order = np.argsort(owner, kind="stable")
    for part in np.split(order, np.flatnonzero(np.diff(owner[order])) + 1):
        if len(part) > 1:
            ranked = np.sort(values[part], axis=0)
            lowest = values[part] <= ranked[0]
            highest = values[part] >= ranked[-1]
            low[part] = np.where(lowest, ranked[1], ranked[0])
            high[part] = np.where(highest, ranked[-2], ranked[-1])
    return np.where(n > 1, mean, 0).astype(np.float32), low, high


Features = Callable[[TrainingPool], Floats]


def _learned(
    make: Callable[[int], object], features: Features
) -> Callable[[Sequence[TrainingPool], int], Score]:
    def fit(lessons: Sequence[TrainingPool], seed: int) -> Score:
        model = make(seed)
        x = np.concatenate([features(lesson) for lesson in lessons])
        y = np.concatenate([lesson.labels for lesson in lessons])
        with warnings.catch_warnings():  # the network stops after a fixed number of epochs
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(x, y)  # type: ignore[attr-defined]  # `make` is typed as giving any object

        def score(lesson: TrainingPool) -> Floats:
            # As above: `make` is typed as giving any object.
            chances = model.predict_proba(features(lesson))[:, 1]  # type: ignore[attr-defined]
            return np.asarray(chances, dtype=np.float32)

        return score

    return fit


def _fixed(score: Score) -> Callable[[Sequence[TrainingPool], int], Score]:
    return lambda lessons, seed: score


def _random(lessons: Sequence[TrainingPool], seed: int) -> Score:
    return lambda lesson: np.random.default_rng(seed).random(len(lesson.labels)).astype(np.float32)


def _signal(name: str) -> Score:
    place = CHANNELS.index(name)
    return lambda lesson: np.nan_to_num(lesson.scaled.globally[:, place])


def _logistic(seed: int) -> object:
    return make_pipeline(StandardScaler(), LogisticRegression(C=0.3, max_iter=1000))


def _boosting(seed: int) -> object:
    return HistGradientBoostingClassifier(
        max_iter=200,
        learning_rate=0.06,
        max_leaf_nodes=15,
        l2_regularization=1.0,
        random_state=seed,
    )


def _network(seed: int) -> object:
    network = MLPClassifier(
        (96, 48),
        alpha=1e-3,
        learning_rate_init=2e-3,
        max_iter=30,
        batch_size=256,
        random_state=seed,
    )
    return make_pipeline(StandardScaler(), network)


def make_baselines(signals: Sequence[str]) -> Mapping[str, Baseline]:
    """The baselines by name; `signals` are the channels that are shown one by one."""
    found = [
        Baseline("random", "chance", _random),
        *(Baseline(name, "this signal alone", _fixed(_signal(name))) for name in signals),
        Baseline(
            "mean of z-scores",
            "mean of the z-scored signals",
            _fixed(lambda x: x.compute_anchor("plain")),
        ),
        Baseline(
            "normalised anchor",
            "centred and locally scaled signals",
            _fixed(lambda x: x.compute_anchor("normalised")),
        ),
        Baseline(
            "logistic regression", "on the signals", _learned(_logistic, lambda x: x.rows.features)
        ),
        Baseline("boosting", "gradient boosting on the signals", _learned(_boosting, _plain)),
        Baseline(
            "boosting, siblings", "with the siblings' signals", _learned(_boosting, _with_siblings)
        ),
        Baseline(
            "boosting, agreement",
            "with all that the graph reads and what neighbours say, summed up by hand",
            _learned(_boosting, _with_agreement),
        ),
        Baseline(
            "network, full context",
            "MLP on all that the graph reads",
            _learned(_network, _full_context),
        ),
    ]
    return {baseline.name: baseline for baseline in found}
