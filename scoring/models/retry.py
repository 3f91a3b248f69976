"""When to try again, after how long, and how much to send at once."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception_type,
    stop_after_attempt,
    wait_exponential,
    wait_random,
)

from scoring.models.records import FatalError, TransientError

logger = logging.getLogger("microvqa_pp")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often a request is tried, and how long is waited in between.

    Waits double from `first` to `longest` seconds, with jitter of up to `first`, or are what the
    server asks for. A server that asks for more than `patience` seconds ends the run.
    """

    attempts: int = 6
    first: float = 1.0
    longest: float = 60.0
    patience: float = 300.0

    def make_retrying(self) -> AsyncRetrying:
        """Tenacity's object for one call, which it keeps the state of."""
        grown = wait_exponential(self.first, max=self.longest) + wait_random(0, self.first)

        def choose_wait(state: RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome else None
            asked = error.retry_after if isinstance(error, TransientError) else None
            if asked is None:
                return grown(state)
            if asked > self.patience:
                raise FatalError(f"the server asks to wait {asked:.0f} s ({error}); run again then")
            return asked

        def report_wait(state: RetryCallState) -> None:
            logger.info(
                "try %d of %d failed (%s); again in %.1f s",
                state.attempt_number,
                self.attempts,
                state.outcome.exception() if state.outcome else "",
                state.upcoming_sleep,
            )

        return AsyncRetrying(
            retry=retry_if_exception_type(TransientError),
            stop=stop_after_attempt(self.attempts),
            wait=choose_wait,
            before_sleep=report_wait,
            reraise=True,
        )


class Limiter:
    """At most so many calls at once: halved when the server is busy, then grown by one.

    Additive increase and multiplicative decrease (Chiu & Jain 1989). Written here because tenacity
    knows one call at a time, and these are things that calls must share:

    - how many may be under way, which adapts to what the server refuses;
    - a wait that the server asks for, which holds all calls and not only the one it was said to;
    - turns: who waits longest is next, and is sent the moment a reply is there, before anyone looks
      into that reply. With a semaphore the next is sent after that, and the server idles.
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
        self._start_worker()
        return await result

    def _start_worker(self) -> None:
        """Starts one more worker, where calls wait and the limit allows it."""
        if self._waiting and self._active < max(1, int(self.limit)):
            self._active += 1
            worker = asyncio.create_task(self._work())
            self._workers.add(worker)
            worker.add_done_callback(self._workers.discard)

    async def _work(self) -> None:
        """Serves the calls that wait, until none does or the limit has sunk."""
        try:
            while self._waiting and self._active <= max(1, int(self.limit)):
                self._start_worker()
                await self._serve(*self._waiting.popleft())
        finally:
            self._active -= 1

    async def _serve(self, call: Callable[[], Awaitable[Any]], result: asyncio.Future[Any]) -> None:
        # Whoever waited may have been cancelled, before its turn or during it.
        if result.done():
            return
        try:
            while (pause := self._until - asyncio.get_running_loop().time()) > 0:
                await asyncio.sleep(pause)
            value = await call()
            if not result.done():
                result.set_result(value)
        except Exception as error:
            if not result.done():
                result.set_exception(error)
        except BaseException:
            result.cancel()
            raise

    def grow(self) -> None:
        """After a success: grows by one for each full round of successes."""
        self.limit = min(float(self.most), self.limit + 1 / self.limit)

    def back_off(self, wait: float) -> None:
        """After a refusal: halves, and holds everything for `wait` seconds."""
        self.limit = max(1.0, self.limit / 2)
        self._until = max(self._until, asyncio.get_running_loop().time() + wait)
        logger.info("the server is busy: %d requests at once, after %.1f s", self.limit, wait)


async def call_persistently(
    call: Callable[[], Awaitable[T]], policy: RetryPolicy, limiter: Limiter
) -> T:
    """Calls until it succeeds, each try in its turn; the limiter learns how it went.

    Raises:
        TransientError: the last one, after the last attempt.
        FatalError: where the server asks for too long a wait.
    """

    async def try_once() -> T:
        try:
            result = await call()
        except TransientError as error:
            if error.busy:
                limiter.back_off(min(error.retry_after or 0.0, policy.patience))
            raise
        limiter.grow()
        return result

    async def take_turn() -> T:
        return await limiter.run(try_once)

    # The wait between tries is outside of the turn, so that others are sent meanwhile.
    return await policy.make_retrying()(take_turn)
