"""What choices and questions give away without an image: conditional logit on their words."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Protocol

import numpy as np
from scipy.sparse import csr_matrix, diags_array
from sklearn.feature_extraction import FeatureHasher
from sklearn.linear_model import LogisticRegression


class Asked(Protocol):
    """A question with its choices and key."""

    @property
    def question(self) -> str:
        """The question."""
        ...

    @property
    def choices(self) -> tuple[str, ...]:
        """The choices."""
        ...

    @property
    def correct(self) -> int:
        """Index of the key."""
        ...


_WIDTH = 2**18
Features = Callable[[Asked, int], dict[str, float]]


def _numbers(text: str) -> list[float]:
    return [float(n.replace(",", "")) for n in re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?", text)]


def _round(number: float) -> int:
    digits = f"{number:g}".replace(".", "").lstrip("0")
    return len(digits) - len(digits.rstrip("0"))


def choice_features(row: Asked, index: int) -> dict[str, float]:
    """What a choice looks like, alone and beside the others: words, length, rank of a number."""
    text = row.choices[index].casefold()
    words = re.findall(r"[\w.%]+", text)
    found: Counter[str] = Counter({f"is {text}": 1})
    found.update(f"w {word}" for word in words)
    found.update(f"b {a} {b}" for a, b in pairwise(words))
    padded = f"^{text}$"
    found.update(f"c {padded[i : i + 3]}" for i in range(len(padded) - 2))
    features = {name: float(count) for name, count in found.items()}
    others = [c.casefold() for i, c in enumerate(row.choices) if i != index]
    features["longer than"] = sum(len(text) > len(other) for other in others) / len(others)
    features["length"] = math.log1p(len(text))
    features["shared words"] = sum(
        len(set(words) & set(re.findall(r"[\w.%]+", other))) for other in others
    ) / (len(others) * max(1, len(words)))
    return features | _number_features(row, index)


def _number_features(row: Asked, index: int) -> dict[str, float]:
    values = [_numbers(choice) for choice in row.choices]
    if not all(values):
        return {}
    first = [value[0] for value in values]
    rank = sum(value < first[index] for value in first)
    middle = float(0 < rank < len(first) - 1)
    return {f"rank {rank}": 1.0, f"round {_round(first[index])}": 1.0, "middle": middle}


def question_features(row: Asked, index: int) -> dict[str, float]:
    """Features of a choice, and its words crossed with the words of the question."""
    features = choice_features(row, index)
    text = row.choices[index].casefold()
    asked = set(re.findall(r"[\w.%-]+", row.question.casefold()))
    for word in asked:
        features[f"q {word} | {text}"] = 1.0
        for part in set(re.findall(r"[\w.%]+", text)):
            features[f"q {word} / {part}"] = 0.5
    return features


class ChoiceModel:
    """Conditional logit (McFadden 1974): which of the choices is the key, from features of each."""

    def __init__(self, features: Features, strength: float = 0.3) -> None:
        self._features = features
        self._hasher = FeatureHasher(_WIDTH)
        self._weights = np.zeros(_WIDTH)
        self._model = LogisticRegression(C=strength, fit_intercept=False, max_iter=300)

    def _matrix(self, rows: Sequence[Asked]) -> csr_matrix:
        """One line per choice, row by row."""
        return self._hasher.transform(
            self._features(row, index) for row in rows for index in range(len(row.choices))
        )

    def fit(self, rows: Sequence[Asked]) -> ChoiceModel:
        """Fits on the differences between the key and each wrong choice."""
        keys, wrong, start = [], [], 0
        for row in rows:
            others = [start + i for i in range(len(row.choices)) if i != row.correct]
            keys += [start + row.correct] * len(others)
            wrong += others
            start += len(row.choices)
        matrix = self._matrix(rows)
        signs = np.where(np.arange(len(keys)) % 2, 1.0, -1.0)
        differences = csr_matrix(diags_array(signs) @ (matrix[keys] - matrix[wrong]))
        used = np.unique(differences.indices)
        self._model.fit(differences[:, used], signs)
        self._weights[:] = 0.0
        self._weights[used] = self._model.coef_[0]
        return self

    def scores(self, rows: Sequence[Asked]) -> list[list[float]]:
        """One score per choice of each row; higher is likelier to be the key."""
        if not rows:
            return []
        flat = self._matrix(rows) @ self._weights
        ends = np.cumsum([len(row.choices) for row in rows])[:-1]
        return [[float(score) for score in part] for part in np.split(flat, ends)]
