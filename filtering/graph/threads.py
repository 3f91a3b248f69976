"""Work on one thread, so that its result does not depend on the number of cores."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock

from threadpoolctl import threadpool_limits

_LOCK = RLock()


@contextmanager
def one_thread() -> Iterator[None]:
    """Holds linear algebra to one thread: the last bits of a product depend on their number.

    One caller at a time, as the limit holds for the whole process. Also a decorator.
    """
    with _LOCK, threadpool_limits(limits=1):
        yield
