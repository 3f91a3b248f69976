"""Agents that write questions, by name.

A model agent holds connections, a budget and a log for a whole build: one stands open per process,
until `closing_agents` ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from builder.agents.base import Agent
from builder.agents.settings import AgentOptions

if TYPE_CHECKING:
    from builder.agents.models import ModelAgent

MODELS = ("openai", "transformers", "recorded")
"""Kinds of agents that are models: `KIND:NAME`; of the last, the replies of one."""

_OPEN: dict[tuple[str, AgentOptions], ModelAgent] = {}


def is_model(name: str) -> bool:
    """Whether an agent is a model, which all calls of a build must share."""
    kind, _, model = name.partition(":")
    return kind in MODELS and bool(model)


def open_agent(name: str, options: AgentOptions | None = None) -> Agent:
    """The agent of that name. A model agent that is open already is given again.

    Raises:
        ValueError: there is no such agent.
        BuildError: the model cannot be opened.
    """
    if name == "offline":
        # Each kind of agent is imported where it is asked for: a build needs one of them.
        from builder.agents.offline import OfflineAgent

        return OfflineAgent()
    if is_model(name):
        return open_model_agent(name, options or AgentOptions())
    known = "offline, openai:MODEL, transformers:MODEL or recorded:FOLDER"
    raise ValueError(f"unknown agent {name!r}: {known}")


def open_model_agent(name: str, options: AgentOptions) -> ModelAgent:
    """The model agent of that name. Raises BuildError where it cannot be opened."""
    from builder.agents.models import ModelAgent

    if (name, options) not in _OPEN:
        _OPEN[name, options] = ModelAgent(name, options)
    return _OPEN[name, options]


@contextmanager
def closing_agents() -> Iterator[None]:
    """A build, after which the model agents that it opened are closed."""
    try:
        yield
    finally:
        while _OPEN:
            _OPEN.popitem()[1].close()


def describe_progress() -> str:
    """What the open model agents did so far, in a few words; empty without one."""
    return "; ".join(agent.usage.describe() for agent in _OPEN.values())


__all__ = [
    "Agent",
    "AgentOptions",
    "closing_agents",
    "describe_progress",
    "is_model",
    "open_agent",
    "open_model_agent",
]
