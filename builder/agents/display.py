"""What a model agent costs: beside the progress of a build, at its end, and before it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import ProgressColumn, Task
from rich.table import Table
from rich.text import Text

from builder.agents import progress_line
from builder.agents.estimate import Estimate

if TYPE_CHECKING:
    from scoring.models import Prices


class AgentColumn(ProgressColumn):
    """Calls, tokens and money of this run; nothing without a model agent."""

    max_refresh = 0.5

    def render(self, task: Task) -> Text:
        """The text of the column."""
        return Text(progress_line())


def print_costs(output: Path, console: Console) -> None:
    """Print what the model of a build cost, from its run.json; nothing without a model."""
    run = json.loads((output / "run.json").read_text("utf-8"))
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


def print_estimate(estimates: Sequence[Estimate], prices: Prices, console: Console) -> None:
    """Print what a build would ask of a model."""
    table = Table("Step", "calls", "tokens in", "tokens out", "USD")
    whole = Estimate(
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
