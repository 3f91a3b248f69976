"""Measures what the agents' machinery costs beside a bare loop, and its memory over many calls.

    python benchmarks/agents.py [--calls 5000] [--rounds 5]

A server in a process of its own answers every call after 200 ms. The bare loop sends the same
payloads, made beforehand, with the same client, 64 at once, and reads the replies; the agent also
renders prompts, keeps responses, counts money, and checks what it gets. Both in turn, several
times; the share is the median over the rounds. Processor time is that of the asking process. Ends
with status 1 when a limit is missed.
"""

from __future__ import annotations

import asyncio
import base64
import io
import json
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from typing import Annotated, Any, NamedTuple

import numpy as np
import typer
from PIL import Image
from rich.console import Console

from benchmarks.support.agent_server import serve
from builder.agents.models import ModelAgent
from builder.agents.models.prompts import Prompt
from builder.agents.models.versions import NEWEST
from builder.agents.settings import AgentOptions, ModelSettings
from builder.tables.records import Figure

AT_ONCE = 64
LEAST_SHARE = 0.85
"""Calls per second beside the bare loop's."""
MOST_GROWTH = 1.05
"""Resident memory after all calls, beside that after a fifth of them."""
FACT = "Nuclei were stained with DAPI."


def figures(number: int, first: int = 0) -> list[Figure]:
    """Figures with one image and captions of their own."""
    data = io.BytesIO()
    pixels = np.random.default_rng(0).integers(0, 255, (128, 128, 3), np.uint8)
    Image.fromarray(pixels).save(data, "PNG")
    image = {"bytes": data.getvalue(), "path": "a.png"}
    return [_figure(n, image) for n in range(first, first + number)]


def _figure(number: int, image: dict[str, Any]) -> Figure:
    caption = (
        f"Confocal micrograph number {number} of HeLa cells. {FACT} " + "Scale bar, 10 µm. " * 20
    )
    texts = dict.fromkeys(
        ("title", "modality", "license_url", "attribution", "doi", "article_title", "facts",
         "image_sha256", "image_phash", "label", "microscopy_reason", "license"), ""
    )  # fmt: skip
    return Figure(
        figure_id=f"a/{number}", article_id="a", source="made", image=image, width=128, height=128,
        caption=caption, panels=[], mentions=[], is_microscopy=True, authors=[], reserved=False,
        **texts,
    )  # fmt: skip


def payloads(made: Sequence[Figure]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """What the agent sends for each figure: the bodies of its two calls."""
    fact = {"fact": 0, "answer": "DAPI", "evidence": FACT, "kind": "stain", "visible": True}
    extract = [_body(NEWEST.prompts.extract, f, {"most": 8}) for f in made]
    write = [_body(NEWEST.prompts.write, f, {"most": 5, "facts": [fact]}) for f in made]
    return list(zip(extract, write, strict=True))


def _body(prompt: Prompt[Any], figure: Figure, values: dict[str, Any]) -> dict[str, Any]:
    system, user = prompt.messages({"caption": figure.caption, **values})
    url = "data:image/png;base64," + base64.b64encode(figure.image["bytes"]).decode()
    parts = [
        {"type": "image_url", "image_url": {"url": url}},
        {"type": "text", "text": user.parts[0]},
    ]
    form = {"name": "reply", "schema": prompt.schema, "strict": True}
    return {
        "model": "made",
        "messages": [
            {"role": "system", "content": system.parts[0]},
            {"role": "user", "content": parts},
        ],
        "max_tokens": prompt.max_tokens,
        "temperature": 0.0,
        "response_format": {"type": "json_schema", "json_schema": form},
    }


async def bare(url: str, bodies: Sequence[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    """Sends everything, so many at once, and parses the replies."""
    import openai

    client = openai.AsyncOpenAI(api_key="none", base_url=url, max_retries=0)
    rest = iter(bodies)

    async def go_on() -> None:
        for pair in rest:
            for body in pair:
                reply = await client.chat.completions.create(**body)
                json.loads(reply.choices[0].message.content or "")

    await asyncio.gather(*(go_on() for _ in range(AT_ONCE)))
    await client.close()


class Rate(NamedTuple):
    """Calls per second, and milliseconds of processor time per call."""

    calls: float
    cost: float


@contextmanager
def _measured(calls: int) -> Iterator[list[Rate]]:
    found: list[Rate] = []
    start, used = time.perf_counter(), time.process_time()
    yield found
    used, seconds = time.process_time() - used, time.perf_counter() - start
    found.append(Rate(calls / seconds, 1e3 * used / calls))


def bare_rate(url: str, made: Sequence[Figure]) -> Rate:
    """The bare loop's rate."""
    bodies = payloads(made)
    with _measured(2 * len(made)) as found:
        asyncio.run(bare(url, bodies))
    return found[0]


def agent_rate(url: str, made: Sequence[Figure], folder: Path) -> Rate:
    """The agent's rate."""
    settings = ModelSettings(base_url=url, concurrency=AT_ONCE)
    with _measured(2 * len(made)) as found:
        agent = ModelAgent("openai:made", AgentOptions(folder, settings))
        candidates, _ = agent.write_candidates(made)
        agent.close()
    assert len(candidates) == len(made)
    return found[0]


def memory(url: str, calls: int, folder: Path) -> list[float]:
    """Resident memory in MiB after each fifth of the calls, all through one agent."""
    settings = ModelSettings(base_url=url, concurrency=AT_ONCE)
    agent = ModelAgent("openai:made", AgentOptions(folder, settings))
    share = calls // 2 // 5
    found = []
    for part in range(5):
        agent.write_candidates(figures(share, part * share))
        found.append(_resident())
    agent.close()
    return found


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def main(
    calls: Annotated[int, typer.Option(help="calls for the memory")] = 5000,
    rounds: Annotated[int, typer.Option(min=1, help="turns of bare loop and agent")] = 5,
) -> None:
    """Measure, print, and fail where a limit is missed."""
    out = Console(highlight=False, soft_wrap=True)
    here, there = multiprocessing.Pipe()
    ends: tuple[Connection, Connection] = here, there
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(there,), daemon=True)
    server.start()
    url = ends[0].recv()
    made = figures(512)
    with tempfile.TemporaryDirectory() as folder:
        agent_rate(url, made[:64], Path(folder) / "warm")
        bare_rate(url, made[:64])
        shares = [_round(out, url, made, Path(folder) / str(n)) for n in range(rounds)]
        resident = memory(url, calls, Path(folder) / "memory")
    server.terminate()
    share, growth = median(shares), resident[-1] / resident[0]
    out.print(
        f"share {share:.2f}, from {min(shares):.2f} to {max(shares):.2f} (at least {LEAST_SHARE})"
    )
    out.print(
        f"memory after each fifth of {calls:,} calls: {', '.join(f'{m:.0f}' for m in resident)} MiB"
    )
    out.print(f"growth {growth:.3f} (at most {MOST_GROWTH})")
    sys.exit(share < LEAST_SHARE or growth > MOST_GROWTH)


def _round(out: Console, url: str, made: Sequence[Figure], folder: Path) -> float:
    """The agent's calls per second beside the bare loop's, one right after the other."""
    loop, agent = bare_rate(url, made), agent_rate(url, made, folder)
    out.print(
        f"bare loop {loop.calls:.0f} calls/s, {loop.cost:.2f} ms of processor time per call; "
        f"agent {agent.calls:.0f} calls/s, {agent.cost:.2f} ms"
    )
    return agent.calls / loop.calls


if __name__ == "__main__":
    typer.run(main)
