"""The lmms-eval task, loaded by lmms-eval in an environment of its own: same results as ours."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
import yaml

from scoring import Extraction
from scoring.models.records import BenchmarkQuestion, Presentation
from scoring.runner.prompts import render

ROOT = Path(__file__).parents[3]
TASK = ROOT / "scoring" / "adapters" / "lmms_eval"
RUN = """
import json, sys
from lmms_eval.tasks import TaskManager, get_task_dict
task = get_task_dict(["microvqa_pp"], TaskManager(include_path=sys.argv[1]))["microvqa_pp"]
said = json.load(sys.stdin)
docs = list(task.test_docs())
items = [task.process_results(doc, [said[doc["id"]]])["accuracy"] for doc in docs]
print(json.dumps({
    "items": items,
    "accuracy": task.aggregation()["accuracy"](items),
    "text": task.doc_to_text(docs[0]),
    "size": task.doc_to_visual(docs[0])[0].size,
}))
"""


@pytest.fixture(scope="session")
def lmms_eval() -> str:
    """An interpreter with lmms-eval, named by MICROVQA_PP_LMMS_EVAL."""
    named = os.environ.get("MICROVQA_PP_LMMS_EVAL")
    if not named:
        pytest.skip("MICROVQA_PP_LMMS_EVAL names no interpreter that has lmms-eval")
    return named


def test_gives_per_item_what_extract_gives(
    lmms_eval: str,
    release: Path,
    questions: tuple[BenchmarkQuestion, ...],
    responses: dict[str, str],
    expected: dict[str, tuple[Extraction, bool]],
    tmp_path: Path,
) -> None:
    folder = tmp_path / "task"
    folder.mkdir()
    (folder / "utils.py").write_bytes((TASK / "utils.py").read_bytes())
    task = (TASK / "microvqa_pp.yaml").read_text("utf-8")
    (folder / "microvqa_pp.yaml").write_text(task.replace("build/release", str(release)), "utf-8")
    fresh = {"HF_HOME": str(tmp_path / "hf"), "HF_HUB_OFFLINE": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [lmms_eval, "-c", RUN, str(folder)],
        input=json.dumps(responses),
        env={**os.environ, **fresh},
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout.splitlines()[-1])
    assert [item["id"] for item in found["items"]] == [question.id for question in questions]
    for item in found["items"]:
        said, right = expected[item["id"]]
        assert (item["status"], item["index"], item["correct"]) == (said.status, said.index, right)
    rights = [right for _, right in expected.values()]
    assert found["accuracy"] == pytest.approx(sum(rights) / len(rights))
    assert found["text"] == render("microvqa-v1", Presentation(questions[0]))
    assert min(found["size"]) > 1


def test_names_functions_that_exist() -> None:
    class Loader(yaml.SafeLoader):
        """Reads `!function` as text."""

    Loader.add_constructor("!function", lambda _, node: str(node.value))
    task = yaml.load((TASK / "microvqa_pp.yaml").read_text("utf-8"), Loader)
    source = (TASK / "utils.py").read_text("utf-8")
    named = [value for value in task.values() if str(value).startswith("utils.")]
    named += [metric["aggregation"] for metric in task["metric_list"]]
    assert len(named) == 5
    for name in named:
        assert f"def {name.removeprefix('utils.')}(" in source
