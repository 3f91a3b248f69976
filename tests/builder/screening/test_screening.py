from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.screening import (
    Fix,
    LogEntry,
    State,
    VerdictLog,
    check_fix,
    clean_reviewer_name,
    derive_standings,
)
from builder.screening.standings import measure_agreement, measure_throughput

Q = "0123456789abcdef0123"
FIX = Fix(question="Which?", choices=("a", "b", "c", "d"), correct_index=2)


def entry(reviewer: str, verdict: str = "accept", question: str = Q, **more: object) -> LogEntry:
    return LogEntry.model_validate(
        {"question_id": question, "reviewer": reviewer, "verdict": verdict, **more}
    )


def test_a_torn_last_line_is_reported_and_the_next_verdict_is_whole(tmp_path: Path) -> None:
    log = VerdictLog(tmp_path / "verdicts.jsonl")
    log.append(entry("Ada"))
    log.append(entry("Björn"))
    whole = log.path.read_bytes()
    log.path.write_bytes(whole[:-20])
    after = log.read()
    assert [e.reviewer for e in after.entries] == ["Ada"]
    assert "line 2" in str(after.damages[0]) and "Björn" in str(after.damages[0])
    log.append(entry("Cyd"))
    assert [e.reviewer for e in log.read().entries] == ["Ada", "Cyd"]
    assert len(log.read().damages) == 1


@given(st.binary(max_size=200))
def test_no_bytes_stop_the_log_from_being_read(
    tmp_path_factory: pytest.TempPathFactory, junk: bytes
) -> None:
    log = VerdictLog(tmp_path_factory.mktemp("log") / "verdicts.jsonl")
    log.path.write_bytes(junk)
    log.append(entry("Ada"))
    assert [e.reviewer for e in log.read().entries] == ["Ada"]


WRITER = """
import sys
from pathlib import Path
from builder.screening import LogEntry, VerdictLog
log = VerdictLog(Path(sys.argv[1]))
for n in range(int(sys.argv[3])):
    entry = {"question_id": f"{n:020x}", "reviewer": sys.argv[2], "verdict": "accept"}
    log.append(LogEntry(**entry, note="x" * n))
    print(n, flush=True)
"""


def writer(path: Path, name: str, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(path), name, str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_two_processes_and_a_kill_lose_at_most_the_verdict_being_written(tmp_path: Path) -> None:
    path = tmp_path / "verdicts.jsonl"
    both = [writer(path, name, 100_000) for name in ("Ada", "Björn")]
    deadline = time.monotonic() + 60
    while len(VerdictLog(path).read().entries) < 100 and time.monotonic() < deadline:
        time.sleep(0.02)
    for process in both:
        os.kill(process.pid, signal.SIGKILL)
    told = {"Ada": both[0], "Björn": both[1]}
    contents = VerdictLog(path).read()
    assert len(contents.damages) <= 2
    for name, process in told.items():
        confirmed = len([line for line in process.communicate()[0].splitlines() if line])
        written = [e.question_id for e in contents.entries if e.reviewer == name]
        assert written[:confirmed] == [f"{n:020x}" for n in range(confirmed)]
        assert len(written) - confirmed in (0, 1)


def test_a_full_disk_leaves_the_log_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = VerdictLog(tmp_path / "verdicts.jsonl")
    log.append(entry("Ada"))
    before = log.path.read_bytes()

    def refuse(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OSError, match="No space"):
        log.append(entry("Ada", "reject"))
    assert log.path.read_bytes() == before


def test_standings_follow_the_log() -> None:
    first = entry("Ada")
    log = [first]
    assert derive_standings(log)[Q].state is State.WAITING
    log.append(entry("Björn", "reject"))
    assert derive_standings(log)[Q].state is State.DISPUTED
    ruling = entry("Cyd", "fix", kind="adjudicate", fix=FIX)
    log.append(ruling)
    assert derive_standings(log)[Q].outcome == ruling
    log.append(LogEntry(question_id=Q, reviewer="Ada", kind="undo", undoes=first.entry))
    assert derive_standings(log)[Q].state is State.WAITING
    log.append(entry("Ada", "reject"))
    outcome = derive_standings(log)[Q].outcome
    assert outcome is not None and outcome.verdict == "reject"


def test_nobody_takes_back_the_verdict_of_another() -> None:
    first = entry("Ada")
    undo = LogEntry(question_id=Q, reviewer="Mallory", kind="undo", undoes=first.entry)
    assert "Ada" in derive_standings([first, undo])[Q].reviews


def test_fixes_agree_only_in_the_same_words() -> None:
    other = FIX.model_copy(update={"correct_index": 1})
    ada, bea = entry("Ada", "fix", fix=FIX), entry("Bea", "fix", fix=other)
    assert derive_standings([ada, bea])[Q].state is State.DISPUTED
    assert derive_standings([ada, entry("Bea", "fix", fix=FIX)])[Q].state is State.DECIDED


def test_kappa_is_cohens() -> None:
    # The worked example of Cohen (1960) as the library's documentation counts it: two raters,
    # 50 items, 20 both yes, 15 both no, 5 and 10 otherwise; kappa = (.7 - .5) / .5 = .4.
    cells = [("accept", "accept", 20), ("accept", "reject", 5), ("reject", "accept", 10),
             ("reject", "reject", 15)]  # fmt: skip
    pairs = [(a, b) for a, b, n in cells for _ in range(n)]
    log = [
        entry(name, verdict, f"{n:020x}")
        for n, pair in enumerate(pairs)
        for name, verdict in zip(("Ada", "Bea"), pair, strict=True)
    ]
    found = measure_agreement(derive_standings(log).values())
    assert (found.questions, found.same) == (50, 35)
    assert found.kappa == pytest.approx(0.4)
    assert measure_agreement(derive_standings(log[:4]).values()).kappa is None


def test_pace_leaves_breaks_out() -> None:
    log = [entry("Ada", seconds=s, question=f"{n:020x}") for n, s in enumerate((20, 30, 9_000))]
    (ada,) = measure_throughput(log, derive_standings(log).values())
    assert (ada.reviews, ada.seconds, ada.per_hour) == (3, 30, 120)


@pytest.mark.parametrize(
    ("question", "choices", "key", "wrong"),
    [
        (" ", ["a", "b", "c", "d"], 0, "question is empty"),
        ("q", ["a", "", "c", "d"], 0, "choice is empty"),
        ("q", ["a", "A ", "c", "d"], 0, "the same"),
        ("q", ["a", "b", "c", "d"], None, "which choice"),
        ("q" * 2001, ["a", "b", "c", "d"], 0, "longer than"),
    ],
)
def test_a_faulty_fix_is_refused_in_words(
    question: str, choices: list[str], key: int | None, wrong: str
) -> None:
    with pytest.raises(ValueError, match=wrong):
        check_fix(question, choices, key, "")


def test_names_are_one_line() -> None:
    assert clean_reviewer_name("  Ada\n\tLovelace\u202e ") == "Ada Lovelace"
    for bad in ("", " \u200b ", "x" * 65):
        with pytest.raises(ValueError, match="name"):
            clean_reviewer_name(bad)
