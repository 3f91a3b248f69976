"""A release whose texts are payloads, and a model server that answers with them."""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tests.space.payloads import PAYLOADS

_TEXTS = ("caption", "question", "answer", "reason", "rationale", "attribution", "label",
          "modality", "license", "weakness", "scorer", "article_id")  # fmt: skip


def make_evil(release: Path, folder: Path) -> Path:
    """A copy of a release: every text of its n-th figure is the n-th payload, with a word to tell
    the texts apart; questions end in their id, the evidence is the payload alone."""
    shutil.copytree(release, folder)
    for file in sorted((folder / "data").rglob("*.parquet")):
        table = pq.read_table(file)
        numbers: dict[str, int] = {}
        rows = [
            _evil(row, PAYLOADS[numbers.setdefault(row["figure_id"], len(numbers)) % len(PAYLOADS)])
            for row in table.to_pylist()
            if row["figure_id"]
        ]
        pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), file)
    return folder


def _evil(row: dict[str, Any], payload: str) -> dict[str, Any]:
    known = {n for n in _TEXTS if row.get(n) is not None}
    row |= {n: f"{payload} {n}" for n in known}
    if "question" in known:
        row["question"] += f" {row.get('candidate_id') or row['id']}"
    if row.get("evidence") is not None:
        row |= {"evidence": payload, "evidence_start": 0}
    if row.get("distractors"):
        row["distractors"] = [f"{payload} {n}" for n in range(len(row["distractors"]))]
    if row.get("choices"):
        row["choices"] = [f"{payload} {n}" for n in range(len(row["choices"]))]
        row["answer"] = row["choices"][row["correct_index"]]
    return row


class EvilModel(BaseHTTPRequestHandler):
    """An OpenAI-compatible server: each reply is the next payload, every seventh an error that
    repeats the key it was given."""

    keys: set[str]
    calls: int
    pause: float
    lock = threading.Lock()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        key = self.headers["Authorization"].removeprefix("Bearer ")
        with self.lock:
            number = type(self).calls = type(self).calls + 1
            self.keys.add(key)
        time.sleep(self.pause)
        if number % 7 == 0:
            return self._reply(400, {"error": {"message": f"wrong key {key} {PAYLOADS[0]}"}})
        message = {"role": "assistant", "content": PAYLOADS[number % len(PAYLOADS)]}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
        self._reply(200, {"id": "x", "object": "chat.completion", "created": 1, "model": "m",
                          "choices": [choice], "usage": usage})  # fmt: skip

    def _reply(self, status: int, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        return


@contextmanager
def evil_model(pause: float = 0.0) -> Iterator[tuple[str, type[EvilModel]]]:
    """The URL of a running server, and its class, which counts calls and remembers keys."""
    handler = type("Handler", (EvilModel,), {"keys": set(), "calls": 0, "pause": pause})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/v1", handler
        server.shutdown()
