"""The settings of a build as its card states them, for whoever writes the card again later."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from builder.agents.recording import read_recording
from builder.run.config import BuildConfig

BENCHMARK_BLOOM = "bloom_beside.json"
"""File in work/ with the Bloom levels of the benchmark that stands beside ours on the card."""


def make_card_settings(config: BuildConfig) -> dict[str, Any]:
    """The settings of a build as its card states them."""
    unstated = {named.path[0] for named in config.walk() if not named.setting.shapes}
    settings = config.model_dump(mode="json", exclude={*unstated, "model"})
    if config.recording:
        # The model that wrote the questions, whoever keeps its words.
        settings["agent"] = read_recording(config.recording).manifest.agent
    # Questions of the benchmark beside ours by level 0-5; None where none was classified.
    levels = config.output / "work" / BENCHMARK_BLOOM
    is_beside = config.bloom_beside and levels.is_file()
    settings["bloom_beside"] = json.loads(levels.read_text("utf-8")) if is_beside else None
    settings["sources"] = [make_public_name(spec) for spec in config.sources]
    settings["exclude"] = [make_public_name(f"dataset:{spec}")[8:] for spec in config.exclude]
    return settings


def make_public_name(spec: str) -> str:
    """A source as the card names it: without the folders of the machine that it was built on."""
    kind, _, location = spec.partition(":")
    path = Path(location)
    local = path.is_absolute() or path.exists() or location.startswith((".", "~"))
    return f"{kind}:{path.name}" if location and local else spec
