"""A server on loopback that speaks OpenAI's chat completions, and misbehaves on request."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Body = dict[str, Any]
Reply = Callable[[Body], "Answer"]


@dataclass
class Answer:
    """What the server sends."""

    text: str = "Answer: A"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    delay: float = 0.0
    tokens: tuple[int, int] | None = (100, 10)
    message: str = "no"
    finish: str = "stop"
    refusal: str | None = None
    cut: bool = False

    def body(self, model: str) -> bytes:
        """The bytes of the body."""
        if self.raw is not None:
            return self.raw
        if self.status != 200:
            return json.dumps({"error": {"message": self.message, "code": None}}).encode()
        said = {"role": "assistant", "content": self.text, "refusal": self.refusal}
        completion: Body = {
            "id": "c",
            "object": "chat.completion",
            "created": 0,
            "model": f"{model}-served",
            "choices": [{"index": 0, "message": said, "finish_reason": self.finish}],
        }
        if self.tokens:
            read, written = self.tokens
            completion["usage"] = {
                "prompt_tokens": read,
                "completion_tokens": written,
                "total_tokens": read + written,
            }
        return json.dumps(completion).encode()


class ChatServer:
    """Answers with what `reply` says of the request's body; keeps bodies and headers."""

    def __init__(self, reply: Reply | None = None) -> None:
        self.reply = reply or (lambda body: Answer())
        self.bodies: list[Body] = []
        self.headers: list[dict[str, str]] = []
        self.most_at_once = 0
        self._now = 0
        self._lock = threading.Lock()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                server.handle(self)

            def log_message(self, *_: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            request_queue_size = 512

        self._http = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_port}/v1"
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    def handle(self, request: BaseHTTPRequestHandler) -> None:
        """Answers one request."""
        body = json.loads(request.rfile.read(int(request.headers["Content-Length"])))
        with self._lock:
            self.bodies.append(body)
            self.headers.append({k.lower(): v for k, v in request.headers.items()})
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
        answer = self.reply(body)
        time.sleep(answer.delay)
        with self._lock:
            self._now -= 1
        data = answer.body(body["model"])
        try:
            request.send_response(answer.status)
            for name, value in {"Content-Type": "application/json", **answer.headers}.items():
                request.send_header(name, value)
            request.send_header("Content-Length", str(len(data)))
            request.end_headers()
            request.wfile.write(data[: len(data) // 2] if answer.cut else data)
            request.close_connection = request.close_connection or answer.cut
        except OSError:
            pass

    def close(self) -> None:
        """Stops serving."""
        self._http.shutdown()
        self._http.server_close()


def text_of(body: Body) -> str:
    """All text of the last message of a request."""
    content = body["messages"][-1]["content"]
    if isinstance(content, str):
        return content
    return "\n".join(part["text"] for part in content if part["type"] == "text")
