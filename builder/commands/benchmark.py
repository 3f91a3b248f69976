"""The commands `microvqa-pp benchmark` and `microvqa-pp leaderboard`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

if TYPE_CHECKING:
    from filtering.encoders import OpenClipEncoder
    from scoring.models.records import Condition
    from scoring.runner import BenchmarkSettings, Dataset


_KINDS = (
    "openai:NAME, transformers:NAME, clip:NAME, random, constant, longest, choices, text, caption"
)

DatasetName = Annotated[
    str, typer.Option(help="release folder, OUTPUT of a build, or Hub id (also jmhb/microvqa)")
]
Model = Annotated[str, typer.Option(help=f"{_KINDS}; with --predictions the name to show")]
Output = Annotated[Path, typer.Option(help="folder for the report and the cache")]
Split = Annotated[str, typer.Option(help="split to answer")]
Limit = Annotated[
    int | None, typer.Option(help="only so many questions, spread over the split", min=1)
]
Circular = Annotated[
    bool, typer.Option("--circular", help="ask each question with its choices in every order")
]
NoImage = Annotated[bool, typer.Option("--no-image", help="ask without the image")]
ChoicesOnly = Annotated[
    bool, typer.Option("--choices-only", help="show neither image nor question")
]
Prompt = Annotated[str, typer.Option(help="ours-v1 or microvqa-v1")]
Predictions = Annotated[
    Path | None,
    typer.Option(help="Parquet or JSON Lines with id and response: score it, ask no model"),
]
BaseUrl = Annotated[
    str | None,
    typer.Option(help="server of openai:NAME; default: OPENAI_BASE_URL, else OpenAI's own"),
]
Revision = Annotated[str, typer.Option(help="revision of the model")]
MaxTokens = Annotated[int, typer.Option(help="longest response, in tokens", min=1)]
Temperature = Annotated[
    float, typer.Option(help="below 0 leaves it to the server, as some models ask")
]
Seed = Annotated[int | None, typer.Option(help="seed sent to the server")]
Concurrency = Annotated[int, typer.Option(help="requests at once, at most", min=1)]
BatchSize = Annotated[int, typer.Option(help="batch of transformers:NAME", min=1)]
Timeout = Annotated[float, typer.Option(help="seconds to wait for a response", min=0.1)]
PriceIn = Annotated[float | None, typer.Option(help="USD per million tokens read", min=0)]
PriceOut = Annotated[float | None, typer.Option(help="USD per million tokens written", min=0)]
Budget = Annotated[
    float | None, typer.Option(help="USD that this call may spend; run again to go on", min=0)
]
Cache = Annotated[Path | None, typer.Option(help="folder of responses; default: OUTPUT/cache")]


def benchmark_command(
    dataset: DatasetName,
    model: Model,
    output: Output,
    split: Split = "test",
    limit: Limit = None,
    circular: Circular = False,
    no_image: NoImage = False,
    choices_only: ChoicesOnly = False,
    prompt: Prompt = "ours-v1",
    predictions: Predictions = None,
    base_url: BaseUrl = None,
    revision: Revision = "",
    max_tokens: MaxTokens = 2048,
    temperature: Temperature = 0.0,
    seed: Seed = None,
    concurrency: Concurrency = 8,
    batch_size: BatchSize = 8,
    timeout: Timeout = 120.0,
    price_in: PriceIn = None,
    price_out: PriceOut = None,
    budget: Budget = None,
    cache: Cache = None,
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
        conditions: list[Condition] = []
        if no_image:
            conditions.append("no-image")
        if choices_only:
            conditions.append("choices-only")
        settings = BenchmarkSettings(
            model=model,
            output=output,
            conditions=tuple(conditions) or ("image",),
            circular=circular,
            chat=ChatSettings(prompt, max_tokens, temperature if temperature >= 0 else None, seed),
            serving=Serving(base_url, revision, timeout, concurrency, batch_size),
            prices=Prices(price_in, price_out),
            budget=budget,
            cache=cache,
            predictions=predictions,
        )
        _run_and_print(open_dataset(dataset, split, limit), settings)

    _run_to_end(run)


def _run_and_print(dataset: Dataset, settings: BenchmarkSettings) -> None:
    from scoring.report.writing import list_notes, make_table, write_all
    from scoring.runner import run_benchmark
    from scoring.runner.benchmark import show_progress

    with show_progress(Console(stderr=True)) as progress:
        run = run_benchmark(dataset, settings, progress, open_encoder=_open_encoder)
    report, notices = write_all(settings.output, run)
    console = Console(highlight=False, markup=False, emoji=False)
    console.print(make_table(report))
    for line in (*list_notes(report), *notices, f"Report: {settings.output / 'report.md'}"):
        console.print(line, soft_wrap=True)


def _open_encoder(name: str) -> OpenClipEncoder:
    """The encoder of `clip:NAME`, which the benchmark takes from the filter."""
    # torch takes seconds to import, and only clip: needs it.
    from filtering.encoders import EncoderError, open_clip_encoder

    try:
        return open_clip_encoder(name)
    except EncoderError as error:
        raise ValueError(str(error)) from error


def _run_to_end(run: Callable[[], None]) -> None:
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

    _run_to_end(run)
