"""Why a model gave no response. Messages are one line and never hold a key."""

from __future__ import annotations


class ModelError(Exception):
    """No response; the message says why and, where it helps, what to do."""


class TransientError(ModelError):
    """Trying again can help. `retry_after` is what the server asks to wait, in seconds."""

    def __init__(self, message: str, retry_after: float | None = None, busy: bool = False) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.busy = busy


class RequestError(ModelError):
    """The server refuses this one request: trying again does not help, others may work."""


class FatalError(ModelError):
    """No request can work: a wrong key, an unknown model, a missing package."""


class BudgetSpent(ModelError):  # noqa: N818 - reads as what happened
    """Sending more could cost more than the budget."""
