"""Whether two models differ on the same questions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.items import BadInput, Items, align, reject, reordered
from scoring.metrics.intervals import RESAMPLES, IntervalEstimate, estimate, per_article

PERMUTATIONS = 10_000


@dataclass(frozen=True, slots=True)
class Comparison:
    """`difference` is accuracy of the first minus that of the second model, -1 to 1.

    `p_value` is two-sided, from exchanging the models article by article.
    """

    difference: IntervalEstimate
    p_value: float
    only_first: int
    only_second: int


def compare(
    first: Items,
    second: Items,
    *,
    resamples: int = RESAMPLES,
    permutations: int = PERMUTATIONS,
    seed: int = 0,
) -> Comparison:
    """Compares two models on the same questions, in any order.

    Raises BadInput where ids, keys or articles differ.
    """
    other = _matched(first, second)
    gain = first.hits - other.hits
    difference = estimate(
        first.articles.codes, gain, bounds=(-1.0, 1.0), resamples=resamples, seed=seed
    )
    (sums,) = per_article(first.articles.codes, gain)
    return Comparison(
        difference,
        _permutation_p(np.abs(sums).astype(np.int64), abs(int(gain.sum())), permutations, seed),
        int((gain > 0).sum()),
        int((gain < 0).sum()),
    )


def _names(items: Items, which: str) -> list[str]:
    column = items.ids if which == "id" else items.articles
    return [column.names[code] for code in column.codes]


def _matched(first: Items, second: Items) -> Items:
    """The second table in the order of the first."""
    ids = _names(first, "id")
    other = reordered(second, align(ids, _names(second, "id")))
    if len(other) != len(first):
        raise BadInput(f"the tables have {len(first)} and {len(second)} rows")
    reject(
        "correct_index differs between the models",
        np.flatnonzero(first.correct != other.correct),
        ids,
    )
    here, there = _names(first, "article_id"), _names(other, "article_id")
    moved = [row for row, (a, b) in enumerate(zip(here, there, strict=True)) if a != b]
    reject("article_id differs between the models", moved, ids)
    return other


def _permutation_p(
    sums: np.ndarray[tuple[int, ...], np.dtype[np.int64]],
    observed: int,
    permutations: int,
    seed: int,
) -> float:
    """Share of exchanges with a difference at least as large; equal articles flip together."""
    sizes, counts = np.unique(sums[sums > 0], return_counts=True)
    heads = np.random.default_rng(seed).binomial(counts, 0.5, (permutations, len(counts)))
    drawn = np.abs((2 * heads - counts) @ sizes) if len(sizes) else np.zeros(permutations)
    return float((1 + (drawn >= observed).sum()) / (1 + permutations))
