from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from builder.errors import BuildError
from builder.run.config import BuildConfig
from builder.run.pipeline import build
from builder.tables.shards import file_digest

pytest.importorskip("ray", reason="Ray is not installed: pip install 'microvqa-pp[ray]'")

CODE = """
import sys
from pathlib import Path
from builder.run.config import BuildConfig
from builder.run.pipeline import build

output, engine, address, figures, encoders = sys.argv[1:]
build(BuildConfig(output=Path(output), sources=("phantom:" + figures,), clip=encoders, nli=encoders,
                  workers=2, engine=engine, ray_address=address))
"""


def start(
    output: Path, engine: str, address: str = "", figures: int = 360, encoders: str = "none"
) -> subprocess.Popen[str]:
    told = [str(output), engine, address, str(figures), encoders]
    command = [sys.executable, "-c", CODE, *told]
    # On a machine with much else to do a worker can take minutes to start.
    env = os.environ | {"RAY_worker_register_timeout_seconds": "600"}
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=env)


def finish(process: subprocess.Popen[str]) -> None:
    _, stderr = process.communicate()
    assert process.returncode == 0, stderr


def digests(output: Path) -> dict[str, str]:
    folders = (output / "release", output / "work")
    return {
        str(path.relative_to(output)): file_digest(path)
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    output = tmp_path_factory.mktemp("local")
    finish(start(output, "local"))
    return digests(output)


def test_ray_leaves_the_same_bytes(expected: dict[str, str], tmp_path: Path) -> None:
    finish(start(tmp_path, "ray"))
    assert digests(tmp_path) == expected


def test_ray_leaves_the_same_bytes_where_models_score(tmp_path: Path) -> None:
    local, ray = tmp_path / "local", tmp_path / "ray"
    finish(start(local, "local", figures=96, encoders="phantom-tiny"))
    finish(start(ray, "ray", figures=96, encoders="phantom-tiny"))
    assert digests(ray) == digests(local)


def workers_of(parent: int) -> list[int]:
    """Processes below `parent` in which Ray runs our code at this moment."""
    parents, names = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text()
            names[int(folder.name)] = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        parents[int(folder.name)] = int(stat.rpartition(")")[2].split()[1])

    def is_below(pid: int) -> bool:
        while pid in parents:
            if (pid := parents[pid]) == parent:
                return True
        return False

    busy = (b"ray::_Worker", b"ray::_run")
    return [pid for pid, name in names.items() if name.startswith(busy) and is_below(pid)]


def test_a_worker_that_is_killed_costs_nothing_but_time(
    expected: dict[str, str], tmp_path: Path
) -> None:
    process = start(tmp_path, "ray")
    killed = set[str]()
    while process.poll() is None and len(killed) < 2:
        for pid in workers_of(process.pid):
            stage = "signals" if list(tmp_path.glob("work/done/candidates/*")) else "figures"
            if stage not in killed:
                os.kill(pid, signal.SIGKILL)
                killed.add(stage)
                break
        time.sleep(0.02)
    finish(process)
    assert "figures" in killed
    assert digests(tmp_path) == expected


def test_a_cluster_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    process = start(tmp_path, "ray", "127.0.0.1:1")
    _, stderr = process.communicate()
    assert "no Ray cluster at 127.0.0.1:1" in stderr.strip().splitlines()[-1]


def test_gpus_that_no_worker_has_and_bad_input_end_as_on_one_machine(tmp_path: Path) -> None:
    config = BuildConfig(
        output=tmp_path, sources=("phantom:24",), clip="none", nli="none", engine="ray",
        gpus_per_worker=0.5,
    )  # fmt: skip
    with pytest.raises(BuildError, match=r"no worker with 0\.5 GPUs"):
        build(config)
