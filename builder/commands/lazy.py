"""Commands that are imported when they are called, so that a build does not wait for them."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

LATE = {
    "filter": "builder.commands.filter",
    "screen": "builder.commands.screen",
    "release": "builder.commands.screen",
    "publish": "builder.commands.publish",
    "import": "builder.commands.interchange",
    "export": "builder.commands.interchange",
    "report": "builder.commands.report",
    "benchmark": "builder.commands.benchmark",
    "leaderboard": "builder.commands.benchmark",
    "sft": "builder.commands.sft",
    "finetune": "builder.commands.sft",
}
"""Modules of commands; the function of command NAME is NAME_command."""


class LateCommands(TyperGroup):
    """The commands of an app, and those of LATE, which are imported when they or help are asked."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Names of all commands."""
        return [*super().list_commands(ctx), *LATE]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of a name; None where there is none."""
        if cmd_name not in LATE:
            return super().get_command(ctx, cmd_name)
        alone = typer.Typer(add_completion=False)
        function = getattr(import_module(LATE[cmd_name]), f"{cmd_name}_command")
        alone.command(cmd_name)(function)
        return typer.main.get_command(alone)
