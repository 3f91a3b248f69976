"""The command `microvqa-pp`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import ValidationError
from rich.console import Console

from builder.config import BuildConfig, problems
from builder.errors import BuildError
from builder.licenses import Policy
from builder.pipeline import BuildResult, build
from builder.publish.command import publish_command
from builder.screening.command import release_command, screen_command
from builder.show import NoReleaseError, print_summary, read_summary
from builder.sources import KINDS, Microscopy, SourceError
from filtering.command import filter_command
from scoring.command import benchmark_command, leaderboard_command, use_encoders

if TYPE_CHECKING:
    from filtering.encoders import Clip

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Microscopy questions from figures and captions: build a dataset and look into it.",
)
Output = Annotated[Path, typer.Argument(help="folder that a build wrote")]


@app.command("build")
def build_command(
    source: Annotated[
        list[str],
        typer.Option(
            help=f"KIND or KIND:LOCATION, repeatable; phantom:N draws about N figures; "
            f"kinds: {', '.join(KINDS)}"
        ),
    ] = ["phantom"],  # noqa: B006
    output: Annotated[Path, typer.Option(help="folder for work/ and release/")] = Path("build"),
    agent: Annotated[str, typer.Option(help="who writes the questions: offline")] = "offline",
    keep_ratio: Annotated[
        float, typer.Option(help="share of all candidates that the filter keeps, 0-1")
    ] = 0.75,
    test_ratio: Annotated[
        float, typer.Option(help="share of the questions aimed at for the test split, 0-1")
    ] = 0.2,
    seed: Annotated[int, typer.Option(help="seed of everything random")] = 0,
    license: Annotated[
        Policy, typer.Option(help="leave out figures whose licence allows less")
    ] = "redistributable",
    microscopy: Annotated[
        Microscopy,
        typer.Option(help="figures taken by the source's labels: only, among others, all figures"),
    ] = "strict",
    source_license: Annotated[
        str, typer.Option(help="licence of figures whose source states none: MIT, CC BY 4.0 ...")
    ] = "",
    exclude: Annotated[
        list[str],
        typer.Option(help="benchmark to keep out: PATH or Hub id, as for dataset:; repeatable"),
    ] = [],  # noqa: B006
    workers: Annotated[int | None, typer.Option(help="processes; default: one per core")] = None,
) -> None:
    """Build a dataset from its sources into OUTPUT/release.

    A build that was interrupted continues where it was. Example:
    microvqa-pp build --source pmc_oa:articles/ --output my_build
    """
    settings = {k: v for k, v in locals().items() if v is not None}
    settings |= {"sources": tuple(settings.pop("source")), "exclude": tuple(exclude)}
    console = Console(stderr=True)
    result = build(BuildConfig(**settings), console)
    _closing_line(result, output)


def _closing_line(result: BuildResult, output: Path) -> None:
    out, summary = Console(highlight=False, markup=False, emoji=False), result.summary
    sizes = ", ".join(f"{name} {count:,}" for name, count in summary.of("split"))
    figures, candidates = len(summary.figures), summary.candidates
    out.print(f"{figures:,} figures, {candidates:,} candidates; questions: {sizes or 'none'}")
    for split in ("train", "test"):
        if not summary.number("split", split):
            out.print(f"No question reached the {split} split: it is left out of files and card.")
    if left := sum(count for _, count in summary.of("quarantine")):
        place = output / "work" / "quarantine.parquet"
        out.print(f"{left:,} items could not be used, with reasons: {place}", soft_wrap=True)
    pairs = output / "work" / "excluded" / "pairs.html"
    if pairs.exists():
        out.print(f"Left out by --exclude, side by side: {pairs}", soft_wrap=True)
    if summary.has_phantom:
        out.print("Phantom figures are synthetic test specimens, not real micrographs.")
    out.print(f"Release: {result.release}", soft_wrap=True)
    out.print(f"Next: microvqa-pp show {output}", soft_wrap=True)


def _encoder(name: str) -> Clip:
    """The encoder of `clip:NAME`, which the benchmark takes from the filter."""
    from filtering.encoders import EncoderError, open_clip_encoder

    try:
        return open_clip_encoder(name)
    except EncoderError as error:
        raise ValueError(str(error)) from error


app.command("filter")(filter_command)
use_encoders(_encoder)
app.command("benchmark")(benchmark_command)
app.command("leaderboard")(leaderboard_command)
app.command("screen")(screen_command)
app.command("release")(release_command)
app.command("publish")(publish_command)


@app.command()
def show(output: Output = Path("build")) -> None:
    """Summarise a build's ledger: counts by stage, reason, task, position and licence."""
    print_summary(read_summary(output), Console())


def main() -> None:
    """Run the command line; bad input ends with one line and exit status 2."""
    try:
        app()
    except ValidationError as error:
        _fail(problems(error))
    except (SourceError, BuildError, NoReleaseError) as error:
        _fail(str(error))
    except OSError as error:
        _fail(f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}")


def _fail(message: str) -> None:
    print(f"microvqa-pp: {message}", file=sys.stderr)
    sys.exit(2)


if __name__ == "__main__":
    main()
