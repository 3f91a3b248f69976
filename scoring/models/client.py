"""One way to every chat model: cache, budget, retries, batches and parallel requests.

A request goes through these steps: an equal one under way or in the cache answers it; else it
waits for a batch where the backend takes several at a time; the budget holds money for it; the
limiter gives it its turn; failures that can pass are tried again; the response is kept.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar

from scoring.models.budget import Budget
from scoring.models.cache import ReplyStore, digest_key
from scoring.models.records import (
    BudgetSpent,
    FatalError,
    ModelError,
    NotRecordedError,
    Request,
    RequestError,
    Response,
    SchemaRefused,
    TransientError,
)
from scoring.models.retry import Limiter, RetryPolicy, call_persistently

logger = logging.getLogger("microvqa_pp")

Outcome = Response | RequestError | TransientError
Arrived = Callable[[int, Outcome], None]
Item = TypeVar("Item")
Result = TypeVar("Result")
_Queued = tuple[Request, asyncio.Future[Response]]

_FEWEST_FAILURES = 10
_TURNS_TO_GATHER = 10
"""Turns of the event loop in which requests of one moment come together to a batch."""


class Backend(Protocol):
    """What serves a chat model: a server, or this process.

    `name` and `revision` go into the key of the cache. `batch_size` requests are handed over
    together, `concurrency` batches at once.
    """

    name: str
    revision: str
    batch_size: int
    concurrency: int

    async def complete(self, requests: Sequence[Request]) -> list[Response]:
        """One response per request. Raises TransientError, RequestError or FatalError."""
        ...


@dataclass(slots=True)
class Client:
    """Asks a backend. Use one event loop per client.

    Once no more can be sent, because the budget is spent or no request can work, `ended` says why,
    and whatever would have to be sent raises it.

    >>> client = Client(OpenAIChat("gpt-4o"), cache=ResponseCache(Path("cache")))  # doctest: +SKIP
    >>> asyncio.run(client.complete(request)).text  # doctest: +SKIP
    """

    backend: Backend
    cache: ReplyStore | None = None
    budget: Budget = field(default_factory=Budget)
    policy: RetryPolicy = field(default_factory=RetryPolicy)
    limiter: Limiter = field(init=False)
    ended: ModelError | None = field(default=None, init=False)
    _failures: int = field(default=0, init=False)
    _under_way: dict[Hashable, asyncio.Task[Response]] = field(default_factory=dict, init=False)
    _queue: list[_Queued] = field(default_factory=list, init=False)
    _serving: int = field(default=0, init=False)
    _servers: set[asyncio.Task[None]] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        self.limiter = Limiter(self.backend.concurrency)

    async def complete(self, request: Request) -> Response:
        """One response, from the cache if it is there.

        A request that equals one under way waits for that one's response.

        Raises:
            RequestError: the server refuses this request.
            TransientError: it failed, also at the last attempt.
            BudgetSpent: more could cost more than the budget.
            FatalError: no request can work, or so many failed in a row that the server is gone.
        """
        # Schemas are compared by identity: dictionaries have no hash, and a prompt has one schema.
        key = (
            request.messages,
            request.max_tokens,
            request.temperature,
            request.seed,
            id(request.schema),
        )
        if (same := self._under_way.get(key)) is not None:
            response = replace(await asyncio.shield(same), cached=True)
            self.budget.usage.count(request.step, response)
            return response
        task = self._under_way[key] = asyncio.create_task(self._answer(request))
        try:
            return await task
        finally:
            del self._under_way[key]

    async def complete_all(self, requests: Iterable[Request], arrived: Arrived) -> None:
        """Asks many requests, as many at once as the backend takes.

        Args:
            requests: are made one by one, as their turn comes.
            arrived: gets each response with its number, in any order, or the error of a request
                that failed alone.

        Raises:
            BudgetSpent, FatalError: when no more can be sent, after what was under way has arrived.
        """

        async def ask(numbered: tuple[int, Request]) -> None:
            number, request = numbered
            outcome: Outcome
            try:
                outcome = await self.complete(request)
            except (RequestError, TransientError) as error:
                outcome = error
            arrived(number, outcome)

        at_once = self.backend.concurrency * self.backend.batch_size
        await map_concurrently(enumerate(requests), ask, at_once)

    def digest(self, request: Request) -> str:
        """The name under which the response to a request is kept."""
        return digest_key(request.key(self.backend.name, self.backend.revision))

    async def _answer(self, request: Request) -> Response:
        """The response from the cache, or from the backend, alone or as part of a batch."""
        if self.cache is not None:
            key = request.key(self.backend.name, self.backend.revision)
            if (known := self.cache.get(key)) is not None:
                self.budget.usage.count(request.step, known)
                return known
        if self.backend.batch_size == 1:
            return (await self._send([request]))[0]
        waiting: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
        self._queue.append((request, waiting))
        if self._serving < self.backend.concurrency:
            self._serving += 1
            server = asyncio.create_task(self._serve_queue())
            # The loop itself holds tasks weakly.
            self._servers.add(server)
            server.add_done_callback(self._servers.discard)
        return await waiting

    async def _serve_queue(self) -> None:
        """Sends what waits, batch by batch, until nothing does."""
        try:
            while self._queue:
                # Whoever has just got a reply asks the next thing within a few turns of the loop.
                for _ in range(_TURNS_TO_GATHER):
                    await asyncio.sleep(0)
                if batch := self._take_batch():
                    await self._serve(batch)
        finally:
            # In the same turn as the last look at the queue, or a request could wait for ever.
            self._serving -= 1

    def _take_batch(self) -> list[_Queued]:
        """The next batch: who waits longest, and others with the same settings."""
        if not self._queue:
            return []
        settings = _batch_settings(self._queue[0][0])
        alike = [waiting for waiting in self._queue if _batch_settings(waiting[0]) == settings]
        batch = alike[: self.backend.batch_size]
        taken = {id(waiting) for _, waiting in batch}
        self._queue = [w for w in self._queue if id(w[1]) not in taken]
        return batch

    async def _serve(self, batch: list[_Queued]) -> None:
        """Answers a batch: all who wait for it get a response or an error."""
        try:
            responses = await self._send([request for request, _ in batch])
        except Exception as error:
            # One refused request refuses its batch: asked one by one, only that one fails.
            if isinstance(error, RequestError) and len(batch) > 1:
                for alone in batch:
                    await self._serve([alone])
                return
            for _, waiting in batch:
                if not waiting.done():
                    waiting.set_exception(error)
            return
        for (_, waiting), response in zip(batch, responses, strict=True):
            if not waiting.done():
                waiting.set_result(response)

    async def _send(self, requests: list[Request]) -> list[Response]:
        """Sends requests as one batch: pays, tries again, keeps the responses."""
        if self.ended is not None:
            raise self.ended
        try:
            async with self.budget.hold(*requests) as charged:
                charged += await call_persistently(
                    lambda: self._call(requests), self.policy, self.limiter
                )
        except (BudgetSpent, FatalError) as error:
            self._end(error)
            raise
        except (RequestError, TransientError) as error:
            # A batch that is refused is asked again one by one, a refused schema without it.
            retried = len(requests) > 1 and isinstance(error, RequestError)
            if not (retried or isinstance(error, SchemaRefused | NotRecordedError)):
                self._count_failure(error)
            raise
        self._failures = 0
        if self.cache is not None:
            for request, response in zip(requests, charged, strict=True):
                key = request.key(self.backend.name, self.backend.revision)
                # Writing waits for the disk; other requests must not.
                await asyncio.to_thread(self.cache.put, key, response)
        return charged

    async def _call(self, requests: list[Request]) -> list[Response]:
        """One call of the backend; what waited for its turn is not sent after the end."""
        if self.ended is not None:
            raise self.ended
        try:
            return await self.backend.complete(requests)
        except FatalError as error:
            # At once, since the limiter sends the next before anyone else hears of this.
            self._end(error)
            raise

    def _count_failure(self, error: ModelError) -> None:
        """Ends the run where request after request fails: then the server is gone.

        A single image that the server refuses fails all requests about it, and all that are under
        way fail together, so it takes two rounds of requests, and ten at least.
        """
        self._failures += 1
        logger.info("no response from %s: %s", self.backend.name, error)
        if self._failures >= max(_FEWEST_FAILURES, 2 * self.backend.concurrency):
            end = FatalError(f"{self._failures} requests in a row failed; the last: {error}")
            self._end(end)
            raise end

    def _end(self, error: ModelError) -> None:
        if self.ended is None:
            logger.info("nothing more is sent to %s: %s", self.backend.name, error)
            self.ended = error


def _batch_settings(request: Request) -> tuple[int, float | None, int | None, bool]:
    """What requests of a batch share; those with images and those without are kept apart."""
    pictured = any(not isinstance(p, str) for m in request.messages for p in m.parts)
    return request.max_tokens, request.temperature, request.seed, pictured


async def map_concurrently(
    items: Iterable[Item], work: Callable[[Item], Awaitable[Result]], at_once: int
) -> list[Result]:
    """Does work on many items at once, but not on all at once.

    After an error nothing new is begun. The error is raised when all that was under way has ended,
    which a task group would cancel: a reply that is paid for must arrive.

    Args:
        items: are taken one by one, as their turn comes.
        work: what is done with an item.
        at_once: how many items are under way.

    Returns:
        Results in the order of the items.
    """
    results: dict[int, Result] = {}
    errors: list[Exception] = []
    rest = iter(enumerate(items))

    async def go_on() -> None:
        for number, item in rest:
            if errors:
                return
            try:
                results[number] = await work(item)
            except Exception as error:
                errors.append(error)

    await asyncio.gather(*(go_on() for _ in range(at_once)))
    if errors:
        raise errors[0]
    return [results[number] for number in range(len(results))]
