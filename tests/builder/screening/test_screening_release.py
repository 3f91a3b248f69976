from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from builder.errors import BuildError
from builder.run.config import BuildConfig
from builder.run.pipeline import build
from builder.screening import (
    LogEntry,
    ScreeningQuestion,
    VerdictLog,
    check_fix,
    read_screening_questions,
)
from builder.screening.rerelease import rerelease


def rows(release: Path, config: str, split: str) -> dict[str, dict[str, Any]]:
    files = sorted((release / "data" / config).glob(f"{split}-*.parquet"))
    return {row["id"]: row for file in files for row in pq.read_table(file).to_pylist()}


def verdict(log: VerdictLog, question: ScreeningQuestion, reviewer: str, **more: Any) -> None:
    log.append(LogEntry.model_validate({"question_id": question.id, "reviewer": reviewer, **more}))


@pytest.fixture
def output(release: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(release.parent, tmp_path / "out"))


@pytest.fixture
def screened(output: Path) -> tuple[Path, list[ScreeningQuestion]]:
    """Accepted, fixed, rejected after adjudication, disputed, and reviewed once."""
    questions = read_screening_questions(output)
    log = VerdictLog(output / "verdicts.jsonl")
    fix = check_fix("Which one, then?", ["w", "x", "y", "z"], 3, "As edited.")
    for name in ("Ada", "Bea <b>"):
        verdict(log, questions[0], name, verdict="accept")
        verdict(log, questions[1], name, verdict="fix", fix=fix)
    for question in questions[2:4]:
        verdict(log, question, "Ada", verdict="accept")
        verdict(log, question, "Bea <b>", verdict="reject", reason="the answer is wrong")
    verdict(log, questions[2], "Cyd", verdict="reject", kind="adjudicate", reason="other")
    verdict(log, questions[4], "Ada", verdict="accept")
    return output, questions


def test_only_what_reviewers_passed_is_in_test(
    screened: tuple[Path, list[ScreeningQuestion]],
) -> None:
    output, questions = screened
    train = rows(output / "release", "default", "train")
    done = rerelease(output, require_screening=True)
    test = rows(done.release, "default", "test")
    fixed = next(row for row in test.values() if row["screening"] == "fixed")
    assert {q.id for q in questions[:1]} | {fixed["id"]} == set(test)
    assert fixed["id"] not in {q.id for q in questions}
    assert (fixed["choices"], fixed["answer"]) == (["w", "x", "y", "z"], "z")
    assert fixed["correct_index"] == 3 and fixed["rationale"] == "As edited."
    assert rows(done.release, "open", "test")[fixed["id"]]["answer"] == "z"
    assert rows(done.release, "default", "train") == train
    files = (done.release / "data" / "ledger").glob("*.parquet")
    ledger = [row for file in files for row in pq.read_table(file).to_pylist()]
    reasons = {row["id"]: row["reason"] for row in ledger if row["id"]}
    assert reasons[questions[2].id] == "rejected by reviewers: other"
    assert reasons[questions[3].id] == "not released: the reviewers differ"
    assert reasons[questions[4].id] == "not released: needs another review"


def test_the_card_states_reviewers_agreement_and_counts(
    screened: tuple[Path, list[ScreeningQuestion]],
) -> None:
    card = (rerelease(screened[0], require_screening=True).release / "README.md").read_text()
    assert "Reviewers: `Ada`, `Bea &lt;b&gt;`, `Cyd`." in card
    assert re.search(r"4 questions have two independent reviews, 2 of them .*kappa 0\.\d\d", card)
    for count in ("| accepted | 1 |", "| fixed | 1 |", "| rejected | 1 |"):
        assert count in card
    assert "Only accepted and fixed questions" in card


def test_verdicts_survive_a_rebuild_and_give_the_same_bytes(
    screened: tuple[Path, list[ScreeningQuestion]],
) -> None:
    output, questions = screened
    first = rerelease(output)
    before = {p.name: p.read_bytes() for p in first.release.rglob("*.*") if p.is_file()}
    shutil.rmtree(output / "work")
    build(BuildConfig(output=output, sources=("phantom:60",), workers=1))
    assert read_screening_questions(output) == questions
    after = {p.name: p.read_bytes() for p in first.release.rglob("*.*") if p.is_file()}
    assert after == before
    test = rows(first.release, "default", "test")
    states = sorted(row["screening"] for row in test.values() if row["screening"] != "unscreened")
    assert states == ["accepted", "fixed"]
    assert questions[2].id not in test and questions[3].id in test


def test_a_fix_that_repeats_another_question_is_left_out(output: Path) -> None:
    questions = read_screening_questions(output)
    shown = [q.image_sha256 for q in questions]
    image = next(name for name in shown if shown.count(name) > 1)
    same = [q for q in questions if q.image_sha256 == image][:2]
    log = VerdictLog(output / "verdicts.jsonl")
    fix = check_fix(same[1].question, list(same[1].choices), same[1].correct_index, "")
    for name in ("Ada", "Bea"):
        verdict(log, same[0], name, verdict="fix", fix=fix)
    test = rows(rerelease(output).release, "default", "test")
    assert same[0].id not in test and test[same[1].id]["screening"] == "unscreened"


def test_a_folder_that_is_no_build_is_named(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="not a finished build"):
        rerelease(tmp_path)
    with pytest.raises(BuildError, match="holds no release"):
        read_screening_questions(tmp_path)
