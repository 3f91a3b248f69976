"""The commands `screen` and `release`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from builder.errors import BuildError

Output = Annotated[Path, typer.Argument(help="folder that a build wrote")]


def screen_command(
    output: Output = Path("build"),
    reviewer: Annotated[str, typer.Option(help="your name, as it stands by your verdicts")] = "",
    port: Annotated[
        int | None, typer.Option(help="port; default: GRADIO_SERVER_PORT, else a free one")
    ] = None,
    browser: Annotated[bool, typer.Option(help="open the page in the browser")] = True,
) -> None:
    """Review the test questions of a build in the browser; verdicts go to OUTPUT/verdicts.jsonl.

    Example: microvqa-pp screen my_build --reviewer "Ada Lovelace"
    """
    try:
        from space.server import serve
    except ModuleNotFoundError as error:
        if error.name != "gradio":
            raise
        raise BuildError("screening needs Gradio: pip install 'microvqa-pp[space]'") from error
    serve(output, reviewer=reviewer, port=port, browser=browser, tab="screening")


def release_command(
    output: Output = Path("build"),
    require_screening: Annotated[
        bool, typer.Option(help="take only accepted and fixed questions into the test split")
    ] = False,
) -> None:
    """Make OUTPUT/release again with the verdicts given since: accepted, fixed, rejected."""
    from builder.screening.rerelease import rerelease

    done = rerelease(output, require_screening)
    out = Console(highlight=False, markup=False, emoji=False)
    for word, count in sorted(done.screening.counts.items()):
        out.print(f"{count:,} test questions: {word}")
    if done.screening.damaged:
        out.print(f"{done.screening.damaged} damaged lines of the log were passed over")
    sizes = ", ".join(f"{name} {count:,}" for name, count in done.summary.of("split"))
    out.print(f"questions: {sizes or 'none'}")
    if require_screening and not done.summary.number("split", "test"):
        out.print("No test question has been passed by reviewers yet: there is no test split.")
    out.print(f"Release: {done.release}", soft_wrap=True)
