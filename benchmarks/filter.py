"""The filter's leaderboard: ways of ranking on pools with planted errors, all behind one gate.

    python benchmarks/filter.py degraded --output docs/leaderboard
    python benchmarks/filter.py strong

Every way is fitted once on one pool of phantoms with planted errors and judged on five others,
from seeds that nothing was developed on, 29% of whose rows have planted errors. *Seen*: all
families are in the fit. *Unseen*: the way is fitted again without a group of families and judged
on that group. *Self-corruption*: fitted without labels, on the very pool that it ranks, errors and
all. Intervals come from a bootstrap over figures; differences are paired, row by row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer
from rich.console import Console
from rich.progress import Progress

from benchmarks.support.leaderboard import Leaderboard, plot, shown, to_markdown
from benchmarks.support.methods import methods
from benchmarks.support.pools import FINAL_SEEDS, FIT_SEED, phantom_pool
from benchmarks.support.ranking import Vector, auroc, measures, resampled
from benchmarks.support.simple_rankers import Score
from benchmarks.support.tiers import TIERS, Exam, Room, behind_gate
from filtering.corruptions import CLEAN, list_families
from filtering.corruptions.planting import GROUPS
from filtering.graph.training import TrainingPool

KEEP = 0.75
FIT_VERSIONS = 4
PLANTED = 7_000


def _groups() -> dict[str, list[str]]:
    return {g: [f.name for f in list_families().values() if f.group == g] for g in GROUPS}


def _judge(board: Leaderboard, exam: Exam, scored: Mapping[str, Vector], part: str) -> None:
    """Adds the draws of one exam to the board, overall and per family."""
    weights = resampled(exam.figures, board.draws)
    family = exam.family
    for name, scores in scored.items():
        ranked = behind_gate(scores, exam)
        found = measures(ranked, exam.wrong, weights, KEEP)
        for each in sorted(set(family) - {CLEAN}) if part == "seen" else ():
            among = (family == each) | (family == CLEAN)
            found[each] = auroc(ranked[among], exam.wrong[among], weights[:, among])
        board.add(part, name, found)


def _fitted(lessons: Sequence[TrainingPool], text: bool) -> dict[str, Score]:
    return {name: method.fit(lessons, 0) for name, method in methods(text).items()}


def _scored(ways: Mapping[str, Score], exam: Exam) -> dict[str, Vector]:
    return {name: score(exam.lesson).astype(np.float64) for name, score in ways.items()}


def _on_itself(room: Room, exam: Exam, seed: int) -> dict[str, Vector]:
    """What is fitted without labels, on the pool that it ranks."""
    own = Room.of(room.tier, exam.pairs, room.encoders)
    lessons = own.lessons(exam.pairs, [PLANTED + 100 * seed + k for k in range(1, 5)])
    return _scored(_fitted(lessons, room.tier.text), own.look(exam))


def run(tier: str, seeds: Sequence[int], figures: int, draws: int, console: Console) -> Leaderboard:
    """The whole leaderboard of a tier."""
    board = Leaderboard(tier, figures, len(seeds), draws)
    groups, names = _groups(), list(list_families())
    with Progress(console=console) as progress:
        task = progress.add_task("pool to fit on", total=2 + len(groups) + 2 * len(seeds))
        fit = TIERS[tier].seen(phantom_pool(FIT_SEED, 2 * figures))
        room = Room.of(TIERS[tier], fit)
        ways = {}
        for group, held in {"seen": list[str](), **groups}.items():
            progress.update(task, advance=1, description=f"fitting: {group}")
            left = [name for name in names if name not in held]
            ways[group] = _fitted(room.lessons(fit, range(FIT_VERSIONS), left), room.tier.text)
        for place, seed in enumerate(seeds):
            progress.update(task, advance=1, description=f"pool {place + 1}")
            pool = room.tier.seen(phantom_pool(seed, figures))
            exam = room.exam(pool, PLANTED + place)
            _judge(board, exam, _scored(ways["seen"], exam), "seen")
            for group, held in groups.items():
                unseen = room.exam(pool, PLANTED + place, held)
                _judge(board, unseen, _scored(ways[group], unseen), group)
            progress.update(task, advance=1, description=f"pool {place + 1}: self-corruption")
            _judge(board, exam, _on_itself(room, exam, place), "self-corruption")
    return board


def main(
    tier: Annotated[str, typer.Argument(help="degraded or strong")] = "degraded",
    output: Annotated[Path | None, typer.Option(help="write PATH.md and PATH.png")] = None,
    figures: Annotated[int, typer.Option(help="figures per pool", min=50)] = 720,
    pools: Annotated[int, typer.Option(help="pools to judge on", min=1, max=5)] = 5,
    draws: Annotated[int, typer.Option(help="bootstrap draws", min=2)] = 300,
) -> None:
    """Fit all ways of ranking, judge them on fresh pools, and print the table."""
    if tier not in TIERS:
        raise typer.BadParameter(f"{tier!r} is no tier; there are {', '.join(TIERS)}")
    torch.set_num_threads(1)
    console = Console(width=160)
    board = run(tier, FINAL_SEEDS[:pools], figures, draws, console)
    for table in shown(board):
        console.print(table)
    if output is not None:
        output.with_suffix(".md").write_text(to_markdown(board), encoding="utf-8")
        plot(board, output.with_suffix(".png"))


if __name__ == "__main__":
    typer.run(main)
