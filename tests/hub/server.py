"""A Hugging Face Hub on loopback for tests: enough of its API for the real clients, and faults.

    with TestHub() as hub:
        subprocess.run(command, env=os.environ | hub.environment(fresh_folder))

Also by hand: `python -m tests.hub.server` prints the environment to use.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Literal

from tests.hub.storage import Repo

TOKEN = "loopback-token"
Fault = int | Literal["break"]


@dataclass(slots=True)
class _Planned:
    pattern: re.Pattern[str]
    fault: Fault
    left: int
    after: int


@dataclass(slots=True)
class TestHub:
    """A Hub with its repositories, the requests that it saw, and faults on demand."""

    __test__ = False

    repos: dict[tuple[str, str], Repo] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    sent: int = 0
    _faults: list[_Planned] = field(default_factory=list)
    _server: ThreadingHTTPServer | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> TestHub:
        from tests.hub.handler import handler_for

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler_for(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    @property
    def url(self) -> str:
        """Where the Hub answers."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def environment(self, home: Path, token: str = TOKEN) -> dict[str, str]:
        """Variables that send the clients here, with caches of their own in `home`."""
        return {
            "HF_ENDPOINT": self.url,
            "HF_TOKEN": token,
            "HF_HOME": str(home),
            "HF_HUB_DISABLE_XET": "1",
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "HF_HUB_OFFLINE": "0",
            "HF_DATASETS_OFFLINE": "0",
        }

    def repo(self, kind: str, repo_id: str) -> Repo:
        """A repository (kind: model, dataset or space). Raises KeyError."""
        return self.repos[kind, repo_id]

    def fail(self, pattern: str, fault: Fault, times: int = 1, after: int = 0) -> None:
        """Answer requests whose 'METHOD path' matches with a status, or break off in the middle.

        The first `after` matching requests are served, then `times` of them fail.
        """
        self._faults.append(_Planned(re.compile(pattern), fault, times, after))

    def heal(self) -> None:
        """Forget all planned faults."""
        self._faults.clear()

    def fault(self, request: str) -> Fault | None:
        """The fault planned for a request, if any; notes the request."""
        with self._lock:
            self.requests.append(request)
            for planned in self._faults:
                if not planned.left or not planned.pattern.search(request):
                    continue
                if planned.after:
                    planned.after -= 1
                    continue
                planned.left -= 1
                return planned.fault
        return None

    def uploads(self) -> list[str]:
        """Requests so far that changed something."""
        return [r for r in self.requests if r.startswith("PUT ") or "/commit/" in r]

    def count_sent(self, size: int) -> None:
        """Add to the bytes of files that were sent."""
        with self._lock:
            self.sent += size


if __name__ == "__main__":
    with TestHub() as served:
        for name, value in served.environment(Path("hf-home")).items():
            print(f"export {name}={value}")
        threading.Event().wait()
