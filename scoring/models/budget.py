"""What responses cost in tokens, money and time, and where to stop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from scoring.models.errors import BudgetSpent
from scoring.models.records import Image, Request, Response

_CHARACTERS_PER_TOKEN = 3
_TOKENS_PER_IMAGE = 2000


@dataclass(frozen=True, slots=True)
class Prices:
    """USD per million tokens read and written; None where not known."""

    read: float | None = None
    written: float | None = None

    def of(self, tokens_in: int | None, tokens_out: int | None) -> float | None:
        """USD, or None where a price or a count is not known."""
        if None in (self.read, self.written, tokens_in, tokens_out):
            return None
        assert self.read is not None and self.written is not None
        assert tokens_in is not None and tokens_out is not None
        return (self.read * tokens_in + self.written * tokens_out) / 1e6


@dataclass(slots=True)
class Totals:
    """Sums over responses. `seconds` adds up latencies, so it exceeds the time of a run."""

    responses: int = 0
    uncounted: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    usd: float = 0.0
    seconds: float = 0.0

    def add(self, response: Response, prices: Prices) -> None:
        """Counts a response; `uncounted` where the server gave no token counts."""
        self.responses += 1
        self.uncounted += response.tokens_in is None or response.tokens_out is None
        self.tokens_in += response.tokens_in or 0
        self.tokens_out += response.tokens_out or 0
        self.usd += prices.of(response.tokens_in, response.tokens_out) or 0.0
        self.seconds += response.latency


class Budget:
    """Holds money back for requests under way, so that their sum stays within `usd`.

    What a request may cost is bounded by its `max_tokens` and an estimate of what it sends (three
    characters a token, 2,000 tokens an image, or the most seen so far). `usd` None is no limit.
    """

    def __init__(self, usd: float | None = None, prices: Prices = Prices()) -> None:
        if usd is not None and (prices.read is None or prices.written is None):
            raise ValueError("a budget needs both prices")
        self.usd = usd
        self.prices = prices
        self.sent = Totals()
        self.cached = Totals()
        self._held = 0.0
        self._active = 0
        self._charged = 0.0
        self._largest = 0
        self._freed = asyncio.Event()

    def _bound(self, requests: tuple[Request, ...]) -> float:
        worst = 0.0
        for request in requests:
            parts = [part for message in request.messages for part in message.parts]
            images = sum(isinstance(part, Image) for part in parts)
            letters = sum(len(part) for part in parts if isinstance(part, str))
            read = letters // _CHARACTERS_PER_TOKEN + images * _TOKENS_PER_IMAGE
            worst += self.prices.of(max(read, self._largest), request.max_tokens) or 0.0
        return worst

    @asynccontextmanager
    async def hold(self, *requests: Request) -> AsyncIterator[list[Response]]:
        """Money for requests; put their responses into the list. Raises BudgetSpent."""
        bound = self._bound(requests)
        while not self._fits(bound):
            if not self._active:
                raise BudgetSpent(self._spent(bound))
            self._freed.clear()
            await self._freed.wait()
        self._held, self._active = self._held + bound, self._active + 1
        responses: list[Response] = []
        try:
            yield responses
        finally:
            self._active -= 1
            self._held = self._held - bound if self._active else 0.0
            self._charge(responses, bound)
            self._freed.set()

    def _spent(self, bound: float) -> str:
        if not self._charged:
            return f"a budget of ${self.usd:g} is too small: a request could cost ${bound:.4f}"
        return (
            f"the budget of ${self.usd:g} is spent: ${self._charged:.4f} so far, and the next "
            f"request could cost ${bound:.4f}"
        )

    def _fits(self, bound: float) -> bool:
        return self.usd is None or self._charged + self._held + bound <= self.usd + 1e-12

    def _charge(self, responses: list[Response], bound: float) -> None:
        for response in responses:
            self.sent.add(response, self.prices)
            cost = self.prices.of(response.tokens_in, response.tokens_out)
            self._charged += bound / len(responses) if cost is None else cost
            self._largest = max(self._largest, response.tokens_in or 0)
