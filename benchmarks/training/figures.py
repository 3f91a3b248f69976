"""Phantom figures for training: facts, and images at the encoder's size, cached on disk."""

from __future__ import annotations

import hashlib
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image
from rich.progress import Progress

from builder.sources.phantom import PhantomFacts, make_article, make_figure, render_figure
from builder.sources.phantom.source import VERSION

TRAIN_SEED = 1_000_000
"""Seeds below are never trained on: builds, fitting and judging use them."""
TEST_SEED = 2_000_000
IMAGE_SIDE = 128
_CHUNK = 64


@dataclass(frozen=True, slots=True)
class Drawn:
    """n independent figures: their facts, whether they are reserved, and images (n, 128, 128, 3).

    Images are squashed to a square as the encoder's preprocessing does it (bicubic).
    """

    facts: list[PhantomFacts]
    reserved: list[bool]
    images: npt.NDArray[np.uint8]


def _render(task: tuple[int, int, int]) -> npt.NDArray[np.uint8]:
    seed, start, stop = task
    pictures = []
    for index in range(start, stop):
        picture = Image.fromarray(render_figure(make_figure(index, seed).facts))
        small = picture.resize((IMAGE_SIDE, IMAGE_SIDE), Image.Resampling.BICUBIC)
        pictures.append(np.asarray(small))
    return np.stack(pictures)


def _cache_file(folder: Path | None, seed: int, count: int) -> Path:
    home = folder or Path(tempfile.gettempdir()) / "microvqa-pp-encoders"
    home.mkdir(parents=True, exist_ok=True)
    key = hashlib.sha256(f"{VERSION} {seed} {count} {IMAGE_SIDE}".encode()).hexdigest()[:16]
    return home / f"figures-{key}.npy"


def draw(
    seed: int, count: int, workers: int, progress: Progress, cache: Path | None = None
) -> Drawn:
    """`count` figures of a seed, rendered by `workers` processes or read from the cache."""
    file = _cache_file(cache, seed, count)
    if not file.exists():
        images = np.empty((count, IMAGE_SIDE, IMAGE_SIDE, 3), dtype=np.uint8)
        tasks = [(seed, i, min(i + _CHUNK, count)) for i in range(0, count, _CHUNK)]
        with ProcessPoolExecutor(workers) as pool:
            bar = progress.add_task("drawing figures", total=count)
            for (_, start, stop), part in zip(tasks, pool.map(_render, tasks), strict=True):
                images[start:stop] = part
                progress.advance(bar, stop - start)
        aside = file.with_suffix(".part")
        with aside.open("wb") as out:
            np.save(out, images)
        aside.replace(file)
    drawn = [make_article(index, seed) for index in range(count)]
    facts = [article.figures[0].facts for article in drawn]
    reserved = [article.reserved for article in drawn]
    return Drawn(facts, reserved, np.load(file, mmap_mode="r"))
