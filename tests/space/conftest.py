"""The app on a port of its own, and a headless Chromium to look at it with."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
from playwright.sync_api import Browser, Dialog, Page, sync_playwright

T = TypeVar("T")
ROOT = Path(__file__).parents[2]
PATIENCE = 120_000
"""Milliseconds to wait for what a busy machine will show in time."""


def chromium() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


def run_apart(work: Coroutine[Any, Any, T]) -> T:
    """What a coroutine gives, run in a thread: the browser keeps a loop running in this one."""
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(asyncio.run, work).result()


class Server:
    """The app as a process of its own, which can be killed and started again."""

    def __init__(self, log: Path, *arguments: str, **variables: str) -> None:
        self.log, self.arguments, self.port = log, arguments, free_port()
        self.variables = variables
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, str(ROOT / "space" / "app.py"), *self.arguments]
        environment = os.environ | {"GRADIO_SERVER_PORT": str(self.port)} | self.variables
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                command, stdout=out, stderr=out, env=environment, cwd=self.log.parent
            )
        deadline = time.monotonic() + PATIENCE / 1000
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(self.log.read_text())
            try:
                urllib.request.urlopen(self.url, timeout=5).close()
                return
            except OSError:
                time.sleep(0.2)
        raise RuntimeError(f"the app did not start: {self.log.read_text()}")

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()


@contextmanager
def served(log: Path, *arguments: str, **variables: str) -> Iterator[Server]:
    server = Server(log, *arguments, **variables)
    server.start()
    try:
        yield server
    finally:
        server.kill()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        pytest.skip("no chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield opened
        opened.close()


class Visit:
    """A visitor's window that remembers errors and requests to elsewhere."""

    def __init__(self, browser: Browser, url: str, width: int) -> None:
        self.context = browser.new_context(viewport={"width": width, "height": 900})
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.url = url
        self.errors: list[str] = []
        self.elsewhere: list[str] = []
        self.page.on("console", lambda m: self.errors.append(m.text) if m.type == "error" else None)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("dialog", self._dismiss)
        self.page.on("request", self._note)

    def _dismiss(self, dialog: Dialog) -> None:
        self.errors.append("dialog")
        dialog.dismiss()

    def _note(self, request: object) -> None:
        address = getattr(request, "url", "")
        if not address.startswith((self.url, "data:", "blob:")):
            self.elsewhere.append(address)

    def open(self, query: str = "") -> Page:
        self.page.goto(f"{self.url}/{query}")
        return self.page


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visit]]:
    opened: list[Visit] = []

    def start(url: str, width: int = 1280) -> Visit:
        opened.append(Visit(browser, url, width))
        return opened[-1]

    yield start
    for each in opened:
        each.context.close()


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app as it starts without arguments."""
    with served(tmp_path_factory.mktemp("samples") / "log") as server:
        yield server
