"""The tiers of the filter's leaderboard: how good the encoders and images are.

*strong*: the bundled encoders and text signals, images as rendered. *degraded*: early checkpoints
of the same encoders, blurred and noisy images, no text signals. The degraded tier was set once, so
that the mean of z-scored signals reaches an AUROC of .82 on the development pool, before any model
was looked at on it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.support.pools import degraded
from benchmarks.support.ranking import Mask, Vector
from filtering.corruptions import PlantedTable
from filtering.encoders import PHANTOM_TINY, open_clip_encoder, open_nli
from filtering.encoders.protocols import Encoders
from filtering.gate import find_contradiction
from filtering.graph.hicqa import Reference
from filtering.graph.training import (
    TrainingPool,
    draw_reference_sample,
    make_reference,
    make_training_pool,
    plant_errors,
)
from filtering.records import PairTable

_WEAK = Path(__file__).parents[1] / "weights" / "phantom-weak"


@dataclass(frozen=True, slots=True)
class Tier:
    """Encoders by name, what is done to the images, and whether text signals take part."""

    name: str
    clip: str
    nli: str
    blur: float
    noise: float
    text: bool

    def open(self) -> Encoders:
        """The encoders; what they saw once they remember."""
        return Encoders(open_clip_encoder(self.clip), open_nli(self.nli)).remember()

    def seen(self, pool: PairTable) -> PairTable:
        """The pool with its images as this tier sees them."""
        if not self.blur and not self.noise:
            return pool
        files = degraded(pool.files, self.blur, self.noise)
        return PairTable(pool.rows, pool.images, pool.groups, files)


TIERS = {
    "strong": Tier("strong", PHANTOM_TINY, PHANTOM_TINY, 0.0, 0.0, True),
    "degraded": Tier("degraded", str(_WEAK / "clip"), str(_WEAK / "nli"), 1.0, 20.0, False),
}


@dataclass(frozen=True, slots=True)
class Exam:
    """A pool with planted errors: what the methods see, who is gated, and the truth."""

    pairs: PairTable
    planted: PlantedTable
    lesson: TrainingPool
    gated: Mask

    @property
    def figures(self) -> list[str]:
        """The figure of each row."""
        return [qa.figure_id for qa in self.pairs.rows]

    @property
    def wrong(self) -> Mask:
        """Rows with a planted error."""
        return np.asarray(self.lesson.labels == 0)

    @property
    def family(self) -> npt.NDArray[np.str_]:
        """The family of each row's error, or 'clean'."""
        return np.array([record.family for record in self.planted.records])


@dataclass(slots=True)
class Room:
    """A tier with its encoders and the reference sample of the pool that methods are fitted on."""

    tier: Tier
    encoders: Encoders
    reference: Reference

    @classmethod
    def of(cls, tier: Tier, pool: PairTable, encoders: Encoders | None = None) -> Room:
        """The tier with a reference sample of `pool`, whose images are as the tier sees them."""
        encoders = encoders or tier.open()
        return cls(
            tier, encoders, make_reference(draw_reference_sample(pool, 0), encoders, tier.text)
        )

    def lessons(
        self, pool: PairTable, seeds: Sequence[int], names: Collection[str] | None = None
    ) -> list[TrainingPool]:
        """Pools with planted errors to learn from."""
        return [self._lesson(*plant_errors(pool, seed, names)) for seed in seeds]

    def exam(self, pool: PairTable, seed: int, names: Collection[str] | None = None) -> Exam:
        """A pool with planted errors to be judged on."""
        pairs, planted = plant_errors(pool, seed, names)
        gated = np.array([bool(find_contradiction(qa)) for qa in pairs.rows])
        return Exam(pairs, planted, self._lesson(pairs, planted), gated)

    def look(self, exam: Exam) -> Exam:
        """The same exam as seen from this room's reference sample."""
        return replace(exam, lesson=self._lesson(exam.pairs, exam.planted))

    def _lesson(self, pairs: PairTable, planted: PlantedTable) -> TrainingPool:
        return make_training_pool(pairs, planted, self.encoders, self.reference, self.tier.text)


def behind_gate(scores: npt.NDArray[np.floating[Any]], exam: Exam) -> Vector:
    """Scores with gated rows last."""
    return np.where(exam.gated, -np.inf, scores.astype(np.float64))
