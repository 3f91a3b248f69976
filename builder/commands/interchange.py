"""The commands `microvqa-pp import` and `microvqa-pp export`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from builder.interchange.formats import Format

_FORM = typer.Option("--format", help="form of the other table")


def import_command(
    table: Annotated[
        Path, typer.Argument(help="Parquet or JSON Lines file, or folder of Parquet files")
    ],
    output: Annotated[Path, typer.Option(help="folder that gets release/")],
    form: Annotated[Format, _FORM] = "official",
    license: Annotated[str, typer.Option(help="licence of the whole table: CC BY-SA 4.0 ...")] = "",
) -> None:
    """Turn the official demo's or MicroVQA's table into a release, for filter, benchmark and Space.

    Example: microvqa-pp import demo.parquet --format official --output imported
    """
    from builder.interchange.conversion import import_table

    result = import_table(table, form, output, license)
    out = Console(highlight=False, markup=False, emoji=False)
    out.print(f"{result.questions:,} questions: {result.release}", soft_wrap=True)
    for reason, count in result.left_out.most_common():
        out.print(f"{count:,} rows left out: {reason}")


def export_command(
    output: Annotated[Path, typer.Argument(help="folder that a build or an import wrote")],
    target: Annotated[Path, typer.Option("--output", help="Parquet file to write")],
    form: Annotated[Format, _FORM] = "official",
    split: Annotated[str, typer.Option(help="split to export")] = "test",
) -> None:
    """Write a split in the official demo's or MicroVQA's form.

    Example: microvqa-pp export my_build --format microvqa --output questions.parquet
    """
    from builder.interchange.conversion import export_table

    number = export_table(output, form, target, split)
    Console(highlight=False, markup=False, emoji=False).print(f"{number:,} questions: {target}")
