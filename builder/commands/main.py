"""The command `microvqa-pp`: its commands, which are imported when they are called."""

from __future__ import annotations

import gc
import logging
import sys
from importlib import import_module
from typing import Annotated, Any, NamedTuple

import typer
from rich.console import Console
from rich.logging import RichHandler
from typer.core import TyperCommand, TyperGroup

from builder.errors import BuildError, SourceError, StoppedError

logger = logging.getLogger("microvqa_pp")


class CommandEntry(NamedTuple):
    """Where a command is, and its line in the help."""

    module: str
    function: str
    help: str


COMMANDS = {
    "build": CommandEntry(
        "builder.commands.build",
        "build_command",
        "Build a dataset from its sources into OUTPUT/release.",
    ),
    "show": CommandEntry(
        "builder.commands.show",
        "show_command",
        "Summarise a build's ledger: counts by stage, reason, task, position and licence.",
    ),
    "report": CommandEntry(
        "builder.commands.show",
        "report_command",
        "Write one HTML page about a build: what was kept and dropped, why, and what it cost.",
    ),
    "filter": CommandEntry(
        "builder.commands.filter",
        "filter_command",
        "Score and filter a table of question-answer pairs into OUTPUT/table.parquet.",
    ),
    "screen": CommandEntry(
        "builder.commands.screen",
        "screen_command",
        "Review the test questions of a build in the browser; verdicts go to "
        "OUTPUT/verdicts.jsonl.",
    ),
    "release": CommandEntry(
        "builder.commands.screen",
        "release_command",
        "Make OUTPUT/release again with the verdicts given since: accepted, fixed, rejected.",
    ),
    "publish": CommandEntry(
        "builder.commands.publish",
        "publish_command",
        "Publish a release on the Hugging Face Hub: dataset, metric, and if asked weights and "
        "demo.",
    ),
    "rebuild": CommandEntry(
        "builder.commands.rebuild",
        "rebuild_command",
        "Build a published dataset again from its own figures and replies, and compare the bytes.",
    ),
    "import": CommandEntry(
        "builder.commands.interchange",
        "import_command",
        "Turn the official demo's or MicroVQA's table into a release, for filter, benchmark and "
        "Space.",
    ),
    "export": CommandEntry(
        "builder.commands.interchange",
        "export_command",
        "Write a split in the official demo's or MicroVQA's form.",
    ),
    "benchmark": CommandEntry(
        "builder.commands.benchmark",
        "benchmark_command",
        "Ask a model the questions of a benchmark, and report how well it answered.",
    ),
    "leaderboard": CommandEntry(
        "builder.commands.benchmark",
        "leaderboard_command",
        "Rank results, each only if its items give its numbers again.",
    ),
    "sft": CommandEntry(
        "builder.commands.sft",
        "sft_command",
        "Write the questions of a build as chat messages with images, for TRL's SFTTrainer.",
    ),
    "finetune": CommandEntry(
        "builder.commands.sft",
        "finetune_command",
        "Fine-tune a model on the train split, then score it on the test split.",
    ),
}


class LazyCommands(TyperGroup):
    """The commands of the table: listed from it alone, imported when one is called."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """A command as it stands in the list; None where there is none."""
        entry = COMMANDS.get(cmd_name)
        return TyperCommand(cmd_name, help=entry.help) if entry else None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that was called."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, load_command(name) if name in COMMANDS else command, rest


app = typer.Typer(
    cls=LazyCommands,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Microscopy questions from figures and captions: build a dataset and look into it.",
)


@app.callback()
def configure_logging(
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="say more: every shard, retry and fallback")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="say nothing but warnings")] = False,
) -> None:
    """Write the log to stderr: a line a stage, or none where a terminal shows progress instead."""
    console = Console(stderr=True)
    handler: logging.Handler = RichHandler(console=console, show_path=False)
    if not console.is_terminal:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
    shown = logging.WARNING if quiet or console.is_terminal else logging.INFO
    logger.setLevel(logging.DEBUG if verbose else shown)
    logger.handlers, logger.propagate = [handler], False


def load_command(name: str) -> Any:
    """Import a command. It understands -v and -q too, as they stand most easily at the end."""
    entry = COMMANDS[name]
    alone = typer.Typer(add_completion=False)
    alone.command(name)(getattr(import_module(entry.module), entry.function))
    command = typer.main.get_command(alone)
    run: Any = command.callback

    def run_with_log(verbose: bool, quiet: bool, **options: Any) -> Any:
        if verbose or quiet:
            configure_logging(verbose, quiet)
        return run(**options)

    command.params += typer.main.get_command(app).params
    command.callback = run_with_log
    return command


def main() -> None:
    """Run the command line; bad input ends with one line and exit status 2."""
    gc.freeze()  # modules stay: the collector need not look through them again and again
    gc.set_threshold(50_000, 20, 100)  # records are many, and hardly ever refer to each other
    try:
        app()
    except StoppedError as error:
        _fail(str(error), 3)
    except (SourceError, BuildError) as error:
        _fail(str(error))
    except OSError as error:
        _fail(f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}")


def _fail(message: str, status: int = 2) -> None:
    print(f"microvqa-pp: {message}", file=sys.stderr)
    sys.exit(status)


if __name__ == "__main__":
    main()
