"""Settings of a build that concern an agent that is a model."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from builder.settings import Setting, Settings

if TYPE_CHECKING:
    from scoring.models import Prices, Serving

RESPONSES = "responses"
"""The folder in an agent's folder with all replies, a file each."""

COSTS = "costs.jsonl"
"""The file in an agent's folder with a line per call."""


PANEL = "An agent that is a model"
_RUNNING = Setting(panel=PANEL)
_ALL_STEPS = Setting(("candidates", "agent_signals", "questions"), panel=PANEL)
_JUDGING = Setting(("agent_signals",), panel=PANEL)
_QUESTIONS = Setting(("questions",), panel=PANEL)


class ModelSettings(Settings):
    """How a model is asked.

    Raises:
        pydantic.ValidationError: for values out of range.
    """

    base_url: Annotated[str | None, _RUNNING] = Field(
        default=None, description="server of openai:MODEL; default: OPENAI_BASE_URL"
    )
    revision: Annotated[str, _ALL_STEPS] = Field(default="", description="revision of the model")
    samples: Annotated[int, _JUDGING] = Field(
        default=3, ge=0, le=20, description="answers for self-consistency; 0: no agent signals"
    )
    rounds: Annotated[int, _QUESTIONS] = Field(
        default=3,
        ge=0,
        le=10,
        description="rewrites of a question against shortcuts, at most; 0: none looked for",
    )
    concurrency: Annotated[int, _RUNNING] = Field(
        default=16, ge=1, le=1024, description="requests at once, at most"
    )
    batch_size: Annotated[int, _RUNNING] = Field(
        default=8, ge=1, description="batch of transformers:MODEL"
    )
    timeout: Annotated[float, _RUNNING] = Field(
        default=120.0, gt=0, description="seconds to wait for a reply"
    )
    price_in: Annotated[float | None, _RUNNING] = Field(
        default=None, ge=0, description="USD per million tokens read"
    )
    price_out: Annotated[float | None, _RUNNING] = Field(
        default=None, ge=0, description="USD per million tokens written"
    )
    budget: Annotated[float | None, _RUNNING] = Field(
        default=None, ge=0, description="USD that this run may spend; run again to go on"
    )

    @field_validator("base_url")
    @classmethod
    def _refuse_keys(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"a base URL reads http://HOST:PORT/v1, not {value!r}")
        if parts.username or parts.password or parts.query:
            raise ValueError("leave keys out of the base URL; set OPENAI_API_KEY")
        return value

    @model_validator(mode="after")
    def _require_prices(self) -> ModelSettings:
        if self.budget is not None and None in (self.price_in, self.price_out):
            raise ValueError("a budget needs both prices: --price-in and --price-out")
        return self

    @property
    def prices(self) -> Prices:
        """USD per million tokens."""
        # `scoring` brings scipy, a second that the command line does not wait for.
        from scoring.models import Prices

        return Prices(self.price_in, self.price_out)

    @property
    def serving(self) -> Serving:
        """How the model is reached."""
        from scoring.models import Serving

        return Serving(
            self.base_url, self.revision, self.timeout, self.concurrency, self.batch_size
        )


@dataclass(frozen=True, slots=True)
class AgentOptions:
    """Where a model's responses and what they cost are kept, and how it is asked."""

    folder: Path = Path()
    model: ModelSettings = field(default_factory=ModelSettings)
