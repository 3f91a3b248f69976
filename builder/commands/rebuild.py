"""The command `microvqa-pp rebuild`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from builder.publish.rebuild import fetch_published, rebuild


def rebuild_command(
    dataset: Annotated[str, typer.Argument(help="dataset on the Hub, ORG/NAME, or a folder")],
    output: Annotated[Path, typer.Option(help="folder for work/ and release/")] = Path("rebuilt"),
    workers: Annotated[int | None, typer.Option(help="processes; default: one per core")] = None,
) -> None:
    """Build a published dataset again from its own figures and replies, and compare the bytes.

    Ends with status 1 where something differs. Example:
    microvqa-pp rebuild ORG/microvqa_pp --output rebuilt
    """
    out = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
    folder = Path(dataset)
    published = folder if folder.is_dir() else fetch_published(dataset)
    rebuilt = rebuild(published, output, Console(stderr=True), workers)
    asked, again = rebuilt.questions
    out.print(f"{again:,} of {asked:,} questions came again with the same id, words and key")
    if rebuilt.first:
        out.print(f"The first that differs: {rebuilt.first}")
    if rebuilt.version:
        raise typer.Exit(1 if again < asked else 0)
    if rebuilt.differing:
        out.print(f"Other bytes: {', '.join(rebuilt.differing)}")
        raise typer.Exit(1)
    out.print(f"The same bytes as published: {rebuilt.release}")
