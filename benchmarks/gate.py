"""Measures how far the contradiction gate and the text signals find planted errors.

    python benchmarks/gate.py OUTPUT            # the output of `microvqa-pp build`: its ledger
    python benchmarks/gate.py captions.jsonl    # captions: the offline agent asks the questions

Plants errors into 29% of the candidates, several times with different seeds, and reports per
family how many are gated and how well the score ranks them below clean rows, then how clean the
kept 75% are beside other rankings. Clean rows are taken as true; values are means over the seeds,
intervals come from a bootstrap over figures. Captions of figures that count as microscopy by
neither the data's flag nor the rule are left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import pyarrow.parquet as pq
import typer
from rich.console import Console
from rich.table import Table

from benchmarks import offline_agent
from benchmarks.support.ranking import (
    Estimate,
    Vector,
    auroc,
    average_precision,
    cleanness,
    rate,
    resampled,
)
from filtering.corruptions import CLEAN, PlantedTable, corrupt, list_families
from filtering.records import QA, WEIGHTS, Signals
from filtering.text_signals import compute_signals

RATE = 0.29
KEEP = 0.75
_SIGNALS = (*WEIGHTS, "signal_specificity")
_COLUMNS = ["candidate_id", "figure_id", "caption", "question", "answer", "statement"]


@dataclass(frozen=True, slots=True)
class FamilyResult:
    """How one family of errors fares. `false` counts those that the caption shows to be false."""

    family: str
    planted: int
    false: int
    gated: Estimate
    ungated_auroc: Estimate
    auroc: Estimate


@dataclass(frozen=True, slots=True)
class RankingResult:
    """How one way of ranking fares over all families; `false_auroc` over known-false errors."""

    name: str
    auroc: Estimate
    false_auroc: Estimate
    average_precision: Estimate
    cleanness: Estimate


@dataclass(frozen=True, slots=True)
class Report:
    """All that is measured on a pool."""

    rows: int
    figures: int
    error_rate: float
    falsely_gated: Estimate
    families: list[FamilyResult]
    rankings: list[RankingResult]


def load(path: Path) -> list[QA]:
    """Candidates of a build's output or release, or of the offline agent for captions.

    Raises FileNotFoundError where there is neither.
    """
    if path.suffix == ".jsonl":
        return _from_captions(path)
    for folder in (path / "release" / "data" / "ledger", path / "data" / "ledger"):
        if folder.is_dir():
            return _from_ledger(folder)
    raise FileNotFoundError(f"{path} is neither captions (.jsonl) nor the output of a build")


def _from_ledger(folder: Path) -> list[QA]:
    found = []
    for file in sorted(folder.glob("*.parquet")):
        for row in pq.read_table(file, columns=_COLUMNS).to_pylist():
            if row["candidate_id"] and row["question"] and row["caption"]:
                found.append(QA(*(row[name] for name in _COLUMNS)))
    return found


def _from_captions(path: Path) -> list[QA]:
    written = offline_agent.write(offline_agent.read(path))
    captions = {key: row.caption for key, row in written.rows.items()}
    return [
        QA(c.candidate_id, c.figure_id, captions[c.figure_id], c.question, c.answer, c.statement)
        for c in written.candidates
    ]


def rankings(signals: Sequence[Signals], seed: int) -> Mapping[str, Vector]:
    """Scores by name. A missing signal takes the middle of those present; gated rows are -inf."""
    gated = np.array([bool(s.contradiction) for s in signals])
    chance = np.random.default_rng(seed).random(len(signals))
    found = {"random": chance, "gate alone": np.where(gated, -np.inf, 0.0)}
    for name in _SIGNALS:
        values = np.array([getattr(s, name) for s in signals], dtype=np.float64)
        present = values[np.isfinite(values)]
        middle = float(np.median(present)) if len(present) else 0.0
        found[name] = np.where(np.isfinite(values), values, middle)
    mean = np.array([s.score for s in signals])
    return found | {"mean of signals": mean, "gate, then mean": gate_then_mean(signals)}


def gate_then_mean(signals: Sequence[Signals]) -> Vector:
    """The score of each row, -inf for gated ones."""
    return np.array([-np.inf if s.contradiction else s.score for s in signals])


def mean_of(draws: Sequence[Vector]) -> Estimate:
    """The mean over seeds, draw by draw; seeds without a value are left out."""
    stacked = np.vstack(draws)
    finite = np.isfinite(stacked)
    with np.errstate(invalid="ignore"):
        return Estimate.of(np.where(finite, stacked, 0).sum(axis=0) / finite.sum(axis=0))


def measure(
    rows: Sequence[QA],
    seeds: int = 5,
    draws: int = 300,
    names: Sequence[str] | None = None,
    planted_rate: float = RATE,
) -> Report:
    """Plants errors with each seed and measures gate and rankings. Raises ValueError on no rows."""
    if not rows:
        raise ValueError("there is no candidate to plant errors into")
    weights = resampled([row.figure_id for row in rows], draws)
    pools = [corrupt(rows, seed=seed, rate=planted_rate, names=names) for seed in range(seeds)]
    scored = [compute_signals(pool.rows) for pool in pools]
    tried = [f for f in list_families() if names is None or f in names]
    known = [name for name in tried if any(r.family == name for p in pools for r in p.records)]
    wrong = [np.array([r.family != CLEAN for r in p.records]) for p in pools]
    gates = [np.array([bool(s.contradiction) for s in signals]) for signals in scored]
    return Report(
        rows=len(rows),
        figures=len({row.figure_id for row in rows}),
        error_rate=float(np.mean(np.concatenate(wrong))),
        falsely_gated=mean_of([rate(g, ~w, weights) for g, w in zip(gates, wrong, strict=True)]),
        families=[_family(name, pools, scored, weights) for name in known],
        rankings=_rankings(pools, scored, weights),
    )


def _family(
    name: str, pools: Sequence[PlantedTable], scored: Sequence[Sequence[Signals]], weights: Vector
) -> FamilyResult:
    """One family against the clean rows of the same pools."""
    measured: dict[str, list[Vector]] = {"gated": [], "ungated": [], "auroc": []}
    records = [r for pool in pools for r in pool.records if r.family == name]
    for seed, (pool, signals) in enumerate(zip(pools, scored, strict=True)):
        bad = np.array([r.family == name for r in pool.records])
        among = bad | np.array([r.family == CLEAN for r in pool.records])
        gated = np.array([bool(s.contradiction) for s in signals])
        ways = rankings(signals, seed)
        measured["gated"].append(rate(gated, bad, weights))
        for key, way in (("ungated", "mean of signals"), ("auroc", "gate, then mean")):
            measured[key].append(auroc(ways[way][among], bad[among], weights[:, among]))
    false = sum(record.truth is False for record in records)
    estimates = [mean_of(measured[key]) for key in ("gated", "ungated", "auroc")]
    return FamilyResult(name, len(records), false, *estimates)


def _rankings(
    pools: Sequence[PlantedTable], scored: Sequence[Sequence[Signals]], weights: Vector
) -> list[RankingResult]:
    """All ways of ranking, over all families together."""
    measured: dict[str, list[list[Vector]]] = {}
    for seed, (pool, signals) in enumerate(zip(pools, scored, strict=True)):
        wrong = np.array([r.family != CLEAN for r in pool.records])
        known = ~wrong | np.array([r.truth is False for r in pool.records])
        for name, scores in rankings(signals, seed).items():
            one = [auroc(scores, wrong, weights)]
            one += [auroc(scores[known], wrong[known], weights[:, known])]
            one += [average_precision(scores, wrong, weights)]
            one += [cleanness(scores, wrong, weights, KEEP)]
            measured.setdefault(name, []).append(one)
    return [
        RankingResult(name, *(mean_of(draws) for draws in zip(*seeds, strict=True)))
        for name, seeds in measured.items()
    ]


def tables(report: Report) -> tuple[Table, Table]:
    """The report for people."""
    title = (
        f"{report.rows:,} candidates of {report.figures:,} figures, {report.error_rate:.1%} wrong"
    )
    first = Table("family", "planted", "known false", "gated", "AUROC, mean", "AUROC", title=title)
    for f in report.families:
        values = (str(f.gated), str(f.ungated_auroc), str(f.auroc))
        first.add_row(f.family, str(f.planted), f"{f.false / f.planted:.0%}", *values)
    first.add_row("clean", "", "", str(report.falsely_gated), "", "")
    second = Table("ranking", "AUROC", "AUROC, known false", "average precision", "kept is clean")
    for r in report.rankings:
        shown = (r.auroc, r.false_auroc, r.average_precision, r.cleanness)
        second.add_row(r.name, *map(str, shown))
    return first, second


def main(
    pool: Annotated[Path, typer.Argument(help="output of a build, or captions in JSON Lines")],
    seeds: Annotated[int, typer.Option(help="how often errors are planted anew", min=1)] = 5,
    draws: Annotated[int, typer.Option(help="bootstrap draws", min=2)] = 300,
    family: Annotated[
        list[str], typer.Option(help="plant this family only; repeatable; default: all")
    ] = [],  # noqa: B006
) -> None:
    """Plant errors into a pool and report what the gate and the score make of them."""
    report = measure(load(pool), seeds, draws, family or None)
    console = Console(width=120)
    for table in tables(report):
        console.print(table)


if __name__ == "__main__":
    typer.run(main)
