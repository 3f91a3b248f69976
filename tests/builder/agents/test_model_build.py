"""Whole builds by a model behind a real server on loopback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from rich.console import Console

pytest.importorskip("openai")

from builder.agents.models import agent as agents
from builder.agents.models.pairs import find_span
from builder.errors import BuildError, StoppedError
from builder.run.pipeline import build
from builder.tables.shards import file_digest
from scoring.models import RetryPolicy
from tests.builder.agents.corpus import INJECTION, config, write_figures
from tests.builder.agents.misbehaving import FAULTS, Misbehaving
from tests.builder.agents.model import answer, step_of
from tests.scoring.models.server import ChatServer

KEY = "sk-secret-0123456789"
QUIET = Console(quiet=True)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ChatServer]:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setattr(agents, "POLICY", RetryPolicy(6, 0.01, 0.1))
    chat = ChatServer(answer)
    yield chat
    chat.close()


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus") / "figures"
    write_figures(folder, 200)
    return folder


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("few") / "figures"
    write_figures(folder, 12)
    return folder


def digests(output: Path) -> dict[str, str]:
    return {
        str(path.relative_to(output)): file_digest(path)
        for path in sorted(output.rglob("*"))
        if path.is_file() and path.name != "run.json" and "agent" not in path.parts
    }


def ledger(output: Path) -> list[dict[str, Any]]:
    files = sorted((output / "release" / "data" / "ledger").glob("*.parquet"))
    rows: list[dict[str, Any]] = [row for file in files for row in pq.read_table(file).to_pylist()]
    return rows


def test_a_build_by_a_model_tells_who_wrote_what_and_asks_nothing_twice(
    few: Path, tmp_path: Path, server: ChatServer
) -> None:
    beside = {"question": ["Which?"], "choices": [["a", "b", "c"]], "correct_index": [0]}
    pq.write_table(pa.table(beside), few.parent / "test.parquet")
    asked = config(few, tmp_path, server.url, samples=2, rounds=2, price_in=1, price_out=2)
    asked = asked.model_copy(update={"bloom_beside": str(few.parent)})
    card = (build(asked, QUIET).release / "README.md").read_text()
    assert "| 3 | 100.0% | 100.0% |" in card
    candidates = [row for row in ledger(tmp_path) if row["candidate_id"]]
    assert len(candidates) == 24
    captions = {row["figure_id"]: row["caption"] for row in candidates}
    for row in candidates:
        start = row["evidence_start"]
        assert row["evidence"] == row["caption"][start : start + len(row["evidence"])] != ""
        assert (row["agent"], row["agent_revision"]) == ("openai:fake", "fake-served")
        assert row["prompt_version"].startswith("v1 extract@")
        assert row["signal_agent_consistency"] == row["signal_agent_image_blind"] == 1.0
        assert (row["signal_agent_verdict"], row["judged_by"]) == (0.75, "openai:fake")
    kept = [row for row in candidates if row["keep"]]
    rounds = [[json.loads(text) for text in row["refinements"]] for row in kept]
    assert all(1 <= len(found) <= 3 and found[0]["outcome"] == "rewritten" for found in rounds)
    assert {entry["agent_revision"] for found in rounds for entry in found} == {"fake-served"}
    ends = Counter(found[-1]["outcome"].partition(":")[0] for found in rounds)
    assert set(ends) == {"holds", "answered without the image after 2 rewrites"}
    assert sum(row["correct_index"] is not None for row in kept) == ends["holds"] > 0
    assert len(captions) == 12

    first, calls = digests(tmp_path), len(server.bodies)
    costs = json.loads((tmp_path / "run.json").read_text())["agent"]
    assert costs["total"]["calls"] == calls == sum(c["calls"] for c in costs["steps"].values())
    assert costs["total"]["usd"] == pytest.approx(calls * (100 * 1 + 10 * 2) / 1e6)
    build(asked, QUIET)
    assert len(server.bodies) == calls
    assert digests(tmp_path) == first
    for path in [p for p in tmp_path.rglob("*") if p.name in ("done", "questions", "candidates")]:
        for file in path.rglob("*.*"):
            file.unlink(missing_ok=True)
    build(asked, QUIET)
    assert len(server.bodies) == calls
    assert digests(tmp_path) == first
    assert not any(KEY.encode() in p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())


def test_a_budget_stops_cleanly_and_the_next_run_goes_on(
    few: Path, tmp_path: Path, server: ChatServer
) -> None:
    prices = {"price_in": 1, "price_out": 2, "concurrency": 4}
    whole = config(few, tmp_path / "whole", server.url, **prices)
    build(whole, QUIET)
    expected = len(server.bodies)
    server.bodies.clear()
    stops = 0
    while stops < 20:
        try:
            build(config(few, tmp_path / "parts", server.url, budget=0.02, **prices), QUIET)
            break
        except StoppedError as error:
            assert "the budget of $0.02 is spent" in str(error)
            assert not (tmp_path / "parts" / "release").exists()
            stops += 1
    assert 1 <= stops < 20
    assert len(server.bodies) == expected
    assert digests(tmp_path / "parts") == digests(tmp_path / "whole")


def test_a_server_that_is_gone_ends_with_one_line(few: Path, tmp_path: Path) -> None:
    gone = config(few, tmp_path, "http://127.0.0.1:9/v1", concurrency=2)
    with (
        pytest.MonkeyPatch.context() as patch,
        pytest.raises(BuildError, match=r"requests in a row failed.* run the same command again"),
    ):
        patch.setattr(agents, "POLICY", RetryPolicy(2, 0.01, 0.02))
        build(gone, QUIET)


def test_three_in_ten_broken_replies_lose_nothing(
    figures: Path, tmp_path: Path, server: ChatServer
) -> None:
    clean = config(figures, tmp_path / "clean", server.url, rounds=0, samples=0)
    build(clean, QUIET)
    wanted = {row["candidate_id"]: row for row in ledger(tmp_path / "clean") if row["candidate_id"]}
    server.reply = broken = Misbehaving(timeout=0.6)
    build(config(figures, tmp_path / "broken", server.url, timeout=0.6, concurrency=32), QUIET)
    assert set(broken.faults) == set(FAULTS)

    rows = ledger(tmp_path / "broken")
    ids = [row["candidate_id"] for row in rows if row["candidate_id"]]
    assert len(ids) == len(set(ids))
    assert {row["figure_id"] for row in rows} == {row["figure_id"] for row in wanted.values()}
    assert set(ids) <= set(wanted)
    quarantine = pq.read_table(tmp_path / "broken" / "work" / "quarantine.parquet").to_pylist()
    listed = {
        (row["location"].split(": ")[1], row["reason"].split(": ")[0].removeprefix("reply to "))
        for row in quarantine
    }
    missing = [row for identity, row in wanted.items() if identity not in ids]
    assert 0 < len(missing) < len(wanted) / 3
    assert all({(r["figure_id"], "extract"), (r["figure_id"], "write")} & listed for r in missing)
    unjudged = [r["candidate_id"] for r in rows if r["keep"] and r["signal_agent_verdict"] is None]
    assert unjudged and {(identity, "verdict") for identity in unjudged} <= listed
    empty = [row for row in rows if row["candidate_id"] is None]
    assert all("no usable reply" in row["reason"] or "evidence" in row["reason"] for row in empty)
    unasked = [r for r in rows if r["keep"] and r["correct_index"] is None]
    assert all("free-form only: " in row["reason"] for row in unasked if row["split"])
    for row in rows:
        if row["candidate_id"]:
            assert find_span(row["evidence"], row["caption"]) is not None
        assert "HACKED" not in (row["question"] or "") + (row["answer"] or "")
    assert sum(INJECTION in row["caption"] for row in rows) > 0
    reasons = {row["reason"] for row in quarantine}
    assert {"reply to extract: no JSON object", "reply to write: empty"} & reasons
    assert not any(KEY.encode() in p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())


def test_a_kill_amid_200_calls_repeats_no_finished_call(
    figures: Path, tmp_path: Path, server: ChatServer
) -> None:
    server.reply = lambda body: answer(body, delay=0.5)
    command = [
        sys.executable, "-m", "builder.commands.main", "build", "--agent", "openai:fake",
        "--samples", "0",
        "--base-url", server.url, "--source", f"image_folder:{figures}", "--microscopy", "any",
        "--source-license", "MIT", "--rounds", "0", "--concurrency", "200",
        "--output", str(tmp_path), "--workers", "1",
    ]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    responses = tmp_path / "work" / "agent" / "responses"
    while server.most_at_once < 150 or len(list(responses.rglob("*.json"))) < 20:
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    kept = len(list(responses.rglob("[0-9a-f]*.json")))
    time.sleep(1.0)
    server.bodies.clear()
    server.reply = answer
    assert subprocess.run(command, stdout=subprocess.DEVNULL).returncode == 0
    made = len(list(responses.rglob("[0-9a-f]*.json")))
    assert len(server.bodies) == made - kept
    assert Counter(map(step_of, server.bodies))["extract"] < 200
    assert len({row["figure_id"] for row in ledger(tmp_path)}) == 200
    assert os.environ["OPENAI_API_KEY"] == KEY
