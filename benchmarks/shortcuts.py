"""Measures how far the questions of a release can be answered without looking at the image.

    python benchmarks/shortcuts.py RELEASE_DIR

Prints accuracies with 95% intervals (bootstrap over articles) and ends with status 1 when a limit
is missed. Models are fitted on the train split and tested on the test split, and once more in
5-fold cross-validation over all rows, grouped by article.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table
from sklearn.model_selection import GroupKFold

from benchmarks.support.choice_memory import MemoryModel
from benchmarks.support.questions import Row, load, shared
from scoring.models.baselines import (
    ChoiceModel,
    caption_scores,
    choice_features,
    question_features,
)

Vector = npt.NDArray[np.float64]
CHANCE = 0.25


@dataclass(frozen=True, slots=True)
class Result:
    """Accuracy of one shortcut, its interval, and the range that it must stay in."""

    name: str
    rows: int
    accuracy: float
    low: float
    high: float
    at_least: float
    at_most: float

    @property
    def holds(self) -> bool:
        """Whether the accuracy is within its limits."""
        return self.at_least <= self.accuracy <= self.at_most


def interval(credits: Sequence[float], articles: Sequence[str], draws: int = 1000) -> Vector:
    """95% interval of the mean credit, by resampling articles."""
    groups = {article: index for index, article in enumerate(dict.fromkeys(articles))}
    which = np.array([groups[article] for article in articles])
    sums = np.bincount(which, weights=np.asarray(credits))
    sizes = np.bincount(which)
    picks = np.random.default_rng(0).integers(len(groups), size=(draws, len(groups)))
    means = sums[picks].sum(axis=1) / sizes[picks].sum(axis=1)
    return np.asarray(np.quantile(means, [0.025, 0.975]), dtype=np.float64)


class Shortcut(ChoiceModel):
    """A shortcut model with credit for its choices."""

    def credits(self, rows: Sequence[Row]) -> list[float]:
        """Credit per row."""
        return [shared(row, scores) for row, scores in zip(rows, self.scores(rows), strict=True)]


def result(
    name: str, rows: Sequence[Row], credits: Sequence[float], limits: tuple[float, float]
) -> Result:
    """A result with its interval."""
    low, high = interval(credits, [row.article for row in rows])
    return Result(name, len(rows), float(np.mean(credits)), float(low), float(high), *limits)


class Model(Protocol):
    """Something that learns from rows and is given credit on others."""

    def fit(self, rows: Sequence[Row]) -> object:
        """Learns."""
        ...

    def credits(self, rows: Sequence[Row]) -> list[float]:
        """Credit per row."""
        ...


def cross_validated(rows: Sequence[Row], make: Callable[[], Model], folds: int = 5) -> list[float]:
    """Credit per row from models that have not seen the row's article."""
    credits = np.zeros(len(rows))
    groups = [row.article for row in rows]
    for train, test in GroupKFold(folds).split(np.zeros(len(rows)), groups=groups):
        model = make()
        model.fit([rows[i] for i in train])
        credits[test] = model.credits([rows[i] for i in test])
    return [float(credit) for credit in credits]


def measure(rows: Sequence[Row]) -> list[Result]:
    """All shortcuts, with the limits that a release must keep."""
    results = []
    for place in range(4):
        hits = [float(row.correct == place) for row in rows]
        limits = (CHANCE - 0.03, CHANCE + 0.03)
        results.append(result(f"always choice {place + 1}", rows, hits, limits))
    longest = [shared(row, [len(choice) for choice in row.choices]) for row in rows]
    results.append(result("longest choice", rows, longest, (0, CHANCE + 0.08)))
    train, test = [r for r in rows if not r.test], [r for r in rows if r.test]
    models: tuple[tuple[str, Callable[[], Model], float], ...] = (
        ("choices only: words and form", lambda: Shortcut(choice_features), 0.05),
        ("choices only: seen and right before", MemoryModel, 0.05),
        ("question and choices", lambda: Shortcut(question_features), 0.10),
    )
    for name, make, margin in models:
        if train and test:
            model = make()
            model.fit(train)
            credits = model.credits(test)
            results.append(result(f"{name}, test split", test, credits, (0, CHANCE + margin)))
        credits = cross_validated(rows, make)
        results.append(result(f"{name}, cross-validated", rows, credits, (0, CHANCE + margin)))
    read = [shared(row, caption_scores(row.caption, row.choices)) for row in rows]
    results.append(result("caption reader", rows, read, (0.9, 1)))
    return results


def table(results: Sequence[Result]) -> Table:
    """The results as a table for people."""
    shown = Table("shortcut", "rows", "accuracy", "95% interval", "limit", "")
    for r in results:
        limit = f"{r.at_least:.2f} to {r.at_most:.2f}"
        span = f"{r.low:.3f} to {r.high:.3f}"
        shown.add_row(
            r.name, str(r.rows), f"{r.accuracy:.3f}", span, limit, "ok" if r.holds else "MISSED"
        )
    return shown


def main(arguments: Sequence[Any]) -> int:
    """Measures a release; 0 where all limits hold."""
    if len(arguments) != 1:
        raise SystemExit("usage: python benchmarks/shortcuts.py RELEASE_DIR")
    results = measure(load(Path(arguments[0])))
    Console().print(table(results))
    return 0 if all(r.holds for r in results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
