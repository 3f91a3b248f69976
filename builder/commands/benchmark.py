"""The commands `microvqa-pp benchmark` and `microvqa-pp leaderboard`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from builder.commands import benchmark_options as options

if TYPE_CHECKING:
    from filtering.encoders import Clip
    from scoring.report.result import Report
    from scoring.runner import BenchmarkRun, BenchmarkSettings, Dataset


def benchmark_command(
    dataset: options.Dataset,
    model: options.Model,
    output: options.Output,
    split: options.Split = "test",
    limit: options.Limit = None,
    circular: options.Circular = False,
    no_image: options.NoImage = False,
    choices_only: options.ChoicesOnly = False,
    prompt: options.Prompt = "ours-v1",
    predictions: options.Predictions = None,
    base_url: options.BaseUrl = None,
    revision: options.Revision = "",
    max_tokens: options.MaxTokens = 2048,
    temperature: options.Temperature = 0.0,
    seed: options.Seed = None,
    concurrency: options.Concurrency = 8,
    batch_size: options.BatchSize = 8,
    timeout: options.Timeout = 120.0,
    price_in: options.PriceIn = None,
    price_out: options.PriceOut = None,
    budget: options.Budget = None,
    cache: options.Cache = None,
) -> None:
    """Ask a model the questions of a benchmark, and report how well it answered.

    Every baseline is in the report. A run that was interrupted goes on where it was. Another
    condition (--no-image, --choices-only) into the same OUTPUT is added to the report. Example:
    microvqa-pp benchmark --dataset build --model clip:phantom-tiny --output result
    """
    from scoring.models import Prices, Serving
    from scoring.runner import BenchmarkSettings, open_dataset
    from scoring.runner.asking import ChatSettings
    from scoring.runner.prompts import read_template

    def run() -> None:
        read_template(prompt, "image")
        if budget is not None and None in (price_in, price_out):
            raise ValueError("--budget needs --price-in and --price-out")
        settings = BenchmarkSettings(
            model=model,
            output=output,
            conditions=_conditions(no_image, choices_only),
            circular=circular,
            chat=ChatSettings(prompt, max_tokens, temperature if temperature >= 0 else None, seed),
            serving=Serving(base_url, revision, timeout, concurrency, batch_size),
            prices=Prices(price_in, price_out),
            budget=budget,
            cache=cache,
            predictions=predictions,
        )
        _run(open_dataset(dataset, split, limit), settings)

    _ended(run)


def _conditions(no_image: bool, choices_only: bool) -> Any:
    asked = [("no-image", no_image), ("choices-only", choices_only)]
    return tuple(name for name, wanted in asked if wanted) or ("image",)


def _run(dataset: Dataset, settings: BenchmarkSettings) -> None:
    from scoring.report.writing import write_all
    from scoring.runner import run_benchmark
    from scoring.runner.benchmark import show_progress

    with show_progress(Console(stderr=True)) as progress:
        run = run_benchmark(dataset, settings, progress, open_encoder=_open_encoder)
    report, notices = write_all(settings.output, run)
    _print(report, run, settings.output, notices)


def _open_encoder(name: str) -> Clip:
    """The encoder of `clip:NAME`, which the benchmark takes from the filter."""
    # torch takes seconds to import, and only clip: needs it.
    from filtering.encoders import EncoderError, open_clip_encoder

    try:
        return open_clip_encoder(name)
    except EncoderError as error:
        raise ValueError(str(error)) from error


def _print(report: Report, found: BenchmarkRun, output: Path, notices: list[str]) -> None:
    from scoring.report.writing import list_notes, make_table

    console = Console(highlight=False, markup=False, emoji=False)
    console.print(make_table(report))
    for line in (*list_notes(report), *notices, f"Report: {output / 'report.md'}"):
        console.print(line, soft_wrap=True)


def _ended(run: Callable[[], None]) -> None:
    """Runs; problems end with one line."""
    from scoring.models import ModelError
    from scoring.runner import Incomplete

    try:
        run()
    except Incomplete as stopped:
        print(f"microvqa-pp: {stopped}", file=sys.stderr)
        raise typer.Exit(3) from stopped
    except (ValueError, ModelError) as error:
        print(f"microvqa-pp: {error}", file=sys.stderr)
        raise typer.Exit(2) from error
    except KeyboardInterrupt as error:
        print("microvqa-pp: stopped; run the same command again to go on", file=sys.stderr)
        raise typer.Exit(130) from error


def leaderboard_command(
    results: Annotated[list[Path], typer.Argument(help="report folders of benchmark runs")],
    output: Annotated[Path | None, typer.Option(help="also write the table as Markdown")] = None,
) -> None:
    """Rank results, each only if its items give its numbers again.

    The first folder sets the dataset version. Ends with status 1 where a folder was refused.
    """
    from scoring.items import BadInput
    from scoring.report.leaderboard import collect_entries, make_board_table, write_board

    def run() -> None:
        entries, refused = collect_entries(results)
        console = Console(highlight=False, markup=False, emoji=False)
        for reason in refused.values():
            print(f"microvqa-pp: refused: {reason}", file=sys.stderr)
        if not entries:
            raise BadInput("no result could be taken")
        console.print(make_board_table(entries))
        if output is not None:
            write_board(output, entries)
        if refused:
            raise typer.Exit(1)

    _ended(run)
