"""The Bloom levels of a benchmark, set by the agent in the same way as those of our questions."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from builder.agents import open_model_agent
from builder.errors import BuildError
from builder.run.config import BuildConfig
from builder.tables.shards import write_atomically

FILE = "bloom_beside.json"


def classify_benchmark(config: BuildConfig, work: Path) -> None:
    """Have the agent classify the test split of `config.bloom_beside`; the counts go into work/.

    Questions without a usable reply are counted as level 0. Raises BuildError where the benchmark
    cannot be read.
    """
    if not config.bloom_beside:
        return
    from scoring.items import BadInput
    from scoring.runner import open_dataset

    try:
        dataset = open_dataset(config.bloom_beside, "test")
    except BadInput as error:
        raise BuildError(f"--bloom-beside: {error}") from error
    agent = open_model_agent(config.agent, config.agent_options)
    asked = [(q.question, q.choices, q.choices[q.correct]) for q in dataset.chosen]
    levels = Counter(found.level for found in agent.classify(asked))
    counted = {"name": dataset.name, "levels": [levels[level] for level in range(6)]}
    write_atomically(work / FILE, json.dumps(counted).encode())


def read_counts(config: BuildConfig) -> dict[str, Any] | None:
    """The benchmark's name and its questions by level 0-5; None where none was classified."""
    path = config.output / "work" / FILE
    if not config.bloom_beside or not path.is_file():
        return None
    counted: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return counted
