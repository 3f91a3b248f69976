"""Rows that wait on disk until all of their siblings have been seen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from filtering.encoders.pair_encoding import Floats
from filtering.graph.edges import Indices, batches
from filtering.graph.features import Scaled
from filtering.graph.scorer import Scorer, Seen

_BATCH = 4096


class Spool:
    """What a scorer has seen of rows, in files; per row 24 bytes stay in memory."""

    def __init__(self, folder: Path, scorer: Scorer) -> None:
        folder.mkdir()
        self.scorer = scorer
        self._folder = folder
        self._rows: list[Indices] = []
        self._figures: list[Indices] = []
        self._groups: list[Indices] = []
        self._shapes: dict[str, tuple[tuple[int, ...], npt.DTypeLike]] = {}

    def add(self, rows: Indices, figures: Indices, groups: Indices, seen: Seen) -> None:
        """Rows by their numbers in the table, with numbers of figure and group."""
        self._rows.append(rows)
        self._figures.append(figures)
        self._groups.append(groups)
        for name, values in self._arrays(seen).items():
            self._shapes[name] = values.shape[1:], values.dtype
            with self._path(name).open("ab") as file:
                file.write(np.ascontiguousarray(values).tobytes())

    def rated(self) -> Iterator[tuple[Indices, Floats]]:
        """Rows with their scores, whole groups at a time; then the files are removed."""
        if not self._rows:
            return
        rows, figures, groups = map(np.concatenate, (self._rows, self._figures, self._groups))
        held = {
            name: np.memmap(self._path(name), kind, "r").reshape(len(rows), *shape)
            for name, (shape, kind) in self._shapes.items()
        }
        for part in batches(groups, _BATCH):
            seen = _seen({name: np.array(values[part]) for name, values in held.items()})
            yield rows[part], self.scorer.rate(seen, _numbered(figures[part]), groups[part])
        held.clear()
        for name in self._shapes:
            self._path(name).unlink()

    def _path(self, name: str) -> Path:
        return self._folder / name

    @staticmethod
    def _arrays(seen: Seen) -> dict[str, npt.NDArray[Any]]:
        return {
            "globally": seen.scaled.globally,
            "locally": seen.scaled.locally,
            "questions": seen.questions,
            "statements": seen.statements,
            "words": seen.words,
        }


def _seen(arrays: dict[str, npt.NDArray[Any]]) -> Seen:
    scaled = Scaled(arrays["globally"], arrays["locally"])
    return Seen(scaled, arrays["questions"], arrays["statements"], arrays["words"])


def _numbered(figures: Indices) -> npt.NDArray[np.int64]:
    return np.unique(figures, return_inverse=True)[1].astype(np.int64)
