"""What a model agent costs: estimated before a build, shown beside its progress, and at its end.

Calls are counted in one place, by the client that sends them (`scoring.models.budget`), which also
keeps a line per call beside the responses.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import ProgressColumn, Task
from rich.table import Table
from rich.text import Text

from builder.agents import describe_progress
from builder.agents.settings import COSTS, ModelSettings

if TYPE_CHECKING:
    from scoring.models import Prices

CHARACTERS_PER_TOKEN = 4
PIXELS_PER_TOKEN = 750
MOST_IMAGE_TOKENS = 1600
"""Tokens of an image: width x height / 750, at most 1,600, about what servers count."""

PAIRS_PER_FIGURE = 3
REWRITES = 0.6
"""Share of the possible rewrites that are made."""


@dataclass(frozen=True, slots=True)
class StepEstimate:
    """What one step would take."""

    step: str
    calls: int
    tokens_in: int
    tokens_out: int


@dataclass(frozen=True, slots=True)
class FigureSize:
    """A figure that an agent would be asked about: its caption in characters, size in pixels."""

    caption: int
    width: int
    height: int

    @property
    def image_tokens(self) -> int:
        """What its image counts."""
        return min(MOST_IMAGE_TOKENS, ceil(self.width * self.height / PIXELS_PER_TOKEN))


def estimate_calls(
    figures: Sequence[FigureSize], keep_ratio: float, model: ModelSettings
) -> list[StepEstimate]:
    """What a build would ask of a model, step by step, before anything is sent.

    The captions and images at hand are counted; what depends on replies is assumed.

    Args:
        figures: all figures that the agent would get.
        keep_ratio: share of the candidates that become questions, 0-1.
        model: how often it is asked.
    """
    signals = PAIRS_PER_FIGURE if model.samples else 0
    questions = PAIRS_PER_FIGURE * keep_ratio
    rewrites = REWRITES * model.rounds * questions
    looks = questions + rewrites if model.rounds else 0
    steps = (
        # step, calls per figure, with image, with caption, characters besides, tokens written
        ("extract", 1.0, True, True, 1500, 400),
        ("write", 1.0, True, True, 3000, 500),
        ("answer from image and caption", signals * model.samples, True, True, 700, 30),
        ("answer from the image", signals, True, False, 700, 30),
        ("answer from the question", signals, False, False, 700, 30),
        ("verdict", signals, True, True, 1300, 80),
        ("compare", signals, False, False, 900, 30),
        ("choices", questions, True, True, 2000, 350),
        ("check", questions + rewrites, True, True, 1200, 80),
        ("blind", looks, False, False, 1000, 100),
        ("reflect", rewrites, False, False, 1300, 120),
        ("rewrite", rewrites, True, True, 2500, 400),
        ("meaning", rewrites, False, True, 1400, 60),
        ("bloom", questions, False, False, 1400, 60),
    )
    estimates = []
    for step, calls, image, caption, characters, written in steps:
        if not calls:
            continue
        number, read = 0.0, 0.0
        for figure in figures:
            text = characters + (figure.caption if caption else 0)
            number += calls
            read += calls * (text / CHARACTERS_PER_TOKEN + (figure.image_tokens if image else 0))
        estimates.append(StepEstimate(step, ceil(number), ceil(read), ceil(number * written)))
    return estimates


def print_estimate(estimates: Sequence[StepEstimate], prices: Prices, console: Console) -> None:
    """Print what a build would ask of a model."""
    table = Table("Step", "calls", "tokens in", "tokens out", "USD")
    whole = StepEstimate(
        "all",
        sum(e.calls for e in estimates),
        sum(e.tokens_in for e in estimates),
        sum(e.tokens_out for e in estimates),
    )
    for estimate in (*estimates, whole):
        usd = prices.of(estimate.tokens_in, estimate.tokens_out)
        table.add_row(
            estimate.step,
            f"{estimate.calls:,}",
            f"{estimate.tokens_in:,}",
            f"{estimate.tokens_out:,}",
            "-" if usd is None else f"{usd:.2f}",
        )
    console.print("Nothing was asked. A rough estimate of a build from the beginning:")
    console.print(table)


class AgentColumn(ProgressColumn):
    """Calls, tokens and money of this run; nothing without a model agent."""

    max_refresh = 0.5

    def render(self, task: Task) -> Text:
        """The text of the column."""
        return Text(describe_progress())


def summarize_costs(folder: Path, prices: Prices, accepted: int) -> dict[str, Any]:
    """Costs of all runs of a build for run.json.

    Args:
        folder: where the agent keeps its responses.
        prices: what tokens cost.
        accepted: questions that were accepted, by which the sum is divided.

    Returns:
        Calls, tokens, seconds and USD by step, in sum, and per accepted question.
    """
    # `scoring` brings scipy, a second that the command line does not wait for.
    from scoring.models import add_up, read_usage

    steps = read_usage(folder / COSTS, prices)
    total = asdict(add_up(steps.values()))
    return {
        "steps": {step: asdict(usage) for step, usage in sorted(steps.items())},
        "total": total,
        "accepted_questions": accepted,
        "per_accepted_question": {
            name: round(value / accepted, 6) if accepted else None for name, value in total.items()
        },
    }


def print_costs(output: Path, console: Console) -> None:
    """Print what the model of a build cost, or which of its recorded replies were used.

    From run.json; nothing without a model.
    """
    run = json.loads((output / "run.json").read_text("utf-8"))
    if (replies := run.get("replies")) is not None:
        counts = ", ".join(f"{count:,} {name}" for name, count in replies.items())
        console.print(f"Recorded replies: {counts}")
    if (costs := run.get("agent")) is None:
        return
    priced = run["config"]["model"]["price_in"] is not None
    table = Table("Step", "calls", "tokens in", "tokens out", "seconds", "USD")
    rows = {**costs["steps"], "all": costs["total"], "per question": costs["per_accepted_question"]}
    for step, cost in rows.items():
        if cost["calls"] is not None:
            numbers = (cost[name] for name in ("calls", "tokens_in", "tokens_out", "seconds"))
            usd = f"{cost['usd']:.4f}" if priced else "-"
            table.add_row(Text(step), *(f"{number:,.5g}" for number in numbers), usd)
    console.print("The model, over all runs of this build:")
    console.print(table)
