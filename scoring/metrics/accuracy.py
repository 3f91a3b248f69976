"""What a table of answers scores, with intervals over articles."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from scoring.items import GROUPINGS, Codes, Items
from scoring.metrics.intervals import RESAMPLES, Clusters, IntervalEstimate, estimate, interval
from scoring.records import STATUSES


@dataclass(frozen=True, slots=True)
class Scores:
    """Rates between 0 and 1; what was not answered counts as wrong.

    `macro` is the mean of the accuracies by task, `chance` the mean of 1 / options, `adjusted`
    (accuracy - chance) / (1 - chance): 0 at chance, 1 where all is right.
    """

    accuracy: IntervalEstimate
    answered: IntervalEstimate
    statuses: dict[str, int]
    groups: dict[str, dict[str, IntervalEstimate]]
    macro: IntervalEstimate
    chance: float
    adjusted: IntervalEstimate


def score(items: Items, *, resamples: int = RESAMPLES, seed: int = 0) -> Scores:
    """All rates of a table, overall and by task, Bloom level, modality and source.

    Intervals are 95%, from a seeded bootstrap of articles (see `scoring.metrics.intervals`).
    """
    articles, hits = items.articles.codes, items.hits
    rate = partial(estimate, resamples=resamples, seed=seed)
    luck = 1.0 / items.options
    lowest = float(-luck.sum() / (1 - luck).sum())
    return Scores(
        accuracy=rate(articles, hits),
        answered=rate(articles, items.index >= 0),
        statuses=_counts(items.status),
        groups={name: _by_group(items, items.groups[name], resamples, seed) for name in GROUPINGS},
        macro=_macro(items, resamples, seed),
        chance=float(luck.mean()),
        adjusted=rate(articles, hits - luck, 1 - luck, bounds=(lowest, 1.0)),
    )


def _counts(status: Codes) -> dict[str, int]:
    found = np.bincount(status.codes, minlength=len(status.names))
    by_name = dict(zip(status.names, found, strict=True))
    return {name: int(by_name.get(name, 0)) for name in STATUSES}


def _by_group(items: Items, group: Codes, resamples: int, seed: int) -> dict[str, IntervalEstimate]:
    order = np.argsort(group.codes, kind="stable")
    starts = np.searchsorted(group.codes[order], np.arange(len(group.names) + 1))
    hits, result = items.hits, {}
    for code in sorted(range(len(group.names)), key=lambda c: group.names[c]):
        rows = order[starts[code] : starts[code + 1]]
        if len(rows):
            result[group.names[code]] = estimate(
                items.articles.codes[rows], hits[rows], resamples=resamples, seed=seed
            )
    return result


def _macro(items: Items, resamples: int, seed: int) -> IntervalEstimate:
    """Mean of the accuracies by task; articles are drawn with all their tasks."""
    used, task = np.unique(items.groups["task"].codes, return_inverse=True)
    present, article = np.unique(items.articles.codes, return_inverse=True)
    shape = (len(present), len(used))
    cell = article * len(used) + task
    top = np.bincount(cell, items.hits, shape[0] * shape[1]).reshape(shape).astype(np.float64)
    bottom = np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape).astype(np.float64)
    clusters = Clusters(top, bottom)
    span = interval(clusters, resamples=resamples, seed=seed)
    low, high = span or (None, None)
    return IntervalEstimate(clusters.value, low, high, len(items), len(present))
