"""What a figure costs, stage by stage, and what corpora of published size would need.

    python benchmarks/scale.py cost [--figures 192]      # CPU seconds and bytes a figure, by stage
    python benchmarks/scale.py growth [--figures 2000 --figures 200000 ...]  # time and memory
    python benchmarks/scale.py plan COST.json            # 13 thousand, 2.5 and 24 million figures

`cost` reads made article packages at publication size and uses the bundled encoders, each stage
alone in this process, in processor seconds. `growth` builds from figures whose images are noise of
16 pixels, so that captions, questions, filter, splits and release are what grows; each size runs in
a process of its own; seconds are processor time, and the peak memory is that of the process. The
smaller sizes are built before and after the largest, and again and again while it is stopped, since
machines are faster at one time than at another; medians are shown. It ends with status 1 when
memory is over its limit, or when a candidate of the largest size takes longer than one of the
smallest size with at least 10,000 candidates. `plan` extrapolates under the assumptions that it
prints.
"""

from __future__ import annotations

import io
import json
import math
import os
import signal
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import median
from types import SimpleNamespace
from typing import Annotated, Any

import numpy as np
import typer
from PIL import Image
from rich.console import Console
from rich.table import Table

from benchmarks.costs.made_articles import PUBLICATION, write_articles
from benchmarks.costs.measuring import WITHIN, Check, measure_process, tabulate
from builder.run import pipeline
from builder.run.config import BuildConfig
from builder.run.job import Context, Job, Shard, Stage, Tables
from builder.run.pipeline import build, plan
from builder.run.stages import AFTER_THRESHOLD, READ, SCORE, WRITE
from builder.tables.shards import ShardStore
from filtering.decide import choose_threshold

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
LINEAR_FROM = 10_000
"""Candidates from which on time must be linear."""

PAUSE = 90.0
"""Seconds after which the largest build is stopped for one of each smaller size."""

GROWING = ("signals", "decisions, questions", "splits", "release")

SIZES = {"13 thousand": 13_000, "2.5 million": 2_500_000, "24 million": 24_000_000}


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What is not measured here; change it on the command line of `plan`.

    Work of one forward pass, GFLOP: an image through ViT-B/16 at 224 pixels, a text of 256 tokens
    through BERT-base (both as in BiomedCLIP), a pair of 256 tokens through DeBERTa-v3-large.
    `effective_tflops` is what an H200 reached on this mix of them, not its peak (`costs forward`).
    The agent is a vision-language model behind an API: tokens of a figure with its caption, and
    of its questions with rewriting; prices are those of small models.
    """

    image_gflop: float = 35.0
    text_gflop: float = 44.0
    pair_gflop: float = 155.0
    effective_tflops: float = 140.0
    microscopy_share: float = 0.104
    candidates_per_figure: float = 3.1
    tokens_in: float = 6_000.0
    tokens_out: float = 1_500.0
    usd_per_million_in: float = 0.15
    usd_per_million_out: float = 0.60
    usd_per_core_hour: float = 0.04
    usd_per_gpu_hour: float = 3.0
    usd_per_gb_month: float = 0.023


ASSUMED = Assumptions()


@app.command("cost")
def cost_command(
    figures: Annotated[int, typer.Option(help="figures to read")] = 192,
    widest: Annotated[int, typer.Option(help="pixels of the widest figure")] = PUBLICATION,
    output: Annotated[Path, typer.Option(help="file for `plan`")] = Path("scale-cost.json"),
) -> None:
    """Measure processor seconds and bytes per figure of every stage, and write them to a file."""
    with tempfile.TemporaryDirectory(prefix="scale-") as name:
        folder = Path(name)
        write_articles(folder / "articles", figures, widest)
        found = measure(folder, figures)
    output.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    shown = Table("stage", "ms a figure", "kB a figure on disk")
    for stage, one in found["stages"].items():
        shown.add_row(stage, f"{1000 * one['seconds']:.2f}", f"{one['bytes'] / 1000:.2f}")
    Console().print(shown)
    Console().print(f"{found['candidates']:.2f} candidates a figure")


def measure(folder: Path, figures: int) -> dict[str, Any]:
    """Costs per figure of the packages in folder/articles, in processor seconds and bytes."""
    config = BuildConfig(
        output=folder / "out", sources=(f"pmc_oa:{folder / 'articles'}",), workers=1
    )
    seconds: dict[str, float] = {}
    store, shards = ShardStore(config.output / "work"), plan(config)
    (store.folder).mkdir(parents=True)
    (store.folder / ".lock").touch()
    tables: dict[str, dict[str, str]] = {shard.name: {} for shard in shards}
    for stage in (*READ, *WRITE, *SCORE):
        _time(stage, store, config, shards, tables, seconds)
    threshold = _threshold(store, shards, config)
    for stage in AFTER_THRESHOLD:
        _time(stage, store, config, shards, tables, seconds, threshold)
    start = time.process_time()
    build(config)
    seconds["splits, release"] = time.process_time() - start
    sizes = {s: _bytes(store.folder, s) for s in seconds}
    sizes["splits, release"] = _bytes(config.output, "release")
    candidates = sum(len(store.read("candidates", s.name, ["candidate_id"])) for s in shards)
    return {
        "figures": figures,
        "candidates": candidates / figures,
        "stages": {
            s: {"seconds": seconds[s] / figures, "bytes": sizes[s] / figures} for s in seconds
        },
    }


def _time(
    stage: Stage,
    store: ShardStore,
    config: BuildConfig,
    shards: list[Shard],
    tables: dict[str, dict[str, str]],
    seconds: dict[str, float],
    threshold: Any = None,
) -> None:
    """Run one stage over all shards; what it loads once (models) is not counted."""
    spent = 0.0

    def timed(context: Context, given: Tables) -> dict[str, Any]:
        nonlocal spent
        if not spent and stage.encodes:
            stage.run(context, given)
        start = time.process_time()
        made = stage.run(context, given)
        spent += time.process_time() - start
        return made

    stages = (replace(stage, run=timed),)
    for shard in shards:
        known = tables[shard.name]
        _, tables[shard.name] = Job(stages, store, config, shard, known, threshold).run()
    seconds[stage.name] = spent


def _threshold(store: ShardStore, shards: list[Shard], config: BuildConfig) -> Any:
    columns = ["qa_id", "score", "contradiction"]
    rows = [r for s in shards for r in store.read("signals", s.name, columns).to_pylist()]
    scored = ((r["qa_id"], r["score"], bool(r["contradiction"])) for r in rows)
    return choose_threshold(scored, config.keep_ratio)


def _bytes(root: Path, name: str) -> int:
    return sum(p.stat().st_size for p in (root / name).rglob("*") if p.is_file())


@app.command("grow-one", hidden=True)
def grow_one(figures: int, output: Path, pid: Path) -> None:
    """One build from figures of noise, in this process, whose number is written to a file."""
    pid.write_text(str(os.getpid()))
    _noise_instead_of_pictures()
    vars(pipeline)["time"] = SimpleNamespace(monotonic=time.process_time)
    config = BuildConfig(
        output=output, sources=(f"phantom:{figures}",), workers=1, clip="none", nli="none"
    )
    build(config)


def _noise_instead_of_pictures() -> None:
    from builder.sources.phantom import source as phantom_source

    def render(phantom: phantom_source.Phantom) -> bytes:
        seed = np.frombuffer(phantom.caption.text.encode()[:64].ljust(64), np.uint32)
        noise = np.random.default_rng(seed).integers(0, 256, (16, 16), np.uint8)
        buffer = io.BytesIO()
        Image.fromarray(noise).save(buffer, "PNG")
        return buffer.getvalue()

    # A method is replaced, which is what these two forbid.
    phantom_source.Phantom.render = render  # type: ignore[method-assign,assignment]


@dataclass(frozen=True, slots=True)
class Grown:
    """One build of so many figures: processor seconds of its parts, and its peak memory in MiB."""

    figures: int
    candidates: int
    seconds: tuple[float, ...]
    peak: float

    @property
    def each(self) -> float:
        """Microseconds a candidate."""
        return 1e6 * sum(self.seconds) / max(1, self.candidates)


@app.command("growth")
def growth_command(
    figures: Annotated[
        list[int], typer.Option(help="sizes, repeatable; 200,000 give a million candidates")
    ] = [2_000, 8_000, 32_000],  # noqa: B006
    at_most: Annotated[float, typer.Option(help="limit of peak memory, GiB")] = 8.0,
) -> None:
    """Measure stage 2, splits and release as the corpus grows; status 1 when a limit is missed."""
    *small, largest = sorted(figures)
    with Console(stderr=True).status(f"Building from {largest:,} figures, and fewer in between"):
        runs = grown(largest, small)
    shown = Table(
        "figures",
        "builds",
        "candidates",
        *(f"{part} s" for part in GROWING),
        "us a candidate",
        "peak MiB",
    )
    for size in sorted(set(figures)):
        same = [run for run in runs if run.figures == size]
        parts = (median(each) for each in zip(*(run.seconds for run in same), strict=True))
        cells = [
            f"{size:,}",
            f"{len(same)}",
            f"{same[0].candidates:,}",
            *(f"{part:.1f}" for part in parts),
        ]
        peak = max(run.peak for run in same)
        shown.add_row(*cells, f"{median(run.each for run in same):.0f}", f"{peak:.0f}")
    worst = max(run.peak for run in runs) / 1024
    checks = [Check("peak memory, GiB", worst, worst, worst, at_most), *linear(runs)]
    console = Console(width=110)
    console.print(shown)
    console.print(tabulate(checks))
    raise typer.Exit(0 if all(check.holds for check in checks) else 1)


def grown(size: int, between: Sequence[int] = ()) -> list[Grown]:
    """One build of so many figures of noise, in a process of its own, and those `between`.

    They are built before and after it, and while it is stopped every PAUSE seconds.
    """
    others = [run for other in between for run in grown(other)]
    with tempfile.TemporaryDirectory(prefix="scale-") as name, ThreadPoolExecutor(1) as pool:
        output, pid = Path(name) / "out", Path(name) / "pid"
        building = pool.submit(
            measure_process, ["-m", "benchmarks.scale", "grow-one", str(size), output, pid]
        )
        while not wait([building], PAUSE if between else None).done:
            with _stopped(int(pid.read_text())):
                others += [run for other in between for run in grown(other)]
        peak = building.result().peak
        seconds = json.loads((output / "run.json").read_text())["seconds"]
        found = Grown(size, _candidates(output), tuple(seconds[part] for part in GROWING), peak)
    return [*others, found, *(run for other in between for run in grown(other))]


@contextmanager
def _stopped(process: int) -> Iterator[None]:
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGCONT)


def linear(runs: Sequence[Grown]) -> list[Check]:
    """Whether a candidate takes no longer among many than among the fewest from LINEAR_FROM on."""
    sizes = sorted({run.candidates for run in runs if run.candidates >= LINEAR_FROM})
    if len(sizes) < 2:
        return []
    few, many = ([r.each for r in runs if r.candidates == size] for size in (sizes[0], sizes[-1]))
    ratios = [median(many) / each for each in few]
    name = f"time of a candidate among {sizes[-1]:,} / among {sizes[0]:,}"
    return [Check(name, median(ratios), min(ratios), max(ratios), 1 + WITHIN)]


def _candidates(output: Path) -> int:
    import pyarrow.parquet as pq

    files = (output / "work" / "candidates").glob("*.parquet")
    return sum(pq.read_metadata(file).num_rows for file in files)


@app.command("plan")
def plan_command(
    measured: Annotated[Path, typer.Argument(help="file that `cost` wrote")],
    effective_tflops: Annotated[
        float, typer.Option(help="what a GPU reaches")
    ] = ASSUMED.effective_tflops,
    candidates_per_figure: Annotated[
        float, typer.Option(help="of real captions")
    ] = ASSUMED.candidates_per_figure,
) -> None:
    """What corpora of published size need, under assumptions that are printed."""
    told = json.loads(measured.read_text(encoding="utf-8"))
    assumed = Assumptions(
        effective_tflops=effective_tflops, candidates_per_figure=candidates_per_figure
    )
    console = Console(width=110)
    for name, value in asdict(assumed).items():
        console.print(f"assumed: {name} = {value:g}")
    shown = Table("", *SIZES)
    columns = [needs(told, count, assumed) for count in SIZES.values()]
    for row in columns[0]:
        shown.add_row(row, *(_human(column[row]) for column in columns))
    console.print(shown)


def needs(told: Mapping[str, Any], figures: int, assumed: Assumptions) -> dict[str, float]:
    """Hours, bytes and money for so many figures; of 24 million only the microscopy is asked."""
    stages = told["stages"]
    asked = figures * (assumed.microscopy_share if figures > 10_000_000 else 1)
    ratio = assumed.candidates_per_figure / told["candidates"]
    reading = stages["figures"]["seconds"] * figures / 3600
    rest = {k: v["seconds"] * asked / 3600 for k, v in stages.items() if k != "figures"}
    signals = rest.pop("signals") * ratio
    writing = sum(rest.values()) * ratio
    pairs = asked * assumed.candidates_per_figure
    gflop = asked * (assumed.image_gflop + assumed.text_gflop)
    gflop += pairs * (assumed.text_gflop + assumed.pair_gflop)
    gpu = gflop / 1000 / assumed.effective_tflops / 3600
    stored = stages["figures"]["bytes"] * figures + asked * sum(
        v["bytes"] for k, v in stages.items() if k != "figures"
    )
    tokens = asked * (
        assumed.tokens_in * assumed.usd_per_million_in
        + assumed.tokens_out * assumed.usd_per_million_out
    )
    return {
        "figures read (decode, hash): CPU hours": reading,
        "signals from text: CPU hours": signals,
        "all else, offline agent: CPU hours": writing,
        "CPU, USD": (reading + signals + writing) * assumed.usd_per_core_hour,
        "signals with real encoders instead: GPU hours": gpu,
        "GPU, USD": gpu * assumed.usd_per_gpu_hour,
        "an agent behind an API instead, USD": tokens / 1e6,
        "work/ and release/: GB": stored / 1e9,
        "kept for a month, USD": stored / 1e9 * assumed.usd_per_gb_month,
    }


def _human(value: float) -> str:
    if value >= 100:
        return f"{value:,.0f}"
    digits = max(0, 1 - math.floor(math.log10(value))) if value > 0 else 0
    return f"{value:.{digits}f}"


if __name__ == "__main__":
    app()
