"""What would flip a decision: the smallest change of one signal, all else as it is.

Counterfactual explanations (Wachter et al., 2017), one signal at a time. A mean of signals is
solved for the cut; a score of HiCQA-Graph is rated again with the signal's channels shifted, for
many shifts at once. Torch is imported for the latter alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from filtering.records import WEIGHTS

if TYPE_CHECKING:
    from filtering.encoders.protocols import Floats
    from filtering.graph.scorer import Observed, Scorer

FURTHEST = 5.0
"""The largest shift tried, in standard deviations: where `Scale` cuts channels off."""
_STEPS = 10
_HALVINGS = 8
_SHOWN = {
    "signal_image_qa": "image_qa_probability",
    "signal_caption_qa": "caption_qa_probability",
    "signal_entailment": "entailment",
    "signal_image_caption": "image_caption_probability",
    **{name: name.removeprefix("signal_") for name in WEIGHTS},
}
"""The channel that each signal is shown as."""
_STARTS = {name: (channel,) for name, channel in _SHOWN.items()} | {
    "signal_image_qa": ("image_qa",),
    "signal_caption_qa": ("caption_qa",),
    "signal_entailment": ("entailment", "contradiction"),
    "signal_image_caption": ("image_caption",),
}
"""How the names of all its channels begin."""
_OF_FIGURE = "signal_image_caption"


@dataclass(frozen=True, slots=True)
class Flip:
    """A signal's value, and the one beyond which the decision is the other, both 0-1.

    `deviations` is the change in standard deviations of the signal; None for a mean.
    """

    signal: str
    value: float
    needed: float
    deviations: float | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """Changes of one signal that flip a decision, the smallest first, and the signals of which no
    change within their range does."""

    flips: list[Flip]
    powerless: list[str]


def find_mean_changes(signals: Mapping[str, float | None], score: float, cut: float) -> Changes:
    """What takes the weighted mean of signals (`text_signals.compute_consistency`) to the cut."""
    known = {n: v for n, v in signals.items() if v is not None and n in WEIGHTS}
    step = (cut - score) * sum(WEIGHTS[name] for name in known)
    found = [Flip(name, v, v + step / WEIGHTS[name]) for name, v in known.items()]
    flips = [flip for flip in found if 0 <= flip.needed <= 1]
    return Changes(
        sorted(flips, key=lambda flip: abs(flip.needed - flip.value)),
        [flip.signal for flip in found if flip not in flips],
    )


@dataclass(frozen=True, slots=True)
class _Side:
    """A signal, shifted one way: by at most `limit` standard deviations, with its sign."""

    signal: str
    limit: float


def find_graph_changes(
    scorer: Scorer, observed: Observed, row: int, cut: float, kept: bool
) -> Changes:
    """What takes the graph's score of a pair across the cut, from kept or dropped to the other.

    `observed` are the pairs of one group (article), `row` the pair's place among them. All
    channels of a signal move together, on the scale of the sample and on that of the nearest
    questions, as when the encoders had seen it otherwise; image and caption for all pairs of the
    figure. Up to 5 deviations either way are tried on a grid and bisected, so that a way back
    between two points of the grid can be missed. Raises ValueError without a graph, and for a pair
    that the contradiction gate drops: no score would keep it.
    """
    from filtering.graph.channels import CHANNELS

    if observed.graph_input is None or scorer.hicqa is None or not scorer.rates:
        raise ValueError("the score does not come from a graph")
    signals = observed.signals[row]
    if signals.contradiction:
        raise ValueError("a contradiction drops a pair whatever its score")
    values = {name: getattr(signals, name) for name in _SHOWN}
    known = {name: float(value) for name, value in values.items() if value is not None}
    deviation = {
        name: float(scorer.hicqa.reference.scale.deviation[CHANNELS.index(_SHOWN[name])])
        for name in known
    }
    found = _Search(scorer, observed, row, cut, kept, CHANNELS).smallest(_sides(known, deviation))
    flips = [
        Flip(name, known[name], float(np.clip(known[name] + d * deviation[name], 0, 1)), d)
        for name, d in sorted(found.items(), key=lambda item: abs(item[1]))
    ]
    return Changes(flips, [name for name in known if name not in found])


def _sides(values: Mapping[str, float], deviation: Mapping[str, float]) -> list[_Side]:
    """Both ways for every signal. One from text is its only channel and stays within 0-1; behind
    a probability of an encoder is a margin that can grow further."""
    sides = []
    for name, value in values.items():
        up = down = FURTHEST
        if name in WEIGHTS:
            up, down = ((1 - value) / deviation[name], value / deviation[name])
        sides += [_Side(name, min(up, FURTHEST)), _Side(name, -min(down, FURTHEST))]
    return [side for side in sides if side.limit]


@dataclass(frozen=True, slots=True)
class _Search:
    """Rates copies of the pairs of a group, each with one signal shifted."""

    scorer: Scorer
    observed: Observed
    row: int
    cut: float
    kept: bool
    channels: Sequence[str]

    def smallest(self, sides: Sequence[_Side]) -> dict[str, float]:
        """By signal the smallest shift that crosses the cut, where there is one."""
        grid = np.arange(1, _STEPS + 1) / _STEPS
        tried = [(side.signal, side.limit * part) for side in sides for part in grid]
        crossed = self._crosses(tried).reshape(len(sides), _STEPS)
        near = [
            (side, float(grid[row.argmax()]))
            for side, row in zip(sides, crossed, strict=True)
            if row.any()
        ]
        inner = np.array([part - 1 / _STEPS for _, part in near])
        outer = np.array([part for _, part in near])
        for _ in range(_HALVINGS if near else 0):
            middle = (inner + outer) / 2
            tried = [(s.signal, s.limit * m) for (s, _), m in zip(near, middle, strict=True)]
            there = self._crosses(tried)
            inner, outer = np.where(there, inner, middle), np.where(there, middle, outer)
        found: dict[str, float] = {}
        for (side, _), part in zip(near, outer.tolist(), strict=True):
            shift = side.limit * part
            if abs(shift) < abs(found.get(side.signal, np.inf)):
                found[side.signal] = shift
        return found

    def _crosses(self, shifts: Sequence[tuple[str, float]]) -> npt.NDArray[np.bool_]:
        """Whether the pair is decided otherwise, for each shift of a signal."""
        from filtering.graph.scorer import round_score

        found = [round_score(score) for score in self.scores(shifts)]
        scores = np.array(found, dtype=np.float64)
        return scores < self.cut if self.kept else scores > self.cut

    def scores(self, shifts: Sequence[tuple[str, float]]) -> Floats:
        """The pair's score for each of k shifts, (k,): k copies of the group in one pass."""
        seen, figure = self.observed.graph_input, self.observed.figure
        if seen is None:
            raise ValueError("the score does not come from a graph")
        if not shifts:
            return np.zeros(0, dtype=np.float32)
        count, rows = len(shifts), len(figure)
        moved = np.concatenate([self._moved(name, shift) for name, shift in shifts])
        shifted = {
            name: np.clip(
                np.tile(getattr(seen.scaled, name), (count, 1)) + moved, -FURTHEST, FURTHEST
            )
            for name in ("globally", "locally")
        }
        copies = np.repeat(np.arange(count), rows)
        own = np.tile(figure, count) + copies * (int(figure.max()) + 1)
        tiled = replace(
            seen,
            scaled=replace(seen.scaled, **shifted),
            questions=np.tile(seen.questions, (count, 1)),
            statements=np.tile(seen.statements, (count, 1)),
            words=np.tile(seen.words, (count, 1, 1)),
        )
        return self.scorer.rate(tiled, own, copies).reshape(count, rows)[:, self.row]

    def _moved(self, signal: str, shift: float) -> Floats:
        """What is added to the channels of the group, (n, c)."""
        figure = self.observed.figure
        rows = [self.row]
        if signal == _OF_FIGURE:
            rows = np.flatnonzero(figure == figure[self.row]).tolist()
        columns = [i for i, name in enumerate(self.channels) if name.startswith(_STARTS[signal])]
        moved = np.zeros((len(figure), len(self.channels)), dtype=np.float32)
        moved[np.ix_(rows, columns)] = shift
        return moved
