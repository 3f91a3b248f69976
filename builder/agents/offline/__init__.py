"""The offline agent: questions by rules, without any model."""

from builder.agents.offline.agent import OfflineAgent

__all__ = ["OfflineAgent"]
