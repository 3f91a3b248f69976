"""Whether answers follow the position or the length of an option, or survive another order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scoring.items import (
    UNANSWERED,
    BadInput,
    Column,
    Items,
    check_lengths,
    encode_texts,
    read_integers,
    reject,
)
from scoring.metrics.intervals import (
    RESAMPLES,
    IntervalEstimate,
    estimate_rate,
    estimate_ratio,
)


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


def position_bias(items: Items) -> PositionBias:
    """How answers depend on the position of an option.

    All shares are means of 0s and 1s, so that their intervals have a closed form.

    Raises:
        BadInput: Nothing was answered.
    """
    answered = items.index >= 0
    if not answered.any():
        raise BadInput("no question was answered")
    articles = items.articles.codes
    chosen, key, recall = [], [], []
    for place in range(int(items.options[answered].max())):
        # Questions with fewer options cannot be answered here and do not count.
        has = answered & (items.options > place)
        chosen.append(estimate_rate(articles[has], items.index[has] == place))
        key.append(float((items.correct[has] == place).mean()))
        # The recall of a position is the accuracy where the key stands there.
        rows = items.correct == place
        recall.append(estimate_rate(articles[rows], items.hits[rows]) if rows.any() else None)
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
    """How far answers prefer the longest option, over answered questions.

    Options that are equally long share the credit, so that the shares are no means of 0s and 1s
    and their intervals come from a bootstrap of articles.

    Args:
        items: The checked table.
        lengths: The length of each option of each row, in characters.
        resamples: Of the bootstrap.
        seed: Of the bootstrap.

    Raises:
        BadInput: The lengths do not fit the options, or nothing was answered.
    """
    check_lengths({"items": items.correct, "lengths": lengths})
    misfit = [row for row, ls in enumerate(lengths) if len(ls) != items.options[row]]
    reject("lengths do not fit the number of options", misfit)
    answered = np.flatnonzero(items.index >= 0).tolist()
    if not answered:
        raise BadInput("no question was answered")
    chosen = np.array([_share_credit(lengths[row], int(items.index[row])) for row in answered])
    key = np.array([_share_credit(lengths[row], int(items.correct[row])) for row in answered])
    articles = items.articles.codes[answered]
    return LengthBias(
        estimate_ratio(articles, chosen, resamples=resamples, seed=seed),
        float(key.mean()),
        estimate_ratio(articles, chosen - key, bounds=(-1.0, 1.0), resamples=resamples, seed=seed),
    )


def _share_credit(lengths: Sequence[int], index: int) -> float:
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
) -> Circular:
    """Consistency over orders of the options, from one row per presentation of a question.

    All shares are means of 0s and 1s, so that their intervals have a closed form.

    Args:
        question_id: The question of each row.
        article_id: Its article.
        correct_index: The key, counted from 0 in the original order, not as presented.
        index: The answer, counted likewise; None or -1 is no answer, which is never consistent.

    Raises:
        BadInput: A question has one row only, or several keys or articles.
    """
    columns = {"question_id": question_id, "article_id": article_id}
    check_lengths({**columns, "correct_index": correct_index, "index": index})
    question = encode_texts("question_id", question_id, needed=True)
    article = encode_texts("article_id", article_id, needed=True)
    key = read_integers("correct_index", correct_index)
    answer = read_integers("index", index, missing=UNANSWERED)
    reject("index is out of range", np.flatnonzero(answer < UNANSWERED), answer)
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
    # A question is right, or consistent, where all of its rows are.
    right = np.bincount(question.codes, weights=answer == key) == count
    agrees = (answer == answer[first][question.codes]) & (answer >= 0)
    consistent = np.bincount(question.codes, weights=agrees) == count
    return Circular(
        estimate_rate(article.codes[first], right),
        estimate_rate(article.codes[first], consistent),
        estimate_rate(article.codes, answer == key),
    )
