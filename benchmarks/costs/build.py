"""Measures a build beside a bare loop, and how memory and time grow with the number of figures.

    python -m benchmarks.costs build [--quick]

The bare loop (`bare_loop.py`) reads the same images, decodes and hashes them in the same way, and
writes and hashes the same Parquet files; all that a build works out besides is in its recipe. Both
run in fresh processes, one after the other, with one worker. That worker reads two shards at a
time, in threads, where there is a second core; the bare loop takes one image after the other. So it
is time by the clock that is limited, and the ratio of processor time shows what a build costs more.
Ends with status 1 when a limit is missed.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Annotated

import pyarrow.parquet as pq
import typer
from PIL import Image
from rich.console import Console

from benchmarks.costs.bare_loop import write_recipe
from benchmarks.costs.made_articles import PREVIEW, PUBLICATION
from benchmarks.costs.measuring import (
    WITHIN,
    Check,
    Cost,
    make_folder,
    measure_process,
    summarise,
    tabulate,
)

MOST_RATIO = 1.15
"""A build of figures at publication size takes at most so many times the bare loop's time."""

SCALES = (1, 4, 16)
_ARTICLES = Path(__file__).with_name("made_articles.py")


def make_input(folder: Path, figures: int, widest: int) -> list[Path]:
    """Article packages with so many figures up to `widest` pixels wide; their images in order."""
    measure_process([_ARTICLES, folder, str(figures), str(widest)])
    return sorted(folder.glob("*/*.jpg"))


def run_build(articles: Path, output: Path) -> Cost:
    """A whole build with one worker into an empty folder."""
    shutil.rmtree(output, ignore_errors=True)
    source = ["--source", f"pmc_oa:{articles}", "--workers", "1"]
    return measure_process(["-m", "builder.commands.main", "build", *source, "--output", output])


def run_bare_loop(recipe: Path, output: Path) -> Cost:
    """The bare loop over the same files into an empty folder."""
    shutil.rmtree(output, ignore_errors=True)
    return measure_process(["-m", "benchmarks.costs.bare_loop", recipe, output])


def find_differences(built: Path, bare_output: Path) -> list[str]:
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


def compare(figures: int, widest: int, repeats: int) -> tuple[str, list[tuple[Cost, Cost]]]:
    """What the images are like, and costs of build and bare loop in turns, after one of each.

    Raises RuntimeError when the two do not write the same rows and bytes.
    """
    with make_folder() as folder:
        images = make_input(folder / "articles", figures, widest)
        built, loop, recipe = (folder / name for name in ("built", "bare", "recipe"))
        run_build(folder / "articles", built)
        write_recipe(built, images, recipe)
        run_bare_loop(recipe, loop)
        if different := find_differences(built, loop):
            raise RuntimeError(f"the bare loop writes other tables: {', '.join(different)}")
        costs = [
            (run_build(folder / "articles", built), run_bare_loop(recipe, loop))
            for _ in range(repeats)
        ]
        return _describe_images(images), costs


def _describe_images(images: list[Path]) -> str:
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


def compare_costs(name: str, costs: list[tuple[Cost, Cost]], at_most: float | None) -> list[Check]:
    """Ratios of build to bare loop, pair by pair; the limit is for the time by the clock."""
    cpu = [one.cpu / two.cpu for one, two in costs]
    wall = [one.wall / two.wall for one, two in costs]
    return [
        summarise(f"{name}: wall time, build / bare loop", wall, at_most),
        summarise(f"{name}: processor time, build / bare loop", cpu),
        summarise(f"{name}: build, processor seconds", [one.cpu for one, _ in costs]),
        summarise(f"{name}: bare loop, processor seconds", [two.cpu for _, two in costs]),
    ]


def measure_growth(figures: int, widest: int, repeats: int) -> dict[int, list[Cost]]:
    """Costs of builds of 1x, 4x and 16x as many figures, in turns."""
    costs: dict[int, list[Cost]] = {scale: [] for scale in SCALES}
    with make_folder() as folder:
        make_input(folder / "16", SCALES[-1] * figures, widest)
        packages = sorted((folder / "16").iterdir())
        for scale in SCALES[:-1]:
            for package in packages[: len(packages) * scale // SCALES[-1]]:
                shutil.copytree(package, folder / str(scale) / package.name, copy_function=os.link)
        for _ in range(repeats):
            for scale in SCALES:
                costs[scale].append(run_build(folder / str(scale), folder / "built"))
    return costs


def check_growth(costs: dict[int, list[Cost]]) -> list[Check]:
    """How flat the peak memory is, and how straight the time, from 1x to 16x."""
    shown = [
        summarise(f"{scale}x: {name}", [of(c) for c in costs[scale]])
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


def measure_build(
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
        checks += compare_costs(name, costs, limit)
    checks += check_growth(measure_growth(smallest, PUBLICATION, 1 if quick else 3))
    console.print(tabulate(checks))
    raise typer.Exit(0 if quick or all(c.holds for c in checks) else 1)
