"""Whether answers follow the position or the length of an option, or survive another order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from scoring.items import (
    UNANSWERED,
    BadInput,
    Column,
    Items,
    integers,
    reject,
    same_length,
    texts,
)
from scoring.metrics.intervals import RESAMPLES, IntervalEstimate, estimate


@dataclass(frozen=True, slots=True)
class PositionBias:
    """Per position (from 0): how often it is answered, how often it is the key, and recall.

    `chosen` is a share of the answered questions that have the position, `recall` the accuracy
    where the key stands there. `spread` is the standard deviation of the recalls (Zheng et al.
    2024, 'Large language models are not robust multiple choice selectors'), 0 without bias.
    """

    chosen: tuple[IntervalEstimate, ...]
    key: tuple[float, ...]
    recall: tuple[IntervalEstimate | None, ...]
    spread: float


def position_bias(items: Items, *, resamples: int = RESAMPLES, seed: int = 0) -> PositionBias:
    """How answers depend on the position. Raises BadInput where nothing was answered."""
    said = items.index >= 0
    if not said.any():
        raise BadInput("no question was answered")
    chosen, key, recall = [], [], []
    for place in range(int(items.options[said].max())):
        has = said & (items.options > place)
        articles = items.articles.codes
        chosen.append(
            estimate(articles[has], items.index[has] == place, resamples=resamples, seed=seed)
        )
        key.append(float((items.correct[has] == place).mean()))
        rows = items.correct == place
        recall.append(
            estimate(articles[rows], items.hits[rows], resamples=resamples, seed=seed)
            if rows.any()
            else None
        )
    spread = float(np.std([r.value for r in recall if r]))
    return PositionBias(tuple(chosen), tuple(key), tuple(recall), spread)


@dataclass(frozen=True, slots=True)
class LengthBias:
    """How often the longest option is answered, how often it is the key, and the difference."""

    chosen: IntervalEstimate
    key: float
    excess: IntervalEstimate


def length_bias(
    items: Items, lengths: Sequence[Sequence[int]], *, resamples: int = RESAMPLES, seed: int = 0
) -> LengthBias:
    """How far answers prefer the longest option, over answered questions; ties share credit.

    `lengths` holds the length of each option of each row, in characters. Raises BadInput where
    they do not fit the options, or nothing was answered.
    """
    same_length({"items": items.correct, "lengths": lengths})
    misfit = [row for row, ls in enumerate(lengths) if len(ls) != items.options[row]]
    reject("lengths do not fit the number of options", misfit)
    said = np.flatnonzero(items.index >= 0).tolist()
    if not said:
        raise BadInput("no question was answered")
    chosen = np.array([_credit(lengths[row], int(items.index[row])) for row in said])
    key = np.array([_credit(lengths[row], int(items.correct[row])) for row in said])
    articles = items.articles.codes[said]
    return LengthBias(
        estimate(articles, chosen, resamples=resamples, seed=seed),
        float(key.mean()),
        estimate(articles, chosen - key, bounds=(-1.0, 1.0), resamples=resamples, seed=seed),
    )


def _credit(lengths: Sequence[int], index: int) -> float:
    longest = max(lengths)
    return 1 / list(lengths).count(longest) if lengths[index] == longest else 0.0


@dataclass(frozen=True, slots=True)
class Circular:
    """Answers to the same questions with the options in several orders, as shares of questions.

    `all_right`: right in every order (Liu et al. 2023, 'MMBench', CircularEval). `consistent`:
    the same option answered in every order, right or wrong. `accuracy`: over all presentations.
    """

    all_right: IntervalEstimate
    consistent: IntervalEstimate
    accuracy: IntervalEstimate


def circular(
    question_id: Column,
    article_id: Column,
    correct_index: Column,
    index: Column,
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Circular:
    """Consistency over orders: one row per presentation.

    `index` and `correct_index` count options in the original order, not as presented; None or
    -1 is no answer, which is never consistent. Raises BadInput where a question has one row
    only, or several keys or articles.
    """
    columns = {"question_id": question_id, "article_id": article_id}
    same_length({**columns, "correct_index": correct_index, "index": index})
    question = texts("question_id", question_id, needed=True)
    article = texts("article_id", article_id, needed=True)
    key = integers("correct_index", correct_index)
    said = integers("index", index, missing=UNANSWERED)
    reject("index is out of range", np.flatnonzero(said < UNANSWERED), said)
    count = np.bincount(question.codes)
    reject(
        "question has one presentation only", np.flatnonzero(count[question.codes] < 2), question_id
    )
    first = np.unique(question.codes, return_index=True)[1]
    reject(
        "correct_index differs within a question", np.flatnonzero(key != key[first][question.codes])
    )
    same_article = article.codes == article.codes[first][question.codes]
    reject("article_id differs within a question", np.flatnonzero(~same_article))
    right = np.bincount(question.codes, weights=said == key) == count
    agreed = (said == said[first][question.codes]) & (said >= 0)
    consistent = np.bincount(question.codes, weights=agreed) == count
    rate = partial(estimate, resamples=resamples, seed=seed)
    return Circular(
        rate(article.codes[first], right),
        rate(article.codes[first], consistent),
        rate(article.codes, said == key),
    )
