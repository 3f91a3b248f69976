"""Checked items from what users of harnesses hold: responses or indices, keys, options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import numpy as np

from scoring.answers.extraction import extract
from scoring.items import (
    GROUPINGS,
    UNANSWERED,
    BadInput,
    Items,
    integers,
    read_items,
    reject,
    same_length,
)
from scoring.records import Extraction

OPTIONAL = ("id", "article_id", *GROUPINGS)
COLUMNS = ("predictions", "references", "options", "n_options", "labels", *OPTIONAL)
_STYLES = ("letters", "numbers")


@dataclass(frozen=True, slots=True)
class Answers:
    """`items` to score, the optional columns that were `given`, and one `extraction` per row.

    Extractions of predictions that are indices have the method 'index'.
    """

    items: Items
    given: frozenset[str]
    extractions: tuple[Extraction, ...]


def known_columns(names: Sequence[str]) -> None:
    """Raises BadInput for names that are no column, with the nearest that is one."""
    for name in names:
        if name not in COLUMNS:
            near = get_close_matches(name, COLUMNS, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(COLUMNS)}"
            raise BadInput(f"unknown column {name!r}: {hint}")


def read_answers(columns: Mapping[str, Any]) -> Answers:
    """Answers from columns of equal length, without network.

    Needed: `predictions`, all raw responses (text, None is empty) or all indices (from 0, None or
    -1 is no answer); `references`, the index of the right option; `options`, the texts of the
    options of each row, or with indices `n_options`, their number. `labels` says how the prompts
    labelled the options: one of 'letters' and 'numbers', a column of these, or None to infer it.
    Optional: `id` (else the number of the row), `article_id` (else each row is its own article),
    and the groups `task`, `bloom`, `modality`, `source`. Raises BadInput, which names the first
    offending rows (from 0).
    """
    known_columns(list(columns))
    held = {name: _list(name, values) for name, values in columns.items() if values is not None}
    labels = held.pop("labels", None)
    absent = [name for name in ("predictions", "references") if name not in held]
    if absent or not {"options", "n_options"} & set(held):
        needed = [*absent, *([] if {"options", "n_options"} & set(held) else ["options"])]
        raise BadInput(f"columns missing: {', '.join(needed)}")
    rows = same_length(held)
    counts = _counts(held)
    styles = _styles(labels, rows)
    extractions = _extractions(held["predictions"], held.get("options"), styles, counts)
    table = {
        "id": held.get("id", [str(row) for row in range(rows)]),
        "article_id": held.get("article_id", [str(row) for row in range(rows)]),
        **{name: held.get(name, [1 if name == "bloom" else ""] * rows) for name in GROUPINGS},
        "n_options": counts,
        "extraction": extractions,
    }
    correct = integers("references", held["references"])
    off = np.flatnonzero((correct < 0) | (correct >= counts))
    reject("references are out of range", off, held["references"])
    items = read_items({**table, "correct_index": correct})
    return Answers(items, frozenset(OPTIONAL) & set(held), tuple(extractions))


def _list(name: str, values: Any) -> Any:
    """A column as a list; arrays, tensors, series and columns of data sets have one."""
    if name == "labels" and isinstance(values, str):
        return values
    if isinstance(values, str | bytes | Mapping) or not hasattr(values, "__len__"):
        raise BadInput(f"{name} must be a list with one entry per row")
    return values.tolist() if hasattr(values, "tolist") else list(values)


def _counts(held: Mapping[str, list[Any]]) -> Any:
    """Number of options of each row."""
    if "options" not in held:
        return integers("n_options", held["n_options"])
    bad = [
        row
        for row, texts in enumerate(held["options"])
        if isinstance(texts, str)
        or not hasattr(texts, "__len__")
        or len(texts) < 2
        or not all(isinstance(text, str) for text in texts)
    ]
    reject("options must be lists of at least two texts", bad, held["options"])
    counts = np.array([len(texts) for texts in held["options"]], dtype=np.int64)
    if "n_options" in held:
        differ = np.flatnonzero(integers("n_options", held["n_options"]) != counts)
        reject("n_options is not the number of options", differ, held["n_options"])
    return counts


def _styles(labels: Any, rows: int) -> list[Any]:
    styles = [labels] * rows if labels is None or isinstance(labels, str) else labels
    same_length({"predictions": range(rows), "labels": styles})
    bad = [row for row, style in enumerate(styles) if style is not None and style not in _STYLES]
    reject("labels must be 'letters', 'numbers' or None", bad, styles)
    return styles


def _extractions(
    predictions: list[Any], options: list[Any] | None, styles: list[Any], counts: Any
) -> list[Extraction]:
    """What each prediction commits to."""
    text = [isinstance(value, str) for value in predictions]
    if any(text):
        kinds = [
            row
            for row, value in enumerate(predictions)
            if not isinstance(value, str) and value is not None
        ]
        reject("predictions must be all text or all indices", kinds, predictions)
        if options is None:
            raise BadInput("columns missing: options (needed to read responses)")
        return [
            extract(said, list(texts), labels=style)
            for said, texts, style in zip(predictions, options, styles, strict=True)
        ]
    index = integers("predictions", predictions, missing=UNANSWERED)
    off = np.flatnonzero((index < UNANSWERED) | (index >= counts))
    reject("predictions are out of range", off, predictions)
    none = Extraction("no_answer", method="index")
    return [Extraction("answered", i, "index") if i >= 0 else none for i in index.tolist()]
