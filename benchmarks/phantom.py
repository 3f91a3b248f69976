"""Speed of the phantom on one core, per modality: python benchmarks/phantom.py.

The ratio compares with a bare loop that only draws noise of the same size and encodes it as PNG,
measured in the same run. It also measures how alike the figures of a default build are.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import numpy as np

from builder.sources.phantom import (
    Panel,
    Phantom,
    PhantomFacts,
    count_figures,
    encode,
    make_article,
    make_figure,
    render_panel,
)
from builder.sources.phantom.optics import SIDE, to_picture
from builder.tables.images import inspect

PANELS = 60
FIGURES = 720


def _seconds(action: Callable[[], object]) -> float:
    """Processor time, which other programs on the machine disturb least."""
    start = time.process_time()
    action()
    return time.process_time() - start


def _bare() -> None:
    rng = np.random.default_rng(0)
    for _ in range(PANELS):
        encode(to_picture(rng.random((SIDE, SIDE, 3), dtype=np.float32)))


def _render(panels: list[tuple[PhantomFacts, Panel]]) -> None:
    for facts, panel in panels:
        render_panel(facts, panel)


def _write(panels: list[tuple[PhantomFacts, Panel]]) -> None:
    for facts, panel in panels:
        encode(render_panel(facts, panel))


def _speed() -> None:
    groups: dict[str, list[Phantom]] = {}
    for index in range(400):
        phantom = make_figure(index)
        groups.setdefault(phantom.facts.modality, []).append(phantom)
    bare = PANELS / _seconds(_bare)
    print(f"{'bare noise + PNG':28s} {bare:6.0f} panels/s")
    for modality, phantoms in sorted(groups.items()):
        panels = [(p.facts, panel) for p in phantoms for panel in p.facts.panels][:PANELS]
        render = PANELS / _seconds(partial(_render, panels))
        whole = PANELS / _seconds(partial(_write, panels))
        print(
            f"{modality:28s} {render:6.0f} panels/s rendered, "
            f"{whole:4.0f} with PNG ({whole / bare:.2f} of the bare loop)"
        )


def _shingles(text: str) -> frozenset[tuple[str, ...]]:
    words = text.lower().split()
    return frozenset(zip(words, words[1:], words[2:], strict=False))


def _alike() -> None:
    articles, found, index = [], list[Phantom](), 0
    while len(found) < FIGURES:
        assert count_figures(index, 0) == len(make_article(index).figures)
        made = make_article(index).figures
        found.extend(made)
        articles.extend([index] * len(made))
        index += 1
    hashes = [inspect(phantom.render()).phash for phantom in found]
    bits = np.array([[int(d, 16) >> k & 1 for d in h for k in (3, 2, 1, 0)] for h in hashes], bool)
    own = np.array(articles)
    pairs = np.triu(np.ones((len(found), len(found)), bool), 1)
    distance = (bits[:, None] ^ bits[None]).sum(2)[pairs]
    print(f"256-bit phash distance: minimum {distance.min()}, {(distance <= 20).sum()} pairs <= 20")
    sets = [_shingles(phantom.caption.text) for phantom in found]
    near = sum(
        len(a & b) >= 0.8 * len(a | b)
        for i, a in enumerate(sets)
        for j, b in enumerate(sets[:i])
        if own[i] != own[j]
    )
    print(f"caption pairs of different articles with shingle Jaccard >= 0.8: {near}")
    modalities = [phantom.facts.modality for phantom in found]
    for modality in sorted(set(modalities)):
        print(f"{modality}: {modalities.count(modality)} of {len(found)} figures")


if __name__ == "__main__":
    _speed()
    _alike()
