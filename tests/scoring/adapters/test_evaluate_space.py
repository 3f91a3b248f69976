"""The Space's folder, loaded by the real `evaluate` from a Hub on loopback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from scoring.adapters.evaluate_space import write_space
from scoring.scoring import MicroVQA

GIVEN: dict[str, Any] = {
    "predictions": ["The answer is (B).", "Neither fits.", "**A**"],
    "references": [1, 1, 0],
    "options": [["actin", "tubulin"]] * 3,
}
LOAD = """
import json, sys, evaluate
sys.modules["scoring"] = None  # as where this project is not installed
metric = evaluate.load("ORG/microvqa_pp")
print(json.dumps(metric.compute(**json.loads(input()), per_item=True)))
"""


class Files(SimpleHTTPRequestHandler):
    """Serves a folder as the main branch of Space ORG/microvqa_pp."""

    prefix = "/spaces/ORG/microvqa_pp/resolve/main/"

    def translate_path(self, path: str) -> str:
        inside = path.startswith(self.prefix)
        return super().translate_path(path.removeprefix(self.prefix[:-1]) if inside else "/none")

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[str]:
    folder = write_space(tmp_path / "space")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Files, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_the_published_space_gives_the_same_without_this_project(hub: str, tmp_path: Path) -> None:
    fresh = {"HF_ENDPOINT": hub, "HF_HOME": str(tmp_path), "HF_UPDATE_DOWNLOAD_COUNTS": "0"}
    done = subprocess.run(
        [sys.executable, "-c", LOAD],
        input=json.dumps(GIVEN),
        cwd=tmp_path,
        env={**os.environ, **fresh, "HF_MODULES_CACHE": str(tmp_path / "modules")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == MicroVQA().compute(**GIVEN, per_item=True)


def test_writes_the_same_bytes_and_refuses_names_that_cannot_be_loaded(tmp_path: Path) -> None:
    first, second = write_space(tmp_path / "a"), write_space(tmp_path / "b")
    names = sorted(path.name for path in first.iterdir())
    assert {"README.md", "microvqa_pp.py", "requirements.txt", "answers_extraction.py"} <= set(
        names
    )
    assert [(second / name).read_bytes() for name in names] == [
        (first / name).read_bytes() for name in names
    ]
    for name in ("micro-vqa", "answers_reading"):
        with pytest.raises(ValueError, match="cannot be called"):
            write_space(tmp_path / "c", name)
