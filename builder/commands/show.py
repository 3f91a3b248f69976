"""The commands `microvqa-pp show` and `microvqa-pp report`: what a build made, and why."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from builder.commands.left_out import describe_left_out
from builder.release.ledger import Summary
from builder.release.reading import list_ledger_files, read_summary
from builder.tables.shards import write_atomically

Output = Annotated[Path, typer.Argument(help="folder that a build wrote")]


def show_command(output: Output = Path("build")) -> None:
    """Summarise a build's ledger: counts by stage, reason, task, position and licence."""
    print_summary(read_summary(output), Console())


def report_command(
    output: Output = Path("build"),
    page: Annotated[
        Path | None, typer.Option(help="file to write; default OUTPUT/report.html")
    ] = None,
) -> None:
    """Write one HTML page about a build: what was kept and dropped, why, and what it cost.

    The page needs no network and no script. Example: microvqa-pp report my_build
    """
    from builder.report.collect import collect  # charts: more than `show` needs
    from builder.report.page import render

    files = list_ledger_files(output)
    found = collect(files, output / "work" / "quarantine.parquet")
    path = page or output / "report.html"
    html = render(found, output, f"Report on {output.resolve().name}")
    write_atomically(path, html.encode("utf-8", "replace"))
    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
    console.print(f"{path} ({path.stat().st_size / 1e6:.1f} MB)")


def print_summary(summary: Summary, console: Console) -> None:
    """Print the counts of a ledger as tables."""
    console.print(
        f"{len(summary.figures):,} figures, {summary.candidates:,} candidates, "
        f"{summary.kept:,} kept by the filter ({summary.gated:,} gated as contradictions)"
    )
    table = Table("Split", "questions", "articles", "task", "Bloom 1-5", "key position A-D")
    for split, count in summary.of("split"):
        tasks = ", ".join(f"{_abbreviate(t)} {n}" for t, n in summary.of(f"task/{split}"))
        bloom = " ".join(str(summary.number(f"bloom/{split}", str(b))) for b in range(1, 6))
        places = " ".join(str(summary.number(f"position/{split}", str(p))) for p in range(4))
        articles = str(len(summary.articles[split]))
        table.add_row(Text(split), f"{count:,}", articles, Text(tasks), bloom, places)
    console.print(table)
    for title, name in (
        ("Source (figures)", "source"),
        ("Licence (figures)", "license"),
        ("Modality (figures)", "modality"),
        ("Scored by", "scorer"),
        ("Stage reached", "stage"),
        ("Reason", "reason"),
        ("Quarantine", "quarantine"),
    ):
        if values := summary.of(name):
            table = Table(title, "rows", title_justify="left")
            for value, count in values:
                table.add_row(Text(value), f"{count:,}")
            console.print(table)
    if line := describe_left_out(summary):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _abbreviate(task: str) -> str:
    return "EU" if task.startswith("Expert") else "".join(word[0] for word in task.split())
