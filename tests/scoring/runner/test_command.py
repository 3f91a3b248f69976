"""The commands as a user runs them, against a server on loopback."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import typer
from typer.testing import CliRunner, Result

from builder.commands.benchmark import benchmark_command, leaderboard_command
from tests.scoring.models.server import Answer, ChatServer, text_of
from tests.scoring.releases import release_rows, write_release

app = typer.Typer()
app.command("benchmark")(benchmark_command)
app.command("leaderboard")(leaderboard_command)


def benchmark(dataset: Path, output: Path, *more: str, model: str = "openai:tiny") -> Result:
    arguments = ["--dataset", str(dataset), "--model", model, "--output", str(output), *more]
    return CliRunner().invoke(app, ["benchmark", *arguments])


def leaderboard(*folders: Path) -> Result:
    return CliRunner().invoke(app, ["leaderboard", *map(str, folders)])


def numbers(output: Path) -> dict[tuple[str, str], dict[str, Any]]:
    found = json.loads((output / "result.json").read_text())
    return {(s["model"], s["condition"]): s for s in found["summaries"]}


def test_reports_the_model_beside_every_baseline(
    server: ChatServer, small: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    done = benchmark(small, out, "--price-in", "10", "--price-out", "100")
    assert done.exit_code == 0, done.output
    found = numbers(out)
    names = {"openai:tiny", "random", "constant", "longest", "choices", "text", "caption"}
    assert {model for model, _ in found} == names
    own = found["openai:tiny", "image"]
    assert own["scores"]["accuracy"]["value"] == pytest.approx(16 / 20)
    assert own["scores"]["statuses"]["refused"] == 4
    assert own["cost"]["usd"] == pytest.approx((3600 * 10 + 200 * 100) / 1e6)
    assert found["caption", "caption"]["scores"]["accuracy"]["value"] == 1.0
    assert "Not answered (image): 4; 4 refused" in done.output
    for name in ("items.parquet", "report.md", "groups.png", "conditions.png"):
        assert (out / name).stat().st_size > 500
    assert len(server.bodies) == 20
    assert all(len(body["messages"][0]["content"]) == 2 for body in server.bodies)


def test_the_same_run_again_asks_nothing_and_writes_the_same(
    server: ChatServer, small: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    names = ("items.parquet", "result.json", "report.md", "groups.png", "conditions.png")
    benchmark(small, out)
    before = [(out / name).read_bytes() for name in names]
    assert benchmark(small, out).exit_code == 0
    assert len(server.bodies) == 20
    assert [(out / name).read_bytes() for name in names] == before


def test_conditions_add_up_in_one_report(server: ChatServer, small: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    benchmark(small, out)
    assert benchmark(small, out, "--no-image", "--choices-only").exit_code == 0
    found = numbers(out)
    assert found["openai:tiny", "image"]["scores"]["accuracy"]["value"] == pytest.approx(0.8)
    assert found["openai:tiny", "no-image"]["scores"]["accuracy"]["value"] == pytest.approx(0.8)
    blind = found["openai:tiny", "choices-only"]["scores"]["accuracy"]
    assert blind["value"] < 0.6
    texts = [text_of(body) for body in server.bodies]
    assert sum("Which organ" in text for text in texts) == 40
    assert sum(isinstance(body["messages"][0]["content"], str) for body in server.bodies) >= 39


def test_circular_asks_every_order_and_tells_place_from_knowledge(
    server: ChatServer, small: Path, tmp_path: Path
) -> None:
    assert benchmark(small, tmp_path / "a", "--circular").exit_code == 0
    knows = numbers(tmp_path / "a")["openai:tiny", "image"]["circular"]
    assert knows["all_right"]["value"] == knows["consistent"]["value"] == pytest.approx(0.8)
    server.reply = lambda body: Answer("Answer: B")
    assert benchmark(small, tmp_path / "b", "--circular").exit_code == 0
    habit = numbers(tmp_path / "b")["openai:tiny", "image"]["circular"]
    assert (habit["all_right"]["value"], habit["consistent"]["value"]) == (0.0, 0.0)
    assert habit["accuracy"]["value"] == pytest.approx(0.25)


def test_a_stopped_run_gives_no_number_and_goes_on(
    server: ChatServer, small: Path, tmp_path: Path
) -> None:
    out, prices = tmp_path / "out", ("--price-in", "10", "--price-out", "10", "--max-tokens", "50")
    stopped = benchmark(small, out, *prices, "--budget", "0.03")
    assert stopped.exit_code == 3
    assert "the budget of $0.03 is spent" in stopped.output
    assert not (out / "result.json").exists()
    sent = len(server.bodies)
    assert 0 < sent < 20
    assert benchmark(small, out, *prices).exit_code == 0
    assert len(server.bodies) == 20


def test_a_refused_request_counts_as_not_answered(
    server: ChatServer, small: Path, tmp_path: Path
) -> None:
    knows = server.reply
    server.reply = lambda body: (
        Answer(status=400, message="content policy")
        if "figure 3?" in text_of(body)
        else knows(body)
    )
    done = benchmark(small, tmp_path / "out")
    assert done.exit_code == 0
    assert "1 requests were refused" in done.output
    assert numbers(tmp_path / "out")["openai:tiny", "image"]["scores"]["statuses"]["empty"] == 1


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--prompt", "ours-v9"), "no such prompt: 'ours-v9'"),
        (("--budget", "1"), "--budget needs --price-in and --price-out"),
        (("--split", "dev"), "no split 'dev'; it has test, train"),
    ],
)
def test_bad_settings_are_one_line(
    server: ChatServer, small: Path, tmp_path: Path, more: tuple[str, ...], message: str
) -> None:
    done = benchmark(small, tmp_path / "out", *more)
    assert done.exit_code == 2
    assert message in done.output
    assert len(done.output.splitlines()) == 1
    assert not server.bodies


def test_unknown_models_are_refused(small: Path, tmp_path: Path) -> None:
    for model in ("gpt-4o", "openai:", "magic:x"):
        done = benchmark(small, tmp_path / "out", model=model)
        assert done.exit_code == 2
        assert f"no such model: '{model}'; models are openai:NAME" in done.output


def test_a_folder_of_another_run_is_refused_before_anything_is_asked(
    server: ChatServer, small: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    benchmark(small, out)
    for more, name in ((("--circular",), "circular"), (("--limit", "5"), "questions")):
        done = benchmark(small, out, *more)
        assert done.exit_code == 2
        assert f"holds a result with {name}" in done.output
    assert len(server.bodies) == 20


def predictions(folder: Path, name: str = "p.jsonl", **changed: Any) -> Path:
    """A file of right responses, with columns changed."""
    columns: dict[str, Any] = {
        "id": [f"q{n:04d}" for n in range(20)],
        "response": ["The answer is (A)."] * 20,
        **changed,
    }
    columns = {name: values for name, values in columns.items() if values is not None}
    path = folder / name
    if path.suffix == ".parquet":
        pq.write_table(pa.table(columns), path)
    else:
        rows = (dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True))
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.mark.parametrize("name", ["p.jsonl", "p.parquet"])
def test_scores_responses_made_elsewhere(small: Path, tmp_path: Path, name: str) -> None:
    out = tmp_path / "out"
    done = benchmark(small, out, "--predictions", str(predictions(tmp_path, name)), model="mine")
    assert done.exit_code == 0, done.output
    first = sum(row["correct_index"] == 0 for row in release_rows(20))
    found = numbers(out)["mine", "image"]["scores"]
    assert found["accuracy"]["value"] == pytest.approx(first / 20)
    assert found["answered"]["value"] == 1.0


IDS = [f"q{n:04d}" for n in range(20)]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"id": [*IDS[:19], "q0003"]}, r"prediction id is a duplicate: row 19 ('q0003')"),
        ({"id": [*IDS[:19], "zzz"]}, r"prediction for an unknown id: row 19 ('zzz')"),
        ({"id": [*IDS[:18], 7, IDS[19]]}, r"prediction id must be text: row 18 (7)"),
        ({"id": [*IDS[:18], float("nan"), IDS[19]]}, r"must be text: row 18 (nan)"),
        ({"response": [*["A"] * 7, 3.5, *["A"] * 12]}, r"response must be text: row 7 (3.5)"),
        ({"response": [*["A"] * 7, float("nan"), *["A"] * 12]}, r"must be text: row 7 (nan)"),
        ({"response": None, "index": [0] * 19 + [4]}, r"index is out of range: row 19 (4)"),
        ({"response": None, "index": [0] * 19 + [1.0]}, r"whole number: row 19 (1.0)"),
        ({"response": None}, "give 'id' and one of 'response' and 'index'"),
        ({"dataset_version": ["x"] * 20}, r"another dataset version"),
    ],
)
def test_bad_predictions_are_named_and_give_no_number(
    small: Path, tmp_path: Path, changed: dict[str, Any], message: str
) -> None:
    out = tmp_path / "out"
    path = predictions(tmp_path, **changed)
    done = benchmark(small, out, "--predictions", str(path), model="mine")
    assert done.exit_code == 2
    assert message in done.output
    assert not out.exists()


def test_missing_predictions_and_broken_files_are_refused(small: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    short = predictions(tmp_path, id=IDS[:19], response=["A"] * 19)
    broken = tmp_path / "broken.jsonl"
    broken.write_text('{"id": "q0000", "response": "A"}\n{"id": \n')
    for path, message in (
        (short, r"no prediction for id: row 19 ('q0019')"),
        (broken, "row 1 is no JSON object"),
        (tmp_path / "none.jsonl", "there is no predictions file"),
    ):
        done = benchmark(small, out, "--predictions", str(path), model="mine")
        assert (done.exit_code, message in done.output) == (2, True), done.output


def test_the_leaderboard_takes_what_its_items_prove(
    server: ChatServer, small: Path, tmp_path: Path
) -> None:
    good, other, part = tmp_path / "good", tmp_path / "other", tmp_path / "part"
    benchmark(small, good)
    benchmark(small, good, "--no-image")
    benchmark(small, part, "--limit", "5")
    benchmark(write_release(tmp_path / "r2", test=18), other)
    done = leaderboard(good, other, part, tmp_path)
    assert done.exit_code == 1
    assert re.search(r"1 +openai:tiny +image +80\.0 .* 80\.0% ", done.output)
    assert re.search(r"- +caption +caption +100\.0", done.output)
    for reason in ("of dataset version", "answers 5 of 20 questions", "has no result.json"):
        assert reason in done.output
    assert leaderboard(good).exit_code == 0
    assert leaderboard(part).exit_code == 2
