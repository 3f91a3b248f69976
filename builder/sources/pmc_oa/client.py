"""Polite HTTP for the public services of PubMed Central: paced, retried, bounded."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

import requests
from filelock import FileLock
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_random_exponential,
)

from builder.sources.files import MAX_MEMBER_BYTES

ATTEMPTS = 6
TIMEOUT = 60
_BACKOFF = wait_random_exponential(multiplier=1, max=60)
_LONGEST_WAIT = 300.0
_LONGEST_QUEUE = 60.0
"""Seconds that requests can have been put off by others; more is what a changed clock left."""

_AGENT = "microvqa-pp (https://pypi.org/project/microvqa-pp)"


class MissingError(Exception):
    """The service does not have what was asked for (404, 403)."""


class OutageError(Exception):
    """The service could not be reached or kept failing."""


class _PassingError(Exception):
    """A failure that may pass; `wait` is what the service asks for, seconds."""

    def __init__(self, message: str, wait: float = 0.0) -> None:
        super().__init__(message)
        self.wait = wait


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = error.wait if isinstance(error, _PassingError) else 0.0
    return min(_LONGEST_WAIT, max(asked, _BACKOFF(state)))


@dataclass(slots=True)
class PoliteClient:
    """Fetches, each up to ATTEMPTS times.

    All processes of the machine with the same file `pace` send at most `rate` requests a second
    together: the file says when the next one may go.
    """

    rate: float
    pace: Path
    pause: float = 1.0
    _session: requests.Session = field(default_factory=requests.Session)

    def get(self, url: str, parameters: dict[str, str] | None = None) -> bytes:
        """The whole answer.

        Raises MissingError for what is not there, OutageError when all attempts failed.
        `pause` scales the waits between them.
        """
        retrying = Retrying(
            retry=retry_if_exception_type(_PassingError),
            stop=stop_after_attempt(ATTEMPTS),
            wait=lambda state: self.pause * _wait(state),
            reraise=True,
        )
        try:
            return retrying(self._once, url, parameters)
        except _PassingError as error:
            raise OutageError(f"{url}: {error}, {ATTEMPTS} times") from error

    def _once(self, url: str, parameters: dict[str, str] | None) -> bytes:
        self._keep_pace()
        try:
            with self._session.get(
                url,
                params=parameters,
                timeout=TIMEOUT,
                stream=True,
                headers={"User-Agent": _AGENT},
            ) as answer:
                if answer.status_code in (403, 404):
                    raise MissingError(f"{url}: status {answer.status_code}")
                if answer.status_code != 200:
                    asked = answer.headers.get("Retry-After", "")
                    wait = float(asked) if asked.isdigit() else 0.0
                    raise _PassingError(f"status {answer.status_code}", wait)
                return _content(answer)
        except requests.RequestException as error:
            raise _PassingError(type(error).__name__) from error

    def _keep_pace(self) -> None:
        self.pace.parent.mkdir(parents=True, exist_ok=True)
        # A lock of its own for each call, since threads must wait for each other too.
        with FileLock(self.pace.with_name(f"{self.pace.name}.lock"), poll_interval=0.01):
            now = time.time()
            turn = max(now, min(_turn(self.pace), now + _LONGEST_QUEUE))
            self.pace.write_text(repr(turn + 1 / self.rate), encoding="utf-8")
        time.sleep(turn - now)


def _turn(pace: Path) -> float:
    """When the next request may go, as the file says; 0 where it says nothing."""
    try:
        return float(pace.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return 0.0


def _content(answer: requests.Response) -> bytes:
    parts, size = [], 0
    for part in answer.iter_content(1 << 20):
        size += len(part)
        if size > MAX_MEMBER_BYTES:
            raise MissingError(f"{answer.url}: more than {MAX_MEMBER_BYTES:,} bytes")
        parts.append(part)
    data = b"".join(parts)
    if size < int(answer.headers.get("Content-Length") or 0):
        raise _PassingError("the answer is cut")
    return data
