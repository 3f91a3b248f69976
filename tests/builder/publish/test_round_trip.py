from __future__ import annotations

import hashlib
import json
import time
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from builder.run.config import BuildConfig
from builder.run.pipeline import build
from tests.builder.publish.conftest import Client
from tests.hub.server import TestHub

pytest.importorskip("mlcroissant", reason="mlcroissant is not installed: pip install .[publish]")

REPO = "org/microvqa_pp"
READ = """
import hashlib, json
from datasets import Image, load_dataset

def rows(split, **how):
    d = load_dataset("org/microvqa_pp", split=split, **how)
    found = [dict(r) for r in d.cast_column("image", Image(decode=False))]
    for row in found:
        row["image"] = hashlib.sha256(row["image"]["bytes"]).hexdigest()
    return found, d.features.to_dict()
"""


def publish(client: Client, output: Path, *arguments: str) -> str:
    done = client.cli("publish", str(output), "--repo-id", REPO, "--allow-unscreened", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def told(client: Client, code: str) -> Any:
    done = client.python(code)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def local_rows(release: Path, split: str) -> list[dict[str, Any]]:
    files = sorted((release / "data" / "default").glob(f"{split}-*.parquet"))
    found = [row for file in files for row in pq.read_table(file).to_pylist()]
    for row in found:
        row["image"] = hashlib.sha256(row["image"]["bytes"]).hexdigest()
    return found


def test_what_is_loaded_is_what_was_built_streaming_and_not(
    client: Client, hub: TestHub, output: Path
) -> None:
    publish(client, output)
    code = READ + (
        "loaded, features = rows('test')\n"
        "streamed, again = rows('test', streaming=True)\n"
        "local = load_dataset({!r}, split='test').features.to_dict()\n"
        "print(json.dumps([loaded, streamed, features == again == local]))"
    ).format(str(output / "release"))
    loaded, streamed, same_features = told(client, code)
    assert loaded == streamed == local_rows(output / "release", "test")
    assert same_features
    names = set(hub.repo("dataset", REPO).files() or {})
    assert not {n for n in names if n.endswith(".py")}
    assert {"README.md", "croissant.json"} < names


def test_a_second_publish_uploads_nothing(client: Client, hub: TestHub, output: Path) -> None:
    publish(client, output)
    before = hub.uploads()
    assert "unchanged" in publish(client, output)
    assert hub.uploads() == before


def test_a_changed_release_replaces_old_files_and_a_cached_reader_sees_it(
    client: Client, hub: TestHub, tmp_path: Path
) -> None:
    code = READ + "print(json.dumps([r['id'] for r in rows('train')[0]]))"
    for seed in (0, 1):
        config = BuildConfig(output=tmp_path, sources=("phantom:24",), seed=seed, workers=1)
        folder = build(config).release
        publish(client, tmp_path)
        ids = told(client, code)
        # As if the release before had been cut into more files.
        data = (folder / "data/default/train-00000-of-00001.parquet").read_bytes()
        if seed == 0:
            hub.repo("dataset", REPO).commit(
                {"data/default/train-00001-of-00002.parquet": data}, []
            )
    assert ids == [row["id"] for row in local_rows(folder, "train")]
    parquet = {n for n in hub.repo("dataset", REPO).files() or {} if n.endswith(".parquet")}
    assert parquet == {p.relative_to(folder).as_posix() for p in folder.rglob("*.parquet")}


def test_a_push_whose_connection_breaks_is_repeated(
    client: Client, hub: TestHub, output: Path
) -> None:
    hub.fail("POST .*/datasets/.*/commit/main", "break", times=20)
    done = client.cli("publish", str(output), "--repo-id", REPO, "--allow-unscreened")
    assert done.returncode == 2
    assert "run the same command again" in done.stderr
    assert "loopback-token" not in done.stderr + done.stdout
    repeat(client, hub, output)


def test_a_push_that_was_killed_is_repeated(client: Client, hub: TestHub, output: Path) -> None:
    hub.fail("PUT /lfs", "break", times=20, after=2)
    arguments = ("publish", str(output), "--repo-id", REPO, "--allow-unscreened")
    with client.start("-m", "builder.commands.main", *arguments) as process:
        while len(hub.uploads()) < 5 and process.poll() is None:
            time.sleep(0.02)
        process.kill()
    repeat(client, hub, output)


def repeat(client: Client, hub: TestHub, output: Path) -> None:
    """Publish again: what arrived is not sent again, and all is there at the end."""
    hub.heal()
    sent = set(hub.blobs)
    assert sent
    hub.requests.clear()
    publish(client, output)
    assert not {f"PUT /lfs/{oid}" for oid in sent} & set(hub.requests)
    rows = told(client, READ + "print(json.dumps(rows('test')[0]))")
    assert rows == local_rows(output / "release", "test")


def test_a_hub_in_trouble_for_a_moment_is_waited_for(
    client: Client, hub: TestHub, output: Path
) -> None:
    hub.fail("PUT /lfs", 500, times=1)
    publish(client, output)
    hub.fail("GET .*parquet", 500, times=1)
    assert told(client, READ + "print(json.dumps(len(rows('test', streaming=True)[0])))") == len(
        local_rows(output / "release", "test")
    )


def test_the_first_row_of_a_stream_costs_little(client: Client, hub: TestHub, output: Path) -> None:
    publish(client, output)
    hub.sent = 0
    code = (
        "import json; from datasets import load_dataset\n"
        "d = load_dataset('org/microvqa_pp', split='train', streaming=True)\n"
        "print(json.dumps(next(iter(d))['id']))"
    )
    assert told(client, code) == local_rows(output / "release", "train")[0]["id"]
    assert hub.sent <= 8 << 20


def test_the_metric_is_found_under_the_same_name(
    client: Client, hub: TestHub, output: Path
) -> None:
    publish(client, output)
    assert hub.repo("space", REPO).sdk == "static"
    code = (
        "import evaluate, json\n"
        "metric = evaluate.load('org/microvqa_pp')\n"
        "found = metric.compute(predictions=['The answer is (B).', 'no idea'], references=[1, 0],\n"
        "  options=[['prophase', 'metaphase'], ['actin', 'tubulin']], labels='letters')\n"
        "print(json.dumps(found['accuracy']))"
    )
    assert told(client, code) == 0.5


@pytest.mark.parametrize(
    ("gated", "token", "message"),
    [(True, "", "gated"), (False, "", "doesn't exist on the Hub or cannot be accessed")],
)
def test_gated_and_private_repositories_ask_for_a_token(
    gated: bool, token: str, message: str, client: Client, hub: TestHub, output: Path
) -> None:
    publish(client, output)
    repo = hub.repo("dataset", REPO)
    repo.gated, repo.private = gated, not gated
    denied = client.python(READ + "rows('test')", HF_TOKEN=token)
    assert denied.returncode != 0
    assert message in denied.stderr
    assert told(client, READ + "print(len(rows('test')[0]))")


def test_a_token_without_rights_is_one_line(client: Client, hub: TestHub, output: Path) -> None:
    arguments = ("publish", str(output), "--repo-id", REPO, "--allow-unscreened")
    wrong = client.cli(*arguments, HF_TOKEN="hf_wrong")
    assert wrong.returncode == 2
    assert "does not take the token" in wrong.stderr
    assert "hf_wrong" not in wrong.stderr
    hub.fail("commit/main", 403, times=20)
    barred = client.cli(*arguments)
    assert "needs write access there" in barred.stderr
    assert len(barred.stderr.strip().splitlines()[-1]) < 400
