"""Measures how far the questions of a release can be answered without looking at the image.

    python benchmarks/shortcuts.py RELEASE_DIR

Prints accuracies with 95% intervals (bootstrap over articles) and ends with status 1 when a limit
is missed. Models are fitted on the train split and tested on the test split, and once more in
5-fold cross-validation over all rows, grouped by article.
"""

from __future__ import annotations

import math
import re
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table
from scipy.sparse import csr_matrix, vstack
from sklearn.feature_extraction import FeatureHasher
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from benchmarks.choice_memory import MemoryModel
from benchmarks.questions import Row, load, shared
from filtering.entities import find_entities

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


def _numbers(text: str) -> list[float]:
    return [float(n.replace(",", "")) for n in re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?", text)]


def _round(number: float) -> int:
    digits = f"{number:g}".replace(".", "").lstrip("0")
    return len(digits) - len(digits.rstrip("0"))


def choice_features(row: Row, index: int) -> dict[str, float]:
    """What a choice looks like, alone and beside the other three."""
    text = row.choices[index].casefold()
    words = re.findall(r"[\w.%]+", text)
    found: Counter[str] = Counter({f"is {text}": 1})
    found.update(f"w {word}" for word in words)
    found.update(f"b {a} {b}" for a, b in pairwise(words))
    padded = f"^{text}$"
    found.update(f"c {padded[i : i + 3]}" for i in range(len(padded) - 2))
    features = {name: float(count) for name, count in found.items()}
    others = [c.casefold() for i, c in enumerate(row.choices) if i != index]
    features["longer than"] = sum(len(text) > len(other) for other in others) / 3
    features["length"] = math.log1p(len(text))
    features["shared words"] = sum(
        len(set(words) & set(re.findall(r"[\w.%]+", other))) for other in others
    ) / (3 * max(1, len(words)))
    values = [_numbers(choice) for choice in row.choices]
    if all(values):
        first = [value[0] for value in values]
        rank = sum(value < first[index] for value in first)
        features |= {f"rank {rank}": 1.0, f"round {_round(first[index])}": 1.0}
        features["middle"] = float(rank in (1, 2))
    return features


def question_features(row: Row, index: int) -> dict[str, float]:
    """Features of a choice, and its words crossed with the words of the question."""
    features = choice_features(row, index)
    text = row.choices[index].casefold()
    asked = set(re.findall(r"[\w.%-]+", row.question.casefold()))
    for word in asked:
        features[f"q {word} | {text}"] = 1.0
        for part in set(re.findall(r"[\w.%]+", text)):
            features[f"q {word} / {part}"] = 0.5
    return features


Features = Callable[[Row, int], dict[str, float]]


class ChoiceModel:
    """Conditional logit: which of the choices is the key, from features of each."""

    def __init__(self, features: Features, strength: float = 0.3) -> None:
        self.features = features
        self.hasher = FeatureHasher(2**18)
        self.model = LogisticRegression(C=strength, fit_intercept=False, max_iter=300)

    def _matrix(self, row: Row) -> csr_matrix:
        return self.hasher.transform(self.features(row, i) for i in range(len(row.choices)))

    def fit(self, rows: Sequence[Row]) -> ChoiceModel:
        """Fits on the differences between the key and each wrong choice."""
        differences: list[csr_matrix] = []
        signs: list[int] = []
        for row in rows:
            matrix = self._matrix(row)
            for index in range(len(row.choices)):
                if index != row.correct:
                    sign = 1 if len(signs) % 2 else -1
                    differences.append(sign * (matrix[row.correct] - matrix[index]))
                    signs.append(sign)
        self.model.fit(vstack(differences), signs)
        return self

    def credits(self, rows: Sequence[Row]) -> list[float]:
        """Credit per row."""
        return [
            shared(row, [float(s) for s in self.model.decision_function(self._matrix(row))])
            for row in rows
        ]


def reader_scores(row: Row) -> list[float]:
    """How much of each choice the caption names: entities, word stems, sequences of words."""
    caption = _grams(row.caption)
    named = {(entity.type, entity.value) for entity in find_entities(row.caption)}
    everywhere = set.intersection(*(_grams(choice) for choice in row.choices))
    scores = []
    for choice in row.choices:
        grams = _grams(choice) - everywhere
        entities = {(entity.type, entity.value) for entity in find_entities(choice)}
        parts = [len(grams & caption) / max(1, len(grams))]
        parts += [len(entities & named) / len(entities)] if entities else []
        scores.append(sum(parts) / len(parts))
    return scores


_SYNONYMS = {"rais": "increas", "elevat": "increas", "low": "decreas", "reduc": "decreas"}


def _stem(word: str) -> str:
    stem = re.sub(r"(?<=\w{3})(?:ed|es|s|ing|e)$", "", word)
    return _SYNONYMS.get(re.sub(r"er$", "", stem), stem)


def _grams(text: str) -> set[str]:
    words = [_stem(word) for word in re.findall(r"\d+(?:\.\d+)?|[^\W\d]+", text.casefold())]
    return {" ".join(words[i : i + n]) for n in (1, 2, 3) for i in range(len(words) - n + 1)}


def result(
    name: str, rows: Sequence[Row], credits: Sequence[float], limits: tuple[float, float]
) -> Result:
    """A result with its interval."""
    low, high = interval(credits, [row.article for row in rows])
    return Result(name, len(rows), float(np.mean(credits)), float(low), float(high), *limits)


class Model(Protocol):
    """Something that learns from rows and is given credit on others."""

    def fit(self, rows: Sequence[Row]) -> Model:
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
        model = make().fit([rows[i] for i in train])
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
        ("choices only: words and form", lambda: ChoiceModel(choice_features), 0.05),
        ("choices only: seen and right before", MemoryModel, 0.05),
        ("question and choices", lambda: ChoiceModel(question_features), 0.10),
    )
    for name, make, margin in models:
        if train and test:
            credits = make().fit(train).credits(test)
            results.append(result(f"{name}, test split", test, credits, (0, CHANCE + margin)))
        credits = cross_validated(rows, make)
        results.append(result(f"{name}, cross-validated", rows, credits, (0, CHANCE + margin)))
    read = [shared(row, reader_scores(row)) for row in rows]
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
