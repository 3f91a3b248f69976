"""Which filter scores the rows of a table, and fitting one on the table itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from filtering.encoders.encoder_names import NO_ENCODER, PHANTOM_TINY
from filtering.records import Signals
from filtering.signals.text_signals import compute_signals
from filtering.table.cells import Cells, Columns, read_cells
from filtering.table.inputs import InputTable

if TYPE_CHECKING:
    from filtering.table.row_buffer import Spool

_MOST_FITTED = 10_000


class Judges:
    """Scorers by kind of row.

    Phantoms are for the bundled filter where the encoders are the bundled ones; other rows for a
    fitted filter, where there is one, or else for the mean of their text signals.
    """

    def __init__(self, folder: Path, clip: str, nli: str, fitted: Path | None = None) -> None:
        self._folder, self._fitted = folder, fitted
        self._bundled = (clip, nli) == (PHANTOM_TINY, PHANTOM_TINY)
        self._spools: dict[bool, Spool] = {}

    def wants_images(self) -> bool:
        """Whether images may be looked at."""
        return self._bundled or self._fitted is not None

    def observe(self, cells: Cells, rows: npt.NDArray[np.int64]) -> list[Signals]:
        """Signals of rows, given by their numbers, with the mean of them as score."""
        found: list[Signals | None] = [None] * len(rows)
        for phantom in (False, True):
            places = [i for i, own in enumerate(cells.phantom) if own is phantom]
            if places:
                part = self._observe(cells.some(places), rows[places], phantom)
                for place, signals in zip(places, part, strict=True):
                    found[place] = signals
        return [signals for signals in found if signals is not None]

    def _observe(self, cells: Cells, rows: npt.NDArray[np.int64], phantom: bool) -> list[Signals]:
        own = self._bundled and phantom
        if not own and self._fitted is None:
            return compute_signals(cells.pairs)
        spool = self._spool(own)
        observed = spool.scorer.observe(cells.to_pairs())
        if observed.seen is not None and spool.scorer.rates:
            spool.add(rows, cells.figures, cells.groups, observed.seen)
        return observed.signals

    def _spool(self, own: bool) -> Spool:
        from filtering.graph.loading import BUNDLED, open_scorer
        from filtering.table.row_buffer import Spool

        if own not in self._spools:
            folder = BUNDLED if own or self._fitted is None else self._fitted
            name = "bundled" if own else "fitted"
            self._spools[own] = Spool(self._folder / name, open_scorer(folder))
        return self._spools[own]

    def rated(self) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]]:
        """Rows that a graph scores, with their scores, once all rows have been observed."""
        for spool in self._spools.values():
            yield from spool.rated()


def fit_table(
    table: InputTable, columns: Columns, clip: str, nli: str, folder: Path, seed: int
) -> Path | None:
    """Fits a filter on up to 10,000 rows of a table and saves it in `folder`.

    Rows that the bundled filter scores are left out; None where no other rows are there.
    """
    from filtering.graph.loading import open_encoders
    from filtering.graph.training import fit_filter

    bundled = (clip, nli) == (PHANTOM_TINY, PHANTOM_TINY)
    chosen = Cells([], [], [])
    start = 0
    for batch in table.read(columns.read(table.schema.names, images=True)):
        cells = read_cells(batch, columns, start)
        start += batch.num_rows
        for place, why in enumerate(cells.unjudged):
            if not why and not (bundled and cells.phantom[place]):
                chosen.pairs.append(cells.pairs[place])
                chosen.files.append(b"" if bundled else cells.files[place])
                chosen.phantom.append(cells.phantom[place])
        if len(chosen.pairs) >= _MOST_FITTED:
            break
    if not chosen.pairs:
        return None
    names = (NO_ENCODER, NO_ENCODER) if bundled else (clip, nli)
    fit_filter(chosen.to_pairs(), open_encoders(*names), seed=seed).save(folder)
    return folder
