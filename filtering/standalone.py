"""Filters anyone's table of question-answer pairs: every row and column comes back, with a score.

Two passes over the table, batch by batch: signals first, then, with the threshold over all rows
known, the decisions. What is held for all rows is a score and a number each.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from filtering.decide import Threshold, choose_threshold, decide
from filtering.inputs import InputTable, TableError, open_table
from filtering.records import QA, Signals
from filtering.signals import compute_signals
from filtering.tables import arrow_schema
from filtering.words import is_latin

__all__ = ["Columns", "FilterReport", "TableError", "filter_table"]

TABLE = "table.parquet"
_SIGNALS = tuple(n for n in arrow_schema(Signals).names if n.startswith("signal_"))
_FOUND = pa.schema([*((name, pa.float64()) for name in _SIGNALS), ("score", pa.float64())])
_SPOOLED = pa.schema([*_FOUND, ("why", pa.string())])
_ADDED = pa.schema([*_FOUND, ("keep", pa.bool_()), ("reason", pa.string())])
_UNJUDGED = "not judged: "
_LONGEST = 5_000
_IMAGE = "image"


@dataclass(frozen=True, slots=True)
class Columns:
    """Names of the columns that are read.

    `image` is carried through, as all columns are; only one named otherwise than 'image' has to
    be there. Rows with the same value of `figure`, or without it the same caption, are siblings.
    """

    image: str = _IMAGE
    caption: str = "caption"
    question: str = "question"
    answer: str = "answer"
    figure: str | None = None

    @property
    def texts(self) -> list[str]:
        """The columns that a pair is read from, each once."""
        names = [self.caption, self.question, self.answer, self.figure]
        return list(dict.fromkeys(name for name in names if name is not None))


@dataclass(frozen=True, slots=True)
class FilterReport:
    """What became of the rows of a table. `reasons` counts those of rows that are not kept."""

    path: Path
    rows: int
    kept: int
    contradicted: int
    not_judged: int
    reasons: dict[str, int]

    @property
    def ranked_low(self) -> int:
        """Rows that were judged, contradict nothing, and rank below the kept ones."""
        return self.rows - self.kept - self.contradicted - self.not_judged


def _check(table: InputTable, columns: Columns) -> None:
    names = table.schema.names
    wanted = [*columns.texts, *([columns.image] if columns.image != _IMAGE else [])]
    missing = [name for name in wanted if name not in names]
    if missing:
        raise TableError(
            f"{table.name} has no column {', '.join(map(repr, missing))}; "
            f"it has: {', '.join(names) or 'none'}"
        )
    taken = [n for n in names if n in ("score", "keep", "reason") or n.startswith("signal_")]
    if taken:
        raise TableError(
            f"{table.name} already has {', '.join(map(repr, taken))}, which the filter writes; "
            "rename or drop them first"
        )


def _text(value: object) -> str:
    """A cell as text: '' for None and NaN, 12 for 12.0, 'yes' for True, lists joined by commas."""
    if value is None or (isinstance(value, float) and not isfinite(value)):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, list):
        return ", ".join(text for each in value if (text := _text(each)))
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value).strip()


def _pairs(batch: pa.RecordBatch, columns: Columns, start: int) -> list[QA]:
    cells = {name: [_text(v) for v in batch[name].to_pylist()] for name in columns.texts}
    figures = cells[columns.figure or columns.caption]
    texts = zip(cells[columns.caption], cells[columns.question], cells[columns.answer], strict=True)
    return [
        QA(f"{start + n:012d}", figures[n], caption, question, answer, "")
        for n, (caption, question, answer) in enumerate(texts)
    ]


def _not_judged(qa: QA) -> str:
    """Why a pair cannot be compared with its caption; '' where it can."""
    parts = (("caption", qa.caption), ("question", qa.question), ("answer", qa.answer))
    if empty := [name for name, text in parts if not any(map(str.isalnum, text))]:
        return f"{_UNJUDGED}the {' and the '.join(empty)} {_be(empty)} empty"
    if long := [name for name, text in parts[1:] if len(text) > _LONGEST]:
        return f"{_UNJUDGED}the {' and the '.join(long)} {_have(long)} over {_LONGEST:,} characters"
    if other := [name for name, text in parts[:2] if not is_latin(text)]:
        return f"{_UNJUDGED}the {' and the '.join(other)} {_be(other)} not in Latin script"
    return ""


def _be(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _have(names: Sequence[str]) -> str:
    return "has" if len(names) == 1 else "have"


def _scored(pairs: Sequence[QA]) -> tuple[list[Signals], list[str]]:
    """Signals of a batch, and why rows are not judged; these have the score 0 and no signal."""
    unjudged = [_not_judged(qa) for qa in pairs]
    found = compute_signals(pairs)
    blank: dict[str, Any] = dict.fromkeys(_SIGNALS)
    signals = [
        replace(s, **blank, contradiction="", score=0.0) if why else s
        for s, why in zip(found, unjudged, strict=True)
    ]
    return signals, unjudged


def _signal_pass(
    table: InputTable, columns: Columns, spool: Path
) -> Iterator[tuple[str, float, bool]]:
    """Identifier, score and whether a row is out of the ranking; what was found goes to `spool`."""
    start = 0
    with pa.OSFile(str(spool), "wb") as sink, pa.ipc.new_stream(sink, _SPOOLED) as writer:
        for batch in table.read(columns.texts):
            signals, unjudged = _scored(_pairs(batch, columns, start))
            start += batch.num_rows
            columns_out = [
                pa.array([getattr(s, n) for s in signals], pa.float64()) for n in _SIGNALS
            ]
            columns_out += [pa.array([s.score for s in signals], pa.float64())]
            why = [reason or s.contradiction for s, reason in zip(signals, unjudged, strict=True)]
            columns_out += [pa.array(why, pa.string())]
            writer.write_batch(pa.RecordBatch.from_arrays(columns_out, schema=_SPOOLED))
            yield from ((s.qa_id, s.score, bool(w)) for s, w in zip(signals, why, strict=True))


def _decided(spooled: pa.RecordBatch, start: int, threshold: Threshold) -> dict[str, list[Any]]:
    """The columns that the filter adds to a batch."""
    rows = spooled.to_pylist()
    signals = [
        Signals(
            qa_id=f"{start + n:012d}",
            contradiction=row.pop("why"),
            **row,
        )
        for n, row in enumerate(rows)
    ]
    decisions = decide(signals, threshold)
    reasons = [
        s.contradiction if s.contradiction.startswith(_UNJUDGED) else d.reason
        for s, d in zip(signals, decisions, strict=True)
    ]
    found: dict[str, list[Any]] = {n: [getattr(s, n) for s in signals] for n in _SIGNALS}
    scores = [s.score - 1 if _contradicts(s) else s.score for s in signals]
    return found | {"score": scores, "keep": [d.keep for d in decisions], "reason": reasons}


def _contradicts(row: Signals) -> bool:
    return bool(row.contradiction) and not row.contradiction.startswith(_UNJUDGED)


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


def _write(table: InputTable, spool: Path, threshold: Threshold, target: Path) -> FilterReport:
    schema, reasons, start, kept = _output_schema(table), Counter[str](), 0, 0
    with pq.ParquetWriter(target, schema) as writer, pa.memory_map(str(spool)) as source:
        for batch, spooled in zip(table.read(None), pa.ipc.open_stream(source), strict=True):
            added = _decided(spooled, start, threshold)
            start += batch.num_rows
            kept += sum(added["keep"])
            reasons.update(
                _short(r) for r, k in zip(added["reason"], added["keep"], strict=True) if not k
            )
            arrays = [pa.array(added[field.name], field.type) for field in _ADDED]
            whole = pa.Table.from_arrays([*batch.columns, *arrays], schema=schema)
            writer.write_table(whole)
    unjudged = sum(count for reason, count in reasons.items() if reason.startswith(_UNJUDGED))
    contradicted = reasons["contradicts the caption"]
    return FilterReport(target, start, kept, contradicted, unjudged, dict(reasons.most_common()))


def _short(reason: str) -> str:
    """A reason without what is particular to its row."""
    if reason.startswith(_UNJUDGED):
        return reason
    said = reason.removeprefix("dropped: ")
    return "contradicts the caption" if said.startswith("contradicts") else "ranked below the kept"


def filter_table(
    table: str | Path,
    output: str | Path,
    columns: Columns | None = None,
    keep_ratio: float = 0.75,
) -> FilterReport:
    """Writes `output/table.parquet`: all rows and columns in order, and what the filter says.

    Added are `signal_*` (0-1, null where not applicable), `score` (higher is more consistent:
    0-1, and 1 less, so at most 0, for rows that contradict their caption), `keep` and `reason`.
    The share `keep_ratio` (0-1) of all rows is kept, or all rows that are judged and contradict
    nothing if these are fewer; among equals the earlier rows. A row without caption, question or
    answer is not judged: score 0, not kept. A sibling is a row of the same figure; no signal
    looks at siblings or images yet. Tables with a column that the filter would write are refused.
    A table appears whole or not at all. Raises TableError for a table that cannot be filtered and
    ValueError for a ratio outside 0-1.
    """
    if not 0 <= keep_ratio <= 1:
        raise ValueError(f"keep_ratio must be between 0 and 1, not {keep_ratio}")
    columns = columns or Columns()
    opened = open_table(table)
    _check(opened, columns)
    folder = Path(output)
    folder.mkdir(parents=True, exist_ok=True)
    spool, partial = folder / f".{TABLE}.signals", folder / f".{TABLE}.partial"
    try:
        threshold = choose_threshold(_signal_pass(opened, columns, spool), keep_ratio)
        if not threshold.total:
            raise TableError(f"{opened.name} has no rows")
        report = _write(opened, spool, threshold, partial)
        partial.replace(folder / TABLE)
    finally:
        spool.unlink(missing_ok=True)
        partial.unlink(missing_ok=True)
    return replace(report, path=folder / TABLE)
