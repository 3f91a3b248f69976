"""Progress on the terminal: how many questions are done, and what they cost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from scoring.models.client import Client
from scoring.runner.benchmark import Told


@contextmanager
def shown_progress(console: Console) -> Iterator[Told]:
    """A bar while questions are asked; off a terminal, a line for each tenth."""
    bar = Progress(
        TextColumn("asking"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}", markup=False),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    task = bar.add_task("", total=None)
    last = -1

    def told(done: int, total: int, client: Client | None) -> None:
        nonlocal last
        line = spent(client) if client else ""
        bar.update(task, completed=done, total=total, description=line)
        tenth = 10 * done // max(1, total)
        if not console.is_terminal and tenth != last and client:
            last = tenth
            console.print(f"{done:,} of {total:,} requests; {line}", markup=False, soft_wrap=True)

    with bar:
        yield told


def spent(client: Client) -> str:
    """What was sent in this run, and what came from the cache."""
    sent, cached, prices = client.budget.sent, client.budget.cached, client.budget.prices
    known = prices.read is not None and prices.written is not None
    money = f", ${sent.usd:.4f}" if known else ""
    tokens = f"{sent.tokens_in:,} tokens in, {sent.tokens_out:,} out{money}"
    return f"{tokens}; {cached.responses:,} from the cache" if cached.responses else tokens
