"""Filters anyone's table of question-answer pairs: every row and column comes back, with a score.

Two passes over the table, batch by batch: what is seen of each row by itself, then, with siblings
and the threshold over all rows known, the decisions. What the graph reads waits on disk; what is
held in memory for all rows are some numbers each.
"""

from __future__ import annotations

import json
import logging
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from filtering.decide import Threshold, choose_threshold, decide_pairs
from filtering.records import Signals, arrow_schema
from filtering.scorer_choice import PHANTOM_TINY, FilterError, check_encoders
from filtering.table.cells import UNJUDGED, Columns, check_columns, read_cells, settle_answers
from filtering.table.inputs import InputTable, TableError, open_table
from filtering.table.row_scoring import RowScorers, fit_table
from filtering.text_signals import compute_sibling_means

__all__ = ["Columns", "FilterError", "FilterReport", "TableError", "filter_table"]

logger = logging.getLogger("microvqa_pp")
TABLE = "table.parquet"
_SIGNALS = tuple(n for n in arrow_schema(Signals).names if n.startswith("signal_"))
_NUMBERS = pa.schema([*((name, pa.float64()) for name in _SIGNALS), ("score", pa.float64())])
_TEXTS = ("weakness", "scorer", "contradiction", "unjudged")
_BUFFERED = pa.schema([*_NUMBERS, *((name, pa.string()) for name in _TEXTS)])
_ADDED = pa.schema([*_NUMBERS, ("keep", pa.bool_()), ("reason", pa.string())])


@dataclass(frozen=True, slots=True)
class FilterReport:
    """What became of the rows of a table.

    `reasons` counts those of rows that are not kept, `scorers` what scored the judged rows.
    `note` says how answers were read that are letters or numbers of choices.
    """

    path: Path
    rows: int
    kept: int
    contradicted: int
    not_judged: int
    reasons: dict[str, int]
    scorers: dict[str, int]
    note: str = ""

    @property
    def ranked_low(self) -> int:
        """Rows that were judged, contradict nothing, and rank below the kept ones."""
        return self.rows - self.kept - self.contradicted - self.not_judged


@dataclass(slots=True)
class _Ranking:
    """What stays in memory of all rows: scores, siblings' means, and who is out of the ranking."""

    scores: npt.NDArray[np.float64]
    siblings: npt.NDArray[np.float64]
    out: npt.NDArray[np.bool_]

    def rows(self) -> Iterator[tuple[str, float, bool]]:
        """As `choose_threshold` takes them."""
        pairs = zip(self.scores.tolist(), self.out.tolist(), strict=True)
        return ((_name(n), score, out) for n, (score, out) in enumerate(pairs))


def _name(row: int) -> str:
    return f"{row:012d}"


def _observe_rows(
    table: InputTable, columns: Columns, scorers: RowScorers, buffer: Path
) -> _Ranking:
    """See every row by itself; its signals go to the file `buffer`, some numbers are kept."""
    start = 0
    scores, figures, out, judged = [], [], [], []
    names = columns.list_needed(table.schema.names, scorers.wants_images())
    with pa.OSFile(str(buffer), "wb") as sink, pa.ipc.new_stream(sink, _BUFFERED) as writer:
        for batch in table.read(names):
            cells = read_cells(batch, columns, start)
            unjudged = cells.unjudged
            places = np.flatnonzero([not why for why in unjudged])
            signals = scorers.observe(cells.select(places.tolist()), places + start)
            # One row for each row of the batch, blank where it cannot be judged.
            blank: dict[str, Any] = dict.fromkeys(_SIGNALS) | dict.fromkeys(_TEXTS, "")
            rows = [blank | {"score": 0.0, "unjudged": why} for why in unjudged]
            for place, row in zip(places.tolist(), signals, strict=True):
                shown = {n: getattr(row, n) for n in _BUFFERED.names if n != "unjudged"}
                rows[place] = shown | {"unjudged": ""}
            writer.write_batch(pa.RecordBatch.from_pylist(rows, schema=_BUFFERED))
            scores.append(np.array([row["score"] for row in rows], dtype=np.float64))
            figures.append(cells.figures)
            judged.append(np.array([not why for why in unjudged], dtype=bool))
            out.append(
                np.array([bool(r["contradiction"] or r["unjudged"]) for r in rows], dtype=bool)
            )
            start += batch.num_rows
    if not start:
        raise TableError(f"{table.name} has no rows")
    # All rows are known now: means of siblings first, as they are means of the text scores, then
    # the graph's scores, where there is a graph.
    score, is_judged = np.concatenate(scores), np.concatenate(judged)
    logger.info("%d rows seen, %d of them cannot be judged", start, np.sum(~is_judged))
    siblings = np.full(start, np.nan)
    siblings[is_judged] = compute_sibling_means(
        score[is_judged], np.concatenate(figures)[is_judged]
    )
    for places, rated in scorers.rate_all():
        score[places] = rated.astype(np.float64).round(6)
    return _Ranking(score, siblings, np.concatenate(out))


def _decide_batch(
    buffered: pa.RecordBatch, start: int, ranking: _Ranking, threshold: Threshold
) -> dict[str, list[Any]]:
    """The columns that the filter adds to a batch."""
    rows = buffered.to_pylist()
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
    added: dict[str, list[Any]] = {n: [getattr(s, n) for s in signals] for n in _SIGNALS}
    # Contradicted rows rank below all others, whatever their signals say.
    scores = [s.score - 1 if s.contradiction else s.score for s in signals]
    return added | {
        "score": scores,
        "keep": [d.keep for d in decisions],
        "reason": reasons,
        "scorer": ["" if why else s.scorer for s, why in zip(signals, unjudged, strict=True)],
    }


def _make_schema(table: InputTable) -> pa.Schema:
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


def _write_table(
    table: InputTable, buffer: Path, ranking: _Ranking, threshold: Threshold, target: Path
) -> FilterReport:
    schema, start, kept = _make_schema(table), 0, 0
    reasons, scorers = Counter[str](), Counter[str]()
    with pq.ParquetWriter(target, schema) as writer, pa.memory_map(str(buffer)) as source:
        for batch, buffered in zip(table.read(None), pa.ipc.open_stream(source), strict=True):
            added = _decide_batch(buffered, start, ranking, threshold)
            start += batch.num_rows
            kept += sum(added["keep"])
            scorers.update(filter(None, added["scorer"]))
            reasons.update(
                _shorten_reason(r)
                for r, k in zip(added["reason"], added["keep"], strict=True)
                if not k
            )
            arrays = [pa.array(added[field.name], field.type) for field in _ADDED]
            whole = pa.Table.from_arrays([*batch.columns, *arrays], schema=schema)
            writer.write_table(whole)
    unjudged = sum(count for reason, count in reasons.items() if reason.startswith(UNJUDGED))
    contradicted = reasons["contradicts the caption"]
    counts = dict(reasons.most_common()), dict(scorers.most_common())
    return FilterReport(target, start, kept, contradicted, unjudged, *counts)


def _shorten_reason(reason: str) -> str:
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
    answer is not judged: score 0, not kept. Answers that are letters or numbers of choices are
    judged as the texts of these.

    Phantoms (column `source`, or image names as the phantom gives them) are scored by the bundled
    HiCQA-Graph, other rows by the mean of their text signals. With `fit` a filter is fitted on
    the table by planted errors, saved in `output/filter`, and scores these instead; only then can
    `clip` and `nli` name other encoders ('none' for text alone).

    Tables with a column that the filter would write are refused. A table appears whole or not at
    all.

    Raises:
        TableError: for a table that cannot be filtered.
        FilterError, EncoderError: for encoders that cannot be used.
        ValueError: for a ratio outside 0-1.
    """
    if not 0 <= keep_ratio <= 1:
        raise ValueError(f"keep_ratio must be between 0 and 1, not {keep_ratio}")
    check_encoders(clip, nli, fit)
    opened = open_table(table)
    columns = settle_answers(opened, columns or Columns())
    check_columns(opened, columns)
    folder = Path(output)
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f".{TABLE}.partial"
    fitted = fit_table(opened, columns, clip, nli, folder / "filter", seed) if fit else None
    try:
        with tempfile.TemporaryDirectory(dir=folder, prefix=".filter-") as aside:
            # First pass: every row by itself, then the threshold over all. Second pass: decisions.
            buffer = Path(aside) / "signals.arrow"
            scorers = RowScorers(Path(aside), clip, nli, fitted)
            ranking = _observe_rows(opened, columns, scorers, buffer)
            threshold = choose_threshold(ranking.rows(), keep_ratio)
            report = _write_table(opened, buffer, ranking, threshold, partial)
        partial.replace(folder / TABLE)
        logger.info("%d of %d rows are kept: %s", report.kept, report.rows, folder / TABLE)
    finally:
        partial.unlink(missing_ok=True)
    note = columns.scheme.describe(columns.answer) if columns.scheme else ""
    return replace(report, path=folder / TABLE, note=note)
