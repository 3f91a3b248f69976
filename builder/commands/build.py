"""The command `microvqa-pp build`, whose options are the fields of `BuildConfig`."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console

from builder.agents.costs import print_costs, print_estimate
from builder.agents.settings import PANEL as MODEL_PANEL
from builder.commands.left_out import describe_left_out
from builder.errors import BuildError
from builder.run.config import BuildConfig
from builder.run.pipeline import BuildResult, build, estimate_build
from builder.settings import (
    NamedSetting,
    UnknownSettingError,
    describe_errors,
    read_settings_file,
)


def build_command(
    ctx: typer.Context, config: Path | None = None, dry_run: bool = False, **settings: Any
) -> None:
    """Build a dataset from its sources into OUTPUT/release.

    A build that was interrupted continues where it was. Example:
    microvqa-pp build --source pmc_oa:articles/ --output my_build
    """
    in_file = read_settings_file(config) if config else {}
    # An option that nobody wrote stands at its default: there the file has its say.
    written = {
        name: value
        for name, value in settings.items()
        if (source := ctx.get_parameter_source(name)) and source.name != "DEFAULT"
    }
    try:
        build_config = BuildConfig.from_names(in_file, written)
    except UnknownSettingError as error:
        raise BuildError(f"{config}: {error}") from error
    except ValidationError as error:
        raise BuildError(describe_errors(error)) from error
    console = Console(stderr=True)
    if dry_run:
        estimates = estimate_build(build_config, console)
        print_estimate(estimates, build_config.model.prices, Console())
        return
    _print_result(build(build_config, console), build_config.output)
    print_costs(build_config.output, Console(highlight=False))


def _make_option(named: NamedSetting) -> inspect.Parameter:
    """A setting as an option of the command line, with its description, default and panel."""
    kind: Any = named.field.annotation
    default = named.field.default
    if kind == tuple[str, ...]:  # repeatable
        kind, default = list[str], list(default)
    elif kind == tuple[float, ...]:  # numbers in a row, with commas between
        kind, default = str, ""
    elif named.field.default_factory is not None:  # depends on the machine: its text says how
        kind, default = kind | None, None
    option = typer.Option(help=named.field.description, rich_help_panel=named.setting.panel)
    return inspect.Parameter(
        named.name,
        inspect.Parameter.KEYWORD_ONLY,
        default=default,
        annotation=Annotated[kind, option],
    )


def _make_signature() -> inspect.Signature:
    """The parameters of the command: every setting, and what is asked of this run alone."""
    config = typer.Option(help="YAML file of settings, or run.json of a build; options win over it")
    dry_run = typer.Option(
        "--dry-run", help="say what the model would cost, ask nothing", rich_help_panel=MODEL_PANEL
    )
    extra = {
        "ctx": (inspect.Parameter.empty, typer.Context),
        "config": (None, Annotated[Path | None, config]),
        "dry_run": (False, Annotated[bool, dry_run]),
    }
    own = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)
        for name, (default, kind) in extra.items()
    ]
    return inspect.Signature([*(_make_option(named) for named in BuildConfig.walk()), *own])


# Typer reads the options of a command from its signature and annotations, which `inspect` takes
# from this attribute; functions are not typed as having it.
build_command.__signature__ = _make_signature()  # type: ignore[attr-defined]
build_command.__annotations__ = {
    name: parameter.annotation for name, parameter in _make_signature().parameters.items()
}


def _print_result(result: BuildResult, output: Path) -> None:
    """Say what was built, what could not be, and where it is."""
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
    if line := describe_left_out(summary):
        out.print(line, soft_wrap=True)
    pairs = output / "work" / "excluded" / "pairs.html"
    if pairs.exists():
        out.print(f"Left out by --exclude, side by side: {pairs}", soft_wrap=True)
    if summary.has_phantom:
        out.print("Phantom figures are synthetic test specimens, not real micrographs.")
    out.print(f"Release: {result.release}", soft_wrap=True)
    out.print(f"Next: microvqa-pp show {output}", soft_wrap=True)
