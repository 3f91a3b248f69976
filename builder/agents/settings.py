"""Settings of a build that concern an agent that is a model."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

if TYPE_CHECKING:
    from scoring.models import Prices, Serving

COSTS = "costs.jsonl"
"""The file in an agent's folder with a line per call."""


class ModelSettings(BaseModel):
    """How a model is asked. `revision`, `samples`, `rounds` shape the data, the others do not.

    Raises:
        pydantic.ValidationError: for values out of range.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    base_url: str | None = Field(default=None, description="server of openai:MODEL")
    revision: str = Field(default="", description="revision of the model")
    samples: int = Field(
        default=3, ge=0, le=20, description="answers for self-consistency; 0: no agent signals"
    )
    rounds: int = Field(
        default=3, ge=0, le=10, description="rewrites against shortcuts at most; 0: none looked for"
    )
    concurrency: int = Field(default=16, ge=1, le=1024, description="requests at once, at most")
    batch_size: int = Field(default=8, ge=1, description="batch of transformers:MODEL")
    timeout: float = Field(default=120.0, gt=0, description="seconds to wait for a reply")
    price_in: float | None = Field(default=None, ge=0, description="USD per million tokens read")
    price_out: float | None = Field(default=None, ge=0, description="USD per million written")
    budget: float | None = Field(default=None, ge=0, description="USD that one run may spend")

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

    @property
    def shaping(self) -> list[str | int]:
        """The settings that shape the data: a build with others makes its stages anew."""
        return [self.revision, self.samples, self.rounds]


@dataclass(frozen=True, slots=True)
class AgentOptions:
    """Where a model's responses and what they cost are kept, and how it is asked."""

    folder: Path = Path()
    model: ModelSettings = field(default_factory=ModelSettings)
