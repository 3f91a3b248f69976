"""BIOMEDICA's shards read from a gated repository on the Hub."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq

from tests.builder.publish.conftest import Client
from tests.hub.server import TestHub
from tests.hub.storage import Repo


def build(client: Client, output: Path, shard: str, **environment: str) -> tuple[int, str]:
    done = client.cli(
        "build", "--source", f"biomedica:{shard}", "--output", str(output),
        "--workers", "1", **environment,
    )  # fmt: skip
    return done.returncode, done.stderr.strip()


def test_gated_shards_are_streamed_with_a_token_and_named_without(
    client: Client, hub: TestHub, realdata: Path, tmp_path: Path
) -> None:
    shard = realdata / "biomedica" / "commercial" / "0_2000000000.tar"
    repo = Repo("dataset", "org/biomedica", gated=True)
    repo.commit({f"commercial/{shard.name}": shard.read_bytes()}, [])
    hub.repos["dataset", "org/biomedica"] = repo
    url = "hf://datasets/org/biomedica/commercial/*.tar"
    status, said = build(client, tmp_path / "denied", url, HF_TOKEN="")
    assert status == 2
    assert "accept its terms on the Hub, then `hf auth login` or HF_TOKEN" in said
    assert "run again, finished parts are kept" in said
    status, said = build(client, tmp_path / "remote", url)
    assert status == 0, said
    assert "loopback-token" not in (tmp_path / "remote" / "run.json").read_text()
    status, said = build(client, tmp_path / "local", str(shard))
    assert status == 0, said
    read = [
        pq.read_table(tmp_path / name / "work" / "figures" / "00000.parquet", partitioning=None)
        for name in ("remote", "local")
    ]
    assert len(read[0]) == 6
    assert read[0].equals(read[1])
