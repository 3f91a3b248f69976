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
from scoring.runner.asking import make_item, read_response
from scoring.runner.dataset import Dataset

_KNOWN = ("id", "response", "index", "dataset_version")


def read_predictions(
    path: Path, dataset: Dataset, model: str, condition: Condition = "image"
) -> list[EvidenceItem]:
    """Items of a Parquet or JSON Lines file with one row per question.

    Args:
        path: a file with `id` and one of `response`, raw text, None where there was none, and
            `index`, which counts the choices of the dataset from 0, None where nothing was
            answered. Its `dataset_version`, if there, must be the dataset's.
        dataset: the questions that were answered.
        model: the name under which they are shown.
        condition: what the model saw.

    Raises:
        BadInput: names the first offending rows (from 0).
    """
    columns = _read_columns(path)
    if "id" not in columns or ("response" in columns) == ("index" in columns):
        raise BadInput(
            f"{path}: give 'id' and one of 'response' and 'index'; it has {', '.join(columns)}"
        )
    versions = columns.get("dataset_version", [])
    other = [n for n, version in enumerate(versions) if version != dataset.version]
    reject(f"made for another dataset version than {dataset.version}", other, versions)
    rows = align([question.id for question in dataset.chosen], columns["id"]).tolist()
    shown = [Presentation(question, condition) for question in dataset.chosen]
    if "index" in columns:
        return _read_indices(model, shown, columns["index"], rows)
    texts = columns["response"]
    wrong = [n for n, v in enumerate(texts) if v is not None and not isinstance(v, str)]
    reject("response must be text", wrong, texts)
    return [
        make_item(model, p, **read_response(texts[row] or "", p, None))
        for p, row in zip(shown, rows, strict=True)
    ]


def _read_indices(
    model: str, shown: Sequence[Presentation], indices: Sequence[Any], rows: Sequence[int]
) -> list[EvidenceItem]:
    wrong = [n for n, v in enumerate(indices) if v is not None and type(v) is not int]
    reject("index must be a whole number", wrong, indices)
    count = {row: len(p.choices) for p, row in zip(shown, rows, strict=True)}
    off = [n for n, v in enumerate(indices) if v is not None and not -1 <= v < count[n]]
    reject("index is out of range", off, indices)
    chosen = [None if indices[row] in (None, -1) else indices[row] for row in rows]
    return [
        make_item(model, p, index=index, status="no_answer" if index is None else "answered")
        for p, index in zip(shown, chosen, strict=True)
    ]


def _read_columns(path: Path) -> dict[str, list[Any]]:
    if not path.is_file():
        raise BadInput(f"there is no predictions file {path}")
    try:
        if path.suffix == ".parquet":
            table = pq.read_table(path)
            return {name: table[name].to_pylist() for name in table.column_names if name in _KNOWN}
        return _read_json_lines(path)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        first = str(error).splitlines()[0]
        raise BadInput(f"{path} cannot be read as Parquet or JSON Lines: {first}") from error


def _read_json_lines(path: Path) -> dict[str, list[Any]]:
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
