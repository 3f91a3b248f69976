from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from threading import Barrier

import pyarrow as pa
import pytest
from rich.console import Console

from builder.errors import BuildError
from builder.run.config import BuildConfig
from builder.run.engine import Engine
from builder.run.job import Context, Shard, Stage, Tables
from builder.settings import StageName
from builder.sources import Partition, SourceError
from builder.tables.shards import ShardStore


def killed(_: Context, __: Tables) -> dict[str, pa.Table]:
    os.kill(os.getpid(), signal.SIGKILL)
    return {}


def test_a_killed_worker_ends_with_what_to_do(tmp_path: Path) -> None:
    shards = [Shard(name, "phantom", Partition(name, "", ())) for name in ("00000", "00001")]
    config = BuildConfig(output=tmp_path, workers=2)
    stages = (Stage("figures", (), killed),)
    advice = r"a worker process was killed.* use --workers 1"
    with (
        Engine(ShardStore(tmp_path), config, Console(quiet=True)) as engine,
        pytest.raises(BuildError, match=advice),
    ):
        engine.run("Figures", stages, shards)


def test_one_worker_reads_two_local_shards_at_a_time_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("builder.run.engine.count_cores", lambda: 2)
    meeting = Barrier(2, timeout=60)

    def met(context: Context, _: Tables) -> dict[str, pa.Table]:
        meeting.wait()
        return {"figures": pa.table({"name": [context.shard.name]})}

    tables = _run(tmp_path, "image_folder:images", met, 4)
    assert list(tables) == ["00000", "00001", "00002", "00003"]
    assert ShardStore(tmp_path).read("figures", "00003").to_pylist() == [{"name": "00003"}]


@pytest.mark.parametrize("source", ["image_folder:images", "phantom"])
def test_a_source_that_fails_ends_the_run_without_reading_on(
    source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("builder.run.engine.count_cores", lambda: 2)
    read: list[str] = []

    def failing(context: Context, _: Tables) -> dict[str, pa.Table]:
        read.append(context.shard.name)
        if len(read) > 1:
            time.sleep(0.2)
        raise SourceError(f"{context.shard.name} is gone")

    with pytest.raises(SourceError, match="00000 is gone"):
        _run(tmp_path, source, failing, 50)
    assert len(read) < 10


def _run(
    folder: Path, source: str, stage: Callable[[Context, Tables], dict[str, pa.Table]], count: int
) -> dict[str, dict[str, str]]:
    names = [f"{number:05d}" for number in range(count)]
    shards = [Shard(name, source, Partition(name, "", ())) for name in names]
    config = BuildConfig(output=folder, workers=1)
    stages = (Stage("figures", (), stage),)
    with Engine(ShardStore(folder), config, Console(quiet=True)) as engine:
        return engine.run("Figures", stages, shards)


def own_process(context: Context, _: Tables) -> dict[str, pa.Table]:
    time.sleep(0.3)
    return {"figures": pa.table({"process": [os.getpid()]})}


def test_all_stages_of_a_build_have_the_same_worker_processes(tmp_path: Path) -> None:
    names = ("00000", "00001", "00002", "00003")
    shards = [Shard(name, "phantom", Partition(name, "", ())) for name in names]
    store, found = ShardStore(tmp_path), []
    with Engine(store, BuildConfig(output=tmp_path, workers=2), Console(quiet=True)) as engine:
        names_of_stages: tuple[StageName, ...] = ("figures", "candidates")
        for name in names_of_stages:
            engine.run("Figures", (Stage(name, (), own_process),), shards)
            found.append({store.read("figures", name)["process"][0].as_py() for name in names})
    assert found[0] == found[1]
    assert len(found[0]) == 2
    assert os.getpid() not in found[0]
