"""The metric for `evaluate`: what it gives, what it refuses, and how it is loaded."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scoring import BadInput, extract, read_items, score
from scoring.scoring import MicroVQA
from tests.scoring.cases import cases
from tests.scoring.tables import table

ROOT = Path(__file__).parents[2]
TWO = [["actin", "tubulin"], ["actin", "tubulin"]]
GIVEN: dict[str, Any] = {
    "predictions": ["The answer is (B).", "A"],
    "references": [1, 1],
    "options": TWO,
}
LOAD = """
import json, evaluate
metric = evaluate.load("scoring")
given = json.loads(input())
print(json.dumps(metric.compute(**given, per_item=True)))
"""


def test_gives_what_score_gives() -> None:
    columns = table(60, 12)
    expected = score(read_items(columns), resamples=200)
    columns["predictions"], columns["references"] = (
        columns.pop("index"),
        columns.pop("correct_index"),
    )
    found = MicroVQA().compute(**columns, resamples=200)
    for name in ("accuracy", "answered", "adjusted", "macro"):
        rate = getattr(expected, name)
        assert [found[name], found[f"{name}_low"], found[f"{name}_high"]] == [
            rate.value,
            rate.low,
            rate.high,
        ]
    assert found["statuses"] == expected.statuses
    assert found["groups"]["bloom"]["3"]["accuracy"] == expected.groups["bloom"]["3"].value
    assert list(found["groups"]) == ["task", "bloom", "modality", "source"]


def test_reads_responses_as_extract_does() -> None:
    some = [case for case in cases() if len(case.options) > 1]
    found = MicroVQA().compute(
        predictions=[case.response for case in some],
        references=[0] * len(some),
        options=[case.options for case in some],
        labels=[case.labels for case in some],
        resamples=2,
        per_item=True,
    )
    for case, item in zip(some, found["per_item"], strict=True):
        expected = extract(case.response, case.options, labels=case.labels)
        assert (item["status"], item["index"]) == (expected.status, expected.index)


def test_columns_that_are_not_given_give_no_groups() -> None:
    found = MicroVQA().compute(**GIVEN)
    assert (found["accuracy"], found["items"], found["articles"]) == (0.5, 2, 2)
    assert found["groups"] == {}
    assert "macro" not in found


def test_rows_can_be_added_and_are_used_once() -> None:
    metric = MicroVQA()
    metric.add(prediction="A", reference=0, options=TWO[0], labels="letters")
    metric.add_batch(predictions=["B"], references=[0], options=TWO[:1], labels="letters")
    with pytest.raises(BadInput, match="batches before had the columns"):
        metric.add(prediction="A", reference=0, options=TWO[0])
    with pytest.raises(BadInput, match="without columns"):
        metric.compute(**GIVEN)
    assert len(metric) == 2
    assert metric.compute()["accuracy"] == 0.5
    with pytest.raises(BadInput, match="columns missing: predictions, references, options"):
        metric.compute()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"artcle_id": ["a", "b"]}, "unknown column 'artcle_id': did you mean 'article_id'"),
        ({"references": [1]}, "different lengths: predictions 2, references 1, options 2"),
        ({"references": [1, 2]}, r"references are out of range: row 1 \(2\)"),
        ({"references": [1, -1]}, r"references are out of range: row 1 \(-1\)"),
        ({"predictions": [0, 2]}, r"predictions are out of range: row 1 \(2\)"),
        ({"predictions": ["A", 1]}, r"all text or all indices: row 1 \(1\)"),
        ({"predictions": [0, 1.0]}, r"predictions must be a whole number: row 1 \(1.0\)"),
        ({"predictions": "A"}, "predictions must be a list"),
        ({"options": ["actin", "tubulin"]}, r"lists of at least two texts: row 0 \('actin'\)"),
        ({"options": None}, "columns missing: options"),
        ({"options": None, "n_options": [2, 2]}, "options .needed to read responses"),
        ({"n_options": [2, 3]}, "n_options is not the number of options: row 1"),
        ({"labels": "roman"}, r"labels must be .* row 0 \('roman'\)"),
        ({"labels": ["letters"]}, "different lengths: predictions 2, labels 1"),
        ({"bloom": [0, 1]}, "bloom must be 1 to 5: row 0"),
    ],
)
def test_refuses_with_the_column_and_row(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        MicroVQA().compute(**{**GIVEN, **changed})


def test_refuses_what_it_does_not_gather() -> None:
    with pytest.raises(BadInput, match="num_process must be 1"):
        MicroVQA(num_process=2, process_id=1)


def test_loads_offline_from_the_repository_root(tmp_path: Path) -> None:
    fresh = {"HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path), "HF_EVALUATE_OFFLINE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", LOAD],
        input=json.dumps(GIVEN),
        cwd=ROOT,
        env={**os.environ, **fresh, "HF_MODULES_CACHE": str(tmp_path / "modules")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == MicroVQA().compute(**GIVEN, per_item=True)
