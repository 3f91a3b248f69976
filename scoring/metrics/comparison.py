"""Whether two models differ on the same questions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.items import BadInput, Ints, Items, align, reject, reorder
from scoring.metrics.intervals import RESAMPLES, IntervalEstimate, estimate_ratio, sum_by_article

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

    The interval of the difference comes from a bootstrap of articles, on paired gains of -1, 0
    and 1, for which there is no logit scale. The p-value is that of a paired permutation test
    (Good, 'Permutation, Parametric and Bootstrap Tests of Hypotheses'): models that do not differ
    could have answered each article the other way round.

    Args:
        first: One model's answers.
        second: The other's.
        resamples: Of the bootstrap.
        permutations: Of the test.
        seed: Of both.

    Raises:
        BadInput: Ids, keys or articles differ.
    """
    other = _match_rows(first, second)
    gain = first.hits - other.hits
    difference = estimate_ratio(
        first.articles.codes, gain, bounds=(-1.0, 1.0), resamples=resamples, seed=seed
    )
    (sums,) = sum_by_article(first.articles.codes, gain)
    return Comparison(
        difference,
        _permute(np.abs(sums).astype(np.int64), abs(int(gain.sum())), permutations, seed),
        int((gain > 0).sum()),
        int((gain < 0).sum()),
    )


def _match_rows(first: Items, second: Items) -> Items:
    """The second table in the order of the first."""
    ids = first.ids.decode()
    other = reorder(second, align(ids, second.ids.decode()))
    if len(other) != len(first):
        raise BadInput(f"the tables have {len(first)} and {len(second)} rows")
    reject(
        "correct_index differs between the models",
        np.flatnonzero(first.correct != other.correct),
        ids,
    )
    pairs = zip(first.articles.decode(), other.articles.decode(), strict=True)
    moved = [row for row, (here, there) in enumerate(pairs) if here != there]
    reject("article_id differs between the models", moved, ids)
    return other


def _permute(
    sums: Ints,
    observed: int,
    permutations: int,
    seed: int,
) -> float:
    """Share of exchanges with a difference at least as large as the observed one.

    Articles with equal sums are exchanged together: how many of them are is binomial.
    """
    sizes, counts = np.unique(sums[sums > 0], return_counts=True)
    heads = np.random.default_rng(seed).binomial(counts, 0.5, (permutations, len(counts)))
    drawn = np.abs((2 * heads - counts) @ sizes) if len(sizes) else np.zeros(permutations)
    return float((1 + (drawn >= observed).sum()) / (1 + permutations))
