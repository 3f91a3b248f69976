"""The command `microvqa-pp report`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from builder.commands.show import ledger_files
from builder.report.collect import collect
from builder.report.page import render
from builder.tables.shards import write_atomically


def report_command(
    output: Annotated[Path, typer.Argument(help="folder that a build wrote")] = Path("build"),
    page: Annotated[
        Path | None, typer.Option(help="file to write; default OUTPUT/report.html")
    ] = None,
) -> None:
    """Write one HTML page about a build: what was kept and dropped, why, and what it cost.

    The page needs no network and no script. Example: microvqa-pp report my_build
    """
    files = ledger_files(output)
    found = collect(files, output / "work" / "quarantine.parquet")
    path = page or output / "report.html"
    html = render(found, output, f"Report on {output.resolve().name}")
    write_atomically(path, html.encode("utf-8", "replace"))
    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
    console.print(f"{path} ({path.stat().st_size / 1e6:.1f} MB)")
