"""The command `microvqa-pp`."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer
from pydantic import ValidationError
from rich.console import Console

from builder.agents.costs import print_costs, print_estimate
from builder.agents.settings import ModelSettings
from builder.commands.lazy import LateCommands
from builder.commands.show import NoReleaseError, print_summary, read_summary
from builder.errors import BuildError, StoppedError
from builder.run.config import BuildConfig, problems
from builder.run.pipeline import BuildResult, build, estimate_build
from builder.sources import KINDS, Microscopy, SourceError
from builder.tables.licenses import Policy

app = typer.Typer(
    cls=LateCommands,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Microscopy questions from figures and captions: build a dataset and look into it.",
)
_MODEL = "An agent that is a model"
_RAY = "Where the stages run"
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
    agent: Annotated[
        str,
        typer.Option(help="who writes the questions: offline, openai:MODEL, transformers:MODEL"),
    ] = "offline",
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
    bloom_target: Annotated[
        str,
        typer.Option(help="draw the test split to shares of the Bloom levels: 10,20,30,30,10"),
    ] = "",
    bloom_beside: Annotated[
        str,
        typer.Option(
            help="benchmark to classify by Bloom too: jmhb/microvqa", rich_help_panel=_MODEL
        ),
    ] = "",
    workers: Annotated[int | None, typer.Option(help="processes; default: one per core")] = None,
    engine: Annotated[
        Literal["local", "ray"],
        typer.Option(help="processes of this machine, or a Ray cluster", rich_help_panel=_RAY),
    ] = "local",
    ray_address: Annotated[
        str,
        typer.Option(
            help="running cluster; default: RAY_ADDRESS, else one on this machine",
            rich_help_panel=_RAY,
        ),
    ] = "",
    gpus_per_worker: Annotated[
        float,
        typer.Option(help="GPUs of each worker that encodes, 0.25 too", rich_help_panel=_RAY),
    ] = 0.0,
    base_url: Annotated[
        str | None, typer.Option(help="server of openai:MODEL", rich_help_panel=_MODEL)
    ] = None,
    revision: Annotated[
        str, typer.Option(help="revision of the model", rich_help_panel=_MODEL)
    ] = "",
    samples: Annotated[
        int,
        typer.Option(
            help="answers for self-consistency; 0: no agent signals", rich_help_panel=_MODEL
        ),
    ] = 3,
    rounds: Annotated[
        int,
        typer.Option(
            help="rewrites of a question against shortcuts, at most; 0: none looked for",
            rich_help_panel=_MODEL,
        ),
    ] = 3,
    concurrency: Annotated[
        int, typer.Option(help="requests at once, at most", rich_help_panel=_MODEL)
    ] = 16,
    batch_size: Annotated[
        int, typer.Option(help="batch of transformers:MODEL", rich_help_panel=_MODEL)
    ] = 8,
    timeout: Annotated[
        float, typer.Option(help="seconds to wait for a reply", rich_help_panel=_MODEL)
    ] = 120.0,
    price_in: Annotated[
        float | None, typer.Option(help="USD per million tokens read", rich_help_panel=_MODEL)
    ] = None,
    price_out: Annotated[
        float | None, typer.Option(help="USD per million tokens written", rich_help_panel=_MODEL)
    ] = None,
    budget: Annotated[
        float | None,
        typer.Option(
            help="USD that this run may spend; run again to go on", rich_help_panel=_MODEL
        ),
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run", help="say what the model would cost, ask nothing", rich_help_panel=_MODEL
        ),
    ] = False,
) -> None:
    """Build a dataset from its sources into OUTPUT/release.

    A build that was interrupted continues where it was. Example:
    microvqa-pp build --source pmc_oa:articles/ --output my_build
    """
    settings = {k: v for k, v in locals().items() if v is not None}
    settings |= {"sources": tuple(settings.pop("source")), "exclude": tuple(exclude)}
    settings["bloom_target"] = tuple(bloom_target.split(",")) if bloom_target else ()
    del settings["dry_run"]
    model = {name: settings.pop(name) for name in ModelSettings.model_fields if name in settings}
    config = BuildConfig(**settings, model=ModelSettings(**model))
    console = Console(stderr=True)
    if dry_run:
        print_estimate(estimate_build(config, console), config.model.prices, Console())
        return
    _closing_line(build(config, console), output)
    print_costs(output, Console(highlight=False))


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


@app.command()
def show(output: Output = Path("build")) -> None:
    """Summarise a build's ledger: counts by stage, reason, task, position and licence."""
    print_summary(read_summary(output), Console())


def main() -> None:
    """Run the command line; bad input ends with one line and exit status 2."""
    gc.freeze()  # modules stay: the collector need not look through them again and again
    gc.set_threshold(50_000, 20, 100)  # records are many, and hardly ever refer to each other
    try:
        app()
    except ValidationError as error:
        _fail(problems(error))
    except StoppedError as error:
        _fail(str(error), 3)
    except (SourceError, BuildError, NoReleaseError) as error:
        _fail(str(error))
    except OSError as error:
        _fail(f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}")


def _fail(message: str, status: int = 2) -> None:
    print(f"microvqa-pp: {message}", file=sys.stderr)
    sys.exit(status)


if __name__ == "__main__":
    main()
