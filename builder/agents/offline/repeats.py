"""Keeps an article from asking one question again and again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from builder.agents.offline.templates import TEMPLATES
from builder.tables.records import Candidate, Figure, Outcome

SAME_ANSWER = 2
"""How often one attribute may have one and the same answer in an article."""
REASON = "all that the caption states is asked for other figures of the article"


def thin(
    candidates: Iterable[Candidate], articles: Mapping[str, str], same: int = SAME_ANSWER
) -> list[Candidate]:
    """The candidates, in order, that do not repeat what the article has been asked often enough.

    `articles` maps figure_id to article_id.
    """
    answers: Counter[tuple[str, str, str]] = Counter()
    attributes: Counter[tuple[str, str]] = Counter()
    kept = []
    for candidate in candidates:
        article, attribute = articles[candidate.figure_id], candidate.attribute
        answer = (article, attribute, candidate.answer.casefold())
        template = TEMPLATES.get(attribute)
        limit = template.per_article if template else 100
        if answers[answer] < same and attributes[article, attribute] < limit:
            answers[answer] += 1
            attributes[article, attribute] += 1
            kept.append(candidate)
    return kept


def thinned(
    candidates: Sequence[Candidate], outcomes: Sequence[Outcome], figures: Sequence[Figure]
) -> tuple[list[Candidate], list[Outcome]]:
    """Candidates without repeats, and the outcomes with their new counts and reasons."""
    kept = thin(candidates, {figure.figure_id: figure.article_id for figure in figures})
    counts = Counter(candidate.figure_id for candidate in kept)
    counted = [
        replace(o, candidates=counts[o.figure_id], reason=o.reason or REASON)
        if o.candidates and not counts[o.figure_id]
        else replace(o, candidates=counts[o.figure_id])
        for o in outcomes
    ]
    return kept, counted
