"""What a leaderboard holds, and how it is shown: tables, Markdown, a plot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from rich.table import Table

from benchmarks.support.ranking import Estimate, Vector

BASE = "mean of z-scores"
MEASURES = ("AUROC", "average precision", "kept is clean")


@dataclass(slots=True)
class Leaderboard:
    """Bootstrap draws by part ('seen', 'self-corruption', a group that was left out), method and
    measure, one array of draws per pool."""

    tier: str
    figures: int
    pools: int
    draws: int
    found: dict[tuple[str, str, str], list[Vector]] = field(default_factory=dict)

    def add(self, part: str, method: str, measured: Mapping[str, Vector]) -> None:
        """Adds the draws of one pool."""
        for measure, draws in measured.items():
            self.found.setdefault((part, method, measure), []).append(draws)

    def value(self, part: str, method: str, measure: str) -> Estimate:
        """The mean over the pools."""
        return Estimate.of(_mean(self.found[part, method, measure]))

    def gain(self, part: str, method: str, over: str, measure: str = "AUROC") -> Estimate:
        """The mean paired difference to another method."""
        pairs = zip(self.found[part, method, measure], self.found[part, over, measure], strict=True)
        return Estimate.of(_mean([ours - theirs for ours, theirs in pairs]))

    @property
    def parts(self) -> list[str]:
        """The parts in the order in which they were added."""
        return list(dict.fromkeys(part for part, _, _ in self.found))

    @property
    def methods(self) -> list[str]:
        """The methods in the order in which they were added."""
        return list(dict.fromkeys(method for _, method, _ in self.found))

    @property
    def families(self) -> list[str]:
        """The families of errors."""
        return sorted({m for _, _, m in self.found if m not in MEASURES})


def _mean(draws: list[Vector]) -> Vector:
    return np.asarray(np.mean(np.vstack(draws), axis=0))


def _signed(gain: Estimate) -> str:
    return f"{gain.value:+.3f} [{gain.low:+.3f}, {gain.high:+.3f}]"


def _plain(value: Estimate) -> str:
    return f"{value.value:.3f} [{value.low:.3f}, {value.high:.3f}]"


def _title(board: Leaderboard) -> str:
    return f"{board.tier} tier: {board.pools} pools of {board.figures} phantoms, 29% planted errors"


def _grids(board: Leaderboard) -> list[tuple[str, list[str], list[list[str]]]]:
    """Title, header and rows of each table."""
    seen = [
        [name, *(_plain(board.value("seen", name, m)) for m in MEASURES)] for name in board.methods
    ]
    gains = [
        [name, *(_signed(board.gain(part, name, BASE)) for part in board.parts)]
        for name in board.methods
    ]
    families = [
        [name, *(f"{board.value('seen', name, f).value:.2f}" for f in board.families)]
        for name in board.methods
    ]
    return [
        (_title(board), ["method", *MEASURES], seen),
        (f"AUROC, difference to the {BASE}", ["method", *board.parts], gains),
        ("AUROC by family of errors", ["method", *board.families], families),
    ]


def shown(board: Leaderboard) -> list[Table]:
    """The tables for a terminal."""
    tables = []
    for title, header, rows in _grids(board):
        table = Table(*header, title=title, title_justify="left")
        for row in rows:
            table.add_row(*row)
        tables.append(table)
    return tables


def to_markdown(board: Leaderboard) -> str:
    """The tables as Markdown."""
    parts = []
    for title, header, rows in _grids(board):
        lines = [header, ["---"] * len(header), *rows]
        parts.append(f"**{title}**\n\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines))
    return "\n\n".join(parts) + "\n"


def plot(board: Leaderboard, path: Path) -> None:
    """Differences to the mean of z-scores with intervals, one panel a part."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    names = [n for n in board.methods if n not in (BASE, "random")][::-1]
    figure, axes = pyplot.subplots(
        1, len(board.parts), figsize=(2.6 * len(board.parts), 0.32 * len(names) + 1.4), sharey=True
    )
    for axis, part in zip(np.atleast_1d(axes), board.parts, strict=True):
        gains = [board.gain(part, name, BASE) for name in names]
        middle = np.array([g.value for g in gains])
        spread = np.array([[g.value - g.low, g.high - g.value] for g in gains]).T
        colours = ["#0b6e4f" if name == "graph" else "#5b6b7b" for name in names]
        axis.axvline(0, color="#bbbbbb", linewidth=1)
        axis.errorbar(middle, range(len(names)), xerr=spread, fmt="none", ecolor=colours)
        axis.scatter(middle, range(len(names)), c=colours, s=22, zorder=3)
        axis.set_title(part, fontsize=9)
        axis.tick_params(labelsize=8)
        axis.set_yticks(range(len(names)), names)
        for side in ("top", "right"):
            axis.spines[side].set_visible(False)
    figure.supxlabel(f"AUROC, difference to the {BASE} ({board.tier} tier)", fontsize=9)
    figure.tight_layout()
    figure.savefig(path, dpi=150)
    pyplot.close(figure)
