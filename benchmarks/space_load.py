"""Visitors who browse decisions in the app, as many at once as asked for.

    python benchmarks/space_load.py [--candidates 1000] [--visitors 30] [--seconds 120]

Builds a release of about 1,000 phantom candidates with figures as JPEG, copies it under other names
until it has as many candidates as asked for, starts `space/app.py` on it and speaks with it over
HTTP as the page does. A visitor opens the page, then pages, opens figures and questions, moves the
slider, filters, searches, asks what would flip a decision and reopens a link, with 2 to 6 seconds
of thought between two actions; the images that a browser would fetch are fetched with each. The
visitors run in this process, on the same machine as the app. Times are those until a reply is
complete. Status 1 for any error, or where 95% of replies are not there within the limit.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Annotated, Any
from unittest.mock import patch

import httpx
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import typer
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
BASE = 1_000
PER_FIGURE = 4.9
THOUGHT = (2.0, 6.0)
_STARTS = 60
_KEPT = httpx.Limits(keepalive_expiry=3.0)
"""Shorter than the server's, which closes idle connections; a browser would ask again."""
_RENAMED = ("article_id", "figure_id", "candidate_id", "id")
_IMAGE = re.compile(r"figures/[0-9a-f]{64}(?:/thumb)?")


def make_release(folder: Path, candidates: int) -> Path:
    """An output folder whose release has about so many candidates."""
    from builder.run.config import BuildConfig
    from builder.run.pipeline import build
    from builder.sources.phantom import source as phantom_source
    from space.make_samples import encode_jpeg

    figures = round(min(candidates, BASE) / PER_FIGURE)
    with patch.object(phantom_source, "encode", encode_jpeg):
        config = BuildConfig(output=folder / "base", sources=(f"phantom:{figures}",), workers=1)
        base = build(config).release
    copies = max(1, round(candidates / BASE))
    for source in sorted((base / "data").rglob("*.parquet")):
        target = folder / "made" / source.relative_to(base)
        target.parent.mkdir(parents=True, exist_ok=True)
        file = pq.ParquetFile(source)
        with pq.ParquetWriter(target, file.schema_arrow) as out:
            for number in range(copies):
                for group in range(file.num_row_groups):
                    out.write_table(_copy(file.read_row_group(group), number))
    return folder / "made"


def _copy(table: pa.Table, number: int) -> pa.Table:
    """The rows under other names, with images of other bytes and the same look; the first copy as
    it is."""
    if not number:
        return table
    tail = number.to_bytes(4, "big")
    for name in _RENAMED:
        if name in table.column_names:
            table = _with(table, name, pc.binary_join_element_wise(table[name], f"c{number}", "-"))
    if "image_sha256" in table.column_names:
        hashes = [
            f"{number:08x}{sha[8:]}" if sha else sha for sha in table["image_sha256"].to_pylist()
        ]
        table = _with(table, "image_sha256", pa.array(hashes))
    if "image" in table.column_names:
        images = [image | {"bytes": image["bytes"] + tail} for image in table["image"].to_pylist()]
        table = _with(table, "image", pa.array(images, table.schema.field("image").type))
    return table


def _with(table: pa.Table, name: str, values: Any) -> pa.Table:
    place = table.column_names.index(name)
    return table.set_column(place, table.schema.field(name), values)


@contextmanager
def served(folder: Path, log: Path) -> Iterator[str]:
    """The app over a folder, as a process of its own; gives its URL."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    environment = os.environ | {"GRADIO_SERVER_PORT": str(port), "HF_HUB_OFFLINE": "1"}
    with log.open("wb") as out:
        command = [sys.executable, str(ROOT / "space" / "app.py"), str(folder)]
        process = subprocess.Popen(command, stdout=out, stderr=out, env=environment)
    try:
        _wait(url, process, log)
        yield url
    finally:
        process.terminate()
        process.wait()


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _STARTS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx.get(url, timeout=5)
            return
        except httpx.TransportError:
            time.sleep(0.1)
    raise SystemExit(f"the app did not start: {log.read_text(errors='replace')[-2000:]}")


@dataclass
class Times:
    """Seconds until each reply was complete, by kind of request, and what went wrong."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)

    def all(self) -> list[float]:
        """Every time."""
        return [s for found in self.seconds.values() for s in found]


class Events:
    """Numbers of the page's events, from its configuration: what each listens to."""

    def __init__(self, config: dict[str, Any]) -> None:
        names = {c["id"]: c["props"].get("elem_id") for c in config["components"]}
        labels = {c["id"]: c["props"].get("label") for c in config["components"]}
        self._found: dict[tuple[str, str], tuple[int, int]] = {}
        for number, event in enumerate(config["dependencies"]):
            for target, kind in event["targets"]:
                key = names.get(target) or labels.get(target) or "page"
                self._found.setdefault((key, kind), (event.get("id", number), len(event["inputs"])))

    def of(self, name: str, kind: str) -> tuple[int, int]:
        """Number of an event and of its inputs. Raises KeyError."""
        return self._found[name, kind]


class Visitor:
    """One person with a browser: a session, what is on the page, and habits."""

    def __init__(self, url: str, number: int, times: Times) -> None:
        self.dice, self.times = random.Random(number), times
        self.session = f"visitor{number:04d}"
        self.client = httpx.AsyncClient(base_url=url, timeout=30, limits=_KEPT)
        self.page: list[str] = []
        self.seen: set[str] = set()
        self.filters: list[Any] = ["", "", "", "", "", "", 0.75]

    async def visit(self, events: Events, until: float) -> None:
        """Browse until a time."""
        async with self.client:
            await asyncio.sleep(self.dice.uniform(0, THOUGHT[1]))
            await self._get("page", "/")
            await self._event("open page", events.of("page", "load"), [])
            while time.monotonic() < until:
                await asyncio.sleep(self.dice.uniform(*THOUGHT))
                await self._act(events)

    async def _act(self, events: Events) -> None:
        click = events.of("figures", "click")
        kind = self.dice.choices(
            ("figure", "question", "why", "turn page", "slider", "decision", "search", "link"),
            (30, 25, 8, 12, 10, 6, 6, 3),
        )[0]
        if kind in ("figure", "turn page"):
            await self._click(kind, "figure" if kind == "figure" else "page", click)
        elif kind in ("question", "why"):
            extra = {"why": "1"} if kind == "why" else {}
            await self._click(kind, "candidate", events.of("candidates", "click"), extra)
        elif kind == "slider":
            self.filters[-1] = round(self.dice.uniform(0.2, 1), 2)
            await self._event(kind, events.of("keep-ratio", "change"), [None, self.filters[-1]])
        elif kind == "link":
            await self._event(kind, events.of("page", "load"), [])
        else:
            if kind == "decision":
                self.filters[1] = self.dice.choice(("", "kept", "dropped", "contradiction"))
            else:
                self.filters[0] = self.dice.choice(
                    ("", "HeLa", "actin", "scale bar", "nuclei", "µm")
                )
            name = ("Decision", "input") if kind == "decision" else ("search", "change")
            await self._event(kind, events.of(*name), [None, *self.filters])

    async def _click(
        self, kind: str, what: str, event: tuple[int, int], extra: dict[str, str] | None = None
    ) -> None:
        found = sorted(set(re.findall(rf'data-{what}="([^"]*)"', "\n".join(self.page))))
        if found:
            data = {what: unescape(self.dice.choice(found))} | (extra or {})
            await self._event(kind, event, [None], data)

    async def _event(
        self, kind: str, event: tuple[int, int], data: list[Any], told: Any = None
    ) -> None:
        body = {
            "data": data, "event_data": told, "fn_index": event[0], "session_hash": self.session,
        }  # fmt: skip
        reply = await self._timed(kind, "POST", "/gradio_api/run/predict", json=body)
        if reply is None:
            return
        texts = [each for each in reply.json()["data"] if isinstance(each, str)]
        self.page = texts if len(texts) > 3 else [*self.page[:1], *texts]
        images = {i for text in texts for i in _IMAGE.findall(text)} - self.seen
        self.seen |= images
        await asyncio.gather(*(self._get("image", f"/{image}") for image in sorted(images)))

    async def _get(self, kind: str, path: str) -> None:
        await self._timed(kind, "GET", path)

    async def _timed(self, kind: str, method: str, path: str, **more: Any) -> httpx.Response | None:
        start = time.monotonic()
        try:
            reply = await self.client.request(method, path, **more)
            reply.raise_for_status()
        except httpx.HTTPError as error:
            self.times.errors.append(f"{kind}: {type(error).__name__}: {error}")
            return None
        self.times.seconds[kind].append(time.monotonic() - start)
        return reply


async def browse(url: str, visitors: int, seconds: float) -> Times:
    """All visitors at once; gives their times."""
    times = Times()
    events = Events(httpx.get(f"{url}/config").json())
    until = time.monotonic() + seconds
    people = [Visitor(url, number, times) for number in range(visitors)]
    await asyncio.gather(*(person.visit(events, until) for person in people))
    return times


def main(
    candidates: Annotated[int, typer.Option(help="size of the release")] = 1_000,
    visitors: Annotated[int, typer.Option(help="people at once")] = 30,
    seconds: Annotated[float, typer.Option(help="how long they browse")] = 120,
    limit: Annotated[float, typer.Option(help="seconds for 95% of replies")] = 1.0,
    release: Annotated[Path | None, typer.Option(help="browse this instead")] = None,
) -> None:
    """Measure how long visitors wait; status 1 above the limit or for any error."""
    with tempfile.TemporaryDirectory(prefix="space-load-") as name:
        folder = release or make_release(Path(name), candidates)
        start = time.monotonic()
        with served(folder, Path(name) / "log") as url:
            print(f"the app was there after {time.monotonic() - start:.1f} s")
            times = asyncio.run(browse(url, visitors, seconds))
    raise typer.Exit(0 if report(times, limit) else 1)


def report(times: Times, limit: float) -> bool:
    """Print quantiles by kind of request; whether all is within the limit."""
    shown = Table("request", "count", "median s", "p95 s", "longest s")
    whole = times.all()
    for kind, found in [*sorted(times.seconds.items()), ("all", whole)]:
        middle, high = np.quantile(found, [0.5, 0.95])
        shown.add_row(kind, f"{len(found):,}", f"{middle:.3f}", f"{high:.3f}", f"{max(found):.3f}")
    Console().print(shown)
    clicks = [s for kind, found in times.seconds.items() if kind != "image" for s in found]
    high = max(float(np.quantile(found, 0.95)) for found in (whole, clicks))
    print(f"{len(times.errors)} errors; p95 without images {np.quantile(clicks, 0.95):.3f} s")
    for error in times.errors[:5]:
        print(error)
    return not times.errors and high <= limit


if __name__ == "__main__":
    typer.run(main)
