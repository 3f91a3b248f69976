"""`microvqa-pp show`: a summary of a release's ledger for the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console
from rich.table import Table
from rich.text import Text

from builder.release.ledger import Summary
from builder.release.schemas import check_columns

LEDGER_FILES = "data/ledger/train-*.parquet"


class NoReleaseError(Exception):
    """A folder that holds no release, or none that can be read."""


def read_summary(output: Path) -> Summary:
    """Summary of the release under OUTPUT. Raises NoReleaseError without a readable one."""
    summary = Summary()
    for file in ledger_files(output):
        with reading(file):
            table = pq.read_table(file, partitioning=None)
            check_columns(table.schema, "ledger")
            summary.add(table)
    quarantine = output / "work" / "quarantine.parquet"
    if quarantine.exists():
        with reading(quarantine):
            summary.add_quarantine(pq.read_table(quarantine, partitioning=None))
    return summary


def ledger_files(output: Path) -> list[Path]:
    """Files of the ledger under OUTPUT, in order. Raises NoReleaseError without any."""
    files = sorted((output / "release").glob(LEDGER_FILES))
    if not files:
        raise NoReleaseError(
            f"no release in {output}; make one with: microvqa-pp build --output {output}"
        )
    return files


@contextmanager
def reading(file: Path) -> Iterator[None]:
    """Turns what a damaged table raises into NoReleaseError."""
    try:
        yield
    except (pa.ArrowException, KeyError, ValueError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise NoReleaseError(f"{file} is damaged or of another version; build again") from error


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
        ("Scored by", "scorer"),
        ("Stage reached", "stage"),
        ("Reason", "reason"),
        ("Quarantine", "quarantine"),
    ):
        if values := summary.of(name):
            console.print(_counts(title, values))


def _counts(title: str, values: list[tuple[str, int]]) -> Table:
    table = Table(title, "rows", title_justify="left")
    for value, count in values:
        table.add_row(Text(value), f"{count:,}")
    return table


def _splits(summary: Summary) -> Table:
    table = Table("Split", "questions", "articles", "task", "Bloom 1-5", "key position A-D")
    for split, count in summary.of("split"):
        tasks = ", ".join(f"{_initials(t)} {n}" for t, n in summary.of(f"task/{split}"))
        bloom = " ".join(str(summary.number(f"bloom/{split}", str(b))) for b in range(1, 6))
        places = " ".join(str(summary.number(f"position/{split}", str(p))) for p in range(4))
        articles = str(len(summary.articles[split]))
        table.add_row(Text(split), f"{count:,}", articles, Text(tasks), bloom, places)
    return table


def _initials(task: str) -> str:
    return "EU" if task.startswith("Expert") else "".join(word[0] for word in task.split())
