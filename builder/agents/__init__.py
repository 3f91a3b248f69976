"""Agents that write questions, by name."""

from __future__ import annotations

from builder.agents.base import Agent


def open_agent(name: str) -> Agent:
    """The agent of that name. Raises ValueError for an unknown one."""
    if name == "offline":
        from builder.agents.offline import OfflineAgent

        return OfflineAgent()
    raise ValueError(f"unknown agent {name!r}; known agents: offline")


__all__ = ["Agent", "open_agent"]
