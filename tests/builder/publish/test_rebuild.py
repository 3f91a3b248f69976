"""A dataset that was published with its replies is rebuilt to its bytes, from the Hub alone."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.builder.agents.test_recorded import trial
from tests.builder.publish.conftest import Client
from tests.hub.server import TestHub

pytest.importorskip("mlcroissant", reason="mlcroissant is not installed: pip install .[publish]")

REPO = "org/rebuilt"
__all__ = ["trial"]


@pytest.fixture
def published(client: Client, hub: TestHub, trial: Path) -> Path:
    """The build of the trial, published with its replies."""
    done = client.cli(
        "publish", str(trial / "build"), "--repo-id", REPO, "--allow-unscreened",
        "--metric", "", "--replies", "CC-BY-4.0",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return trial / "build" / "publish" / "dataset"


def test_the_published_bytes_come_again_from_the_hub(
    client: Client, published: Path, tmp_path: Path
) -> None:
    done = client.cli("rebuild", REPO, "--output", str(tmp_path / "again"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The same bytes as published" in done.stdout
    for path in sorted(published.glob("data/*/*.parquet")):
        if path.parent.name in ("default", "open", "ledger"):
            again = tmp_path / "again" / "release" / path.relative_to(published)
            assert again.read_bytes() == path.read_bytes()
    code = (
        "from datasets import load_dataset\n"
        f"d = load_dataset({REPO!r}, 'replies', split='train')\n"
        f"f = load_dataset({REPO!r}, 'figures', split='train')\n"
        "print(len(d), d[0]['license'], len(f))"
    )
    loaded = client.python(code)
    assert loaded.returncode == 0, loaded.stderr
    replies = pq.read_table(published / "data" / "replies", partitioning=None)
    assert loaded.stdout.split() == [str(len(replies)), "CC-BY-4.0", "8"]
    card = (published / "README.md").read_text()
    assert f"microvqa-pp rebuild {REPO}" in card and "`openai:fake`" in card


def _drop_reply(folder: Path) -> str:
    path = next((folder / "data" / "replies").glob("*.parquet"))
    table = pq.read_table(path)
    rows = table.to_pylist()
    lost = next(row for row in rows if row["step"] == "extract")
    pq.write_table(table.filter([row is not lost for row in rows]), path)
    return f"figure {lost['figure_id']}"


def _change_figure(folder: Path) -> str:
    path = next((folder / "data" / "figures").glob("*.parquet"))
    table = pq.read_table(path)
    rows = table.to_pylist()
    rows[3]["caption"] = f"{rows[3]['caption']} More."
    pq.write_table(type(table).from_pylist(rows, table.schema), path)
    return f"figure {rows[3]['figure_id']}"


@pytest.mark.parametrize("harm", [_drop_reply, _change_figure])
def test_what_differs_first_is_named(
    harm: Any, client: Client, published: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(published, folder)
    expected = harm(folder)
    done = client.cli("rebuild", str(folder), "--output", str(tmp_path / "again"))
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"The first that differs: {expected}" in done.stdout


def test_another_version_says_so_first_and_compares_questions(
    client: Client, published: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(published, folder)
    told = json.loads((folder / "rebuild.json").read_text())
    told |= {"code": "0" * 64, "version": "9.9"}
    (folder / "rebuild.json").write_text(json.dumps(told))
    done = client.cli("rebuild", str(folder), "--output", str(tmp_path / "again"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Published by microvqa_pp 9.9" in done.stderr
    count = pq.read_table(folder / "data" / "default", partitioning=None).num_rows
    assert f"{count} of {count} questions came again" in done.stdout


def test_a_dataset_without_replies_says_how_to_add_them(
    client: Client, published: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(published, folder)
    (folder / "rebuild.json").unlink()
    done = client.cli("rebuild", str(folder), "--output", str(tmp_path / "again"))
    assert done.returncode == 2
    assert "published without its replies" in done.stderr
