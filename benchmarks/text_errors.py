"""Measures the text side of the filter on real data, against its two limits.

    python benchmarks/text_errors.py REALDATA

`captions.jsonl`: pairs of the offline agent, 29% of them made wrong, half of these with what
stands elsewhere in the same caption (another name, number or panel), the other half with every
other family of text errors. The score must tell wrong from clean with an AUROC of .80. Words and
weights of the filter were chosen with the wrong pairs of one half of the articles in sight (by a
hash of their names), so both halves are shown apart. `bccd`: counts of blood cells, one image a
row; wrong counts, and captions of other images. At least 80% must be gated or score less than the
true pair. Pairs that another caption happens to support too are no errors and are left out.
Intervals come from a bootstrap over figures, values are means over seeds. Ends with status 1 when
a limit is missed.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.gate import RATE, gate_then_mean, load, mean_of
from benchmarks.support.ranking import Estimate, Mask, Vector, auroc, rate, resampled
from builder.run.config import BuildConfig
from builder.run.pipeline import build
from filtering.corruptions import CLEAN, Corruption, corrupt, list_families
from filtering.records import QA
from filtering.text_signals import compute_signals

AUROC, FOUND = 0.8, 0.8
SAME = ("entity_caption", "number_caption", "panel_swap")
VALUES = ("entity_outside", "number_close", "number_far", "unit_change")
OTHERS = tuple(name for name in list_families() if name not in (*SAME, "image_swap"))
COUNTS = ("number_close", "number_far", "number_caption", "caption_swap")


@dataclass(frozen=True, slots=True)
class Measured:
    """A number beside its limit; `errors` counts what was planted, over all seeds."""

    name: str
    errors: int
    value: Estimate
    limit: float

    @property
    def holds(self) -> bool:
        """Whether the limit is met."""
        return bool(self.value.value >= self.limit)


def half(qa: QA) -> int:
    """0 for articles whose errors were in sight when the filter was written, else 1."""
    article = qa.figure_id.rsplit("/", 1)[0]
    return hashlib.sha256(article.encode()).digest()[0] % 2


def _planted(rows: Sequence[QA], seed: int, names: Sequence[str]) -> list[tuple[QA, Corruption]]:
    """Every row with an error of one of the families, where one applies; those that come true
    by chance as if none did."""
    pool = corrupt(rows, seed=seed, rate=1.0, names=names)
    clean = Corruption("", CLEAN, "", "", "", False, None)
    found = zip(rows, pool.rows, pool.records, strict=True)
    return [(row, clean) if r.truth is True else (changed, r) for row, changed, r in found]


def mixed(
    rows: Sequence[QA], seed: int, others: Sequence[str], planted_rate: float = RATE
) -> tuple[list[QA], Mask]:
    """Rows of which a share is wrong, half of it by families of the same caption.

    Fewer are wrong where few rows allow an error of the same caption: the halves stay equal.
    """
    inside, outside = (_planted(rows, seed, names) for names in (SAME, others))
    order = Random(seed).sample(range(len(rows)), len(rows))
    room = round(planted_rate * len(rows) / 2)
    first = [i for i in order if inside[i][1].family != CLEAN][:room]
    taken = set(first)
    second = [i for i in order if i not in taken and outside[i][1].family != CLEAN][: len(first)]
    chosen = {i: inside[i][0] for i in first} | {i: outside[i][0] for i in second}
    wrong = np.array([i in chosen for i in range(len(rows))])
    return [chosen.get(i, row) for i, row in enumerate(rows)], wrong


def measure_mix(
    name: str, rows: Sequence[QA], others: Sequence[str], seeds: int, draws: int
) -> Measured:
    """AUROC of the score, gated pairs last, with half of the errors from the same caption."""
    weights = resampled([row.figure_id for row in rows], draws)
    found: list[Vector] = []
    errors = 0
    for seed in range(seeds):
        pool, wrong = mixed(rows, seed, others)
        found.append(auroc(gate_then_mean(compute_signals(pool)), wrong, weights))
        errors += int(wrong.sum())
    return Measured(name, errors, mean_of(found), AUROC)


def measure_counts(name: str, rows: Sequence[QA], family: str, seeds: int, draws: int) -> Measured:
    """Share of wrong counts, or counts under a wrong caption, gated or ranked below the true."""
    counts = [row for row in rows if row.question.lower().find("how many") >= 0]
    true = gate_then_mean(compute_signals(counts))
    weights = resampled([row.figure_id for row in counts], draws)
    found: list[Vector] = []
    errors = 0
    for seed in range(seeds):
        planted = _planted(counts, seed, [family])
        wrong = np.array([r.family != CLEAN and not _says(q) for q, r in planted])
        scores = gate_then_mean(compute_signals([q for q, _ in planted]))
        found.append(rate(scores < true, wrong, weights))
        errors += int(wrong.sum())
    return Measured(name, errors, mean_of(found), FOUND)


def _says(qa: QA) -> bool:
    """Whether a caption of `bccd` gives the count of the pair, read from its plain form."""
    asked = next((k for k in ("red blood", "white blood", "platelet") if k in qa.question), "")
    return f" {qa.answer.strip()} {asked}" in qa.caption if asked else False


def _bccd(folder: Path) -> list[QA]:
    with TemporaryDirectory() as scratch:
        sources = (f"image_folder:{folder}",)
        config = BuildConfig(output=Path(scratch), sources=sources, source_license="MIT", workers=1)
        build(config, Console(quiet=True))
        return load(Path(scratch))


def measure(realdata: Path, seeds: int, draws: int) -> list[Measured]:
    """All numbers with limits. Raises FileNotFoundError without the captions."""
    pairs = load(realdata / "captions.jsonl")
    parts = {
        "all articles": pairs,
        "articles in sight": [q for q in pairs if half(q) == 0],
        "other articles": [q for q in pairs if half(q) == 1],
    }
    found = [measure_mix(f"captions, {n}", p, OTHERS, seeds, draws) for n, p in parts.items()]
    found += [
        measure_mix(f"captions, values only, {n}", p, VALUES, seeds, draws)
        for n, p in parts.items()
    ]
    blood = _bccd(realdata / "bccd")
    return found + [measure_counts(f"bccd, {f}", blood, f, seeds, draws) for f in COUNTS]


def main(
    realdata: Annotated[Path, typer.Argument(help="folder with captions.jsonl and bccd")],
    seeds: Annotated[int, typer.Option(help="how often errors are planted anew", min=1)] = 20,
    draws: Annotated[int, typer.Option(help="bootstrap draws", min=2)] = 300,
) -> None:
    """Report how far wrong text is found in real data, and whether the limits are met."""
    found = measure(realdata, seeds, draws)
    table = Table("pool", "errors", "measured", "limit", "")
    for m in found:
        words = "met" if m.holds else "MISSED"
        table.add_row(m.name, str(m.errors), str(m.value), f"{m.limit:.2f}", words)
    Console(width=110).print(table)
    if not all(m.holds for m in found):
        sys.exit(1)


if __name__ == "__main__":
    typer.run(main)
