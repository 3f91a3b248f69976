"""Reading a release with stock `datasets`, beside a plain Parquet reader; bytes until a first row.

    python benchmarks/reading.py speed [--figures 120] [--repeats 7]
    python benchmarks/reading.py stream [--megabytes 300]

`speed` iterates the train split of two releases, one of phantoms and one of made articles at
publication size: with `load_dataset` (from its cache, and streaming from the files), and with
`pyarrow.parquet` and PIL, which give the same columns and pixels. All take turns in one process on
one thread; the ratio is the time of the plain reader over that of `datasets`, so 1 is as fast and
less is slower. Judged is the split as `load_dataset` returns it, by processor time, which other
work disturbs least; streaming is shown beside it. `stream` builds a release of large images, puts
it on a Hub on loopback, and counts what is sent until `datasets` yields a row in a process that
then has to end by itself. Both end with status 1 when a limit is missed.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Annotated, Any

import numpy as np
import pyarrow.parquet as pq
import typer
from PIL import Image
from rich.console import Console
from rich.table import Table

from benchmarks.costs.made_articles import PUBLICATION, write_articles
from builder.run.config import BuildConfig
from builder.run.pipeline import build
from builder.sources.phantom import make_figure

LEAST_RATIO = 0.95
MOST_BYTES = 8_000_000
_QUALITY = 90
app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@dataclass(frozen=True, slots=True)
class Seconds:
    """Time of one pass over a split, by the clock and of the processor."""

    wall: float
    cpu: float


def timed(rows: Iterator[dict[str, Any]]) -> Seconds:
    """Go through rows with decoded images; what it took."""
    wall, cpu = time.perf_counter(), time.process_time()
    for row in rows:
        row["image"].load()
    return Seconds(time.perf_counter() - wall, time.process_time() - cpu)


def content(rows: Iterator[dict[str, Any]]) -> str:
    """Digest of all columns and pixels."""
    found = hashlib.sha256()
    for row in rows:
        found.update(row["image"].tobytes())
        told = sorted((name, value) for name, value in row.items() if name != "image")
        found.update(repr(told).encode())
    return found.hexdigest()


def plain(release: Path) -> Iterator[dict[str, Any]]:
    """Rows of the train split as pyarrow reads them, images opened by PIL."""
    for path in sorted((release / "data" / "default").glob("train-*.parquet")):
        with pq.ParquetFile(path) as file:
            for group in range(file.num_row_groups):
                for row in file.read_row_group(group, use_threads=False).to_pylist():
                    yield row | {"image": Image.open(io.BytesIO(row["image"]["bytes"]))}


def compare(release: Path, cache: Path, repeats: int) -> dict[str, list[Seconds]]:
    """Passes of each reader, in turns, after one of each. Raises RuntimeError where they differ."""
    from datasets import load_dataset

    where: dict[str, Any] = {"path": str(release), "split": "train", "cache_dir": str(cache)}
    cached, streamed = load_dataset(**where), load_dataset(**where, streaming=True)
    readers: dict[str, Callable[[], Iterator[dict[str, Any]]]] = {
        "plain": lambda: plain(release),
        "datasets": lambda: iter(cached),
        "datasets, streaming": lambda: iter(streamed),
    }
    if len({content(read()) for read in readers.values()}) > 1:
        raise RuntimeError("the readers give different rows")
    found: dict[str, list[Seconds]] = {name: [] for name in readers}
    for _ in range(repeats):
        for name, read in readers.items():
            found[name].append(timed(read()))
    return found


@app.command("speed")
def speed_command(
    figures: Annotated[int, typer.Option(help="figures of each release")] = 120,
    repeats: Annotated[int, typer.Option(help="passes of each reader", min=1)] = 7,
) -> None:
    """Compare stock `datasets` with a plain Parquet reader; status 1 below the limit."""
    shown = Table("release", "reader", "wall ratio", "processor ratio", "at least", "")
    missed = False
    with tempfile.TemporaryDirectory(prefix="reading-") as name:
        folder = Path(name)
        write_articles(folder / "articles", figures, PUBLICATION)
        sources = {"phantoms": f"phantom:{figures}", "2.3 megapixels": f"pmc_oa:{folder}/articles"}
        for what, source in sources.items():
            output = folder / what
            config = BuildConfig(
                output=output, sources=(source,), workers=1, clip="none", nli="none"
            )
            found = compare(build(config, Console(quiet=True)).release, folder / "cache", repeats)
            for reader in ("datasets", "datasets, streaming"):
                wall, cpu = _ratios(found["plain"], found[reader])
                limit, verdict = "", ""
                if reader == "datasets":
                    holds = median(cpu) >= LEAST_RATIO
                    missed = missed or not holds
                    limit, verdict = f"{LEAST_RATIO:.2f}", "ok" if holds else "MISSED"
                shown.add_row(what, reader, _spread(wall), _spread(cpu), limit, verdict)
    Console(width=110).print(shown)
    raise typer.Exit(1 if missed else 0)


def _ratios(one: list[Seconds], other: list[Seconds]) -> tuple[list[float], list[float]]:
    pairs = list(zip(one, other, strict=True))
    return [a.wall / b.wall for a, b in pairs], [a.cpu / b.cpu for a, b in pairs]


def _spread(values: list[float]) -> str:
    return f"{median(values):.2f} ({min(values):.2f}-{max(values):.2f})"


_FIRST_ROW = """
import sys
from datasets import load_dataset

row = next(iter(load_dataset("org/large", sys.argv[1], split="train", streaming=True)))
assert sys.argv[1] == "ledger" or row["image"].width
"""


@app.command("stream")
def stream_command(
    megabytes: Annotated[int, typer.Option(help="of images, about")] = 300,
    side: Annotated[
        int, typer.Option(help="pixels of an image's side; 760 are about 0.5 MB")
    ] = 760,
) -> None:
    """Count the bytes until the first row of a stream; status 1 above the limit."""
    from tests.hub.server import TestHub
    from tests.hub.storage import Repo

    shown = Table("config", "files, MB", "largest row group, MB", "until the first row, MB", "")
    with tempfile.TemporaryDirectory(prefix="reading-") as name, TestHub() as hub:
        release = _large_release(Path(name), megabytes, side)
        repo = hub.repos["dataset", "org/large"] = Repo("dataset", "org/large")
        files = [p for p in sorted(release.rglob("*")) if p.is_file()]
        repo.commit({p.relative_to(release).as_posix(): p.read_bytes() for p in files}, [])
        most = 0
        for config in ("default", "open", "ledger"):
            hub.sent = 0
            env = os.environ | hub.environment(Path(name) / f"home-{config}")
            subprocess.run([sys.executable, "-c", _FIRST_ROW, config], env=env, check=True)
            most = max(most, hub.sent)
            data = [p for p in files if p.parent.name == config]
            size = sum(p.stat().st_size for p in data)
            cells = [size, max(map(_largest_group, data)), hub.sent]
            verdict = "ok" if hub.sent <= MOST_BYTES else "MISSED"
            shown.add_row(config, *(f"{cell / 1e6:.1f}" for cell in cells), verdict)
    Console(width=110).print(shown)
    raise typer.Exit(1 if most > MOST_BYTES else 0)


def _largest_group(path: Path) -> int:
    data = pq.read_metadata(path)
    groups = (data.row_group(i) for i in range(data.num_row_groups))
    return max(
        (sum(g.column(c).total_compressed_size for c in range(g.num_columns)) for g in groups),
        default=0,
    )


def _large_release(folder: Path, megabytes: int, side: int) -> Path:
    """The release of a build from noise with the captions of phantoms."""
    images = folder / "images"
    images.mkdir()
    rows, size, number = [], 0, 0
    while size < megabytes * 1e6:
        path = images / f"{number:05d}.jpg"
        noise = np.random.default_rng(number).integers(0, 256, (side, side, 3), np.uint8)
        Image.fromarray(noise).save(path, "JPEG", quality=_QUALITY, subsampling=2)
        rows.append({"file_name": path.name, "caption": make_figure(number).caption.text})
        size += path.stat().st_size
        number += 1
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (images / "metadata.jsonl").write_text(lines, encoding="utf-8")
    config = BuildConfig(
        output=folder / "built", sources=(f"image_folder:{images}",), microscopy="any",
        source_license="CC BY 4.0", workers=1,
    )  # fmt: skip
    return build(config, Console(quiet=True)).release


if __name__ == "__main__":
    app()
