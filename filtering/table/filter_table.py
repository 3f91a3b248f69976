"""Filters anyone's table of question-answer pairs: every row and column comes back, with a score.

Two passes over the table, batch by batch: what is seen of each row by itself, then, with siblings
and the threshold over all rows known, the decisions. What the graph reads waits on disk; what is
held in memory for all rows are some numbers each.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from filtering.decide import Threshold, choose_threshold, decide_pairs
from filtering.records import Signals, arrow_schema
from filtering.scorer_choice import PHANTOM_TINY, FilterError, check_encoders
from filtering.signals.text_signals import compute_sibling_means
from filtering.table.cells import UNJUDGED, Columns, check_columns, read_cells
from filtering.table.inputs import InputTable, TableError, open_table
from filtering.table.row_scoring import RowScorers, fit_table

__all__ = ["Columns", "FilterError", "FilterReport", "TableError", "filter_table"]

TABLE = "table.parquet"
_SIGNALS = tuple(n for n in arrow_schema(Signals).names if n.startswith("signal_"))
_FOUND = pa.schema([*((name, pa.float64()) for name in _SIGNALS), ("score", pa.float64())])
_TEXTS = ("weakness", "scorer", "contradiction", "unjudged")
_SPOOLED = pa.schema([*_FOUND, *((name, pa.string()) for name in _TEXTS)])
_ADDED = pa.schema([*_FOUND, ("keep", pa.bool_()), ("reason", pa.string())])


@dataclass(frozen=True, slots=True)
class FilterReport:
    """What became of the rows of a table.

    `reasons` counts those of rows that are not kept, `scorers` what scored the judged rows.
    """

    path: Path
    rows: int
    kept: int
    contradicted: int
    not_judged: int
    reasons: dict[str, int]
    scorers: dict[str, int]

    @property
    def ranked_low(self) -> int:
        """Rows that were judged, contradict nothing, and rank below the kept ones."""
        return self.rows - self.kept - self.contradicted - self.not_judged


@dataclass(slots=True)
class _Ranking:
    """What is held of all rows: scores, siblings' means, and who is out of the ranking."""

    scores: npt.NDArray[np.float64]
    siblings: npt.NDArray[np.float64]
    out: npt.NDArray[np.bool_]

    def rows(self) -> Iterator[tuple[str, float, bool]]:
        """As `choose_threshold` takes them."""
        pairs = zip(self.scores.tolist(), self.out.tolist(), strict=True)
        return ((_name(n), score, out) for n, (score, out) in enumerate(pairs))


@dataclass(slots=True)
class _Columns:
    """Arrays of the batches so far."""

    scores: list[npt.NDArray[np.float64]] = field(default_factory=list)
    figures: list[npt.NDArray[np.int64]] = field(default_factory=list)
    out: list[npt.NDArray[np.bool_]] = field(default_factory=list)
    judged: list[npt.NDArray[np.bool_]] = field(default_factory=list)


def _name(row: int) -> str:
    return f"{row:012d}"


def _signal_pass(table: InputTable, columns: Columns, judges: RowScorers, spool: Path) -> _Ranking:
    """Sees every row by itself; what was found goes to `spool`."""
    start, held = 0, _Columns()
    names = columns.list_needed(table.schema.names, judges.wants_images())
    with pa.OSFile(str(spool), "wb") as sink, pa.ipc.new_stream(sink, _SPOOLED) as writer:
        for batch in table.read(names):
            cells = read_cells(batch, columns, start)
            unjudged = cells.unjudged
            places = np.flatnonzero([not why for why in unjudged])
            seen = judges.observe(cells.select(places.tolist()), places + start)
            found = _aligned(seen, places, unjudged)
            writer.write_batch(pa.RecordBatch.from_pylist(found, schema=_SPOOLED))
            held.scores.append(np.array([row["score"] for row in found], dtype=np.float64))
            held.figures.append(cells.figures)
            held.judged.append(np.array([not why for why in unjudged], dtype=bool))
            held.out.append(np.array([bool(r["contradiction"] or r["unjudged"]) for r in found]))
            start += batch.num_rows
    return _ranked(held, judges, table)


def _aligned(
    seen: list[Signals], places: npt.NDArray[np.int64], unjudged: list[str]
) -> list[dict[str, Any]]:
    """One row of `_SPOOLED` for each row of the batch."""
    blank: dict[str, Any] = dict.fromkeys(_SIGNALS) | dict.fromkeys(_TEXTS, "")
    found = [blank | {"score": 0.0, "unjudged": why} for why in unjudged]
    for place, row in zip(places.tolist(), seen, strict=True):
        found[place] = {n: getattr(row, n) for n in _SPOOLED.names if n != "unjudged"}
        found[place]["unjudged"] = ""
    return found


def _ranked(held: _Columns, judges: RowScorers, table: InputTable) -> _Ranking:
    if not held.scores or not sum(map(len, held.scores)):
        raise TableError(f"{table.name} has no rows")
    scores, judged = np.concatenate(held.scores), np.concatenate(held.judged)
    siblings = np.full(len(scores), np.nan)
    siblings[judged] = compute_sibling_means(scores[judged], np.concatenate(held.figures)[judged])
    for rows, rated in judges.rate_all():
        scores[rows] = rated.astype(np.float64).round(6)
    return _Ranking(scores, siblings, np.concatenate(held.out))


def _decided(
    spooled: pa.RecordBatch, start: int, ranking: _Ranking, threshold: Threshold
) -> dict[str, list[Any]]:
    """The columns that the filter adds to a batch."""
    rows = spooled.to_pylist()
    unjudged = [row.pop("unjudged") for row in rows]
    signals = []
    for n, row in enumerate(rows, start):
        mean = ranking.siblings[n]
        row["signal_siblings"] = None if np.isnan(mean) else round(float(mean), 4)
        row["score"] = float(ranking.scores[n])
        signals.append(Signals(qa_id=_name(n), **row))
    gated = [
        replace(s, contradiction=why) if why else s
        for s, why in zip(signals, unjudged, strict=True)
    ]
    decisions = decide_pairs(gated, threshold)
    reasons = [why or d.reason for why, d in zip(unjudged, decisions, strict=True)]
    found: dict[str, list[Any]] = {n: [getattr(s, n) for s in signals] for n in _SIGNALS}
    scores = [s.score - 1 if s.contradiction else s.score for s in signals]
    return found | {
        "score": scores,
        "keep": [d.keep for d in decisions],
        "reason": reasons,
        "scorer": ["" if why else s.scorer for s, why in zip(signals, unjudged, strict=True)],
    }


def _output_schema(table: InputTable) -> pa.Schema:
    """The input's schema with the added columns, also in the description that `datasets` reads."""
    schema = pa.schema([*table.schema, *_ADDED], metadata=table.schema.metadata)
    described = (schema.metadata or {}).get(b"huggingface")
    if described is None:
        return schema
    info = json.loads(described)
    features = info.get("info", {}).get("features")
    if features is not None:
        kinds = {"double": "float64"}
        for field in _ADDED:
            kind = kinds.get(str(field.type), str(field.type))
            features[field.name] = {"dtype": kind, "_type": "Value"}
    return schema.with_metadata({**schema.metadata, b"huggingface": json.dumps(info).encode()})


def _write(
    table: InputTable, spool: Path, ranking: _Ranking, threshold: Threshold, target: Path
) -> FilterReport:
    schema, start, kept = _output_schema(table), 0, 0
    reasons, scorers = Counter[str](), Counter[str]()
    with pq.ParquetWriter(target, schema) as writer, pa.memory_map(str(spool)) as source:
        for batch, spooled in zip(table.read(None), pa.ipc.open_stream(source), strict=True):
            added = _decided(spooled, start, ranking, threshold)
            start += batch.num_rows
            kept += sum(added["keep"])
            scorers.update(filter(None, added["scorer"]))
            reasons.update(
                _short(r) for r, k in zip(added["reason"], added["keep"], strict=True) if not k
            )
            arrays = [pa.array(added[field.name], field.type) for field in _ADDED]
            whole = pa.Table.from_arrays([*batch.columns, *arrays], schema=schema)
            writer.write_table(whole)
    unjudged = sum(count for reason, count in reasons.items() if reason.startswith(UNJUDGED))
    contradicted = reasons["contradicts the caption"]
    told = dict(reasons.most_common()), dict(scorers.most_common())
    return FilterReport(target, start, kept, contradicted, unjudged, *told)


def _short(reason: str) -> str:
    """A reason without what is particular to its row."""
    if reason.startswith(UNJUDGED):
        return reason
    said = reason.removeprefix("dropped: ")
    return "contradicts the caption" if said.startswith("contradicts") else "ranked below the kept"


def filter_table(
    table: str | Path,
    output: str | Path,
    columns: Columns | None = None,
    keep_ratio: float = 0.75,
    *,
    clip: str = PHANTOM_TINY,
    nli: str = PHANTOM_TINY,
    fit: bool = False,
    seed: int = 0,
) -> FilterReport:
    """Writes `output/table.parquet`: all rows and columns in order, and what the filter says.

    Added are `signal_*` (0-1, null where not applicable), `score` (higher is more consistent:
    0-1, and 1 less, so at most 0, for rows that contradict their caption), `keep` and `reason`.
    The share `keep_ratio` (0-1) of all rows is kept, or all rows that are judged and contradict
    nothing if these are fewer; among equals the earlier rows. A row without caption, question or
    answer is not judged: score 0, not kept.

    Phantoms (column `source`, or image names as the phantom gives them) are scored by the bundled
    HiCQA-Graph, other rows by the mean of their text signals. With `fit` a filter is fitted on
    the table by planted errors, saved in `output/filter`, and scores these instead; only then can
    `clip` and `nli` name other encoders ('none' for text alone).

    Tables with a column that the filter would write are refused. A table appears whole or not at
    all. Raises TableError for a table that cannot be filtered, FilterError or EncoderError for
    encoders that cannot be used, and ValueError for a ratio outside 0-1.
    """
    if not 0 <= keep_ratio <= 1:
        raise ValueError(f"keep_ratio must be between 0 and 1, not {keep_ratio}")
    check_encoders(clip, nli, fit)
    columns = columns or Columns()
    opened = open_table(table)
    check_columns(opened, columns)
    folder = Path(output)
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f".{TABLE}.partial"
    fitted = fit_table(opened, columns, clip, nli, folder / "filter", seed) if fit else None
    try:
        with tempfile.TemporaryDirectory(dir=folder, prefix=".filter-") as aside:
            spool = Path(aside) / "signals.arrow"
            judges = RowScorers(Path(aside), clip, nli, fitted)
            ranking = _signal_pass(opened, columns, judges, spool)
            threshold = choose_threshold(ranking.rows(), keep_ratio)
            report = _write(opened, spool, ranking, threshold, partial)
        partial.replace(folder / TABLE)
    finally:
        partial.unlink(missing_ok=True)
    return replace(report, path=folder / TABLE)
