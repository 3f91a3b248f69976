from __future__ import annotations

from threading import Event, Thread

import numpy as np  # noqa: F401  loads the library whose threads are counted
from threadpoolctl import threadpool_info

from filtering.graph.hicqa import use_one_thread


def _threads() -> set[int]:
    return {library["num_threads"] for library in threadpool_info()}


def test_work_is_held_to_one_thread_until_the_last_caller_is_done() -> None:
    before, inside, found = _threads(), Event(), []
    held = use_one_thread()
    held.__enter__()

    def other() -> None:
        with use_one_thread():
            inside.set()
            found.append(_threads())

    caller = Thread(target=other)
    caller.start()
    assert not inside.wait(0.2)
    assert _threads() == {1}
    held.__exit__(None, None, None)
    caller.join(30)
    assert found == [{1}]
    assert _threads() == before


def test_a_caller_may_call_another() -> None:
    @use_one_thread()
    def inner() -> set[int]:
        return _threads()

    with use_one_thread():
        assert inner() == {1}
