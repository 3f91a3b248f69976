"""What a model agent is told besides its name."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from builder.agents.settings import ModelSettings


@dataclass(frozen=True, slots=True)
class AgentOptions:
    """Where a model's responses and what they cost are kept, and how it is asked."""

    folder: Path = Path()
    model: ModelSettings = field(default_factory=ModelSettings)
