"""Disturbs builds and feeds damaged inputs to every parser: `make chaos`.

    python -m tests.chaos [--inputs 10000] [--seed 0] [--only NAME ...] [--keep FOLDER]

Ends with status 1 where a promise was broken; the inputs that did it are kept with --keep.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from tests.chaos.builds import SCENARIOS, undisturbed
from tests.chaos.fuzz import Fuzzed, fuzz
from tests.chaos.parsers import PARSERS, use_release

Row = tuple[str, str, list[str]]
_SHOWN = 12


def main(
    inputs: Annotated[int, typer.Option(help="damaged inputs of each parser", min=0)] = 10_000,
    seed: Annotated[int, typer.Option(help="of all that is random")] = 0,
    only: Annotated[list[str] | None, typer.Option(help="parser or scenario, repeatable")] = None,
    keep: Annotated[Path | None, typer.Option(help="folder for inputs that broke one")] = None,
) -> None:
    """Run the scenarios beside the parsers, two of these at a time, and print what came of it."""
    known = [*SCENARIOS, *PARSERS]
    if unknown := set(only or ()) - set(known):
        raise typer.BadParameter(f"no {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    chosen = only or known
    with tempfile.TemporaryDirectory(prefix="chaos-") as name, ThreadPoolExecutor(2) as pool:
        folder = Path(name)
        parsers = pool.submit(_parsers, [n for n in PARSERS if n in chosen], inputs, seed, folder)
        builds = pool.submit(_builds, [n for n in SCENARIOS if n in chosen], seed, folder)
        rows = [*builds.result(), *parsers.result()]
        if keep is not None:
            for found in sorted(folder.glob("*/found")):
                shutil.copytree(found, keep / found.parent.name, dirs_exist_ok=True)
    _show(rows)
    raise typer.Exit(1 if any(problems for _, _, problems in rows) else 0)


def _builds(names: list[str], seed: int, folder: Path) -> list[Row]:
    if not names:
        return []
    expected, rows = undisturbed(folder), []
    for name in names:
        start = time.monotonic()
        try:
            problems = SCENARIOS[name](folder, expected, random.Random(f"{name} {seed}"))
        except subprocess.TimeoutExpired as error:
            problems = [f"hangs: {error}"]
        rows.append((name, f"{time.monotonic() - start:.0f} s", problems))
    return rows


def _parsers(names: list[str], inputs: int, seed: int, folder: Path) -> list[Row]:
    if not names or not inputs:
        return []
    # In a process of its own: Linux counts the memory of whoever starts a worker as its peak.
    code = "import sys, pathlib, tests.chaos.parsers as p; p.prepare(pathlib.Path(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", code, str(folder)], check=True)
    use_release(folder)
    with ThreadPoolExecutor(2) as pool:
        found = pool.map(lambda name: fuzz(name, inputs, seed, folder / name), names)
        return [_row(one) for one in found]


def _row(found: Fuzzed) -> Row:
    told = f"{found.inputs:,} inputs, {found.seconds:.0f} s, at most {found.peak:.0f} MiB"
    faults = [f"input {number}: {fault}" for number, fault in sorted(found.faults.items())]
    if found.inputs and len(faults) > _SHOWN:
        kinds = "; ".join(f"{count} x {kind}" for kind, count in found.kinds())
        faults = [*faults[:_SHOWN], f"{len(found.faults):,} in all: {kinds}"]
    return found.name, told, faults


def _show(rows: list[Row]) -> None:
    console = Console(width=110, highlight=False)
    table = Table("", "what was done", "faults")
    for name, told, problems in rows:
        table.add_row(name, told, str(len(problems)) if problems else "none")
    for name, _, problems in rows:
        for problem in problems:
            console.print(f"{name}: {problem}", markup=False, soft_wrap=True)
    console.print(table)


if __name__ == "__main__":
    typer.run(main)
