"""What a table of answers scores, with intervals over articles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.items import GROUPINGS, Codes, Items
from scoring.metrics.intervals import (
    RESAMPLES,
    Clusters,
    IntervalEstimate,
    bootstrap_interval,
    estimate_rate,
    estimate_ratio,
)
from scoring.records import STATUSES


@dataclass(frozen=True, slots=True)
class Scores:
    """Rates between 0 and 1; what was not answered counts as wrong.

    `groups` has the accuracies by task, Bloom level, modality and source. `macro` is the mean of
    those by task, `chance` the mean of 1 / options, `adjusted` (accuracy - chance) /
    (1 - chance): 0 at chance, 1 where all is right (the form of Cohen's kappa, 1960).
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

    Intervals are 95% and count articles. Those of accuracy, answered rate and groups have a
    closed form. `macro` (a mean of ratios) and `adjusted` (a ratio of sums that are no counts)
    come from a bootstrap of articles; see `scoring.metrics.intervals`.

    Args:
        items: The checked table.
        resamples: Of the bootstrap.
        seed: Of the bootstrap.
    """
    articles, hits = items.articles.codes, items.hits
    luck = 1.0 / items.options
    lowest = float(-luck.sum() / (1 - luck).sum())
    counts = np.bincount(items.status.codes, minlength=len(items.status.names))
    by_name = dict(zip(items.status.names, counts.tolist(), strict=True))
    return Scores(
        accuracy=estimate_rate(articles, hits),
        answered=estimate_rate(articles, items.index >= 0),
        statuses={name: by_name.get(name, 0) for name in STATUSES},
        groups={name: _score_groups(items, items.groups[name]) for name in GROUPINGS},
        macro=_average_tasks(items, resamples, seed),
        chance=float(luck.mean()),
        adjusted=estimate_ratio(
            articles,
            hits - luck,
            1 - luck,
            bounds=(lowest, 1.0),
            resamples=resamples,
            seed=seed,
        ),
    )


def _score_groups(items: Items, group: Codes) -> dict[str, IntervalEstimate]:
    """The accuracy of each group that has rows, by name."""
    # Sorted once, the rows of a group lie together: cheap also for thousands of groups.
    order = np.argsort(group.codes, kind="stable")
    starts = np.searchsorted(group.codes[order], np.arange(len(group.names) + 1))
    hits, result = items.hits, {}
    for code in sorted(range(len(group.names)), key=lambda c: group.names[c]):
        rows = order[starts[code] : starts[code + 1]]
        if len(rows):
            result[group.names[code]] = estimate_rate(items.articles.codes[rows], hits[rows])
    return result


def _average_tasks(items: Items, resamples: int, seed: int) -> IntervalEstimate:
    """Mean of the accuracies by task; articles are drawn with all their tasks."""
    used, task = np.unique(items.groups["task"].codes, return_inverse=True)
    present, article = np.unique(items.articles.codes, return_inverse=True)
    shape = (len(present), len(used))
    cell = article * len(used) + task
    top = np.bincount(cell, items.hits, shape[0] * shape[1]).reshape(shape).astype(np.float64)
    bottom = np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape).astype(np.float64)
    clusters = Clusters(top, bottom)
    ends = bootstrap_interval(clusters, resamples=resamples, seed=seed)
    low, high = ends or (None, None)
    return IntervalEstimate(clusters.value, low, high, len(items), len(present))
