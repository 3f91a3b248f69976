"""A test Hub, and small builds to publish on it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.hub.server import TestHub


@dataclass(frozen=True, slots=True)
class Client:
    """Runs code in fresh processes whose clients talk to the test Hub, with caches in `home`."""

    hub: TestHub
    home: Path

    def python(self, code: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return self._run([sys.executable, "-c", code], environment)

    def python_within(
        self, seconds: float, code: str, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        return self._run([sys.executable, "-c", code], environment, seconds)

    def cli(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return self._run([sys.executable, "-m", "builder.commands.main", *arguments], environment)

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        nowhere = subprocess.DEVNULL
        command = [sys.executable, *arguments]
        return subprocess.Popen(
            command, cwd=self._folder(), env=self._env({}), stdout=nowhere, stderr=nowhere
        )

    def _run(
        self, command: list[str], environment: dict[str, str], timeout: float | None = None
    ) -> subprocess.CompletedProcess[str]:
        env = self._env(environment)
        return subprocess.run(
            command, cwd=self._folder(), env=env, capture_output=True, text=True, timeout=timeout
        )

    def _folder(self) -> Path:
        self.home.mkdir(exist_ok=True)
        return self.home

    def _env(self, environment: dict[str, str]) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("HF_", "MICROVQA"))}
        return kept | self.hub.environment(self.home / "hf") | environment


@pytest.fixture
def hub() -> Iterator[TestHub]:
    with TestHub() as running:
        yield running


@pytest.fixture
def client(hub: TestHub, tmp_path: Path) -> Client:
    return Client(hub, tmp_path / "client")


@pytest.fixture
def output(release: Path, tmp_path: Path) -> Path:
    """Output folder of a small build, to be changed at will."""
    folder = tmp_path / "output"
    shutil.copytree(release, folder / "release")
    return folder
