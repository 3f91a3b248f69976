"""One harness for all costs: `python -m benchmarks.costs COMMAND [--quick]`."""

from __future__ import annotations

import typer

from benchmarks.costs.build import measure_build
from benchmarks.costs.encoded_build import build_drawn, build_pinned, measure_encoded_build
from benchmarks.costs.encoders import measure_encoders, measure_forward

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True)
app.command("build")(measure_build)
app.command("encoded")(measure_encoded_build)
app.command("encoders")(measure_encoders)
app.command("forward")(measure_forward)
# Builds that `encoded` starts in processes of their own.
app.command("build-drawn", hidden=True)(build_drawn)
app.command("build-pinned", hidden=True)(build_pinned)

if __name__ == "__main__":
    app()
