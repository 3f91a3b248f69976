"""What a build is asked to do."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from builder.agents import AgentOptions, is_model
from builder.agents.recording import fill_parameters, find_recording, read_recording
from builder.agents.settings import PANEL as MODEL_PANEL
from builder.agents.settings import ModelSettings
from builder.errors import BuildError
from builder.settings import Setting, Settings, StageName
from builder.sources import KINDS, Microscopy, SourceOptions
from builder.tables.licenses import Policy, normalise
from filtering.scorer_choice import PHANTOM_TINY, check_encoders

_RAY = "Where the stages run"


class BuildConfig(Settings):
    """All settings of a build: what the command line, a file and `load_dataset` can say.

    Raises pydantic.ValidationError for values out of range.
    """

    # Of the sources a shard knows its own alone, which is part of its figures' fingerprint: so
    # another source does not make all figures be read again.
    sources: Annotated[tuple[str, ...], Setting(("release",), option="source")] = Field(
        default=("phantom",),
        min_length=1,
        description="KIND or KIND:LOCATION, repeatable; phantom:N draws about N figures; kinds: "
        + ", ".join(KINDS),
    )
    output: Annotated[Path, Setting()] = Field(
        default=Path("build"), description="folder for work/ and release/"
    )
    agent: Annotated[str, Setting(("candidates", "agent_signals", "questions"))] = Field(
        default="offline",
        description="who writes the questions: offline, openai:MODEL, transformers:MODEL, "
        "recorded:FOLDER",
    )
    model: ModelSettings = Field(
        default_factory=ModelSettings, description="how an agent that is a model is asked"
    )
    record: Annotated[Path | None, Setting(panel=MODEL_PANEL)] = Field(
        default=None, description="folder that gets all replies of the model, for recorded:FOLDER"
    )
    keep_ratio: Annotated[float, Setting(("decisions",))] = Field(
        default=0.75, gt=0, le=1, description="share of all candidates that the filter keeps, 0-1"
    )
    test_ratio: Annotated[float, Setting(("release",))] = Field(
        default=0.2,
        ge=0,
        lt=1,
        description="share of the questions aimed at for the test split, 0-1",
    )
    seed: Annotated[int, Setting(("figures", "questions", "release"))] = Field(
        default=0, ge=0, description="seed of everything random"
    )
    license: Annotated[Policy, Setting(("candidates",))] = Field(
        default="redistributable", description="leave out figures whose licence allows less"
    )
    microscopy: Annotated[Microscopy, Setting(("figures", "candidates"))] = Field(
        default="strict",
        description="figures taken by the source's labels: only, among others, all figures",
    )
    topic: Annotated[Literal["life", "any"], Setting(("candidates",))] = Field(
        default="life",
        description="figures taken by what they are of: life, or any (steel, electrodes too)",
    )
    source_license: Annotated[str, Setting(("figures",))] = Field(
        default="", description="licence of figures whose source states none: MIT, CC BY 4.0 ..."
    )
    bloom_target: Annotated[tuple[float, ...], Setting(("release",))] = Field(
        default=(),
        description="draw the test split to shares of the Bloom levels 1-5: 10,20,30,30,10",
    )
    bloom_beside: Annotated[str, Setting(("release",), panel=MODEL_PANEL)] = Field(
        default="", description="benchmark to classify by Bloom too, for the card: jmhb/microvqa"
    )
    exclude: Annotated[tuple[str, ...], Setting(("release",))] = Field(
        default=(),
        description="benchmark to keep out: PATH or Hub id, as for dataset:; repeatable",
    )
    clip: Annotated[str, Setting(("signals",))] = Field(
        default=PHANTOM_TINY,
        description="image-text model of the filter: open_clip name, with --fit, or 'none'",
    )
    nli: Annotated[str, Setting(("signals",))] = Field(
        default=PHANTOM_TINY,
        description="entailment model of the filter: transformers name, with --fit, or 'none'",
    )
    fit: Annotated[bool, Setting(("signals",))] = Field(
        default=False, description="fit the filter on the candidates, by errors planted into them"
    )
    workers: Annotated[int, Setting()] = Field(
        default_factory=lambda: min(count_cores(), 8),
        ge=1,
        description="processes; default: one per core, 8 at most",
    )
    engine: Annotated[Literal["local", "ray"], Setting(panel=_RAY)] = Field(
        default="local", description="processes of this machine, or a Ray cluster"
    )
    ray_address: Annotated[str, Setting(panel=_RAY)] = Field(
        default="", description="running cluster; default: RAY_ADDRESS, else one on this machine"
    )
    gpus_per_worker: Annotated[float, Setting(panel=_RAY)] = Field(
        default=0.0, ge=0, description="GPUs of each Ray worker that encodes; 0.25: four share one"
    )

    @field_validator("sources", "exclude", mode="before")
    @classmethod
    def _wrap_single(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value

    @field_validator("bloom_target", mode="before")
    @classmethod
    def _split_shares(cls, value: object) -> object:
        return tuple(filter(None, value.split(","))) if isinstance(value, str) else value

    @model_validator(mode="before")
    @classmethod
    def _as_recorded(cls, values: Any) -> Any:
        """What is not given is as the replies were recorded: they answer nothing else."""
        place = find_recording(str(values.get("agent", ""))) if isinstance(values, dict) else None
        if place is None:
            return values
        try:
            return fill_parameters(values, read_recording(place).manifest)
        except BuildError as error:
            raise ValueError(str(error)) from error

    @field_validator("agent")
    @classmethod
    def _check_agent(cls, value: str) -> str:
        if value != "offline" and not is_model(value):
            known = "offline, openai:MODEL, transformers:MODEL, recorded:FOLDER"
            raise ValueError(f"{value!r} is none: {known}")
        return value

    @field_validator("bloom_target")
    @classmethod
    def _check_shares(cls, value: tuple[float, ...]) -> tuple[float, ...]:
        if value and (len(value) != 5 or min(value) < 0 or not 0 < sum(value) < float("inf")):
            raise ValueError("five shares are needed, for the levels 1 to 5: 10,20,30,30,10")
        return value

    @field_validator("source_license")
    @classmethod
    def _check_license(cls, value: str) -> str:
        if value and normalise(value).id == "unknown":
            raise ValueError(f"{value!r} is no licence known here; write MIT, CC0 or CC BY 4.0")
        return value

    @model_validator(mode="after")
    def _check_encoders(self) -> BuildConfig:
        check_encoders(self.clip, self.nli, self.fit)
        return self

    @model_validator(mode="after")
    def _check_bloom(self) -> BuildConfig:
        if self.bloom_beside and not is_model(self.agent):
            raise ValueError("Bloom levels beside a benchmark's need an agent that is a model")
        if self.bloom_beside and self.recording:
            raise ValueError("recorded replies say nothing of a benchmark's questions")
        return self

    @model_validator(mode="after")
    def _record_what_is_asked(self) -> BuildConfig:
        if self.record and (self.recording or not is_model(self.agent)):
            raise ValueError("replies are recorded of agents openai:MODEL and transformers:MODEL")
        return self

    def shaping(self, stage: StageName) -> dict[str, Any]:
        """The settings that shape a stage, as JSON; those of a model only where one is asked."""
        asked = is_model(self.agent)
        of_model = {named.name for named in self.walk() if named.path[0] == "model"}
        shaping = super().shaping(stage)
        shaping = {name: shaping[name] for name in shaping if asked or name not in of_model}
        if "agent" in shaping and self.recording:
            # What the replies are, not where they lie.
            shaping["agent"] = read_recording(self.recording).digest
        return shaping

    @property
    def recording(self) -> Path | None:
        """Where the replies lie that answer in a model's place; None without."""
        return find_recording(self.agent)

    @property
    def agent_options(self) -> AgentOptions:
        """What the agent is told."""
        return AgentOptions(self.output / "work" / "agent", self.model)

    @property
    def source_options(self) -> SourceOptions:
        """What the sources are told."""
        return SourceOptions(self.seed, self.microscopy, self.source_license)


def count_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):  # Linux
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
