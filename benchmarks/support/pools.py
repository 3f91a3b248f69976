"""Pools of question-answer pairs whose truth is known: phantoms, with errors planted into them.

Seeds: the bundled encoders are trained on seeds from 1,000,000; the filter is fitted on
`FIT_SEED`, development looked at `DEVELOPMENT_SEED` only, and tables are made on `FINAL_SEEDS`.
An earlier form of the graph was judged on 300,000 to 340,000, and changed after that; these seeds
are used up. `benchmarks/downstream.py` has pools of its own; those of its first form, 400,000 to
404,000 and 450,000, are used up too.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

import numpy as np
from PIL import Image, ImageFilter

from builder.agents.offline import OfflineAgent
from builder.sources.phantom import PhantomSource
from builder.tables.records import Candidate, Figure
from filtering.records import QA, PairTable

FIT_SEED = 100_000
DEVELOPMENT_SEED = 200_000
FINAL_SEEDS = (500_000, 510_000, 520_000, 530_000, 540_000)


def phantom_candidates(seed: int, figures: int) -> tuple[list[Figure], list[Candidate]]:
    """Fresh phantoms, and what the offline agent asks about them; everything in it is true."""
    source = PhantomSource(figures=figures, seed=seed)
    drawn = [f for part in source.partitions() for f in source.read(part) if isinstance(f, Figure)]
    return drawn, OfflineAgent().write_candidates(drawn)[0]


def pairs_of(figures: Sequence[Figure], candidates: Sequence[Candidate]) -> PairTable:
    """Candidates with captions and images of their figures, as the filter takes them."""
    by_id = {figure.figure_id: figure for figure in figures}
    rows = [
        QA(
            c.candidate_id,
            c.figure_id,
            by_id[c.figure_id].caption,
            c.question,
            c.answer,
            c.statement,
        )
        for c in candidates
    ]
    return PairTable(
        rows,
        [row.figure_id for row in rows],
        [by_id[row.figure_id].article_id for row in rows],
        {figure.figure_id: figure.image["bytes"] for figure in figures},
    )


def phantom_pool(seed: int, figures: int) -> PairTable:
    """What the offline agent asks about fresh phantoms; everything in it is true."""
    return pairs_of(*phantom_candidates(seed, figures))


def degraded(
    files: Mapping[str, bytes], blur: float, noise: float, seed: int = 0
) -> dict[str, bytes]:
    """The images blurred (Gaussian, radius in pixels) and with Gaussian noise (of 255), as PNG."""
    return {
        name: _degrade(file, blur, noise, np.random.default_rng([seed, place]))
        for place, (name, file) in enumerate(sorted(files.items()))
    }


def _degrade(file: bytes, blur: float, noise: float, rng: np.random.Generator) -> bytes:
    with Image.open(io.BytesIO(file)) as opened:
        soft = np.asarray(opened.convert("RGB").filter(ImageFilter.GaussianBlur(blur)), np.float64)
    noisy = np.clip(soft + rng.normal(0, noise, soft.shape), 0, 255).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noisy).save(buffer, format="PNG", compress_level=1)
    return buffer.getvalue()
