"""Work on one thread, so that its result does not depend on the number of cores."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from threadpoolctl import threadpool_limits


@contextmanager
def one_thread() -> Iterator[None]:
    """Holds linear algebra to one thread: the last bits of a product depend on their number.

    Also a decorator.
    """
    with threadpool_limits(limits=1):
        yield
