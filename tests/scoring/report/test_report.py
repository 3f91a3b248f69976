"""Reports hold what was answered, and a leaderboard refuses what its items do not prove."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from scoring import BadInput
from scoring.report.evidence import EvidenceItem, read_evidence, write_items
from scoring.report.leaderboard import check_result, collect_entries
from scoring.report.result import make_report, read_report, write_report
from scoring.report.writing import write_all, write_markdown
from scoring.runner import BenchmarkSettings, open_dataset, run_benchmark
from tests.scoring.releases import release_rows, write_microvqa, write_release


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of responses made elsewhere: 'A' to every question."""
    tmp_path = tmp_path_factory.mktemp("report")
    dataset = open_dataset(str(write_release(tmp_path / "release")))
    path = tmp_path / "p.jsonl"
    rows = ({"id": row["id"], "response": "Answer: A"} for row in release_rows(20))
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    settings = BenchmarkSettings("mine", tmp_path / "out", predictions=path)
    found = run_benchmark(dataset, settings, lambda *_: None)
    write_all(settings.output, found)
    return settings.output


@pytest.fixture
def out(made: Path, tmp_path: Path) -> Path:
    """A copy of the report, to be changed."""
    return Path(shutil.copytree(made, tmp_path / "out"))


def rewrite(
    folder: Path, change: Callable[[EvidenceItem], EvidenceItem], honest: bool = True
) -> None:
    """Changes items; the numbers follow if honest."""
    report = read_report(folder)
    items = [change(item) for item in read_evidence(folder)]
    write_items(folder, items)
    if honest:
        write_report(folder, make_report(report.result, items, report.left_out))


def test_the_numbers_come_back_from_the_items(out: Path) -> None:
    entry = check_result(out)
    assert entry.report.summaries[0]["questions"] == 20
    assert len(read_evidence(out)) == 7 * 20


def own(item: EvidenceItem) -> bool:
    return (item.model, item.id) == ("mine", "q0003")


def said(**changed: Any) -> Callable[[EvidenceItem], EvidenceItem]:
    """Another answer of the model to one question."""
    return lambda item: replace(item, **changed) if own(item) else item


def asked(**changed: Any) -> Callable[[EvidenceItem], EvidenceItem]:
    """Another question, for all models alike."""
    return lambda item: replace(item, **changed) if item.id == "q0003" else item


@pytest.mark.parametrize(
    ("change", "honest", "message"),
    [
        (said(index=2), True, "does not give the stated answer"),
        (said(response="Answer: B"), True, "does not give the stated answer"),
        (asked(correct_index=0), True, "items are not those of version"),
        (asked(question="Easier?"), True, "items are not those of version"),
        (asked(article_id="other"), True, "items are not those of version"),
        (
            said(response="None of these.", index=None, status="none_of_options"),
            False,
            r"do not give summaries\[\d\]\.",
        ),
    ],
)
def test_changed_items_are_refused(
    out: Path, change: Callable[[EvidenceItem], EvidenceItem], honest: bool, message: str
) -> None:
    rewrite(out, change, honest)
    with pytest.raises(BadInput, match=message):
        check_result(out)


def test_left_out_items_are_refused(out: Path) -> None:
    report, items = read_report(out), [i for i in read_evidence(out) if i.id != "q0003"]
    write_items(out, items)
    write_report(out, make_report(report.result, items, report.left_out))
    with pytest.raises(BadInput, match="items are not those of version"):
        check_result(out)


def test_changed_numbers_are_refused(out: Path) -> None:
    path = out / "result.json"
    held: dict[str, Any] = json.loads(path.read_text())
    held["summaries"][3]["scores"]["accuracy"]["value"] += 0.01
    path.write_text(json.dumps(held))
    with pytest.raises(BadInput, match=r"summaries\[3\].scores.accuracy.value again"):
        check_result(out)


def test_results_without_evidence_or_of_another_form_are_refused(out: Path) -> None:
    (out / "result.json").write_text('{"result": {}}')
    with pytest.raises(BadInput, match="is no result of this version"):
        check_result(out)
    (out / "items.parquet").unlink()
    _, refused = collect_entries([out])
    assert out in refused


def test_without_items_nothing_is_believed(out: Path) -> None:
    (out / "items.parquet").unlink()
    with pytest.raises(BadInput, match="no result counts without its items"):
        check_result(out)


def test_plots_are_pictures_of_a_readable_size(out: Path) -> None:
    for name in ("groups.png", "conditions.png"):
        with Image.open(out / name) as plot:
            assert plot.width >= 1000
            assert len(set(plot.convert("L").resize((200, 100)).tobytes())) > 20


def test_names_stay_text_in_markdown(out: Path) -> None:
    report = read_report(out)
    evil = "<img src=x>|[a](javascript:b)"
    summaries = [
        {**s, "model": evil if s["model"] == "mine" else s["model"]} for s in report.summaries
    ]
    write_markdown(
        out, replace(report, result=replace(report.result, model=evil), summaries=summaries)
    )
    text = (out / "report.md").read_text()
    assert "<img" not in text.replace("\\<img", "")
    assert "\\[a\\](javascript" in text


def test_a_dataset_without_bloom_or_train_split_says_so(tmp_path: Path) -> None:
    dataset = open_dataset(str(write_microvqa(tmp_path / "m")))
    found = run_benchmark(dataset, BenchmarkSettings("longest", tmp_path / "o"), lambda *_: None)
    report, _ = write_all(tmp_path / "o", found)
    groups = report.summaries[0]["scores"]["groups"]
    assert set(groups["task"]) == {"perception", "hypothesis_gen", "experiment_proposal"}
    assert "bloom" not in groups
    assert set(report.left_out) == {"choices", "text"}
    assert "No text baseline: there is no train split" in (tmp_path / "o" / "report.md").read_text()


def test_inspect_reads_the_log(out: Path) -> None:
    logs = pytest.importorskip("inspect_ai.log")
    log = logs.read_eval_log(str(out / "inspect" / "image.eval"))
    assert log.status == "success"
    assert len(log.samples) == 20
    accuracy = read_report(out).of("mine")
    assert accuracy is not None
    stated = log.results.scores[0].metrics["accuracy"].value
    assert stated == accuracy["scores"]["accuracy"]["value"]
    right = [s for s in log.samples if s.scores["extracted"].value == "C"]
    assert len(right) / 20 == stated
    assert all(s.output.completion == "Answer: A" for s in log.samples)


def test_without_inspect_the_report_names_the_extra(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from scoring.report.inspect_log import MissingExtra, write_log

    monkeypatch.setitem(sys.modules, "inspect_ai.log", None)
    with pytest.raises(MissingExtra, match=r"pip install 'microvqa-pp\[inspect\]'"):
        write_log(out, read_report(out), read_evidence(out))
