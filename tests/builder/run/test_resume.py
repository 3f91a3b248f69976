from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from builder.tables.shards import file_digest

KILLS = 10


def start(output: Path, workers: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "builder.commands.main", "build", "--source", "phantom:200"]
    settings = ["--output", str(output), "--workers", str(workers)]
    return subprocess.Popen([*command, *settings], stdout=subprocess.DEVNULL)


def build(output: Path, workers: int) -> dict[str, str]:
    assert start(output, workers).wait() == 0
    return digests(output)


def digests(output: Path) -> dict[str, str]:
    folders = (output / "release", output / "work")
    return {
        str(path.relative_to(output)): file_digest(path)
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def kill_at_a_random_moment(output: Path, rng: random.Random) -> None:
    process = start(output, workers=2)
    while not list(output.glob("work/done/figures/*")) and process.poll() is None:
        time.sleep(0.02)
    time.sleep(rng.uniform(0, 4))
    process.send_signal(signal.SIGKILL)
    process.wait()


def test_kills_and_worker_counts_leave_the_same_bytes(tmp_path: Path) -> None:
    expected = build(tmp_path / "one", workers=1)
    assert build(tmp_path / "two", workers=2) == expected
    rng = random.Random(0)
    for _ in range(KILLS):
        kill_at_a_random_moment(tmp_path / "killed", rng)
    assert build(tmp_path / "killed", workers=2) == expected


def test_a_damaged_shard_is_made_again(tmp_path: Path) -> None:
    expected = build(tmp_path, workers=1)
    figures = tmp_path / "work" / "figures" / "00001.parquet"
    data = bytearray(figures.read_bytes())
    data[len(data) // 2] ^= 1
    figures.write_bytes(data)
    (tmp_path / "work" / "candidates" / "00000.parquet").write_bytes(b"")
    assert build(tmp_path, workers=1) == expected
