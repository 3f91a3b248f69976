"""The numbers of a run, made from its items alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Any

from scoring.items import BadInput, Items, read_items
from scoring.metrics.accuracy import score
from scoring.metrics.bias import circular, length_bias, position_bias
from scoring.metrics.comparison import compare
from scoring.report.evidence import Item, order, scored

Group = tuple[str, str]
Summary = dict[str, Any]


def summarise(items: Iterable[Item]) -> list[Summary]:
    """One summary per model and condition: rates with intervals, biases, orders, costs."""
    return [
        {"model": model, "condition": condition, **_summary(list(rows))}
        for (model, condition), rows in _groups(items)
    ]


def differences(items: Iterable[Item], model: str) -> list[Summary]:
    """The model minus every other row of the table, on the same questions, in accuracy."""
    tables = {group: read_items(scored(_unrotated(list(rows)))) for group, rows in _groups(items)}
    main = next((group for group in _preferred(tables) if group[0] == model), None)
    if main is None:
        return []
    return [
        {
            "first": list(main),
            "second": list(group),
            **asdict(compare(tables[main], tables[group])),
        }
        for group in tables
        if group != main
    ]


def _preferred(groups: Iterable[Group]) -> list[Group]:
    places = {"image": 0, "no-image": 1, "choices-only": 2}
    return sorted(groups, key=lambda group: places.get(group[1], 3))


def _groups(items: Iterable[Item]) -> Iterable[tuple[Group, Iterable[Item]]]:
    return groupby(sorted(items, key=order), key=lambda item: (item.model, item.condition))


def _unrotated(items: Sequence[Item]) -> list[Item]:
    return [item for item in items if item.rotation == 0]


def _summary(items: list[Item]) -> Summary:
    plain = _unrotated(items)
    table = read_items(scored(plain))
    scores = asdict(score(table))
    if any(item.bloom is None for item in plain):
        del scores["groups"]["bloom"]
    return {
        "questions": len(plain),
        "scores": scores,
        "position_bias": _position(table),
        "length_bias": _length(table, plain),
        "circular": _circular(items) if len(items) > len(plain) else None,
        "errors": sum(bool(item.error) for item in items),
        "cost": _cost(items),
    }


def _position(table: Items) -> Summary | None:
    try:
        return asdict(position_bias(table))
    except BadInput:
        return None


def _length(table: Items, items: Sequence[Item]) -> Summary | None:
    lengths = [[len(choice) for choice in item.choices] for item in items]
    try:
        return asdict(length_bias(table, lengths))
    except BadInput:
        return None


def _circular(items: Sequence[Item]) -> Summary:
    return asdict(
        circular(
            [item.id for item in items],
            [item.article_id for item in items],
            [item.correct_index for item in items],
            [item.index for item in items],
        )
    )


def _cost(items: Sequence[Item]) -> Summary | None:
    """Sums over responses; `usd` is None where a response has none."""
    asked = [item for item in items if item.response is not None]
    if not asked:
        return None
    prices = [item.usd for item in asked]
    return {
        "responses": len(asked),
        "tokens_in": sum(item.tokens_in or 0 for item in asked),
        "tokens_out": sum(item.tokens_out or 0 for item in asked),
        "usd": None if None in prices else sum(price or 0.0 for price in prices),
        "seconds": round(sum(item.latency for item in asked), 3),
    }
