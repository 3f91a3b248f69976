"""Measures a build with its encoders: beside a bare loop, and with two workers beside one.

    python -m benchmarks.costs encoded [--figures 720] [--drawn 1080] [--repeats 3] [--only workers]

The build reads phantoms, the one source that the bundled encoders know. Drawing them is no part of
a build of real figures: both sides find them drawn, in files, enlarged to the size of published
figures (JPEG, 2.3 megapixels). They are measured a second time as they are drawn (0.07 to 0.14
megapixels), the worst case, for which there is no limit: beside such small pictures and such small
encoders, reading texts weighs most. The bare loop (`bare_loop.py`) decodes and hashes the same
files, gives the same images and texts to the same encoders, and writes and hashes the same Parquet
files; what a build works out besides, it is told. It does not run the graph. Both have one worker
with one torch thread, and it is time by the clock that is compared.

Two workers on two cores are compared with one worker on one core, on builds that draw their
phantoms too. Two builds at once, each on a core of its own, show how much of a second core the
machine has to give. Ends with status 1 when a limit is missed.
"""

from __future__ import annotations

import io
import json
import math
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from PIL import Image
from rich.console import Console

from benchmarks.costs.bare_loop import CALLS, write_recipe
from benchmarks.costs.build import find_differences
from benchmarks.costs.made_articles import QUALITY
from benchmarks.costs.measuring import (
    Check,
    Cost,
    make_folder,
    measure_process,
    summarise,
    tabulate,
)
from builder.run.config import BuildConfig
from builder.run.engine import ONE_THREAD
from builder.run.pipeline import build
from builder.run.shard_scoring import make_pairs
from builder.sources.phantom import Phantom, PhantomSource, make_article, source
from builder.sources.phantom.source import PhantomArticle
from builder.tables.shards import ShardStore

MOST_RATIO = 1.10
"""A build takes at most so many times as long as the bare loop."""

LEAST_SPEEDUP = 1.6
"""Two workers on two cores are at least so many times as fast as one on one core."""

SEED = 0
PUBLISHED = 2_300_000
"""Pixels of a published figure."""


@dataclass(frozen=True, slots=True)
class _Drawn(Phantom):
    """A phantom whose picture lies in a file."""

    path: Path

    def image(self) -> bytes:
        return self.path.read_bytes()


def _make_drawn_article(folder: Path, index: int, seed: int = SEED) -> PhantomArticle:
    article = make_article(index, seed)
    figures = (
        _Drawn(p.facts, p.caption, folder / f"{article.article_id}-fig{n}.png")
        for n, p in enumerate(article.figures, start=1)
    )
    return replace(article, figures=tuple(figures))


def draw_phantoms(folder: Path, figures: int, pixels: int = 0) -> list[Path]:
    """Draw the phantoms of a build into a folder; their files in the order of the build.

    They are enlarged to so many pixels, or left as they are drawn for 0. The file names end in
    .png in either case, as a build calls phantoms.
    """
    folder.mkdir(parents=True)
    files = []
    for partition in PhantomSource(figures, SEED).partitions():
        for item in partition.items:
            for phantom, drawn in zip(
                make_article(int(item), SEED).figures,
                _make_drawn_article(folder, int(item)).figures,
                strict=True,
            ):
                assert isinstance(drawn, _Drawn)
                drawn.path.write_bytes(_enlarge(phantom.render(), pixels))
                files.append(drawn.path)
    return files


def _enlarge(file: bytes, pixels: int) -> bytes:
    if not pixels:
        return file
    small = Image.open(io.BytesIO(file)).convert("RGB")
    factor = math.sqrt(pixels / (small.width * small.height))
    size = round(small.width * factor), round(small.height * factor)
    buffer = io.BytesIO()
    small.resize(size, Image.Resampling.BICUBIC).save(buffer, "JPEG", quality=QUALITY)
    return buffer.getvalue()


def build_drawn(folder: Path, figures: int, output: Path) -> None:
    """A build in this process from phantoms that were drawn into a folder."""
    vars(source)["make_article"] = partial(_make_drawn_article, folder)
    PhantomSource.decodes = True  # as of all sources that read image files
    build(BuildConfig(output=output, sources=(f"phantom:{figures}",), workers=1))


def build_pinned(core: int, figures: int, output: Path) -> None:
    """A build with one worker in this process, on one core."""
    os.sched_setaffinity(0, {sorted(os.sched_getaffinity(0))[core]})
    build(BuildConfig(output=output, sources=(f"phantom:{figures}",), workers=1))


class _Recorder:
    """Stands before an encoder and notes what its methods are given."""

    def __init__(self, encoder: Any, calls: list[Any]) -> None:
        self._encoder, self._calls = encoder, calls

    def __getattr__(self, name: str) -> Any:
        return getattr(self._encoder, name)

    def images(self, files: Any) -> Any:
        """Images are noted as their number, the bare loop has them in hand."""
        self._calls.append(["images", len(files)])
        return self._encoder.images(files)

    def texts(self, texts: Any) -> Any:
        """Texts are noted."""
        self._calls.append(["texts", list(texts)])
        return self._encoder.texts(texts)

    def probabilities(self, premises: Any, hypotheses: Any) -> Any:
        """Pairs of texts are noted."""
        self._calls.append(["probabilities", list(premises), list(hypotheses)])
        return self._encoder.probabilities(premises, hypotheses)


def write_calls(built: Path, recipe: Path) -> None:
    """Add to a recipe, per shard, what a build gives to its encoders.

    For images the places among the shard's figures, in the order in which they are encoded.
    """
    from filtering.encoders.pair_encoding import encode_with_models
    from filtering.graph.scorer import BUNDLED, open_scorer

    scorer, store = open_scorer(BUNDLED), ShardStore(built / "work")
    assert scorer.hicqa is not None
    (recipe / CALLS).mkdir()
    for shard in sorted(path.stem for path in (built / "work" / "figures").glob("*.parquet")):
        figures = store.read("figures", shard)
        pairs = make_pairs(figures, store.read("candidates", shard))
        calls: list[Any] = []
        clip, nli = (_Recorder(e, calls) for e in (scorer.encoders.clip, scorer.encoders.nli))
        encode_with_models(pairs, clip, nli, scorer.hicqa.reference.bank)
        place = {name: i for i, name in enumerate(figures["figure_id"].to_pylist())}
        images = [place[name] for name in dict.fromkeys(pairs.images)]
        told = [["images", images] if call[0] == "images" else call for call in calls]
        (recipe / CALLS / f"{shard}.json").write_text(json.dumps(told), encoding="utf-8")


def compare_with_bare_loop(
    title: str, figures: int, repeats: int, pixels: int, limit: float | None
) -> list[Check]:
    """Build and bare loop in turns, after one of each. Raises RuntimeError where they differ."""
    with make_folder() as folder:
        images = draw_phantoms(folder / "images", figures, pixels)
        built, bare, recipe = (folder / name for name in ("built", "bare", "recipe"))

        def building() -> Cost:
            module = ["benchmarks.costs", "build-drawn"]
            return _run_anew(*module, folder / "images", str(figures), output=built)

        def looping() -> Cost:
            return _run_anew("benchmarks.costs.bare_loop", recipe, output=bare)

        building()
        write_recipe(built, images, recipe)
        write_calls(built, recipe)
        looping()
        if different := find_differences(built, bare):
            raise RuntimeError(f"the bare loop writes other tables: {', '.join(different)}")
        costs = [(building(), looping()) for _ in range(repeats)]
    return [
        summarise(f"{title}: build / bare loop, wall", [a.wall / b.wall for a, b in costs], limit),
        summarise(f"{title}: build / bare loop, processor time", [a.cpu / b.cpu for a, b in costs]),
        summarise(f"{title}: build, wall seconds", [a.wall for a, _ in costs]),
        summarise(f"{title}: bare loop, wall seconds", [b.wall for _, b in costs]),
    ]


def _run_anew(*module: str | Path, output: Path) -> Cost:
    """What a module costs with one torch thread that writes into a folder, its last argument."""
    shutil.rmtree(output, ignore_errors=True)
    return measure_process(["-m", *module, output], ONE_THREAD)


def compare_workers(figures: int, repeats: int) -> list[Check]:
    """Builds with one worker on one core, with two on two cores, and two builds at once on a core
    each, in turns."""
    found: list[tuple[float, float, float]] = []
    with make_folder() as folder:

        def pinned(core: int) -> float:
            module = ["benchmarks.costs", "build-pinned"]
            return _run_anew(*module, str(core), str(figures), output=folder / str(core)).wall

        def two() -> float:
            options = ["--source", f"phantom:{figures}", "--workers", "2", "--output"]
            return _run_anew("builder.commands.main", "build", *options, output=folder / "out").wall

        for _ in range(repeats):
            with ThreadPoolExecutor(2) as pool:
                at_once = max(pool.map(pinned, (0, 1)))
            found.append((pinned(0), two(), at_once))
    return [
        summarise(
            f"two workers / one on one core, wall (at least {LEAST_SPEEDUP} times as fast)",
            [both / one for one, both, _ in found],
            1 / LEAST_SPEEDUP,
        ),
        summarise("two builds at once / twice one", [b / (2 * one) for one, _, b in found]),
        summarise("one worker on one core, wall seconds", [one for one, _, _ in found]),
        summarise("two workers, wall seconds", [both for _, both, _ in found]),
    ]


def measure_encoded_build(
    figures: Annotated[int, typer.Option(help="phantoms beside the bare loop")] = 720,
    drawn: Annotated[int, typer.Option(help="phantoms of the builds with one and two")] = 1080,
    repeats: Annotated[int, typer.Option(help="runs of each kind")] = 3,
    only: Annotated[Literal["beside", "workers"] | None, typer.Option(help="one part")] = None,
    quick: Annotated[bool, typer.Option(help="tiny sizes that only show that it runs")] = False,
) -> None:
    """Measure both; status 1 when a limit is missed."""
    if quick:
        figures, drawn, repeats = 24, 24, 1
    checks = []
    if only != "workers":
        checks += compare_with_bare_loop("published size", figures, repeats, PUBLISHED, MOST_RATIO)
        checks += compare_with_bare_loop("as drawn (worst case)", figures, repeats, 0, None)
    if only != "beside":
        checks += compare_workers(drawn, repeats)
    console = Console(width=110)
    console.print(f"{figures} and {drawn} phantoms, {os.cpu_count()} cores")
    console.print(tabulate(checks))
    raise typer.Exit(0 if quick or all(c.holds for c in checks) else 1)
