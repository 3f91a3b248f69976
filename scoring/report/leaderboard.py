"""A leaderboard that takes a result only where its items give the same numbers again."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scoring.answers.extraction import extract
from scoring.items import BadInput, reject
from scoring.report.evidence import Item, read_evidence
from scoring.report.result import Report, make_report, read_report
from scoring.runner.version import version_of


@dataclass(frozen=True, slots=True)
class Entry:
    """A result that was made again from its items."""

    folder: Path
    report: Report


def check(folder: Path) -> Entry:
    """A result whose evidence holds.

    The items must be those of the dataset version, answer every question of the split, and give
    every extracted answer and every number again. Raises BadInput, which says what does not hold.
    """
    stated = read_report(folder)
    items = read_evidence(folder)
    result = stated.result
    if result.questions != result.total:
        raise BadInput(f"{folder} answers {result.questions:,} of {result.total:,} questions")
    groups: dict[tuple[str, str], list[Item]] = {}
    for item in items:
        groups.setdefault((item.model, item.condition), []).append(item)
    if result.model not in {model for model, _ in groups}:
        raise BadInput(f"{folder} has no items of {result.model}")
    for (model, condition), rows in groups.items():
        _check_questions(f"{model}, {condition}", rows, result.version)
        _check_answers(rows)
        if model == result.model and any(row.prompt != result.prompt for row in rows):
            raise BadInput(f"{folder}: its items were asked with another prompt")
    again = make_report(result, items, stated.left_out)
    for name in ("summaries", "differences"):
        if place := differing(getattr(stated, name), getattr(again, name)):
            raise BadInput(f"{folder}: its items do not give {name}{place} again")
    return Entry(folder, again)


def _check_questions(name: str, rows: Sequence[Item], version: str) -> None:
    """Every question of the version, in as many orders as it was asked in."""
    first = {row.id: _entry(row) for row in rows if row.rotation == 0}
    if version_of(first.values()) != version:
        raise BadInput(f"{name}: the items are not those of version {version[:12]}")
    if len({(row.id, row.rotation) for row in rows}) != len(rows):
        raise BadInput(f"{name}: a question occurs twice")
    other = [n for n, row in enumerate(rows) if _entry(row) != first.get(row.id)]
    reject(f"{name}: a question differs between its orders", other, [row.id for row in rows])


def _entry(row: Item) -> dict[str, Any]:
    names = ("id", "question", "correct_index", "article_id", "task", "bloom", "modality", "source")
    entry = {name: getattr(row, name) for name in names}
    return {**entry, "choices": list(row.choices), "images": list(row.images)}


def _check_answers(rows: Sequence[Item]) -> None:
    """Responses give the stated answers."""
    wrong = [n for n, row in enumerate(rows) if row.response is not None and not _holds(row)]
    reject("a response does not give the stated answer", wrong, [row.id for row in rows])


def _holds(row: Item) -> bool:
    shown = row.choices[row.rotation :] + row.choices[: row.rotation]
    found = extract(row.response, shown, labels=row.labels)
    index = None if found.index is None else (found.index + row.rotation) % len(row.choices)
    return (index, found.status) == (row.index, row.status)


def differing(stated: Any, again: Any, place: str = "") -> str:
    """Where two JSON values differ, or an empty text. Numbers may differ in the ninth digit."""
    if isinstance(again, dict) and isinstance(stated, dict) and set(again) == set(stated):
        parts = ((f"{place}.{key}", stated[key], again[key]) for key in again)
    elif isinstance(again, list | tuple) and isinstance(stated, list | tuple):
        if len(again) != len(stated):
            return place or "."
        parts = (
            (f"{place}[{n}]", a, b) for n, (a, b) in enumerate(zip(stated, again, strict=True))
        )
    elif isinstance(again, float) and isinstance(stated, int | float):
        return "" if math.isclose(again, stated, rel_tol=1e-9, abs_tol=1e-9) else place or "."
    else:
        return "" if type(again) is type(stated) and again == stated else place or "."
    return next((found for p, a, b in parts if (found := differing(a, b, p))), "")


def collect(folders: Sequence[Path]) -> tuple[list[Entry], dict[Path, str]]:
    """Entries by accuracy with the image, best first, and why other folders were refused.

    The first folder that holds sets the dataset version; results of others are refused.
    """
    entries: list[Entry] = []
    refused: dict[Path, str] = {}
    for folder in folders:
        try:
            entry = check(folder)
            if entries and entry.report.result.version != entries[0].report.result.version:
                raise BadInput(
                    f"{folder} is of dataset version {entry.report.result.version[:12]}, not "
                    f"{entries[0].report.result.version[:12]}"
                )
            entries.append(entry)
        except BadInput as error:
            refused[folder] = str(error)
    entries.sort(key=lambda e: (-accuracy(e), e.report.result.model))
    return entries, refused


def accuracy(entry: Entry) -> float:
    """Accuracy with the image, or of the model's first condition."""
    return float(headline(entry)["scores"]["accuracy"]["value"])


def headline(entry: Entry) -> dict[str, Any]:
    """The summary that an entry is ranked by."""
    report = entry.report
    found = report.of(report.result.model, "image") or report.of(report.result.model)
    assert found is not None
    return found
