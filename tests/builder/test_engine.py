from __future__ import annotations

import os
import signal
from pathlib import Path

import pyarrow as pa
import pytest
from rich.console import Console

from builder.config import BuildConfig
from builder.context import Context, Shard
from builder.engine import run_all
from builder.errors import BuildError
from builder.shards import ShardStore
from builder.sources import Partition
from builder.stages import Stage, Tables


def killed(_: Context, __: Tables) -> dict[str, pa.Table]:
    os.kill(os.getpid(), signal.SIGKILL)
    return {}


def test_a_killed_worker_ends_with_what_to_do(tmp_path: Path) -> None:
    shards = [Shard(name, "phantom", Partition(name, "", ())) for name in ("00000", "00001")]
    config = BuildConfig(output=tmp_path, workers=2)
    stages = (Stage("figures", (), (), killed),)
    with pytest.raises(BuildError, match=r"a worker process was killed.* use --workers 1"):
        run_all("Figures", stages, ShardStore(tmp_path), config, shards, Console(quiet=True))
