"""What the graph step costs: beside encoding, and from ten thousand to a million pairs.

    python benchmarks/graph.py [--figures 400] [--size 10000 --size 100000 --size 1000000]

The bundled filter scores phantoms; encoders and graph step are timed in processor seconds on one
thread. For the growth the pairs of these phantoms are repeated with numbers of their own, and each
size runs in a process of its own. Ends with status 1 where the graph step takes more than 10% of
the encoding, a million pairs more than 6 GB, or time for a pair grows by more than 10%.
"""

from __future__ import annotations

import resource
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.costs.measuring import measure_process
from benchmarks.support.pools import DEVELOPMENT_SEED, phantom_pool
from filtering.encoders.pair_encoding import encode_pairs
from filtering.graph.channels import Neighbours, Scaled, compute_anchor, make_graph_rows
from filtering.graph.edges import Rows, collect_words
from filtering.graph.hicqa import HiCQAFilter, compute_channels
from filtering.graph.scorer import BUNDLED, open_scorer
from filtering.text_signals import compute_signals

MOST_SHARE, MOST_GB, MOST_GROWTH = 0.10, 6.0, 1.10


def graph_share(figures: int) -> tuple[float, float, int]:
    """Processor seconds of encoding and of the graph step (channels, graph, model), and pairs."""
    pairs = phantom_pool(DEVELOPMENT_SEED, figures)
    scorer = open_scorer(BUNDLED)
    hicqa = scorer.hicqa
    assert hicqa is not None
    signals = compute_signals(pairs.rows)
    scorer.score(phantom_pool(DEVELOPMENT_SEED + 1, 4))
    start = time.process_time()
    encoded = encode_pairs(pairs, scorer.encoders, hicqa.reference.bank)
    middle = time.process_time()
    channels = compute_channels(encoded, signals, hicqa.reference.centre)
    names = [qa.figure_id for qa in pairs.rows]
    near: Neighbours = hicqa.reference.scale.find_neighbours(encoded.questions, names)
    scaled = Scaled.of(channels, hicqa.reference.scale, near)
    rows = make_graph_rows(
        scaled,
        encoded.questions,
        encoded.statements,
        collect_words(pairs.rows),
        encoded.figure,
        pairs.number_groups(),
    )
    hicqa.compute_probabilities(rows, compute_anchor(scaled, hicqa.config.anchor))
    return middle - start, time.process_time() - middle, len(pairs.rows)


def some_rows(figures: int) -> tuple[Rows, HiCQAFilter]:
    """What the graph reads of a few phantoms, and the bundled filter."""
    pairs = phantom_pool(DEVELOPMENT_SEED, figures)
    scorer = open_scorer(BUNDLED)
    observed = scorer.observe(pairs)
    assert observed.graph_input is not None and scorer.hicqa is not None
    seen = observed.graph_input
    groups = pairs.number_groups()
    made = make_graph_rows(
        seen.scaled, seen.questions, seen.statements, seen.words, observed.figure, groups
    )
    return made, scorer.hicqa


def repeated(rows: Rows, size: int) -> Rows:
    """The rows over and over until there are `size`, every copy with figures of its own."""
    n, copies = len(rows.features), -(-size // len(rows.features))

    def longer(values: np.ndarray) -> np.ndarray:
        return np.tile(values, (copies, *[1] * (values.ndim - 1)))[:size]

    shift = np.repeat(np.arange(copies, dtype=np.int64), n)[:size]
    figure = longer(rows.figure) + shift * len(rows.figures)
    return replace(
        rows,
        features=longer(rows.features),
        image_pairs=longer(rows.image_pairs),
        caption_pairs=longer(rows.caption_pairs),
        figures=np.tile(rows.figures, (copies, 1))[: int(figure.max()) + 1],
        figure=figure,
        group=longer(rows.group) + shift * (int(rows.group.max()) + 1),
        questions=longer(rows.questions),
        statements=longer(rows.statements),
        words=longer(rows.words),
    )


def forward(size: int, figures: int = 40) -> tuple[float, float]:
    """Processor seconds of scoring `size` pairs, and the peak memory of this process in GB."""
    rows, hicqa = some_rows(figures)
    many = repeated(rows, size)
    hicqa.compute_probabilities(rows, np.zeros(len(rows.features), dtype=np.float32))
    start = time.process_time()
    hicqa.compute_probabilities(many, np.zeros(size, dtype=np.float32))
    seconds = time.process_time() - start
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def _grown(sizes: list[int], repeats: int) -> dict[int, tuple[list[float], float]]:
    """Seconds by repeat and peak memory in GB, by size."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            runs = []
            for _ in range(repeats):
                told = Path(folder) / "told.txt"
                measure_process([__file__, "--one", str(size), "--told", told])
                runs.append([float(x) for x in told.read_text(encoding="utf-8").split()])
            found[size] = [seconds for seconds, _ in runs], max(peak for _, peak in runs)
    return found


def main(
    figures: Annotated[int, typer.Option(help="phantoms that are encoded", min=10)] = 400,
    size: Annotated[list[int] | None, typer.Option(help="pairs to score")] = None,
    repeats: Annotated[int, typer.Option(help="runs of each size", min=1)] = 3,
    one: Annotated[int | None, typer.Option(hidden=True)] = None,
    told: Annotated[Path | None, typer.Option(hidden=True)] = None,
) -> None:
    """Time the graph step beside the encoding, and over many pairs."""
    torch.set_num_threads(1)
    if one is not None and told is not None:
        told.write_text(" ".join(map(str, forward(one))), encoding="utf-8")
        return
    console = Console()
    encoding, graph, pairs = graph_share(figures)
    share = graph / encoding
    console.print(
        f"{pairs:,} pairs: encoding {encoding:.1f} s, graph step {graph:.2f} s, {share:.1%}"
    )
    grown = _grown(size or [10_000, 100_000, 1_000_000], repeats)
    table = Table("pairs", "seconds (range)", "microseconds a pair", "peak memory, GB")
    for count, (seconds, peak) in grown.items():
        middle = float(np.median(seconds))
        spread = f"{middle:.1f} ({min(seconds):.1f}-{max(seconds):.1f})"
        table.add_row(f"{count:,}", spread, f"{1e6 * middle / count:.0f}", f"{peak:.2f}")
    console.print(table)
    each = [float(np.median(seconds)) / count for count, (seconds, _) in grown.items()]
    peak = max(peak for _, peak in grown.values())
    if share > MOST_SHARE or peak > MOST_GB or each[-1] > MOST_GROWTH * each[0]:
        console.print("a limit is missed")
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
