"""The leaderboard as text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.box import SIMPLE
from rich.table import Table
from rich.text import Text

from scoring.models.baselines import BASELINES
from scoring.models.cache import write_aside
from scoring.report.leaderboard import Entry, headline
from scoring.report.summary import Summary
from scoring.report.table import markdown_table, percent, span

HEADER = (
    "rank",
    "model",
    "sees",
    "accuracy",
    "95% interval",
    "answered",
    "no-image",
    "choices-only",
    "prompt",
)


def cells(entries: Sequence[Entry]) -> list[tuple[str, ...]]:
    """One row per entry and one per baseline of the best entry.

    Models are ranked, equal accuracies sharing a rank; baselines stand between them without one.
    """
    found: list[tuple[float, tuple[str, ...]]] = []
    for entry in entries:
        result = entry.report.result
        others = [_accuracy(entry.report.of(result.model, c)) for c in ("no-image", "choices-only")]
        note = f"{result.prompt}{' (predictions)' if result.origin == 'predictions' else ''}"
        found.append(_row(headline(entry), *others, note))
    taken = {row[0] for _, row in found}
    for summary in entries[0].report.summaries:
        if summary["model"] not in taken and summary["model"] != entries[0].report.result.model:
            found.append(_row(summary, "", "", "baseline"))
    found.sort(key=lambda pair: (-pair[0], pair[1]))
    values = [value for value, row in found if row[0] not in BASELINES]
    return [
        ("-" if row[0] in BASELINES else str(values.index(value) + 1), *row) for value, row in found
    ]


def _row(summary: Summary, *rest: str) -> tuple[float, tuple[str, ...]]:
    scores = summary["scores"]
    at = scores["accuracy"]
    shown = (
        summary["model"],
        summary["condition"],
        percent(at["value"]) + "%",
        span(at),
        percent(scores["answered"]["value"]) + "%",
    )
    return at["value"], (*shown, *rest)


def _accuracy(summary: Summary | None) -> str:
    return "" if summary is None else percent(summary["scores"]["accuracy"]["value"]) + "%"


def board_table(entries: Sequence[Entry]) -> Table:
    """The leaderboard for a terminal."""
    shown = Table(
        title=Text(board_title(entries)), title_justify="left", box=SIMPLE, padding=(0, 1)
    )
    for name in ("", "model", "sees", "accuracy, %", "no-\nimage", "choices-\nonly"):
        shown.add_column(name, no_wrap=name != "model", overflow="fold")
    for rank, model, sees, accuracy, interval, _, *others, _ in cells(entries):
        texts = (rank, model, sees, f"{accuracy[:-1]:>5} {interval}", *others)
        shown.add_row(*(Text(text) for text in texts))
    return shown


def board_title(entries: Sequence[Entry]) -> str:
    """What the entries were asked."""
    result = entries[0].report.result
    return (
        f"{result.dataset}, split {result.split}: {result.total:,} questions, "
        f"version {result.version[:12]}"
    )


def write_board(path: Path, entries: Sequence[Entry]) -> None:
    """Writes the leaderboard as Markdown."""
    lines = [board_title(entries), "", *markdown_table(HEADER, cells(entries)), ""]
    write_aside(path, "\n".join(lines).encode("utf-8", "replace"))
