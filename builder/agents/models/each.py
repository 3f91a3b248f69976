"""Many pieces of work at once, but not all at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


async def each(
    items: Sequence[Item], work: Callable[[Item], Awaitable[Result]], at_once: int
) -> list[Result]:
    """Results in the order of the items, `at_once` of them under way.

    After an error nothing new is begun; it is raised when all that was under way has ended.
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

    await asyncio.gather(*(go_on() for _ in range(min(at_once, len(items)))))
    if errors:
        raise errors[0]
    return [results[number] for number in range(len(items))]
