"""Sets of choices that say nothing about which of them is the key.

Let value i be the key in a share p_i of a group's questions. When the set of choices S is drawn
with a probability proportional to the product of weights a_i over its members, and the weights
are such that i is a member in a share 4 p_i, then every member of S is the key equally often:
the identity, the length, the rank and the roundness of a choice are all uninformative. This is
conditional Poisson sampling (Chen, Dempster and Liu 1994, Biometrika 81: 457-469); it needs
p_i <= 1/4.

The probabilities are ratios of elementary symmetric polynomials: the polynomial of degree k of
some weights is the sum of the products of all sets of k of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

CHOICES = 4
_ROUNDS = 60
_TRIES = 400
Vector = npt.NDArray[np.float64]


def cap_counts(counts: Mapping[str, int]) -> dict[str, int]:
    """How often each value may be a key, so that no value is in more than a quarter of them.

    90 questions answered by 'DAPI' and 4 each by three others become 4 of each.
    """
    best = 0
    for limit in range(1, max(counts.values(), default=0) + 1):
        if sum(min(n, limit) for n in counts.values()) >= CHOICES * limit:
            best = limit
    return {value: min(n, best) for value, n in counts.items()}


def shrink_counts(counts: Sequence[int]) -> Vector:
    """How often each value is to be expected as a key, from the number of articles that had it.

    Counts are drawn to their mean as far as chance explains their spread: the moment estimate of
    a gamma-Poisson mixture trusts them by max(0, 1 - mean / variance). Weights that followed the
    counts themselves would tie what is wrong in one part of the data to what is right in another,
    and so give keys away.
    """
    observed = np.asarray(counts, dtype=np.float64)
    mean = float(observed.mean())
    variance = float(observed.var(ddof=1)) if len(observed) > 1 else 0.0
    trust = max(0.0, 1.0 - mean / variance) if variance > 0 else 0.0
    expected: Vector = mean + trust * (observed - mean)
    return expected


@lru_cache(maxsize=256)
def fit_weights(shares: tuple[float, ...]) -> Vector:
    """Weights with which value i is among the choices four times as often as it is the key.

    The result is kept, because many groups have the same shares; do not write into it.

    Args:
        shares: how often each value is the key, in any unit.

    Returns:
        One weight per value, 1 on average.
    """
    target = np.asarray(shares, dtype=np.float64)
    target = np.minimum(CHOICES * target / target.sum(), 0.98)
    target *= CHOICES / target.sum()
    weights: Vector = target.copy()
    # Fixed point: raise the weight of what is a choice too rarely, lower that of what is too often.
    for _ in range(_ROUNDS):
        before = weights.copy()
        share = weights * _sum_without_each(weights, CHOICES - 1)
        share *= CHOICES / share.sum()
        weights *= np.clip(target / np.maximum(share, 1e-12), 0.2, 5.0)
        weights /= weights.mean()
        if np.array_equal(weights, before):
            break
    return weights


def _sum_without_each(weights: Vector, order: int) -> Vector:
    """For each weight the elementary symmetric polynomial of all others, of degree `order`."""
    others = weights * (1.0 - np.eye(len(weights)))
    sums = np.zeros((len(weights), order + 1))
    sums[:, 0] = 1.0
    for column in others.T:
        sums[:, 1:] += column[:, None] * sums[:, :-1]
    return sums[:, -1]


def sum_tails(weights: Sequence[float], size: int) -> list[list[float]]:
    """Elementary symmetric polynomials of all tails of the weights, of degree 0 to `size`.

    Returns:
        A list for `weights[0:]`, `weights[1:]` ... and for no weights, of `size + 1` sums each.
    """
    tails = [[1.0] + [0.0] * size]
    for weight in reversed(weights):
        tail = tails[-1]
        tails.append([1.0, *(tail[k] + weight * tail[k - 1] for k in range(1, size + 1))])
    return tails[::-1]


def draw(
    weights: Sequence[float], tails: Sequence[Sequence[float]], rng: np.random.Generator
) -> list[int]:
    """Indices of a set, with probability proportional to the product of the weights.

    Args:
        weights: a weight per value.
        tails: what `sum_tails` gives for them; its `size` is the size of the set.
        rng: source of chance.
    """
    chosen: list[int] = []
    size = len(tails[0]) - 1
    for i, weight in enumerate(weights):
        left = size - len(chosen)
        if left == 0:
            break
        # The share of the sets, of those that continue what is chosen, that have this value.
        below = tails[i][left]
        share = weight * tails[i + 1][left - 1] / below if below > 0 else 1.0
        if rng.random() < share:
            chosen.append(i)
    return chosen


def draw_apart(
    weights: Sequence[float],
    are_apart: Callable[[int, int], bool],
    rng: np.random.Generator,
) -> list[int]:
    """Three indices of which each pair is apart; empty where no draw gave such a set."""
    size = CHOICES - 1
    if len(weights) < size:
        return []
    tails = sum_tails(weights, size)
    for _ in range(_TRIES):
        chosen = draw(weights, tails, rng)
        pairs = [(a, b) for k, a in enumerate(chosen) for b in chosen[k + 1 :]]
        if len(chosen) == size and all(are_apart(a, b) for a, b in pairs):
            return [chosen[k] for k in rng.permutation(size)]
    return []
