"""The metric for `evaluate`: `evaluate.load("scoring")` from the repository root.

Also `from scoring.scoring import MicroVQA` without `evaluate.load`; neither needs a network.
"""

from __future__ import annotations

from typing import Any

import datasets
import evaluate

from scoring.answers.answers import Answers, known_columns, read_answers
from scoring.items import GROUPINGS, BadInput
from scoring.metrics.accuracy import Scores, score
from scoring.metrics.intervals import RESAMPLES, IntervalEstimate

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
    """Scores responses or indices; see `scoring.answers.answers.read_answers` for the columns."""

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
        known_columns(list(columns))
        given = {"predictions": predictions, "references": references, **columns}
        given = {name: values for name, values in given.items() if values is not None}
        if self._rows and given:
            raise BadInput("rows were added before: call compute() without columns")
        answers = read_answers(self._rows or given)
        self._rows = {}
        found = _result(answers, score(answers.items, resamples=resamples, seed=seed))
        return {**found, "per_item": _per_item(answers)} if per_item else found


def _rate(name: str, value: IntervalEstimate) -> dict[str, float | None]:
    return {name: value.value, f"{name}_low": value.low, f"{name}_high": value.high}


def _result(answers: Answers, scores: Scores) -> dict[str, Any]:
    """Scores as plain numbers; groups only by columns that were given."""
    macro = _rate("macro", scores.macro) if "task" in answers.given else {}
    groups = {
        by: {
            name: {**_rate("accuracy", value), "items": value.items, "articles": value.articles}
            for name, value in scores.groups[by].items()
        }
        for by in GROUPINGS
        if by in answers.given
    }
    return {
        **_rate("accuracy", scores.accuracy),
        **_rate("answered", scores.answered),
        **_rate("adjusted", scores.adjusted),
        **macro,
        "chance": scores.chance,
        "statuses": scores.statuses,
        "groups": groups,
        "items": scores.accuracy.items,
        "articles": scores.accuracy.articles,
    }


def _per_item(answers: Answers) -> list[dict[str, Any]]:
    ids, hits = answers.items.ids, answers.items.hits.tolist()
    return [
        {"id": ids.names[code], "status": e.status, "index": e.index, "correct": bool(hit)}
        for code, e, hit in zip(ids.codes, answers.extractions, hits, strict=True)
    ]
