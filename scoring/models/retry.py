"""When to try again, after how long, and how much to send at once."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from scoring.models.errors import FatalError, TransientError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Waits grow from `first` to `longest` seconds with jitter, or are what the server asks for.

    A server that asks for more than `patience` seconds ends the run.
    """

    attempts: int = 6
    first: float = 1.0
    longest: float = 60.0
    patience: float = 300.0

    def wait(self, attempt: int, error: TransientError) -> float:
        """Seconds to wait after an attempt, counted from 1, that ended with an error.

        Raises FatalError where the server asks for too long a wait.
        """
        if error.retry_after is None:
            grown: float = min(self.longest, self.first * 2 ** (attempt - 1))
            return grown + random.uniform(0, self.first)
        if error.retry_after > self.patience:
            raise FatalError(
                f"the server asks to wait {error.retry_after:.0f} s ({error}); run again then"
            )
        return error.retry_after


class Limiter:
    """At most so many requests at once: halved when the server is busy, then grown by one.

    Additive increase and multiplicative decrease (Chiu & Jain 1989). A wait that the server asks
    for holds all requests, not only the one it was said to. Who waits longest is next, and is sent
    the moment a reply is there, before anyone looks into that reply.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.limit = float(most)
        self._until = 0.0
        self._waiting: deque[tuple[Callable[[], Awaitable[Any]], asyncio.Future[Any]]] = deque()
        self._active = 0
        self._workers: set[asyncio.Task[None]] = set()

    async def run(self, call: Callable[[], Awaitable[T]]) -> T:
        """What a call gives, once it had its turn. Raises what it raises."""
        result: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((call, result))
        self._employ()
        return await result

    @property
    def _most_now(self) -> int:
        return max(1, int(self.limit))

    def _employ(self) -> None:
        if self._waiting and self._active < self._most_now:
            self._active += 1
            worker = asyncio.create_task(self._work())
            self._workers.add(worker)
            worker.add_done_callback(self._workers.discard)

    async def _work(self) -> None:
        try:
            while self._waiting and self._active <= self._most_now:
                self._employ()
                await self._serve(*self._waiting.popleft())
        finally:
            self._active -= 1

    async def _serve(self, call: Callable[[], Awaitable[Any]], result: asyncio.Future[Any]) -> None:
        if result.done():
            return
        try:
            _give(result, await self._turn(call))
        except Exception as error:
            _give(result, error=error)
        except BaseException:
            result.cancel()
            raise

    async def _turn(self, call: Callable[[], Awaitable[T]]) -> T:
        while (pause := self._until - asyncio.get_running_loop().time()) > 0:
            await asyncio.sleep(pause)
        return await call()

    def succeeded(self) -> None:
        """Grows by one for each full round of successes."""
        self.limit = min(float(self.most), self.limit + 1 / self.limit)

    def refused(self, wait: float | None) -> None:
        """Halves, and holds everything for `wait` seconds."""
        self.limit = max(1.0, self.limit / 2)
        self._until = max(self._until, asyncio.get_running_loop().time() + (wait or 0.0))


def _give(result: asyncio.Future[T], found: Any = None, error: Exception | None = None) -> None:
    """Ends the wait, unless it was given up."""
    if result.done():
        return
    if error is None:
        result.set_result(found)
    else:
        result.set_exception(error)


async def persistently(
    call: Callable[[], Awaitable[T]], policy: RetryPolicy, limiter: Limiter
) -> T:
    """Calls until it succeeds. Raises the last TransientError after the last attempt."""

    async def once() -> T:
        try:
            result = await call()
        except TransientError as error:
            if error.busy:
                limiter.refused(min(error.retry_after or 0.0, policy.patience))
            raise
        limiter.succeeded()
        return result

    attempt = 1
    while True:
        try:
            return await limiter.run(once)
        except TransientError as error:
            if attempt >= policy.attempts:
                raise
            pause = policy.wait(attempt, error)
        await asyncio.sleep(pause)
        attempt += 1
