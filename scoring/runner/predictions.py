"""Responses that were made elsewhere, as a table with `id` and `response` or `index`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from scoring.items import BadInput, align, reject
from scoring.models.records import Condition, Presentation
from scoring.report.evidence import EvidenceItem
from scoring.runner.asking import extracted, item
from scoring.runner.dataset import Dataset

_KNOWN = ("id", "response", "index", "dataset_version")


def read_predictions(
    path: Path, dataset: Dataset, model: str, condition: Condition = "image"
) -> list[EvidenceItem]:
    """Items of a Parquet or JSON Lines file with one row per question.

    `response` is raw text, None where there was none; `index` counts the choices of the dataset
    from 0, None where nothing was answered; `dataset_version`, if there, must be the dataset's.
    Raises BadInput, which names the first offending rows (from 0).
    """
    columns = _columns(path)
    if "id" not in columns or ("response" in columns) == ("index" in columns):
        raise BadInput(
            f"{path}: give 'id' and one of 'response' and 'index'; it has {', '.join(columns)}"
        )
    _check_version(columns.get("dataset_version"), dataset)
    rows = align([question.id for question in dataset.chosen], columns["id"])
    kind = "response" if "response" in columns else "index"
    said = columns[kind]
    shown = [Presentation(question, condition) for question in dataset.chosen]
    if kind == "response":
        reject(
            "response must be text",
            [n for n, v in enumerate(said) if v is not None and not isinstance(v, str)],
            said,
        )
        return [
            item(model, p, **extracted(said[row] or "", p, None))
            for p, row in zip(shown, rows, strict=True)
        ]
    return _indexed(model, shown, said, rows.tolist())


def _indexed(
    model: str, shown: Sequence[Presentation], said: Sequence[Any], rows: Sequence[int]
) -> list[EvidenceItem]:
    reject(
        "index must be a whole number",
        [n for n, v in enumerate(said) if v is not None and type(v) is not int],
        said,
    )
    count = {row: len(p.choices) for p, row in zip(shown, rows, strict=True)}
    off = [n for n, v in enumerate(said) if v is not None and not -1 <= v < count[n]]
    reject("index is out of range", off, said)
    chosen = [None if said[row] in (None, -1) else said[row] for row in rows]
    return [
        item(model, p, index=index, status="no_answer" if index is None else "answered")
        for p, index in zip(shown, chosen, strict=True)
    ]


def _check_version(stated: Sequence[Any] | None, dataset: Dataset) -> None:
    if stated is None:
        return
    other = [n for n, version in enumerate(stated) if version != dataset.version]
    reject(f"made for another dataset version than {dataset.version}", other, stated)


def _columns(path: Path) -> dict[str, list[Any]]:
    if not path.is_file():
        raise BadInput(f"there is no predictions file {path}")
    try:
        if path.suffix == ".parquet":
            table = pq.read_table(path)
            return {name: table[name].to_pylist() for name in table.column_names if name in _KNOWN}
        return _json_lines(path)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        first = str(error).splitlines()[0]
        raise BadInput(f"{path} cannot be read as Parquet or JSON Lines: {first}") from error


def _json_lines(path: Path) -> dict[str, list[Any]]:
    rows: list[dict[str, Any]] = []
    for number, line in enumerate(path.read_text("utf-8").splitlines()):
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise BadInput(f"{path}: row {number} is no JSON object") from error
        if not isinstance(row, dict):
            raise BadInput(f"{path}: row {number} is no JSON object")
        rows.append(row)
    names = [name for name in _KNOWN if any(name in row for row in rows)]
    for name in names:
        absent = [number for number, row in enumerate(rows) if name not in row]
        reject(f"{name} is missing", absent)
    return {name: [row[name] for row in rows] for name in names}
