"""Measures an encoder that was trained, prints the result and writes its card."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

from rich.console import Console
from rich.table import Table

from benchmarks.training.cards import clip_card, nli_card
from benchmarks.training.figures import IMAGE_SIDE, TEST_SEED, TRAIN_SEED, Drawn
from benchmarks.training.measure import Share, measure_clip, measure_nli
from filtering.encoders import open_clip_encoder, open_nli

Part = Literal["clip", "nli"]


def _table(title: str, column: str, measured: dict[str, Share]) -> Table:
    table = Table(title=title)
    for name in ("", column, "cases"):
        table.add_column(name)
    for name, share in measured.items():
        table.add_row(name, f"{share.value:.3f}", f"{share.cases:,}")
    return table


def _measured(part: Part, weights: Path, tested: Drawn) -> tuple[Any, dict[str, Share], Table]:
    if part == "clip":
        clip = open_clip_encoder(str(weights), device="cpu")
        found = measure_clip(clip, tested)
        return clip.model, found, _table("image-text encoder", "AUROC", found)
    nli = open_nli(str(weights), device="cpu")
    found = measure_nli(nli, tested)
    return nli.model, found, _table("entailment model", "accuracy", found)


def report(part: Part, weights: Path, tested: Drawn, console: Console) -> None:
    """Measures `weights/part` on figures that were never trained on; writes its README.md."""
    model, measured, table = _measured(part, weights, tested)
    console.print(table)
    folder = weights / part
    made = json.loads((folder / "training.json").read_text(encoding="utf-8"))
    text = (clip_card if part == "clip" else nli_card)(
        measured,
        parameters=sum(parameter.numel() for parameter in model.parameters()),
        side=IMAGE_SIDE,
        first=TRAIN_SEED,
        test=TEST_SEED,
        tested=len(tested.facts),
        **made,
    )
    (folder / "README.md").write_text(text, encoding="utf-8")
