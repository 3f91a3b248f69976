"""The gate benchmark measures what is there: perfect, useless and tied rankings, both inputs."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer import Typer
from typer.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks.gate import Report, load, main, measure
from benchmarks.support.ranking import (
    Estimate,
    auroc,
    average_precision,
    cleanness,
    rate,
    resampled,
)
from filtering.records import QA

WRONG = np.array([True, False, False, False])
ONCE = np.ones((2, 4))


def test_rankings_with_ties_and_gated_rows() -> None:
    best, flat = np.array([-np.inf, 1.0, 2.0, 3.0]), np.zeros(4)
    assert auroc(best, WRONG, ONCE)[0] == 1 and auroc(flat, WRONG, ONCE)[0] == 0.5
    assert average_precision(best, WRONG, ONCE)[0] == 1
    assert average_precision(flat, WRONG, ONCE)[0] == 0.25
    assert cleanness(best, WRONG, ONCE, 0.75)[0] == 1
    assert cleanness(best, WRONG, ONCE, 1.0)[0] == 1
    assert cleanness(flat, WRONG, ONCE, 0.75)[0] == pytest.approx(0.75)
    assert rate(WRONG, np.array([True, True, False, False]), ONCE)[0] == 0.5
    assert np.isnan(auroc(best, np.zeros(4, dtype=bool), ONCE)[0])


def test_figures_are_resampled_whole_and_draws_repeat_rows() -> None:
    weights = resampled(["a", "a", "b", "c"], 50)
    assert (weights[0] == 1).all() and (weights[:, 0] == weights[:, 1]).all()
    assert (weights[1:, [0, 2, 3]].sum(axis=1) == 3).all()
    twice = np.array([[2.0, 1, 1, 0]])
    scores = np.array([1.0, 0.5, 2.0, 9.0])
    repeated = np.array([1.0, 1.0, 0.5, 2.0])
    wrong = np.array([True, True, False, False])
    assert auroc(scores, WRONG, twice)[0] == auroc(repeated, wrong, np.ones((1, 4)))[0]
    assert str(Estimate.of(np.full(3, np.nan))) == "-"


def rows(count: int) -> list[QA]:
    lines = ("HeLa", "U2OS", "A549", "HepG2")
    found = []
    for n in range(count):
        line = lines[n % 4]
        caption = f"{line} cells. {n + 10} cells are seen. Scale bar, {n % 9 + 2} µm."
        pairs = (
            ("Which cell line is shown?", line),
            ("How long is the scale bar?", f"{n % 9 + 2} µm"),
        )
        found += [QA(f"{n}-{a}", f"f{n}", caption, q, a, f"Here it is {a}.") for q, a in pairs]
    return found


def ranking(report: Report, name: str) -> float:
    return next(r.auroc.value for r in report.rankings if r.name == name)


def test_the_gate_finds_other_values_and_spares_clean_rows() -> None:
    report = measure(rows(40), seeds=2, draws=20, names=["number_far", "entity_outside"])
    assert report.falsely_gated.value == 0
    assert {f.family: f.false == f.planted for f in report.families} == {
        "entity_outside": True,
        "number_far": True,
    }
    assert all(f.gated.value > 0.8 for f in report.families)
    assert ranking(report, "gate, then mean") > 0.95 > 0.65 > ranking(report, "random")
    with pytest.raises(ValueError, match="no candidate"):
        measure([])


def test_reads_a_build_and_captions(tmp_path: Path) -> None:
    folder = tmp_path / "release" / "data" / "ledger"
    folder.mkdir(parents=True)
    names = {"qa_id": "candidate_id"}
    ledger = [{names.get(k, k): v for k, v in asdict(row).items()} for row in rows(3)]
    pq.write_table(pa.Table.from_pylist([*ledger, {"figure_id": "x"}]), folder / "a.parquet")
    assert load(tmp_path) == load(tmp_path / "release") == rows(3)
    captions = tmp_path / "captions.jsonl"
    records = [
        {
            "doi": "d",
            "fig_id": str(n),
            "title": "",
            "caption": row.caption,
            "microscopy_strict": True,
        }
        for n, row in enumerate(rows(6)[::2])
    ]
    captions.write_text("".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")
    app = Typer()
    app.command()(main)
    found = CliRunner().invoke(app, [str(captions), "--seeds", "1", "--draws", "5"])
    assert found.exit_code == 0 and "gate, then mean" in found.stdout
    with pytest.raises(FileNotFoundError, match="neither"):
        load(tmp_path / "nothing")
