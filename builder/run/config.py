"""What a build is asked to do."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from builder.agents import AgentOptions, is_model
from builder.agents.settings import ModelSettings
from builder.sources import Microscopy, SourceOptions
from builder.tables.licenses import Policy, normalise
from filtering.encoders.encoder_names import PHANTOM_TINY, check_encoders

RUNNING = {"output", "workers", "engine", "ray_address", "gpus_per_worker"}
"""Settings that do not shape the data."""


class BuildConfig(BaseModel):
    """Settings of a build. All but those in RUNNING shape the data.

    Raises pydantic.ValidationError for values out of range.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    output: Path = Field(description="folder that receives work/ and release/")
    sources: tuple[str, ...] = Field(
        default=("phantom",), min_length=1, description="sources, each KIND or KIND:LOCATION"
    )
    agent: str = Field(default="offline", description="writer of the questions")
    model: ModelSettings = Field(
        default_factory=ModelSettings, description="how an agent that is a model is asked"
    )
    keep_ratio: float = Field(
        default=0.75, gt=0, le=1, description="share of all candidates that the filter keeps"
    )
    test_ratio: float = Field(
        default=0.2, ge=0, lt=1, description="share of the questions aimed at for the test split"
    )
    seed: int = Field(default=0, ge=0, description="seed of everything random")
    license: Policy = Field(
        default="redistributable", description="figures whose licence allows less are left out"
    )
    microscopy: Microscopy = Field(
        default="strict",
        description="figures taken: labelled microscopy alone, among other labels, or all figures",
    )
    source_license: str = Field(
        default="", description="licence of figures whose source states none: MIT, CC BY 4.0 ..."
    )
    bloom_target: tuple[float, ...] = Field(
        default=(), description="shares of the Bloom levels 1-5 that the test split is drawn to"
    )
    bloom_beside: str = Field(
        default="", description="benchmark whose Bloom levels the agent sets too, for the card"
    )
    exclude: tuple[str, ...] = Field(
        default=(), description="benchmarks whose images and questions must not be built"
    )
    clip: str = Field(default=PHANTOM_TINY, description="image-text model of the filter, or 'none'")
    nli: str = Field(default=PHANTOM_TINY, description="entailment model of the filter, or 'none'")
    fit: bool = Field(
        default=False, description="fit the filter on the candidates, by errors planted into them"
    )
    workers: int = Field(default_factory=lambda: min(cores(), 8), ge=1, description="processes")
    engine: Literal["local", "ray"] = Field(
        default="local", description="processes of this machine, or workers of a Ray cluster"
    )
    ray_address: str = Field(
        default="", description="running cluster; empty for RAY_ADDRESS, or one on this machine"
    )
    gpus_per_worker: float = Field(
        default=0.0, ge=0, description="GPUs of each Ray worker that encodes; 0.25: four share one"
    )

    @field_validator("sources", mode="before")
    @classmethod
    def _one_source(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value

    @field_validator("agent")
    @classmethod
    def _known_agent(cls, value: str) -> str:
        if value != "offline" and not is_model(value):
            raise ValueError(f"{value!r} is none: offline, openai:MODEL or transformers:MODEL")
        return value

    @field_validator("bloom_target")
    @classmethod
    def _five_shares(cls, value: tuple[float, ...]) -> tuple[float, ...]:
        if value and (len(value) != 5 or min(value) < 0 or not 0 < sum(value) < float("inf")):
            raise ValueError("five shares are needed, for the levels 1 to 5: 10,20,30,30,10")
        return value

    @field_validator("source_license")
    @classmethod
    def _known_license(cls, value: str) -> str:
        if value and normalise(value).id == "unknown":
            raise ValueError(f"{value!r} is no licence known here; write MIT, CC0 or CC BY 4.0")
        return value

    @model_validator(mode="after")
    def _encoders_with_weights(self) -> BuildConfig:
        check_encoders(self.clip, self.nli, self.fit)
        return self

    @model_validator(mode="after")
    def _bloom_by_a_model(self) -> BuildConfig:
        if self.bloom_beside and not is_model(self.agent):
            raise ValueError("Bloom levels beside a benchmark's need an agent that is a model")
        return self

    def shaping(self) -> dict[str, Any]:
        """The settings as JSON, of the model's only what shapes the data."""
        settings = self.model_dump(mode="json")
        return settings | {"model": self.model.shaping if is_model(self.agent) else None}

    @property
    def agent_options(self) -> AgentOptions:
        """What the agent is told."""
        return AgentOptions(self.output / "work" / "agent", self.model)

    @property
    def source_options(self) -> SourceOptions:
        """What the sources are told."""
        return SourceOptions(self.seed, self.microscopy, self.source_license)


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):  # Linux
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def problems(error: ValidationError) -> str:
    """What is wrong with the settings, in one line."""
    return "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
