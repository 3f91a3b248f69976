"""The command `microvqa-pp filter`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from filtering.scorer_choice import PHANTOM_TINY
from filtering.table.filter_table import (
    Columns,
    FilterError,
    FilterReport,
    TableError,
    filter_table,
)


def filter_command(
    table: Annotated[
        str,
        typer.Argument(help="Parquet, JSON Lines or CSV file, or folder; FOLDER?split=NAME"),
    ],
    output: Annotated[Path, typer.Option(help="folder for table.parquet")],
    image_column: Annotated[
        str, typer.Option(help="column of images, carried through as it is; may be missing")
    ] = "image",
    caption_column: Annotated[str, typer.Option(help="column of captions")] = "caption",
    question_column: Annotated[str, typer.Option(help="column of questions")] = "question",
    answer_column: Annotated[str, typer.Option(help="column of answers")] = "answer",
    figure_column: Annotated[
        str | None, typer.Option(help="column that names the figure; default: the caption")
    ] = None,
    keep_ratio: Annotated[
        float, typer.Option(help="share of all rows that is kept, 0-1", min=0, max=1)
    ] = 0.75,
    clip: Annotated[
        str, typer.Option(help="open_clip model, with --fit; 'none' for text alone")
    ] = PHANTOM_TINY,
    nli: Annotated[
        str, typer.Option(help="transformers entailment model, with --fit; 'none' for text alone")
    ] = PHANTOM_TINY,
    fit: Annotated[
        bool, typer.Option("--fit", help="fit a filter on the table, by errors planted into it")
    ] = False,
    seed: Annotated[int, typer.Option(help="seed of the fit", min=0)] = 0,
) -> None:
    """Score and filter a table of question-answer pairs into OUTPUT/table.parquet.

    Every row and column comes back in order, with signals, score, keep and reason. Example:
    microvqa-pp filter my_questions.jsonl --output filtered
    """
    columns = Columns(image_column, caption_column, question_column, answer_column, figure_column)
    try:
        report = filter_table(
            table, output, columns, keep_ratio, clip=clip, nli=nli, fit=fit, seed=seed
        )
    except (TableError, FilterError) as error:
        print(f"microvqa-pp: {error}", file=sys.stderr)
        raise typer.Exit(2) from error
    print_report(report, Console(highlight=False))


def print_report(report: FilterReport, console: Console) -> None:
    """Says how many rows were kept and why others were not, and where the table is."""
    shown = Table(
        "rows", "", "", title=f"{report.rows:,} question-answer pairs", title_justify="left"
    )
    shown.columns[0].justify = "right"
    shown.add_row(f"{report.kept:,}", f"{report.kept / report.rows:.0%}", "kept")
    for reason, count in report.reasons.items():
        shown.add_row(f"{count:,}", f"{count / report.rows:.0%}", reason)
    console.print(shown)
    if report.note:
        console.print(report.note, markup=False)
    for scorer, count in report.scorers.items():
        console.print(f"{count:,} scored by {scorer}", markup=False)
    console.print(f"Table: {report.path}", soft_wrap=True)
