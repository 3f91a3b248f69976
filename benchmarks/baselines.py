"""Measures the baselines and the bundled CLIP on the test split of a release.

    python benchmarks/baselines.py RELEASE_DIR OUTPUT

Writes the report of a benchmark run into OUTPUT and ends with status 1 where `clip` is not above
`text`, or the interval of the caption oracle is less than 20 points above that of every other
model.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from filtering.encoders import open_clip_encoder
from scoring.report.result import Report
from scoring.report.writing import make_table, write_all
from scoring.runner import BenchmarkSettings, open_dataset, run_benchmark

MODEL = "clip:phantom-tiny"
FAR = 0.2


def missed(report: Report) -> list[str]:
    """Claims that do not hold."""
    found = []
    gaps = {gap["second"][0]: gap["difference"] for gap in report.differences}
    if (gaps["text"]["low"] or 0.0) <= 0:
        found.append("clip is not above text: the interval of the difference holds 0")
    oracle = report.of("caption")
    assert oracle is not None
    others = [s for s in report.summaries if s["model"] != "caption"]
    nearest = max(s["scores"]["accuracy"]["high"] for s in others)
    if oracle["scores"]["accuracy"]["low"] < nearest + FAR:
        found.append(f"caption is less than {FAR:.0%} above all others")
    return found


def main(arguments: Sequence[str]) -> int:
    """Measures a release; 0 where the claims hold."""
    if len(arguments) != 2:
        raise SystemExit("usage: python benchmarks/baselines.py RELEASE_DIR OUTPUT")
    dataset, output = open_dataset(arguments[0]), Path(arguments[1])
    settings = BenchmarkSettings(MODEL, output)
    found = run_benchmark(dataset, settings, lambda *_: None, open_encoder=open_clip_encoder)
    report, _ = write_all(output, found)
    console = Console()
    console.print(make_table(report))
    for claim in missed(report):
        console.print(f"MISSED: {claim}", markup=False)
    return 1 if missed(report) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
