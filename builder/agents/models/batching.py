"""Requests that are under way at the same time: equal ones share a call, others a batch."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable
from dataclasses import replace

from scoring.models import Client, ModelError, Request, Response

_Waiting = tuple[Request, asyncio.Future[Response]]


class Batcher:
    """Asks a client. A request that equals one under way waits for that one's response.

    Where the backend takes batches, requests with the same settings share one.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._under_way: dict[Hashable, asyncio.Task[Response]] = {}
        self._waiting: list[_Waiting] = []
        self._work: asyncio.Task[None] | None = None

    async def complete(self, request: Request) -> Response:
        """One response. Raises what `Client.complete` raises."""
        title = request.schema["title"] if request.schema else None
        key = (request.messages, request.max_tokens, request.temperature, request.seed, title)
        if (same := self._under_way.get(key)) is not None:
            return replace(await asyncio.shield(same), cached=True)
        task = asyncio.create_task(self._complete(request))
        self._under_way[key] = task
        try:
            return await task
        finally:
            del self._under_way[key]

    async def _complete(self, request: Request) -> Response:
        if self._client.backend.batch_size == 1:
            return await self._client.complete(request)
        if found := self._client.known(request):
            return found
        future: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
        self._waiting.append((request, future))
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._serve())
        return await future

    async def _serve(self) -> None:
        while self._waiting:
            for _ in range(10):
                await asyncio.sleep(0)
            batch = self._next()
            try:
                await self._ask(batch)
            except ModelError as error:
                for _, future in batch:
                    if not future.done():
                        future.set_exception(error)

    def _next(self) -> list[_Waiting]:
        settings = _settings(self._waiting[0][0])
        alike = [w for w in self._waiting if _settings(w[0]) == settings]
        batch = alike[: self._client.backend.batch_size]
        taken = {id(request) for request, _ in batch}
        self._waiting = [w for w in self._waiting if id(w[0]) not in taken]
        return batch

    async def _ask(self, batch: list[_Waiting]) -> None:
        def arrived(number: int, outcome: Response | ModelError) -> None:
            future = batch[number][1]
            if isinstance(outcome, ModelError):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)

        await self._client.complete_all([request for request, _ in batch], arrived)


def _settings(request: Request) -> tuple[int, float | None, int | None, bool]:
    """What a batch shares; requests with images and without are kept apart."""
    pictured = any(not isinstance(p, str) for m in request.messages for p in m.parts)
    return request.max_tokens, request.temperature, request.seed, pictured
