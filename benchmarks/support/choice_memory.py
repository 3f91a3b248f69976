"""A shortcut that remembers choices: how often each was seen, and how often it was right."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingClassifier

from benchmarks.support.questions import Row, shared

FOLDS = 8
Memory = tuple[Counter[str], Counter[str]]


def remember(rows: Sequence[Row]) -> Memory:
    """How often each choice was seen, and how often it was right."""
    seen: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for row in rows:
        seen.update(choice.casefold() for choice in row.choices)
        right[row.choices[row.correct].casefold()] += 1
    return seen, right


def features(row: Row, memory: Memory) -> npt.NDArray[np.float64]:
    """What is remembered of each choice, alone and beside the others: one line a choice."""
    seen, right = (np.array([m[c.casefold()] for c in row.choices], float) for m in memory)
    logs = np.log1p(seen)
    columns = [
        (right + 2.5) / (seen + 10.0),
        logs,
        logs - logs.mean(),
        seen == 0,
        np.argsort(np.argsort(seen)),
        seen - 4 * right,
    ]
    return np.stack(columns, axis=1).astype(np.float64)


class MemoryModel:
    """Gradient boosting on what is remembered of the choices in other articles.

    The features of a training row come from the other folds of the training rows, so that the
    model learns whether what was right elsewhere is right here, or wrong.
    """

    def __init__(self) -> None:
        self.model = HistGradientBoostingClassifier(
            max_iter=100, learning_rate=0.05, max_leaf_nodes=6, random_state=0
        )
        self.memory: Memory = (Counter(), Counter())

    def fit(self, rows: Sequence[Row]) -> MemoryModel:
        """Fits on rows whose features come from other articles."""
        lines, keys = [], []
        folds = [zlib.crc32(row.article.encode()) % FOLDS for row in rows]
        for fold in range(FOLDS):
            memory = remember([r for r, f in zip(rows, folds, strict=True) if f != fold])
            for row, place in zip(rows, folds, strict=True):
                if place == fold:
                    lines.append(features(row, memory))
                    keys += [index == row.correct for index in range(len(row.choices))]
        self.model.fit(np.concatenate(lines), keys)
        self.memory = remember(rows)
        return self

    def credits(self, rows: Sequence[Row]) -> list[float]:
        """Credit per row."""
        scores = [self.model.predict_proba(features(r, self.memory))[:, 1] for r in rows]
        return [
            shared(row, [float(s) for s in line]) for row, line in zip(rows, scores, strict=True)
        ]
