"""Turns: how many requests are sent at once, in what order, and what a cancelled one leaves."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from scoring.models import FatalError, RetryPolicy, TransientError
from scoring.models.retry import Limiter, call_persistently

QUICK = RetryPolicy(attempts=3, first=0.0, longest=0.0, patience=5)


@pytest.mark.parametrize("most", [1, 3])
def test_everyone_gets_a_turn_in_order_and_never_more_at_once(most: int) -> None:
    began: list[int] = []
    now, top = 0, 0

    async def call(number: int) -> int:
        nonlocal now, top
        began.append(number)
        now, top = now + 1, max(top, now + 1)
        await asyncio.sleep(0)
        now -= 1
        if number % 7 == 3:
            raise ValueError(number)
        return number

    async def ask(limiter: Limiter, number: int) -> object:
        """Each asks again as soon as it is answered, in the same step of the loop."""
        first = await asyncio.gather(limiter.run(partial(call, number)), return_exceptions=True)
        return first, await limiter.run(partial(call, 0))

    async def run() -> list[object]:
        limiter = Limiter(most)
        async with asyncio.timeout(10):
            return await asyncio.gather(*(ask(limiter, number) for number in range(50)))

    found = asyncio.run(run())
    assert top == most
    assert began[:50] == list(range(50))
    assert len(began) == 100
    assert repr(found[3]) == "([ValueError(3)], 0)"
    assert found[4] == ([4], 0)


def test_who_gives_up_waiting_is_not_sent_and_blocks_no_one() -> None:
    sent: list[str] = []

    async def call(name: str) -> str:
        sent.append(name)
        await asyncio.sleep(0.01)
        return name

    async def run() -> list[object]:
        limiter = Limiter(1)
        tasks = [asyncio.create_task(limiter.run(partial(call, n))) for n in "abc"]
        await asyncio.sleep(0)
        tasks[1].cancel()
        async with asyncio.timeout(10):
            return await asyncio.gather(
                *tasks, limiter.run(partial(call, "d")), return_exceptions=True
            )

    found = asyncio.run(run())
    assert isinstance(found[1], asyncio.CancelledError)
    assert (found[0], found[2], found[3], sent) == ("a", "c", "d", ["a", "c", "d"])


def test_a_busy_server_is_asked_less_at_once_and_too_long_a_wait_ends() -> None:
    errors = [TransientError("busy", 0.0, busy=True), TransientError("cut"), None]

    async def call() -> str:
        if error := errors.pop(0):
            raise error
        return "done"

    async def run(limiter: Limiter) -> str:
        return await call_persistently(call, QUICK, limiter)

    limiter = Limiter(8)
    assert asyncio.run(run(limiter)) == "done"
    assert 4 < limiter.limit < 5
    errors += [TransientError("cut")] * 3
    with pytest.raises(TransientError, match="cut"):
        asyncio.run(run(Limiter(1)))
    errors += [TransientError("busy", 99.0, busy=True)]
    with pytest.raises(FatalError, match="asks to wait 99 s"):
        asyncio.run(run(Limiter(1)))
