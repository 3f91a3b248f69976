"""The metric for `evaluate`: `evaluate.load("scoring")` from the repository root.

Also `from scoring.scoring import MicroVQA` without `evaluate.load`; neither needs a network.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import datasets
import evaluate
import numpy as np

from scoring.answers.extraction import extract
from scoring.items import (
    GROUPINGS,
    UNANSWERED,
    BadInput,
    Items,
    check_lengths,
    read_integers,
    read_items,
    reject,
)
from scoring.metrics.accuracy import Scores, score
from scoring.metrics.intervals import RESAMPLES, IntervalEstimate
from scoring.records import Extraction

OPTIONAL = ("id", "article_id", *GROUPINGS)
COLUMNS = ("predictions", "references", "options", "n_options", "labels", *OPTIONAL)
_STYLES = ("letters", "numbers")
_DESCRIPTION = """\
Accuracy of models on multiple-choice questions, from raw responses or from indices of options,
with 95% intervals that count articles. Responses are read by rules that never guess:
what was not answered counts as wrong, and why is counted by status.
"""

_INPUTS = """
Args:
    predictions: raw responses (text, None is empty) or indices (from 0; None or -1: no answer).
    references: index of the right option of each row, from 0.
    options: texts of the options of each row, without labels; with indices `n_options` will do.
    labels: how the prompt labelled the options: 'letters', 'numbers', one for each row, or None.
    id, article_id, task, bloom (1-5), modality, source: optional columns.
    resamples, seed: of the bootstrap behind `adjusted` and `macro`.
    per_item: also return each row's status and index.
Returns:
    accuracy, answered, adjusted (0 at chance), macro (mean over tasks; with `task`), each with
    `_low`, `_high`; chance; statuses; groups; items; articles; with per_item, `per_item`.
"""


class MicroVQA(evaluate.Metric):
    """Scores responses or indices; see `read_answers` for the columns."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """As `evaluate.Metric`; raises BadInput for several processes, which it does not gather."""
        super().__init__(*args, **kwargs)
        if self.num_process != 1:
            raise BadInput("num_process must be 1: gather the predictions and call compute once")
        self._rows: dict[str, list[Any]] = {}

    def _info(self) -> evaluate.MetricInfo:
        value, texts = datasets.Value, datasets.Sequence(datasets.Value("string"))
        rest = {"references": value("int64"), "options": texts}
        return evaluate.MetricInfo(
            description=_DESCRIPTION,
            citation="",
            inputs_description=_INPUTS,
            features=[
                datasets.Features({"predictions": value("string"), **rest}),
                datasets.Features({"predictions": value("int64"), **rest}),
            ],
            reference_urls=["https://arxiv.org/abs/2511.11407"],
        )

    def __len__(self) -> int:
        """Rows added so far."""
        return len(next(iter(self._rows.values()), ()))

    def add_batch(self, *, predictions: Any = None, references: Any = None, **columns: Any) -> None:
        """Keeps rows for `compute`; every batch has the same columns. Raises BadInput."""
        batch = {"predictions": predictions, "references": references, **columns}
        batch = {name: values for name, values in batch.items() if values is not None}
        answers = read_answers(batch)
        if isinstance(batch.get("labels"), str):
            batch["labels"] = [batch["labels"]] * len(answers.items)
        if self._rows and set(batch) != set(self._rows):
            raise BadInput(f"the batches before had the columns {', '.join(self._rows)}")
        for name, values in batch.items():
            self._rows.setdefault(name, []).extend(values)

    def add(self, *, prediction: Any = None, reference: Any = None, **columns: Any) -> None:
        """Keeps one row for `compute`. Raises BadInput."""
        row = {name: [value] for name, value in columns.items()}
        self.add_batch(predictions=[prediction], references=[reference], **row)

    def compute(
        self,
        *,
        predictions: Any = None,
        references: Any = None,
        resamples: int = RESAMPLES,
        seed: int = 0,
        per_item: bool = False,
        **columns: Any,
    ) -> dict[str, Any]:
        """Scores the given rows, or with none given those added. Raises BadInput."""
        check_names(list(columns))
        given = {"predictions": predictions, "references": references, **columns}
        given = {name: values for name, values in given.items() if values is not None}
        if self._rows and given:
            raise BadInput("rows were added before: call compute() without columns")
        answers = read_answers(self._rows or given)
        self._rows = {}
        found = _flatten_scores(answers, score(answers.items, resamples=resamples, seed=seed))
        return {**found, "per_item": _list_items(answers)} if per_item else found


def _flatten_rate(name: str, value: IntervalEstimate) -> dict[str, float | None]:
    return {name: value.value, f"{name}_low": value.low, f"{name}_high": value.high}


def _flatten_scores(answers: AnswerTable, scores: Scores) -> dict[str, Any]:
    """Scores as plain numbers; groups only by columns that were given."""
    macro = _flatten_rate("macro", scores.macro) if "task" in answers.given else {}
    groups = {
        by: {
            name: {
                **_flatten_rate("accuracy", value),
                "items": value.items,
                "articles": value.articles,
            }
            for name, value in scores.groups[by].items()
        }
        for by in GROUPINGS
        if by in answers.given
    }
    return {
        **_flatten_rate("accuracy", scores.accuracy),
        **_flatten_rate("answered", scores.answered),
        **_flatten_rate("adjusted", scores.adjusted),
        **macro,
        "chance": scores.chance,
        "statuses": scores.statuses,
        "groups": groups,
        "items": scores.accuracy.items,
        "articles": scores.accuracy.articles,
    }


def _list_items(answers: AnswerTable) -> list[dict[str, Any]]:
    ids, hits = answers.items.ids, answers.items.hits.tolist()
    return [
        {"id": ids.names[code], "status": e.status, "index": e.index, "correct": bool(hit)}
        for code, e, hit in zip(ids.codes, answers.extractions, hits, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class AnswerTable:
    """`items` to score, the optional columns that were `given`, and one `extraction` per row.

    Extractions of predictions that are indices have the method 'index'.
    """

    items: Items
    given: frozenset[str]
    extractions: tuple[Extraction, ...]


def check_names(names: Sequence[str]) -> None:
    """Raises BadInput for a name that is no column, with the nearest one that is."""
    for name in names:
        if name not in COLUMNS:
            near = get_close_matches(name, COLUMNS, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(COLUMNS)}"
            raise BadInput(f"unknown column {name!r}: {hint}")


def read_answers(columns: Mapping[str, Any]) -> AnswerTable:
    """Reads columns of equal length: what was answered, and the checked table to score.

    Args:
        columns: Needed are `predictions`, all raw responses (text, None is empty) or all indices
            (from 0; None or -1 is no answer), `references`, the index of the right option, and
            `options`, the texts of the options of each row, or with indices `n_options`, their
            number. `labels` says how the prompts labelled the options: 'letters', 'numbers', a
            column of these, or None to infer it. Optional: `id` (else the number of the row),
            `article_id` (else each row is its own article), and the groups `task`, `bloom`,
            `modality`, `source`.

    Raises:
        BadInput: The first offending rows, counted from 0.
    """
    check_names(list(columns))
    given = {
        name: _read_list(name, values) for name, values in columns.items() if values is not None
    }
    # `labels` may be one word for all rows, so it is no column yet.
    labels = given.pop("labels", None)
    absent = [name for name in ("predictions", "references") if name not in given]
    if absent or not {"options", "n_options"} & set(given):
        needed = [*absent, *([] if {"options", "n_options"} & set(given) else ["options"])]
        raise BadInput(f"columns missing: {', '.join(needed)}")
    rows = check_lengths(given)
    counts = _count_options(given)
    styles = _read_styles(labels, rows)
    extractions = _read_predictions(given["predictions"], given.get("options"), styles, counts)
    # Columns that are missing get values that say nothing: own ids, own articles, one group.
    table = {
        "id": given.get("id", [str(row) for row in range(rows)]),
        "article_id": given.get("article_id", [str(row) for row in range(rows)]),
        **{name: given.get(name, [1 if name == "bloom" else ""] * rows) for name in GROUPINGS},
        "n_options": counts,
        "extraction": extractions,
    }
    correct = read_integers("references", given["references"])
    off = np.flatnonzero((correct < 0) | (correct >= counts))
    reject("references are out of range", off, given["references"])
    items = read_items({**table, "correct_index": correct})
    return AnswerTable(items, frozenset(OPTIONAL) & set(given), tuple(extractions))


def _read_list(name: str, values: Any) -> Any:
    """A column as a list; arrays, tensors, series and columns of data sets have one."""
    if name == "labels" and isinstance(values, str):
        return values
    if isinstance(values, str | bytes | Mapping) or not hasattr(values, "__len__"):
        raise BadInput(f"{name} must be a list with one entry per row")
    return values.tolist() if hasattr(values, "tolist") else list(values)


def _count_options(given: Mapping[str, list[Any]]) -> Any:
    """Number of options of each row."""
    if "options" not in given:
        return read_integers("n_options", given["n_options"])
    bad = [
        row
        for row, texts in enumerate(given["options"])
        if isinstance(texts, str)
        or not hasattr(texts, "__len__")
        or len(texts) < 2
        or not all(isinstance(text, str) for text in texts)
    ]
    reject("options must be lists of at least two texts", bad, given["options"])
    counts = np.array([len(texts) for texts in given["options"]], dtype=np.int64)
    if "n_options" in given:
        differ = np.flatnonzero(read_integers("n_options", given["n_options"]) != counts)
        reject("n_options is not the number of options", differ, given["n_options"])
    return counts


def _read_styles(labels: Any, rows: int) -> list[Any]:
    styles = [labels] * rows if labels is None or isinstance(labels, str) else labels
    check_lengths({"predictions": range(rows), "labels": styles})
    bad = [row for row, style in enumerate(styles) if style is not None and style not in _STYLES]
    reject("labels must be 'letters', 'numbers' or None", bad, styles)
    return styles


def _read_predictions(
    predictions: list[Any], options: list[Any] | None, styles: list[Any], counts: Any
) -> list[Extraction]:
    """What each prediction commits to."""
    if any(isinstance(value, str) for value in predictions):
        kinds = [
            row
            for row, value in enumerate(predictions)
            if not isinstance(value, str) and value is not None
        ]
        reject("predictions must be all text or all indices", kinds, predictions)
        if options is None:
            raise BadInput("columns missing: options (needed to read responses)")
        return [
            extract(response, list(texts), labels=style)
            for response, texts, style in zip(predictions, options, styles, strict=True)
        ]
    index = read_integers("predictions", predictions, missing=UNANSWERED)
    off = np.flatnonzero((index < UNANSWERED) | (index >= counts))
    reject("predictions are out of range", off, predictions)
    none = Extraction("no_answer", method="index")
    return [Extraction("answered", i, "index") if i >= 0 else none for i in index.tolist()]
