"""The Inspect task, run by Inspect with its mock model: same results as by our own door."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scoring import Extraction
from scoring.models.records import BenchmarkQuestion
from scoring.scoring import MicroVQA

inspect_ai = pytest.importorskip("inspect_ai", reason="needs pip install 'microvqa-pp[inspect]'")


def test_gives_per_item_what_extract_and_evaluate_give(
    release: Path,
    questions: tuple[BenchmarkQuestion, ...],
    responses: dict[str, str],
    expected: dict[str, tuple[Extraction, bool]],
    tmp_path: Path,
) -> None:
    from inspect_ai.model import ModelOutput, ModelUsage, get_model

    from scoring.adapters.inspect_task import microvqa_pp

    task = microvqa_pp(str(release))
    asked = {_content(sample.input): sample.id for sample in task.dataset}
    assert len(asked) == len(questions)

    def answer(messages: Any, *_: object) -> ModelOutput:
        said = responses[str(asked[_content(messages)])]
        output = ModelOutput.from_content("mockllm", said)
        output.usage = ModelUsage()  # else the mock fetches a tokeniser
        return output

    (log,) = inspect_ai.eval(
        task,
        model=get_model("mockllm/model", custom_outputs=answer),
        log_dir=str(tmp_path),
        display="none",
    )
    assert log.status == "success", log.error
    metric = MicroVQA().compute(
        predictions=[responses[q.id] for q in questions],
        references=[q.correct for q in questions],
        options=[q.choices for q in questions],
        labels="numbers",
        id=[q.id for q in questions],
        resamples=2,
        per_item=True,
    )
    for item in metric["per_item"]:
        found, right = expected[item["id"]]
        assert (item["status"], item["index"], item["correct"]) == (
            found.status,
            found.index,
            right,
        )
    assert log.samples is not None
    for sample in log.samples:
        score = sample.scores["extracted"]
        found, right = expected[sample.id]
        assert (score.metadata["status"], score.metadata["index"]) == (found.status, found.index)
        assert (score.value == "C") == right
        kinds = [part.type for part in sample.input[0].content]
        assert kinds == ["image", "text"]
    assert log.results.scores[0].metrics["accuracy"].value == pytest.approx(metric["accuracy"])


def _content(messages: Any) -> str:
    return str(messages[-1].model_dump(include={"content"}))
