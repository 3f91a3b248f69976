"""Scores of a table's rows: from the filter chosen for each, which may be fitted on the table.

A graph needs all siblings of a row, which may stand anywhere in the table. What it reads of each
row therefore waits on disk until the whole table has been seen.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from filtering.records import Signals
from filtering.scorer_choice import ScorerChoice, choose_scorer
from filtering.table.cells import Cells, Columns, read_cells
from filtering.table.inputs import InputTable
from filtering.text_signals import compute_signals

if TYPE_CHECKING:
    from filtering.graph.scorer import GraphInput, Scorer

logger = logging.getLogger("microvqa_pp")
Indices = npt.NDArray[np.int64]
_MOST_FITTED = 10_000
_BATCH = 4096


class RowBuffer:
    """What a graph reads of rows, in files; per row 24 bytes stay in memory."""

    def __init__(self, folder: Path, scorer: Scorer) -> None:
        folder.mkdir()
        self.scorer = scorer
        self._folder = folder
        self._rows: list[Indices] = []
        self._figures: list[Indices] = []
        self._groups: list[Indices] = []
        self._shapes: dict[str, tuple[tuple[int, ...], npt.DTypeLike]] = {}

    def add(
        self, rows: Indices, figures: Indices, groups: Indices, graph_input: GraphInput
    ) -> None:
        """Append rows by their numbers in the table, with numbers of figure and group."""
        self._rows.append(rows)
        self._figures.append(figures)
        self._groups.append(groups)
        for name, values in graph_input.to_arrays().items():
            self._shapes[name] = values.shape[1:], values.dtype
            with (self._folder / name).open("ab") as file:
                file.write(np.ascontiguousarray(values).tobytes())

    def rate_all(self) -> Iterator[tuple[Indices, npt.NDArray[np.float32]]]:
        """Rows with their scores, whole groups at a time; then the files are removed."""
        from filtering.graph.edges import split_batches
        from filtering.graph.scorer import GraphInput

        if not self._rows:
            return
        rows, figures, groups = map(np.concatenate, (self._rows, self._figures, self._groups))
        arrays = {
            name: np.memmap(self._folder / name, kind, "r").reshape(len(rows), *shape)
            for name, (shape, kind) in self._shapes.items()
        }
        # Rows of one group lie all over the files; a batch brings whole groups together, so that
        # no edge of the graph is cut.
        for part in split_batches(groups, _BATCH):
            graph_input = GraphInput.from_arrays({n: np.array(a[part]) for n, a in arrays.items()})
            figure = np.unique(figures[part], return_inverse=True)[1].astype(np.int64)
            yield rows[part], self.scorer.rate(graph_input, figure, groups[part])
        arrays.clear()
        for name in self._shapes:
            (self._folder / name).unlink()


class RowScorers:
    """The scorers of a table's rows, each opened when the first row needs it.

    `fitted` is the folder of a filter that was fitted on the table, None for none.
    """

    def __init__(self, folder: Path, clip: str, nli: str, fitted: Path | None = None) -> None:
        self._folder, self._fitted = folder, fitted
        self._choices = {
            phantom: choose_scorer(phantom=phantom, clip=clip, nli=nli, fit=fitted is not None)
            for phantom in (False, True)
        }
        self._buffers: dict[str, RowBuffer] = {}

    def wants_images(self) -> bool:
        """Whether images are to be read: to be looked at, or to tell figures apart by."""
        return any(choice.kind != "mean" for choice in self._choices.values())

    def observe(self, cells: Cells, rows: Indices) -> list[Signals]:
        """Signals of rows, given by their numbers, with the mean of them as score."""
        signals: dict[int, Signals] = {}
        for phantom, choice in self._choices.items():
            places = [i for i, own in enumerate(cells.phantom) if own is phantom]
            if places:
                part = self._observe(cells.select(places), rows[places], choice)
                signals.update(zip(places, part, strict=True))
        return [signals[place] for place in range(len(rows))]

    def _observe(self, cells: Cells, rows: Indices, choice: ScorerChoice) -> list[Signals]:
        if choice.kind == "mean":
            return compute_signals(cells.pairs)
        buffer = self._open_buffer(choice)
        observed = buffer.scorer.observe(cells.to_pairs())
        if observed.graph_input is not None and buffer.scorer.rates:
            buffer.add(rows, cells.figures, cells.groups, observed.graph_input)
        return observed.signals

    def _open_buffer(self, choice: ScorerChoice) -> RowBuffer:
        # Torch and the encoders take seconds to import and are needed only here.
        from filtering.graph.scorer import BUNDLED, open_scorer

        if choice.kind not in self._buffers:
            folder = self._fitted if choice.kind == "fitted" else None
            scorer = open_scorer(folder or BUNDLED)
            logger.info("%s rows are scored by %s", choice.kind, scorer.name)
            self._buffers[choice.kind] = RowBuffer(self._folder / choice.kind, scorer)
        return self._buffers[choice.kind]

    def rate_all(self) -> Iterator[tuple[Indices, npt.NDArray[np.float32]]]:
        """Rows that a graph scores, with their scores, once all rows have been observed."""
        for buffer in self._buffers.values():
            yield from buffer.rate_all()


def fit_table(
    table: InputTable, columns: Columns, clip: str, nli: str, folder: Path, seed: int
) -> Path | None:
    """Fit a filter on up to 10,000 rows of a table and save it in `folder`.

    Rows that the bundled filter scores are left out; None where no other rows are there.
    """
    from filtering.graph.scorer import open_encoders
    from filtering.graph.training import fit_filter

    choices = {
        phantom: choose_scorer(phantom=phantom, clip=clip, nli=nli, fit=True)
        for phantom in (False, True)
    }
    # The first rows that can be judged and that no bundled filter knows are the pool.
    pool = Cells([], [], [], [])
    start = 0
    for batch in table.read(columns.list_needed(table.schema.names, images=True)):
        cells = read_cells(batch, columns, start)
        start += batch.num_rows
        for place, why in enumerate(cells.unjudged):
            if not why and choices[cells.phantom[place]].kind == "fitted":
                pool.pairs.append(cells.pairs[place])
                pool.files.append(b"" if choices[True].kind == "bundled" else cells.files[place])
                pool.phantom.append(cells.phantom[place])
        if len(pool.pairs) >= _MOST_FITTED:
            break
    if not pool.pairs:
        logger.info("no filter is fitted: every row of %s is for the bundled one", table.name)
        return None
    encoders = open_encoders(choices[False].clip, choices[False].nli)
    fit_filter(pool.to_pairs(), encoders, seed=seed).save(folder)
    return folder
