"""What responses cost in tokens, money and time, counted once, and where to stop."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TextIO

from scoring.models.records import BudgetSpent, Image, Request, Response

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
class Usage:
    """Sums over calls. `seconds` adds up latencies, so it exceeds the time of a run."""

    calls: int = 0
    uncounted: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    usd: float = 0.0
    seconds: float = 0.0

    def add(
        self, tokens_in: int | None, tokens_out: int | None, seconds: float, prices: Prices
    ) -> None:
        """Counts a call; `uncounted` where the server gave no token counts."""
        self.calls += 1
        self.uncounted += tokens_in is None or tokens_out is None
        self.tokens_in += tokens_in or 0
        self.tokens_out += tokens_out or 0
        self.usd += prices.of(tokens_in, tokens_out) or 0.0
        self.seconds += seconds


def add_up(usages: Iterable[Usage]) -> Usage:
    """The sum of several."""
    listed = list(usages)
    return Usage(**{f.name: sum(getattr(u, f.name) for u in listed) for f in fields(Usage)})


class UsageLog:
    """Counts every response of a client: what was sent by step, what the cache gave apart.

    Args:
        prices: what tokens cost.
        file: gets a line per call that was sent, over all runs; None keeps no file.
    """

    def __init__(self, prices: Prices = Prices(), file: Path | None = None) -> None:
        self.prices = prices
        self.steps: dict[str, Usage] = {}
        self.cached = Usage()
        self._path = file
        self._file: TextIO | None = None
        self._started = time.monotonic()

    @property
    def sent(self) -> Usage:
        """All that was sent in this run."""
        return add_up(self.steps.values())

    def count(self, step: str, response: Response) -> None:
        """Counts a response under the name of its step, or as one from the cache."""
        tokens_in, tokens_out, seconds = response.tokens_in, response.tokens_out, response.latency
        usage = self.cached if response.cached else self.steps.setdefault(step, Usage())
        usage.add(tokens_in, tokens_out, seconds, self.prices)
        if response.cached or self._path is None:
            return
        # The file is opened by the first call, so that a run that asks nothing leaves none.
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._path.open("a", encoding="utf-8", buffering=1)
        entry = {
            "step": step,
            "tokens_in": tokens_in,
            "tokens_out": tokens_out,
            "seconds": seconds,
        }
        self._file.write(json.dumps(entry) + "\n")

    def describe(self) -> str:
        """This run so far, in a few words."""
        sent = self.sent
        minutes = max(time.monotonic() - self._started, 1e-9) / 60
        priced = None not in (self.prices.read, self.prices.written)
        return (
            f"{sent.calls:,} calls ({sent.calls / minutes:,.0f}/min), {self.cached.calls:,} from "
            f"the cache, {sent.tokens_in:,} tokens in, {sent.tokens_out:,} out"
            + (f", ${sent.usd:.4f}" if priced else "")
        )

    def close(self) -> None:
        """Closes the file."""
        if self._file is not None:
            self._file.close()
            self._file = None


def read_usage(file: Path, prices: Prices) -> dict[str, Usage]:
    """What all runs sent that wrote into a file of a `UsageLog`, by step.

    A line that a killed run cut off is left out.
    """
    steps: dict[str, Usage] = {}
    try:
        lines = file.read_text("utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return steps
    for line in lines:
        try:
            entry = json.loads(line)
            counts = (entry["tokens_in"], entry["tokens_out"], entry["seconds"])
            steps.setdefault(str(entry["step"]), Usage()).add(*counts, prices)
        except (ValueError, KeyError, TypeError):
            continue
    return steps


class Budget:
    """Holds money back for requests under way, so that their sum stays within `usd`.

    What a request may cost is bounded by its `max_tokens` and an estimate of what it sends (three
    characters a token, 2,000 tokens an image, or the most seen so far).

    Args:
        usd: the limit; None is none.
        prices: what tokens cost, which a limit needs.
        log: file for a line per call, see `UsageLog`.

    Raises:
        ValueError: for a limit without both prices.
    """

    def __init__(
        self, usd: float | None = None, prices: Prices = Prices(), log: Path | None = None
    ) -> None:
        if usd is not None and (prices.read is None or prices.written is None):
            raise ValueError("a budget needs both prices")
        self.usd = usd
        self.prices = prices
        self.usage = UsageLog(prices, log)
        self._held = 0.0
        self._active = 0
        self._charged = 0.0
        self._largest = 0
        self._freed = asyncio.Event()

    @asynccontextmanager
    async def hold(self, *requests: Request) -> AsyncIterator[list[Response]]:
        """Holds money for requests that are sent together.

        Yields:
            A list for their responses, one per request, which are counted at the end.

        Raises:
            BudgetSpent: where the money is not there, and nothing under way could free any.
        """
        bound = self._estimate_most(requests)
        while self.usd is not None and self._charged + self._held + bound > self.usd + 1e-12:
            if not self._active:
                raise BudgetSpent(self._explain(bound))
            self._freed.clear()
            await self._freed.wait()
        self._held, self._active = self._held + bound, self._active + 1
        responses: list[Response] = []
        try:
            yield responses
        finally:
            self._active -= 1
            # Sums of floats do not end at 0: with nothing under way, nothing is held.
            self._held = self._held - bound if self._active else 0.0
            self._charge(requests, responses, bound)
            self._freed.set()

    def _estimate_most(self, requests: Iterable[Request]) -> float:
        """The most that requests can cost, USD."""
        worst = 0.0
        for request in requests:
            parts = [part for message in request.messages for part in message.parts]
            images = sum(isinstance(part, Image) for part in parts)
            letters = sum(len(part) for part in parts if isinstance(part, str))
            read = letters // _CHARACTERS_PER_TOKEN + images * _TOKENS_PER_IMAGE
            worst += self.prices.of(max(read, self._largest), request.max_tokens) or 0.0
        return worst

    def _charge(self, requests: Iterable[Request], responses: list[Response], bound: float) -> None:
        for request, response in zip(requests, responses, strict=False):
            self.usage.count(request.step, response)
            cost = self.prices.of(response.tokens_in, response.tokens_out)
            # A response without counts is taken to have cost the most that it could.
            self._charged += bound / len(responses) if cost is None else cost
            self._largest = max(self._largest, response.tokens_in or 0)

    def _explain(self, bound: float) -> str:
        if not self._charged:
            return f"a budget of ${self.usd:g} is too small: a request could cost ${bound:.4f}"
        return (
            f"the budget of ${self.usd:g} is spent: ${self._charged:.4f} so far, and the next "
            f"request could cost ${bound:.4f}"
        )
