"""Sets of choices that say nothing about which of them is the key.

Let value i be the key in a share p_i of a group's questions. When the set of choices S is drawn
with a probability proportional to the product of weights a_i over its members, and the weights
are such that i is a member in a share 4 p_i, then every member of S is the key equally often:
the identity, the length, the rank and the roundness of a choice are all uninformative. This is
conditional Poisson sampling (Chen, Dempster and Liu 1994); it needs p_i <= 1/4.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

CHOICES = 4
Vector = npt.NDArray[np.float64]


def cap(counts: Mapping[str, int]) -> dict[str, int]:
    """How often each value may be a key, so that no value is in more than a quarter of them."""
    best = 0
    for limit in range(1, max(counts.values(), default=0) + 1):
        if sum(min(n, limit) for n in counts.values()) >= CHOICES * limit:
            best = limit
    return {value: min(n, best) for value, n in counts.items()}


def expected(counts: Sequence[int]) -> Vector:
    """How often each value is to be expected as a key, from the number of articles that had it.

    Counts are drawn to their mean as far as chance explains their spread (moment estimate of a
    gamma-Poisson mixture). Weights that followed the counts themselves would tie what is wrong in
    one part of the data to what is right in another, and so give keys away.
    """
    seen = np.asarray(counts, dtype=np.float64)
    mean = float(seen.mean())
    variance = float(seen.var(ddof=1)) if len(seen) > 1 else 0.0
    trust = max(0.0, 1.0 - mean / variance) if variance > 0 else 0.0
    shrunk: Vector = mean + trust * (seen - mean)
    return shrunk


def symmetric(weights: Vector, order: int) -> Vector:
    """Elementary symmetric polynomials of the weights, of degree 0 to `order`."""
    sums = np.zeros(order + 1)
    sums[0] = 1.0
    for weight in weights:
        sums[1:] += weight * sums[:-1]
    return sums


def without_each(weights: Vector, order: int) -> Vector:
    """For each weight the elementary symmetric polynomial of all others, of degree `order`."""
    others = weights * (1.0 - np.eye(len(weights)))
    sums = np.zeros((len(weights), order + 1))
    sums[:, 0] = 1.0
    for column in others.T:
        sums[:, 1:] += column[:, None] * sums[:, :-1]
    return sums[:, -1]


def fit_weights(shares: npt.ArrayLike, rounds: int = 60) -> Vector:
    """Weights with which value i is among the choices four times as often as it is the key.

    `shares` say how often each value is the key, in any unit.
    """
    return _fitted(tuple(np.asarray(shares, dtype=np.float64).tolist()), rounds)


@lru_cache(maxsize=256)
def _fitted(shares: tuple[float, ...], rounds: int) -> Vector:
    """As `fit_weights`; many groups have the same shares."""
    wanted = np.asarray(shares, dtype=np.float64)
    target = np.minimum(CHOICES * wanted / wanted.sum(), 0.98)
    target *= CHOICES / target.sum()
    weights: Vector = target.copy()
    for _ in range(rounds):
        before = weights.copy()
        share = weights * without_each(weights, CHOICES - 1)
        share *= CHOICES / share.sum()
        weights *= np.clip(target / np.maximum(share, 1e-12), 0.2, 5.0)
        weights /= weights.mean()
        if np.array_equal(weights, before):
            break
    return weights


def tails_of(weights: Sequence[float], size: int) -> list[list[float]]:
    """Symmetric polynomials of all tails of the weights, of degree 0 to `size`."""
    tails = [[1.0] + [0.0] * size]
    for weight in reversed(weights):
        tail = tails[-1]
        tails.append([1.0, *(tail[k] + weight * tail[k - 1] for k in range(1, size + 1))])
    return tails[::-1]


def draw(
    weights: Sequence[float], tails: Sequence[Sequence[float]], rng: np.random.Generator
) -> list[int]:
    """Indices of a set, with probability proportional to the product of the weights.

    The size of the set is the degree of `tails`.
    """
    chosen: list[int] = []
    size = len(tails[0]) - 1
    for i, weight in enumerate(weights):
        left = size - len(chosen)
        if left == 0:
            break
        below = tails[i][left]
        share = weight * tails[i + 1][left - 1] / below if below > 0 else 1.0
        if rng.random() < share:
            chosen.append(i)
    return chosen


def draw_apart(
    weights: Sequence[float],
    apart: Callable[[int, int], bool],
    rng: np.random.Generator,
    tries: int = 400,
) -> list[int]:
    """Three indices of which each pair is `apart`; empty where no draw found such a set."""
    size = CHOICES - 1
    if len(weights) < size:
        return []
    tails = tails_of(weights, size)
    for _ in range(tries):
        chosen = draw(weights, tails, rng)
        pairs = [(a, b) for k, a in enumerate(chosen) for b in chosen[k + 1 :]]
        if len(chosen) == size and all(apart(a, b) for a, b in pairs):
            return [chosen[k] for k in rng.permutation(size)]
    return []
