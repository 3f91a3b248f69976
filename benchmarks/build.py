"""Measures a build beside a bare loop, and how memory and time grow with the number of figures.

    python benchmarks/build.py [--quick]

The bare loop (`bare_build.py`) reads the same images, decodes and hashes them in the same way, and
writes and hashes the same Parquet files; all that a build works out besides it is told. Both run in
fresh processes, one after the other, with one worker. That worker reads two shards at a time, in
threads, where there is a second core; the bare loop takes one image after the other. So it is time
by the clock that is limited, and the ratio of processor time shows what a build costs more. Ends
with status 1 when a limit is missed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Annotated

import pyarrow.parquet as pq
import typer
from PIL import Image
from rich.console import Console
from rich.table import Table

from benchmarks.bare_build import write_recipe
from benchmarks.made_articles import PREVIEW, PUBLICATION

MOST_RATIO = 1.15
"""A build of figures at publication size takes at most so many times the bare loop's time."""

WITHIN = 0.10
"""Peak memory, and time for each further figure, stay within this share from 1x to 16x."""

SCALES = (1, 4, 16)
_HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process took: seconds by the clock, seconds of processor time, peak memory in MiB."""

    wall: float
    cpu: float
    peak: float


@dataclass(frozen=True, slots=True)
class Check:
    """A measured value with its range over the runs, and the limit it must keep, if any."""

    name: str
    value: float
    low: float
    high: float
    at_most: float | None = None

    @property
    def holds(self) -> bool:
        """Whether the value keeps its limit."""
        return self.at_most is None or self.value <= self.at_most


def cost(command: Sequence[str | Path], settings: Mapping[str, str] | None = None) -> Cost:
    """Run a command in a process of its own, children counted. Raises RuntimeError if it fails.

    `settings` are added to the environment.
    """
    started = [sys.executable, "-I", "-c", _STARTER, sys.executable, *map(str, command)]
    done = subprocess.run(
        started,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        env=os.environ | dict(settings or {}),
    )
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return Cost(*map(float, done.stdout.splitlines()[-1].split()))


_STARTER = """
import os, subprocess, sys, time
start = time.perf_counter()
process = subprocess.Popen(sys.argv[1:])
_, status, usage = os.wait4(process.pid, 0)
wall = time.perf_counter() - start
print(flush=True)
print(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
sys.exit(os.waitstatus_to_exitcode(status))
"""
"""A small process in between: Linux counts the memory of whoever starts a process as its peak."""


def make_input(folder: Path, figures: int, widest: int) -> list[Path]:
    """Article packages with so many figures up to `widest` pixels wide; their images in order."""
    cost([_HERE / "made_articles.py", folder, str(figures), str(widest)])
    return sorted(folder.glob("*/*.jpg"))


def build(articles: Path, output: Path) -> Cost:
    """A whole build with one worker into an empty folder."""
    shutil.rmtree(output, ignore_errors=True)
    source = ["--source", f"pmc_oa:{articles}", "--workers", "1"]
    return cost(["-m", "builder.commands.main", "build", *source, "--output", output])


def bare(recipe: Path, output: Path) -> Cost:
    """The bare loop over the same files into an empty folder."""
    shutil.rmtree(output, ignore_errors=True)
    return cost([_HERE / "bare_build.py", recipe, output])


def differences(built: Path, bare_output: Path) -> list[str]:
    """Tables that the build and the bare loop did not write alike, images included; [] if none."""
    shards = {path.parent for path in (built / "work").glob("*/*.parquet")}
    pairs = {table: bare_output / table.name for table in sorted(shards)}
    for config in sorted((built / "release" / "data").iterdir()):
        pairs[config] = bare_output / "data" / config.name
    return [
        str(file.relative_to(built))
        for ours, theirs in pairs.items()
        for file in sorted(ours.glob("*.parquet"))
        if not _equal(file, theirs / file.name)
    ]


def _equal(file: Path, other: Path) -> bool:
    one, two = (pq.read_table(path, partitioning=None) for path in (file, other))
    return bool(one.equals(two.select(one.schema.names)))


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder that is there until the block ends."""
    with tempfile.TemporaryDirectory(prefix="benchmark-build-") as name:
        yield Path(name)


def compare(figures: int, widest: int, repeats: int) -> tuple[str, list[tuple[Cost, Cost]]]:
    """What the images are like, and costs of build and bare loop in turns, after one of each.

    Raises RuntimeError when the two do not write the same rows and bytes.
    """
    with temporary_folder() as folder:
        images = make_input(folder / "articles", figures, widest)
        built, loop, recipe = (folder / name for name in ("built", "bare", "recipe"))
        build(folder / "articles", built)
        write_recipe(built, images, recipe)
        bare(recipe, loop)
        if different := differences(built, loop):
            raise RuntimeError(f"the bare loop writes other tables: {', '.join(different)}")
        costs = [(build(folder / "articles", built), bare(recipe, loop)) for _ in range(repeats)]
        return _described(images), costs


def _described(images: list[Path]) -> str:
    sizes = sorted(path.stat().st_size / 1000 for path in images)
    widths, bits = [], []
    for path in images:
        with Image.open(path) as image:
            widths.append(image.width)
            bits.append(8 * path.stat().st_size / (image.width * image.height))
    return (
        f"{len(images)} figures, {median(widths):.0f} ({min(widths)}-{max(widths)}) pixels wide, "
        f"{median(sizes):.0f} ({sizes[0]:.0f}-{sizes[-1]:.0f}) kB, {median(bits):.1f} bits a pixel"
    )


def ratios(name: str, costs: list[tuple[Cost, Cost]], at_most: float | None) -> list[Check]:
    """Ratios of build to bare loop, pair by pair; the limit is for the time by the clock."""
    cpu = [one.cpu / two.cpu for one, two in costs]
    wall = [one.wall / two.wall for one, two in costs]
    return [
        checked(f"{name}: wall time, build / bare loop", wall, at_most),
        checked(f"{name}: processor time, build / bare loop", cpu),
        checked(f"{name}: build, processor seconds", [one.cpu for one, _ in costs]),
        checked(f"{name}: bare loop, processor seconds", [two.cpu for _, two in costs]),
    ]


def checked(name: str, values: list[float], at_most: float | None = None) -> Check:
    """The median of the values with their range."""
    return Check(name, median(values), min(values), max(values), at_most)


def grow(figures: int, widest: int, repeats: int) -> dict[int, list[Cost]]:
    """Costs of builds of 1x, 4x and 16x as many figures, in turns."""
    found: dict[int, list[Cost]] = {scale: [] for scale in SCALES}
    with temporary_folder() as folder:
        make_input(folder / "16", SCALES[-1] * figures, widest)
        packages = sorted((folder / "16").iterdir())
        for scale in SCALES[:-1]:
            for package in packages[: len(packages) * scale // SCALES[-1]]:
                shutil.copytree(package, folder / str(scale) / package.name, copy_function=os.link)
        for _ in range(repeats):
            for scale in SCALES:
                found[scale].append(build(folder / str(scale), folder / "built"))
    return found


def growth(costs: dict[int, list[Cost]]) -> list[Check]:
    """How flat the peak memory is, and how straight the time, from 1x to 16x."""
    shown = [
        checked(f"{scale}x: {name}", [of(c) for c in costs[scale]])
        for scale in SCALES
        for name, of in _MEASURES.items()
    ]
    peaks = {scale: median(c.peak for c in costs[scale]) for scale in SCALES}
    excess = max(peaks.values()) / peaks[SCALES[0]]
    times = [median(c.cpu for c in costs[scale]) for scale in SCALES]
    first, second = (
        (times[i + 1] - times[i]) / (SCALES[i + 1] - SCALES[i]) for i in range(len(SCALES) - 1)
    )
    slope = max(second / first, first / second)
    return [
        *shown,
        Check("peak memory, highest / that of 1x", excess, excess, excess, 1 + WITHIN),
        Check("time of a further figure, 4x to 16x / 1x to 4x", slope, slope, slope, 1 + WITHIN),
    ]


_MEASURES: dict[str, Callable[[Cost], float]] = {
    "peak memory, MiB": lambda c: c.peak,
    "processor seconds": lambda c: c.cpu,
    "wall seconds": lambda c: c.wall,
}


def table(checks: Sequence[Check]) -> Table:
    """The checks as a table for people."""
    shown = Table("measure", "median", "range", "at most", "")
    for c in checks:
        limit = "" if c.at_most is None else f"{c.at_most:.2f}"
        verdict = "" if c.at_most is None else "ok" if c.holds else "MISSED"
        shown.add_row(c.name, f"{c.value:.2f}", f"{c.low:.2f}-{c.high:.2f}", limit, verdict)
    return shown


def main(
    figures: Annotated[int, typer.Option(help="figures of the comparison")] = 768,
    smallest: Annotated[int, typer.Option(help="figures of 1x of the growth")] = 192,
    repeats: Annotated[int, typer.Option(help="pairs of runs")] = 5,
    quick: Annotated[bool, typer.Option(help="tiny sizes that only show that it runs")] = False,
) -> None:
    """Measure the build beside a bare loop, and its growth; status 1 when a limit is missed."""
    if quick:
        figures, smallest, repeats = 12, 6, 1
    console, checks = Console(width=110), list[Check]()
    for name, widest, limit in (
        ("publication size", PUBLICATION, MOST_RATIO),
        ("previews (worst case)", PREVIEW, None),
    ):
        described, costs = compare(figures, widest, repeats)
        console.print(f"{name}: {described}")
        checks += ratios(name, costs, limit)
    checks += growth(grow(smallest, PUBLICATION, 1 if quick else 3))
    console.print(table(checks))
    raise typer.Exit(0 if quick or all(c.holds for c in checks) else 1)


if __name__ == "__main__":
    typer.run(main)
