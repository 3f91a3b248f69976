"""Requests that look for files, and servers that send elsewhere, without a browser."""

from __future__ import annotations

import http.client
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

import httpx
import pytest

from space.untrusted import make_visitor_client
from tests.space.conftest import Server, run_apart, served

SECRET = "a line that no visitor may read"


@pytest.fixture(scope="module")
def server(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app over a build, with a secret beside it, in it, and where it was started."""
    folder = tmp_path_factory.mktemp("files")
    build = Path(shutil.copytree(release.parent, folder / "build"))
    for place in (folder, build, build / "release", build / "work"):
        (place / "secret.txt").write_text(SECRET)
        (place / "verdicts.jsonl").write_text(SECRET)
    with served(folder / "log", str(build)) as started:
        yield started


def _paths(folder: Path) -> list[str]:
    wanted = [folder / "secret.txt", folder / "build" / "verdicts.jsonl",
              folder / "build" / "release" / "secret.txt", Path("secret.txt"),
              Path("build/verdicts.jsonl"), Path("/etc/passwd"), Path("/proc/self/environ"),
              Path(__file__).parents[2] / "space" / "untrusted.py"]  # fmt: skip
    heads = ("/gradio_api/file=", "/file=", "/gradio_api/file/", "/gradio_api/stream/", "/figures/",
             "/assets/", "/static/", "/svelte/", "/custom_component/",
             "/gradio_api/custom_component/", "/gradio_api/proxy=file://",
             "/gradio_api/deep_link?session_hash=")  # fmt: skip
    ups = ("", "../" * 12, "%2e%2e%2f" * 12, "..%2f" * 12, "%252e%252e%252f" * 12, "..%5c" * 12,
           "....//" * 12, "%c0%ae%c0%ae/" * 12, "file://", "%00")  # fmt: skip
    names = {str(path) for path in wanted} | {quote(str(path), safe="") for path in wanted}
    return [f"{head}{up}{name}" for head in heads for up in ups for name in sorted(names)]


def test_no_path_leads_out_of_the_figures(server: Server) -> None:
    """The paths go out as they are: a client that tidies them up would test itself."""
    marks = (SECRET.encode(), b"root:x:0:0", b"PATH=", b"class PublicOnly")
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    hung_up = 0
    for path in _paths(server.log.parent):
        try:
            connection.request("GET", path)
            body = connection.getresponse().read()
        except (ConnectionError, http.client.HTTPException):
            hung_up, body = hung_up + 1, b""
            connection.close()
        assert not [mark for mark in marks if mark in body], path
    connection.request("GET", "/")
    assert connection.getresponse().status == 200
    assert hung_up < len(_paths(server.log.parent)) / 10


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("figure.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"),
        ("page.html", b"<html><script>alert(1)</script></html>"),
        ("../../../../escape.html", b"<html><script>alert(1)</script></html>"),
    ],
)
def test_an_upload_never_comes_back_as_a_page(server: Server, name: str, data: bytes) -> None:
    with httpx.Client(base_url=server.url) as client:
        reply = client.post("/gradio_api/upload", files={"files": (name, data)})
        paths = reply.json() if reply.status_code == 200 else []
        for path in paths:
            assert ".." not in path
            back = client.get(f"/gradio_api/file={path}")
            assert back.status_code >= 400 or "attachment" in back.headers["content-disposition"]
    assert not list(server.log.parent.parent.rglob("escape.html"))


class _Elsewhere(BaseHTTPRequestHandler):
    """Sends to a path of its own and counts who comes."""

    visits: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        self.visits.append(self.path)
        self.send_response(307)
        self.send_header("Location", "/inside")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


def test_redirects_are_not_followed() -> None:
    async def post(url: str) -> httpx.Response:
        async with make_visitor_client(allow_private=True, timeout=5) as client:
            return await client.post(url)

    with ThreadingHTTPServer(("127.0.0.1", 0), _Elsewhere) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{other.server_address[1]}/v1"
        reply = run_apart(post(url))
        other.shutdown()
    assert (reply.status_code, _Elsewhere.visits) == (307, ["/v1"])
