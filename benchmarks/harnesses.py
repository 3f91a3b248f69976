"""What benchmarks/scoring.py runs: extractors side by side, and a million predictions."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table
from scipy.stats import binomtest
from scipy.stats import t as student

from benchmarks.extractors import Row
from scoring import read_items, score

ROOT = Path(__file__).parents[1]
CASES = ROOT / "tests" / "scoring" / "extraction_cases.jsonl"
ORDINARY = (6, 7)
LONG = 50_000
LONG_RESPONSES = 60
RIGHT = 0.7
ROUNDS = 7
PREDICTIONS, ARTICLES = 1_000_000, 50_000
SECONDS, GIGABYTES = 30, 2
REASONING = (
    "The cytoplasm of the cell in panel B holds vesicles of about 2 µm: some are dark, others are "
    "not. An option that mentions them would need a membrane, so I go on to the next feature. "
)


@dataclass(frozen=True, slots=True)
class Result:
    """Of one extractor on one set: hits, wrong options, and seconds of each round."""

    name: str
    rows: int
    right: int
    wrong: int
    seconds: tuple[float, ...]

    @property
    def rate(self) -> float:
        """Responses per second of processor time."""
        return self.rows / float(np.mean(self.seconds))

    def rates(self) -> str:
        """The rate with its 95% interval over rounds."""
        each = self.rows / np.array(self.seconds)
        width = student.ppf(0.975, len(each) - 1) * each.std(ddof=1) / np.sqrt(len(each))
        return f"{each.mean():,.0f} ± {width:,.0f}"

    def share(self, count: int) -> str:
        """A share with its 95% interval."""
        span = binomtest(count, self.rows).proportion_ci(method="wilson")
        return f"{count / self.rows:.1%} [{span.low:.1%}, {span.high:.1%}]"


def sets() -> dict[str, list[Row]]:
    """The responses by set."""
    rows = [json.loads(line) for line in CASES.read_text("utf-8").splitlines()]
    rows = [row for row in rows if row["labels"] == "letters" and len(row["options"]) > 1]
    rows = [{**row, "response": row["response"] or ""} for row in rows]
    ordinary = [row for row in rows if row["round"] in ORDINARY]
    answered = [row for row in ordinary if row["status"] == "answered"]
    picked = answered[:: len(answered) // LONG_RESPONSES][:LONG_RESPONSES]
    return {"all": rows, "ordinary": ordinary, "50,000 characters": list(map(_long, picked))}


def _long(row: Row) -> Row:
    before = REASONING * (LONG // len(REASONING))
    return {**row, "response": f"{before}\n\n{row['response']}"}


def interpreters() -> dict[str, str]:
    """The Python that runs each extractor that is installed."""
    found = {"ours": sys.executable}
    for name in ("inspect_ai", "lm_eval"):
        if find_spec(name):
            found[name] = sys.executable
    if named := os.environ.get("MICROVQA_PP_LMMS_EVAL"):
        found |= {"lmms_eval": named, "lmms_eval, MMMU": named}
    return found


def compare(rows: list[Row], rounds: int) -> list[Result]:
    """All extractors on the same rows, taking turns."""
    given = json.dumps([{"response": r["response"], "options": r["options"]} for r in rows])
    workers = {name: _start(python, name) for name, python in interpreters().items()}
    answers = {name: json.loads(_ask(worker, given)) for name, worker in workers.items()}
    seconds: dict[str, list[float]] = {name: [] for name in workers}
    for _ in range(rounds):
        for name, worker in workers.items():
            seconds[name].append(float(_ask(worker, "again")))
    for worker in workers.values():
        worker.communicate()
    return [_result(name, rows, answers[name], seconds[name]) for name in workers]


def _start(python: str, name: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [python, "-m", "benchmarks.extractors", name],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def _ask(worker: subprocess.Popen[str], line: str) -> str:
    assert worker.stdin
    assert worker.stdout
    worker.stdin.write(line + "\n")
    worker.stdin.flush()
    answer = worker.stdout.readline()
    if not answer:
        sys.exit(f"{worker.args!r} ended without an answer")
    return answer


def _result(name: str, rows: list[Row], found: list[int | None], seconds: list[float]) -> Result:
    pairs = [(index, row["index"]) for index, row in zip(found, rows, strict=True)]
    right = sum(index == key for index, key in pairs)
    wrong = sum(index is not None and index != key for index, key in pairs)
    return Result(name, len(rows), right, wrong, tuple(seconds))


def slower(results: list[Result]) -> str:
    """The harness that we must not be slower than and are, or nothing."""
    ours, *others = results
    good = [result for result in others if result.right > RIGHT * result.rows]
    fastest = max(good, key=lambda result: result.rate, default=None)
    return fastest.name if fastest and fastest.rate > ours.rate else ""


def million() -> tuple[float, float]:
    """Seconds and gigabytes to score a million predictions, in this process."""
    rng = np.random.default_rng(0)
    columns: dict[str, Any] = {
        "id": [f"q{row}" for row in range(PREDICTIONS)],
        "article_id": [f"a{row}" for row in rng.integers(0, ARTICLES, PREDICTIONS).tolist()],
        "task": ["EU", "HG", "EP", "EU"] * (PREDICTIONS // 4),
        "bloom": rng.integers(1, 6, PREDICTIONS),
        "modality": ["light", "electron"] * (PREDICTIONS // 2),
        "source": ["phantom"] * PREDICTIONS,
        "correct_index": rng.integers(0, 4, PREDICTIONS),
        "n_options": np.full(PREDICTIONS, 4),
        "index": rng.integers(-1, 4, PREDICTIONS),
    }
    start = time.perf_counter()
    score(read_items(columns), resamples=1000)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return time.perf_counter() - start, peak


def main(arguments: Sequence[str]) -> int:
    """Prints the tables; 1 where a limit is missed."""
    if len(arguments) > 1 or not all(a.isdigit() and int(a) > 1 for a in arguments):
        raise SystemExit("usage: python benchmarks/scoring.py [ROUNDS]  (at least 2)")
    rounds = int(arguments[0]) if arguments else ROUNDS
    console = Console(width=110)
    missed = []
    for name, rows in sets().items():
        table = Table("extractor", "right", "wrong option", "responses a second", title=name)
        results = compare(rows, rounds)
        for result in results:
            shares = result.share(result.right), result.share(result.wrong)
            table.add_row(result.name, *shares, result.rates())
        console.print(table)
        if harness := slower(results):
            missed.append(f"{name}: slower than {harness}")
    seconds, gigabytes = million()
    console.print(f"a million predictions: {seconds:.1f} s, peak {gigabytes:.2f} GB")
    if seconds > SECONDS or gigabytes > GIGABYTES:
        missed.append("a million predictions: over 30 s or 2 GB")
    console.print("\n".join(missed) or "all limits hold")
    return 1 if missed else 0
