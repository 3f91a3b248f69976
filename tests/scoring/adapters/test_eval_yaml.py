"""The file that registers the benchmark on the Hub, against Inspect's reader and a release."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml

FILE = Path(__file__).parents[3] / "scoring" / "adapters" / "eval.yaml"


@pytest.fixture
def benchmark() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
    return loaded


def test_has_what_the_hub_asks_for(benchmark: dict[str, Any]) -> None:
    assert set(benchmark) == {"name", "description", "evaluation_framework", "tasks"}
    assert benchmark["evaluation_framework"] == "inspect-ai"
    assert [task["id"] for task in benchmark["tasks"]] == ["microvqa_pp"]


def test_names_a_config_a_split_and_columns_of_the_release(
    benchmark: dict[str, Any], release: Path
) -> None:
    (task,) = benchmark["tasks"]
    (file,) = (release / "data" / task["config"]).glob(f"{task['split']}-*.parquet")
    fields = dict(task["field_spec"])
    assert set(fields.pop("metadata")) | set(fields.values()) <= set(pq.read_schema(file).names)


def test_inspect_takes_it_and_never_asks_without_the_image(benchmark: dict[str, Any]) -> None:
    hf = pytest.importorskip("inspect_ai._eval.task.hf", reason="needs inspect_ai")
    task = hf.HFTask.model_validate(benchmark["tasks"][0])
    row: dict[str, Any] = dict.fromkeys(task.field_spec.metadata, "x")
    row |= {"question": "q", "choices": ["a", "b"], "correct_index": 1, "image": {"bytes": b"x"}}
    with pytest.raises(ValueError, match="image"):
        hf._record_to_sample_hf(row, task.field_spec)
    seen = hf._record_to_sample_hf({**row, "image": "data:image/png;base64,AA=="}, task.field_spec)
    assert seen.target == "B"
