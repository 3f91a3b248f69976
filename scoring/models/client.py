"""One way to every chat model: cache, budget, retries and parallel requests around a backend."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol

from scoring.models.budget import Budget
from scoring.models.cache import ResponseCache
from scoring.models.errors import FatalError, ModelError, RequestError, TransientError
from scoring.models.records import Request, Response
from scoring.models.retry import Limiter, RetryPolicy, persistently

Outcome = Response | RequestError | TransientError
Arrived = Callable[[int, Outcome], None]
_HOPELESS = 5


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

    >>> client = Client(OpenAIChat("gpt-4o"), cache=ResponseCache(Path("cache")))  # doctest: +SKIP
    >>> asyncio.run(client.complete(request)).text  # doctest: +SKIP
    """

    backend: Backend
    cache: ResponseCache | None = None
    budget: Budget = field(default_factory=Budget)
    policy: RetryPolicy = field(default_factory=RetryPolicy)
    limiter: Limiter = field(init=False)
    _failed: int = field(default=0, init=False)
    _ended: BaseException | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.limiter = Limiter(self.backend.concurrency)

    def known(self, request: Request) -> Response | None:
        """The response in the cache."""
        if self.cache is None:
            return None
        found = self.cache.get(request.key(self.backend.name, self.backend.revision))
        if found:
            self.budget.cached.add(found, self.budget.prices)
        return found

    async def complete(self, request: Request) -> Response:
        """One response, from the cache if it is there.

        Raises BudgetSpent, FatalError, RequestError, or TransientError after the last attempt.
        """
        return self.known(request) or (await self._send([request]))[0]

    async def complete_all(self, requests: Iterable[Request], arrived: Arrived) -> None:
        """Responses to many requests, each handed to `arrived` with its number, in any order.

        A request that fails is handed over as its error. Raises BudgetSpent and FatalError when
        no more can be sent, after what was under way has arrived.
        """
        self._ended, batches = None, self._batches(enumerate(requests), arrived)
        workers = [
            asyncio.create_task(self._work(batches, arrived))
            for _ in range(self.backend.concurrency)
        ]
        await asyncio.gather(*workers, return_exceptions=True)
        if self._ended is not None:
            raise self._ended

    def _batches(
        self, requests: Iterator[tuple[int, Request]], arrived: Arrived
    ) -> Iterator[list[tuple[int, Request]]]:
        """What is not in the cache, by batches."""

        def unknown() -> Iterator[tuple[int, Request]]:
            for number, request in requests:
                if found := self.known(request):
                    arrived(number, found)
                else:
                    yield number, request

        rest = unknown()
        while self._ended is None and (batch := list(islice(rest, self.backend.batch_size))):
            yield batch

    async def _work(self, batches: Iterator[list[tuple[int, Request]]], arrived: Arrived) -> None:
        try:
            for batch in batches:
                outcomes = await self._outcomes([request for _, request in batch])
                for (number, _), outcome in zip(batch, outcomes, strict=True):
                    arrived(number, outcome)
                await asyncio.sleep(0)
        except BaseException as error:
            self._ended = self._ended or error
            raise

    async def _outcomes(self, requests: list[Request]) -> Sequence[Outcome]:
        try:
            responses = await self._send(requests)
        except (RequestError, TransientError) as error:
            if isinstance(error, RequestError) and len(requests) > 1:
                return [(await self._outcomes([request]))[0] for request in requests]
            self._given_up(error)
            return [error] * len(requests)
        self._failed = 0
        return responses

    def _given_up(self, error: ModelError) -> None:
        """Ends the run where request after request fails."""
        self._failed += 1
        if self._failed >= _HOPELESS:
            raise FatalError(f"{self._failed} requests in a row failed; the last: {error}")

    async def _send(self, requests: list[Request]) -> list[Response]:
        async with self.budget.hold(*requests) as charged:
            responses = await persistently(
                lambda: self.backend.complete(requests), self.policy, self.limiter
            )
            charged += responses
        if self.cache is not None:
            for request, response in zip(requests, responses, strict=True):
                key = request.key(self.backend.name, self.backend.revision)
                await asyncio.to_thread(self.cache.put, key, response)
        return responses
