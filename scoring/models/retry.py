"""When to try again, after how long, and how much to send at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception_type,
    stop_after_attempt,
    wait_exponential,
    wait_random,
)

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

    def wait(self, state: RetryCallState) -> float:
        """Seconds before the next attempt."""
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, TransientError) and error.retry_after is not None:
            if error.retry_after > self.patience:
                raise FatalError(
                    f"the server asks to wait {error.retry_after:.0f} s ({error}); run again then"
                )
            return error.retry_after
        grown = wait_exponential(self.first, self.longest) + wait_random(0, self.first)
        return float(grown(state))


class Limiter:
    """At most so many requests at once: halved when the server is busy, then grown by one.

    Additive increase and multiplicative decrease (Chiu & Jain 1989). A wait that the server asks
    for holds all requests, not only the one it was said to.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.limit = float(most)
        self._active = 0
        self._until = 0.0
        self._changed = asyncio.Condition()

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Waits for its turn."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._active < max(1, int(self.limit)))
            self._active += 1
        try:
            await asyncio.sleep(max(0.0, self._until - asyncio.get_running_loop().time()))
            yield
        finally:
            async with self._changed:
                self._active -= 1
                self._changed.notify_all()

    def succeeded(self) -> None:
        """Grows by one for each full round of successes."""
        self.limit = min(float(self.most), self.limit + 1 / self.limit)

    def refused(self, wait: float | None) -> None:
        """Halves, and holds everything for `wait` seconds."""
        self.limit = max(1.0, self.limit / 2)
        self._until = max(self._until, asyncio.get_running_loop().time() + (wait or 0.0))


async def persistently(
    call: Callable[[], Awaitable[T]], policy: RetryPolicy, limiter: Limiter
) -> T:
    """Calls until it succeeds. Raises the last TransientError after the last attempt."""

    async def once() -> T:
        async with limiter.slot():
            try:
                result = await call()
            except TransientError as error:
                if error.busy:
                    limiter.refused(min(error.retry_after or 0.0, policy.patience))
                raise
            limiter.succeeded()
            return result

    retrying = AsyncRetrying(
        retry=retry_if_exception_type(TransientError),
        stop=stop_after_attempt(policy.attempts),
        wait=policy.wait,
        reraise=True,
    )
    return await retrying(once)
