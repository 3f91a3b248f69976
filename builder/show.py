"""`microvqa-pp show`: a summary of a release's ledger for the terminal."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
from rich.console import Console
from rich.table import Table

from builder.summary import Summary

LEDGER_FILES = "data/ledger/train-*.parquet"


class NoReleaseError(Exception):
    """A folder that holds no release."""


def read_summary(output: Path) -> Summary:
    """Summary of the release under OUTPUT. Raises NoReleaseError where there is none."""
    files = sorted((output / "release").glob(LEDGER_FILES))
    if not files:
        raise NoReleaseError(
            f"no release in {output}; make one with: microvqa-pp build --output {output}"
        )
    summary = Summary()
    for file in files:
        summary.add(pq.read_table(file, partitioning=None))
    quarantine = output / "work" / "quarantine.parquet"
    if quarantine.exists():
        summary.add_quarantine(pq.read_table(quarantine, partitioning=None))
    return summary


def print_summary(summary: Summary, console: Console) -> None:
    """Print the counts of a ledger as tables."""
    console.print(
        f"{len(summary.figures):,} figures, {summary.candidates:,} candidates, "
        f"{summary.kept:,} kept by the filter ({summary.gated:,} gated as contradictions)"
    )
    console.print(_splits(summary))
    for title, name in (
        ("Source (figures)", "source"),
        ("Licence (figures)", "license"),
        ("Modality (figures)", "modality"),
        ("Stage reached", "stage"),
        ("Reason", "reason"),
        ("Quarantine", "quarantine"),
    ):
        if values := summary.of(name):
            console.print(_counts(title, values))


def _counts(title: str, values: list[tuple[str, int]]) -> Table:
    table = Table(title, "rows", title_justify="left")
    for value, count in values:
        table.add_row(value, f"{count:,}")
    return table


def _splits(summary: Summary) -> Table:
    table = Table("Split", "questions", "articles", "task", "Bloom 1-5", "key position A-D")
    for split, count in summary.of("split"):
        tasks = ", ".join(f"{_initials(t)} {n}" for t, n in summary.of(f"task/{split}"))
        bloom = " ".join(str(summary.number(f"bloom/{split}", str(b))) for b in range(1, 6))
        places = " ".join(str(summary.number(f"position/{split}", str(p))) for p in range(4))
        articles = str(len(summary.articles[split]))
        table.add_row(split, f"{count:,}", articles, tasks, bloom, places)
    return table


def _initials(task: str) -> str:
    return "EU" if task.startswith("Expert") else "".join(word[0] for word in task.split())
