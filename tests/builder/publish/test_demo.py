"""The demo Space, started from what was uploaded."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
import yaml

from builder.publish import spaces
from space.make_upload import make_upload
from tests.builder.publish.conftest import Client
from tests.hub.server import TestHub
from tests.space.conftest import free_port

pytest.importorskip("gradio", reason="Gradio is not installed: pip install '.[space]'")

DEMO = "org/microvqa_pp-demo"
DOWNLOAD = """
from huggingface_hub import snapshot_download
snapshot_download("org/microvqa_pp-demo", repo_type="space", local_dir="space")
"""
NOWHERE = "http://127.0.0.1:1"


def test_the_demo_starts_from_what_was_uploaded(
    client: Client, hub: TestHub, output: Path, tmp_path: Path
) -> None:
    arguments = ("--repo-id", "org/microvqa_pp", "--allow-unscreened", "--demo", DEMO)
    done = client.cli("publish", str(output), *arguments)
    assert done.returncode == 0, done.stderr
    assert hub.repo("space", DEMO).sdk == "gradio"
    elsewhere = Client(hub, tmp_path / "elsewhere")
    loaded = elsewhere.python(DOWNLOAD)
    assert loaded.returncode == 0, loaded.stderr
    folder = elsewhere.home / "space"
    (folder / "builder" / "__init__.py").write_text(
        "from pathlib import Path\nPath(__file__).with_name('imported').touch()\n"
    )
    assert "org/microvqa_pp" in visit(folder)
    carried, made = (folder / "samples" / "README.md", output / "release" / "README.md")
    assert carried.read_bytes() == made.read_bytes()
    assert (folder / "builder" / "imported").exists()


def visit(folder: Path) -> str:
    """Start the app, which must answer, with no way to the network; its card."""
    port = free_port()
    cut_off = {"HTTP_PROXY": NOWHERE, "HTTPS_PROXY": NOWHERE, "NO_PROXY": "127.0.0.1,localhost"}
    env = {k: v for k, v in os.environ.items() if not k.startswith(("HF_", "MICROVQA"))} | cut_off
    env |= {"HF_HUB_OFFLINE": "1", "HF_HOME": str(folder / "hf"), "GRADIO_SERVER_PORT": str(port)}
    log = folder.parent / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "app.py"], cwd=folder, env=env, stdout=out, stderr=out
        )
    try:
        wait(process, f"http://127.0.0.1:{port}/", log)
    finally:
        process.kill()
        process.wait()
    return (folder / "README.md").read_text()


def wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                assert answer.status == 200
                assert b"microvqa_pp" in answer.read()
                return
        except OSError:
            time.sleep(0.5)
    pytest.fail(f"the app does not answer: {log.read_text()}")


def test_a_large_release_stays_out_of_the_demo_and_its_card_says_so(
    release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spaces, "MOST_IN_DEMO", 10)
    folder = spaces.stage_demo(tmp_path / "demo", "org/data", release, make_upload)
    card = (folder / "README.md").read_text()
    assert "samples of phantoms" in card
    assert yaml.safe_load(card.split("---\n")[1])["datasets"] == ["org/data"]
    shown = sorted(p.name for p in (spaces._ROOT / "space" / "samples").rglob("*.parquet"))
    assert sorted(p.name for p in (folder / "samples").rglob("*.parquet")) == shown
