"""Train and test by article, near-duplicates apart, and the position of every correct choice."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from builder.tables.near_duplicates import ImageIndex, TextIndex, split_words

CHOICES = 4


@dataclass(frozen=True, slots=True)
class SplitItem:
    """What the split needs to know of a kept question, with or without choices."""

    candidate_id: str
    question_id: str
    figure_id: str
    article_id: str
    reserved: bool
    phash: str
    caption: str
    question: str
    answer: str
    has_choices: bool
    bloom: int = 0


@dataclass(frozen=True, slots=True)
class Assignment:
    """Where a question went."""

    candidate_id: Annotated[str, "candidate that the question was made from"]
    question_id: Annotated[str, "content hash of the question, 20 hexadecimal digits"]
    split: Annotated[str, "'train', 'test', or empty where the question is left out"]
    correct_index: Annotated[int, "position of the correct choice, 0-3; -1 without choices"]
    split_reason: Annotated[str, "why the question is left out; empty where it is not"]


def hash_question(image_sha256: str, question: str, answer: str, distractors: Sequence[str]) -> str:
    """Content hash of a question about an image, whatever the order of its choices.

    Returns:
        The first 20 hexadecimal digits of a SHA-256.
    """
    content = "\x1f".join((image_sha256, question, answer, *sorted(distractors)))
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:20]


def split(
    items: Sequence[SplitItem],
    test_ratio: float,
    seed: int,
    excluded: Mapping[str, str] | None = None,
    bloom_target: Sequence[float] = (),
) -> list[Assignment]:
    """Assign every question to a split.

    Whole articles go to one side: those with reserved figures to test, then others in a seeded
    order until the test side is large enough. A train question whose image, caption, or question +
    answer + caption is a near-duplicate of the test side's is left out, and so is the second of
    two identical questions. Correct choices take every position equally often in each split.

    Args:
        items: the kept questions of all shards.
        test_ratio: share of the multiple-choice questions that the test side should hold, 0-1.
        seed: of the order of articles and of the positions of correct choices.
        excluded: reasons by candidate_id for questions that are left out before all else.
        bloom_target: shares of the Bloom levels 1-5; with it the articles are chosen that bring
            the test side nearer to these.

    Returns:
        One assignment for each item, in the order of the items.
    """
    # Questions that are left out anyway must not count when the sides are balanced.
    reasons = dict(excluded or {})
    first: dict[str, str] = {}
    for item in items:
        if item.candidate_id not in reasons:
            known = first.setdefault(item.question_id, item.candidate_id)
            if known != item.candidate_id:
                reasons[item.candidate_id] = f"same question as {known}"
    unique = [item for item in items if item.candidate_id not in reasons]
    # Sides are chosen by whole articles, so that no figure or text of a test article is trained on.
    if bloom_target:
        test_articles = choose_by_bloom(unique, test_ratio, seed, bloom_target)
    else:
        test_articles = choose_test_articles(unique, test_ratio, seed)
    train = [item for item in unique if item.article_id not in test_articles]
    test = [item for item in unique if item.article_id in test_articles]
    # Articles can still share a figure or a text: there the train question gives way, because the
    # test split is the smaller one, and the one that people screen.
    reasons |= find_near_duplicates(train, test)
    train = [item for item in train if item.candidate_id not in reasons]
    split_of = dict.fromkeys((item.candidate_id for item in train), "train")
    split_of |= dict.fromkeys((item.candidate_id for item in test), "test")
    # Positions are dealt within a split and after all removals, so that they stay balanced.
    position = _deal_positions(train, seed) | _deal_positions(test, seed)
    return [
        Assignment(
            item.candidate_id,
            item.question_id,
            split_of.get(item.candidate_id, ""),
            position.get(item.candidate_id, -1),
            reasons.get(item.candidate_id, ""),
        )
        for item in items
    ]


def choose_test_articles(items: Sequence[SplitItem], ratio: float, seed: int) -> set[str]:
    """Articles of the test side. The last one is taken only if that comes closer to the ratio."""
    sizes: dict[str, int] = defaultdict(int)
    for item in items:
        sizes[item.article_id] += item.has_choices
    reserved = {item.article_id for item in items if item.reserved}
    chosen, taken = set(reserved), sum(sizes[a] for a in reserved)
    target = ratio * sum(sizes.values())
    for article in sorted(sizes.keys() - reserved, key=lambda name: _shuffle_key(seed, name)):
        if abs(taken + sizes[article] - target) < abs(taken - target):
            chosen.add(article)
            taken += sizes[article]
    return chosen


def choose_by_bloom(
    items: Sequence[SplitItem], ratio: float, seed: int, target: Sequence[float]
) -> set[str]:
    """Articles of the test side, drawn towards shares of the Bloom levels 1-5.

    With n_l test questions of level l, w_l wanted shares and N multiple-choice questions in all,
    the distance is sum_l |n_l - ratio N w_l / sum(w)|. Articles are gone through in a seeded order,
    three times; one is taken, or given back, where that lessens the distance (a greedy search, not
    the optimum). Articles with reserved figures are always taken.

    Args:
        items: questions; those without choices or without a level do not count.
        ratio: share of the questions that the test side should hold, 0-1.
        seed: of the order of articles.
        target: five shares, in any unit.
    """
    # Shape (5,) for each article: its multiple-choice questions by level.
    levels: dict[str, NDArray[np.float64]] = defaultdict(lambda: np.zeros(5))
    for item in items:
        if item.has_choices and 1 <= item.bloom <= 5:
            levels[item.article_id][item.bloom - 1] += 1
    reserved = {item.article_id for item in items if item.reserved}
    chosen = set(reserved)
    wanted = ratio * sum(levels.values(), np.zeros(5)).sum() * np.asarray(target) / sum(target)
    current = sum((levels[article] for article in sorted(reserved)), np.zeros(5))
    order = sorted(levels.keys() - reserved, key=lambda name: _shuffle_key(seed, name))
    for article in order * 3:
        change = -levels[article] if article in chosen else levels[article]
        if np.abs(current + change - wanted).sum() < np.abs(current - wanted).sum():
            current = current + change
            chosen ^= {article}
    return chosen


def _shuffle_key(seed: int, name: str) -> str:
    """Sorts names in a mixed order that depends on the seed alone, not on the other names."""
    return hashlib.sha256(f"{seed}\x1f{name}".encode("utf-8", "surrogatepass")).hexdigest()


def find_near_duplicates(train: Sequence[SplitItem], test: Sequence[SplitItem]) -> dict[str, str]:
    """Reasons by candidate_id of the train questions that come too close to a test question."""
    figures = {item.figure_id: item for item in test}
    images = ImageIndex((figure.figure_id, figure.phash) for figure in figures.values())
    captions = TextIndex(figures, lambda item: split_words(item.caption))
    wholes = TextIndex({item.candidate_id: item for item in test}, _read_whole)
    # Image and caption are compared once for a figure, whatever the number of its questions.
    train_figures = list({item.figure_id: item for item in train}.values())
    nearest_captions = captions.find_nearest(
        split_words(figure.caption) for figure in train_figures
    )
    reasons_of = {}
    for figure, caption in zip(train_figures, nearest_captions, strict=True):
        reason = _describe_text("caption", caption)
        if (image := images.find_nearest(figure.phash)) is not None:
            reason = f"near-duplicate of a test image: {image[0]}, {image[1]} of 256 bits differ"
        reasons_of[figure.figure_id] = reason
    reasons = {i.candidate_id: reasons_of[i.figure_id] for i in train}
    # Only what is left is compared question by question, which is the dearest part.
    rest = [item for item in train if not reasons[item.candidate_id]]
    for item, whole in zip(rest, wholes.find_nearest(map(_read_whole, rest)), strict=True):
        reasons[item.candidate_id] = _describe_text("question", whole)
    return {candidate: reason for candidate, reason in reasons.items() if reason}


def _read_whole(item: SplitItem) -> tuple[str, ...]:
    return split_words(f"{item.question} {item.answer}") + split_words(item.caption)


def _describe_text(kind: str, nearest: tuple[str, float] | None) -> str:
    if nearest is None:
        return ""
    return f"near-duplicate of a test {kind}: {nearest[0]}, Jaccard {nearest[1]:.2f}"


def _deal_positions(items: Sequence[SplitItem], seed: int) -> dict[str, int]:
    """Position of the correct choice by candidate_id.

    Questions in a seeded order get shuffled blocks of 0-3 one after the other, so that no position
    is taken more than once more often than another.
    """
    with_choices = [item for item in items if item.has_choices]
    order = sorted(with_choices, key=lambda item: _shuffle_key(seed, item.question_id))
    rng = np.random.default_rng(seed)
    blocks = -(-len(order) // CHOICES)
    positions = [int(p) for _ in range(blocks) for p in rng.permutation(CHOICES)]
    return {item.candidate_id: p for item, p in zip(order, positions, strict=False)}
