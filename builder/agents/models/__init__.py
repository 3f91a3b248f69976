"""Agents that are multimodal models, behind a server or in this process."""

from builder.agents.models.agent import ModelAgent

__all__ = ["ModelAgent"]
