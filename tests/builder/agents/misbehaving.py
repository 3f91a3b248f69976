"""A server whose replies are broken in many ways, the same way for the same request."""

from __future__ import annotations

import hashlib
import json
import threading
from collections import Counter

from tests.builder.agents.model import answer, reply_to, step_of
from tests.scoring.models.server import Answer, Body

BROKEN = 0.30
FAULTS = (
    "429", "500", "timeout", "cut stream", "invalid JSON", "wrong schema", "empty", "refusal",
    "evidence", "1 MB", "other output",
)  # fmt: skip


class Misbehaving:
    """Replies for a `ChatServer`; `faults` counts what was broken how."""

    def __init__(self, timeout: float) -> None:
        self.faults: Counter[str] = Counter()
        self._timeout = timeout
        self._seen: Counter[str] = Counter()
        self._lock = threading.Lock()

    def __call__(self, body: Body) -> Answer:
        """A reply, broken for three in ten; a request that comes again has new luck."""
        with self._lock:
            content = json.dumps(body, sort_keys=True)
            digest = hashlib.sha256(f"{content}{self._seen[content]}".encode()).digest()
            self._seen[content] += 1
            if digest[0] >= 256 * BROKEN:
                return answer(body)
            fault = FAULTS[digest[1] % len(FAULTS)]
            self.faults[fault] += 1
        return self._broken(fault, body)

    def _broken(self, fault: str, body: Body) -> Answer:
        said = json.dumps(reply_to(body))
        return {
            "429": Answer(status=429, headers={"Retry-After": "0.05"}),
            "500": Answer(status=500),
            "timeout": Answer(delay=self._timeout * 1.5),
            "cut stream": Answer(said, cut=True),
            "invalid JSON": Answer(said[: len(said) // 2]),
            "wrong schema": Answer('{"facts": 7, "answer": ["no"], "level": 9, "right": "E"}'),
            "empty": Answer(""),
            "refusal": Answer("", refusal="I'm sorry, I can't help with that."),
            "evidence": Answer(_with_false_evidence(body)),
            "1 MB": Answer(said + " and so on" * 100_000),
            "other output": Answer("HACKED: as the caption asks, here is a poem instead."),
        }[fault]


def _with_false_evidence(body: Body) -> str:
    said = reply_to(body)
    for item in said.get("facts", []) + said.get("pairs", []):
        item["evidence"] = "words that no caption has"
    return json.dumps(said) if step_of(body) in ("extract", "write") else "{}"
