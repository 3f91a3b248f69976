"""Fits the bundled filter on phantoms, with the bundled encoders; part of `make weights`.

    python benchmarks/train_filter.py

Writes filtering/weights/hicqa: graph and reference sample as safetensors, settings as JSON.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import torch
import typer
from rich.console import Console

from benchmarks.support.pools import FIT_SEED, phantom_pool
from filtering.graph.scorer import BUNDLED, open_encoders
from filtering.graph.training import fit_filter
from filtering.scorer_choice import PHANTOM_TINY


def main(
    output: Annotated[Path, typer.Option(help="folder for the weights")] = BUNDLED,
    figures: Annotated[int, typer.Option(help="phantoms to fit on", min=100)] = 1000,
) -> None:
    """Draw phantoms, plant errors into what is asked about them, and fit HiCQA-Graph."""
    torch.set_num_threads(1)
    console = Console()
    with console.status(f"drawing {figures:,} phantoms"):
        pool = phantom_pool(FIT_SEED, figures)
    with console.status(f"fitting on {len(pool.rows):,} pairs"):
        fitted = fit_filter(pool, open_encoders(PHANTOM_TINY, PHANTOM_TINY), about=PHANTOM_TINY)
    shutil.rmtree(output, ignore_errors=True)
    fitted.save(output)
    told = fitted.config
    size = sum(file.stat().st_size for file in output.rglob("*") if file.is_file())
    console.print(
        f"{output}: {size / 1e6:.1f} MB, anchor {told.anchor}, slope {told.slope}, "
        f"offset {told.offset}"
    )


if __name__ == "__main__":
    typer.run(main)
