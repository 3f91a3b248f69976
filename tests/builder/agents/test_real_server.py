"""A whole build against `transformers serve`, with a tiny model of random weights behind it.

Its vocabulary has whole replies as words, some of a use and some of none, and its weights decide
which it says: so every stage gets replies of both kinds. What it says means nothing.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from rich.console import Console
from transformers.utils.import_utils import is_serve_available

pytest.importorskip("openai")

from builder.agents.unusable import LISTS, unpack
from builder.run.pipeline import build
from scoring.models import Prices, read_usage
from tests.builder.agents.corpus import config, write_figures
from tests.scoring.models.tiny import make_tiny_model

pytestmark = pytest.mark.skipif(
    not is_serve_available(), reason="needs transformers serve: pip install 'transformers[serving]'"
)

QUIET = Console(quiet=True)
_FACT = {"answer": "nuclei", "evidence": "The nuclei were stained", "kind": "part", "visible": True}


def _reply(number: int) -> str:
    """A reply that has the form of every step at once."""
    pair = {
        "fact": 0, "task": ("EU", "HG", "EP")[number % 3], "question": f"What is seen, {number}?",
        "answer": "nuclei", "statement": "The nuclei were stained.",
        "evidence": _FACT["evidence"], "confidence": 0.5,
    }  # fmt: skip
    wrong = [{"text": f"spot {n}", "reason": "It is not."} for n in range(3)]
    reply: dict[str, Any] = {
        "facts": [_FACT], "pairs": [pair], "answer": ("nuclei", "spots")[number % 2],
        "same": [bool(number % 2)], "supported": True, "needs_image": True, "probability": 0.5,
        "reason": "so", "distractors": wrong, "rationale": "so", "right": ["A"],
        "reasoning": "so", "choice": "ABCD"[number % 4], "shortcut": "so", "advice": "so",
        "question": f"Which is it, {number}?", "kept": True, "level": 1 + number % 5,
    }  # fmt: skip
    return json.dumps(reply)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "tiny-random"
    make_tiny_model(folder, [_reply(n) for n in range(40)] + ["{", "[", "sorry"], scale=30.0)
    generation = folder / "generation_config.json"
    chosen = json.loads(generation.read_text()) | {"eos_token_id": [1, 4, 5, 6, 9, 10]}
    generation.write_text(json.dumps(chosen))
    return folder


@pytest.fixture(scope="module")
def url(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    log = tmp_path_factory.mktemp("server") / "log"
    offline = {"HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_UPDATE_CHECK": "1"}
    plain = {"OMP_NUM_THREADS": "1", "NO_COLOR": "1"}
    command = [
        sys.executable, "-m", "transformers.cli.transformers", "serve", str(model),
        "--host", "127.0.0.1", "--port", "0", "--device", "cpu",
    ]  # fmt: skip
    with log.open("w") as out:
        server = subprocess.Popen(
            command, stdout=out, stderr=out, env={**os.environ, **offline, **plain}
        )
    try:
        yield f"{_address(server, log)}/v1"
    finally:
        server.terminate()
        server.wait(20)


def _address(server: subprocess.Popen[bytes], log: Path) -> str:
    for _ in range(1200):
        if found := re.search(r"running on (http://127\.0\.0\.1:\d+)", log.read_text()):
            return found[1]
        assert server.poll() is None, log.read_text()
        time.sleep(0.1)
    raise AssertionError(log.read_text())


def test_a_real_server_that_talks_nonsense_ends_with_every_unusable_reply_listed(
    url: str, model: Path, tmp_path: Path
) -> None:
    write_figures(tmp_path / "figures", 10)
    output = tmp_path / "out"
    asked = config(tmp_path / "figures", output, url, samples=1, rounds=1, concurrency=4)
    asked = asked.model_copy(update={"agent": f"openai:{model}"})
    build(asked, QUIET)

    ledger = [row for file in tables(output / "release/data/ledger") for row in file]
    assert len({row["figure_id"] for row in ledger}) == 10
    assert all(row["reason"] for row in ledger)
    said = {path.stem: json.loads(path.read_text()) for path in responses(output)}
    calls = read_usage(output / "work" / "agent" / "costs.jsonl", Prices())
    assert sum(cost.calls for cost in calls.values()) == len(said)
    assert {"extract", "write", "answer", "verdict", "choices", "check", "bloom"} <= set(calls)

    useless = {key for key, kept in said.items() if '{"' not in kept["response"]["text"]}
    listed = {
        reply.request: reply.reason
        for table, (_, column) in LISTS.items()
        for file in tables(output / "work" / table)
        for row in file
        for reply in unpack(row[column])
    }
    assert useless
    assert {listed[key] for key in useless} <= {"no JSON object", "empty", "cut off"}
    quarantine = pq.read_table(output / "work" / "quarantine.parquet").to_pylist()
    places = {row["location"].split(": ")[-1] for row in quarantine}
    assert useless & places and places <= set(listed)

    before = {path: path.read_bytes() for path in sorted((output / "release").rglob("*.*"))}
    build(asked, QUIET)
    assert len(responses(output)) == len(said)
    assert read_usage(output / "work" / "agent" / "costs.jsonl", Prices()) == calls
    assert {path: path.read_bytes() for path in before} == before


def tables(folder: Path) -> Iterator[list[dict[str, Any]]]:
    for file in sorted(folder.rglob("*.parquet")):
        yield pq.read_table(file).to_pylist()


def responses(output: Path) -> list[Path]:
    return sorted((output / "work" / "agent" / "responses").rglob("*.json"))
