from __future__ import annotations

import io
import threading
import time
from pathlib import Path

import pytest
from filelock import FileLock
from rich.console import Console

from builder.errors import BuildError
from builder.release.card import CANARY
from builder.run.output import TABLES, lock_output, prune, remove_pairs
from builder.run.stages import AFTER_THRESHOLD, READ, SCORE, WRITE


@pytest.mark.parametrize("name", ["release/notes.txt", "work/thesis.docx", "release", "work"])
def test_files_of_the_user_are_refused_and_left_alone(tmp_path: Path, name: str) -> None:
    mine = tmp_path / name
    mine.parent.mkdir(exist_ok=True)
    mine.write_text("mine")
    with (
        pytest.raises(BuildError, match="choose another --output"),
        lock_output(tmp_path, Console()),
    ):
        pass
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == [mine]


def test_an_output_of_ours_is_taken_again(tmp_path: Path) -> None:
    for _ in range(2):
        with lock_output(tmp_path, Console()) as work:
            (work / "quarantine.parquet").touch()
            (tmp_path / "release").mkdir(exist_ok=True)
            (tmp_path / "release" / "README.md").write_text(f"Canary: {CANARY}")


def test_pruning_takes_only_stale_and_half_written_files_of_the_stages(tmp_path: Path) -> None:
    stale = ["figures/00001.parquet", "done/figures/00001.json", "signals/.00000.parquet.77"]
    kept = [
        "figures/00000.parquet", "done/figures/00000.json", "figures/notes.parquet",
        "thesis/00001.parquet", ".lock", "excluded/notes.html",
    ]  # fmt: skip
    for name in [*stale, *kept, "excluded/pairs.html"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    prune(tmp_path, {"00000"})
    remove_pairs(tmp_path)
    left = {str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()}
    assert left == set(kept)


def test_every_table_of_the_stages_is_pruned() -> None:
    stages = READ + WRITE + SCORE + AFTER_THRESHOLD
    assert {s.name for s in stages} | {table for s in stages for table in s.reads} <= set(TABLES)


def test_another_build_is_waited_for_with_one_notice(tmp_path: Path) -> None:
    said = io.StringIO()
    with lock_output(tmp_path, Console()):
        pass
    locked = threading.Event()

    def hold() -> None:
        with FileLock(tmp_path / "work" / ".lock"):
            locked.set()
            time.sleep(0.2)

    release = threading.Thread(target=hold)
    release.start()
    locked.wait(60)
    with lock_output(tmp_path, Console(file=said), wait=True):
        release.join()
    assert said.getvalue().count("waiting for another build") == 1
