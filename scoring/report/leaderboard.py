"""A leaderboard that takes a result only where its items give the same numbers again."""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.box import SIMPLE
from rich.table import Table
from rich.text import Text

from scoring.answers.extraction import extract
from scoring.items import BadInput, reject
from scoring.models.baselines import BASELINES
from scoring.models.cache import write_aside
from scoring.report.evidence import EvidenceItem, read_evidence
from scoring.report.result import Report, Summary, make_report, read_report
from scoring.report.writing import format_interval, format_markdown_table, format_percent
from scoring.runner.dataset import hash_entries

HEADER = (
    *("rank", "model", "sees", "accuracy", "95% interval", "answered", "no-image"),
    *("choices-only", "prompt"),
)
logger = logging.getLogger("microvqa_pp")


@dataclass(frozen=True, slots=True)
class BoardEntry:
    """A result that was made again from its items."""

    folder: Path
    report: Report


def check_result(folder: Path) -> BoardEntry:
    """A result whose evidence holds.

    The items must be those of the dataset version, answer every question of the split, and give
    every extracted answer and every number again.

    Raises:
        BadInput: Something does not hold; the message says what.
    """
    stated = read_report(folder)
    items = read_evidence(folder)
    result = stated.result
    if result.questions != result.total:
        raise BadInput(f"{folder} answers {result.questions:,} of {result.total:,} questions")
    groups: dict[tuple[str, str], list[EvidenceItem]] = {}
    for item in items:
        groups.setdefault((item.model, item.condition), []).append(item)
    if result.model not in {model for model, _ in groups}:
        raise BadInput(f"{folder} has no items of {result.model}")
    for (model, condition), rows in groups.items():
        _check_questions(f"{model}, {condition}", rows, result.version)
        # The stated answers must be what our extractor reads in the responses.
        wrong = [n for n, row in enumerate(rows) if row.response is not None and not _holds(row)]
        reject("a response does not give the stated answer", wrong, [row.id for row in rows])
        if model == result.model and any(row.prompt != result.prompt for row in rows):
            raise BadInput(f"{folder}: its items were asked with another prompt")
    # The numbers are never taken from the file: they are made again and must agree with it.
    again = make_report(result, items, stated.left_out)
    for name in ("summaries", "differences"):
        if place := find_difference(getattr(stated, name), getattr(again, name)):
            raise BadInput(f"{folder}: its items do not give {name}{place} again")
    return BoardEntry(folder, again)


def _check_questions(name: str, rows: Sequence[EvidenceItem], version: str) -> None:
    """Every question of the version, in as many orders as it was asked in."""
    first = {row.id: _describe_question(row) for row in rows if row.rotation == 0}
    if hash_entries(first.values()) != version:
        raise BadInput(f"{name}: the items are not those of version {version[:12]}")
    if len({(row.id, row.rotation) for row in rows}) != len(rows):
        raise BadInput(f"{name}: a question occurs twice")
    other = [n for n, row in enumerate(rows) if _describe_question(row) != first.get(row.id)]
    reject(f"{name}: a question differs between its orders", other, [row.id for row in rows])


def _describe_question(row: EvidenceItem) -> dict[str, Any]:
    """What the version of a dataset is the digest of."""
    names = ("id", "question", "correct_index", "article_id", "task", "bloom", "modality", "source")
    plain = {name: getattr(row, name) for name in names}
    return {**plain, "choices": list(row.choices), "images": list(row.images)}


def _holds(row: EvidenceItem) -> bool:
    """Whether a response gives the stated answer, read in the order in which it was asked."""
    shown = row.choices[row.rotation :] + row.choices[: row.rotation]
    answer = extract(row.response, shown, labels=row.labels)
    index = None if answer.index is None else (answer.index + row.rotation) % len(row.choices)
    return (index, answer.status) == (row.index, row.status)


def find_difference(stated: Any, again: Any, place: str = "") -> str:
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
    return next((inner for p, a, b in parts if (inner := find_difference(a, b, p))), "")


def collect_entries(folders: Sequence[Path]) -> tuple[list[BoardEntry], dict[Path, str]]:
    """Entries by accuracy with the image, best first, and why other folders were refused.

    The first folder that holds sets the dataset version; results of others are refused.
    """
    entries: list[BoardEntry] = []
    refused: dict[Path, str] = {}
    for folder in folders:
        try:
            entry = check_result(folder)
            if entries and entry.report.result.version != entries[0].report.result.version:
                raise BadInput(
                    f"{folder} is of dataset version {entry.report.result.version[:12]}, not "
                    f"{entries[0].report.result.version[:12]}"
                )
            entries.append(entry)
        except BadInput as error:
            logger.info("refused for the leaderboard: %s", error)
            refused[folder] = str(error)
    entries.sort(
        key=lambda e: (-e.report.headline["scores"]["accuracy"]["value"], e.report.result.model)
    )
    return entries, refused


def make_cells(entries: Sequence[BoardEntry]) -> list[tuple[str, ...]]:
    """One row per entry and one per baseline of the best entry.

    Models are ranked, equal accuracies sharing a rank; baselines stand between them without one.
    """
    ranked: list[tuple[float, tuple[str, ...]]] = []
    for entry in entries:
        result, others = entry.report.result, []
        for condition in ("no-image", "choices-only"):
            blind = entry.report.of(result.model, condition)
            others.append(blind and format_percent(blind["scores"]["accuracy"]["value"]) + "%")
        note = f"{result.prompt}{' (predictions)' if result.origin == 'predictions' else ''}"
        ranked.append(_make_row(entry.report.headline, *(other or "" for other in others), note))
    taken = {row[0] for _, row in ranked}
    for summary in entries[0].report.summaries:
        if summary["model"] not in taken and summary["model"] != entries[0].report.result.model:
            ranked.append(_make_row(summary, "", "", "baseline"))
    ranked.sort(key=lambda pair: (-pair[0], pair[1]))
    values = [value for value, row in ranked if row[0] not in BASELINES]
    return [
        ("-" if row[0] in BASELINES else str(values.index(value) + 1), *row)
        for value, row in ranked
    ]


def _make_row(summary: Summary, *rest: str) -> tuple[float, tuple[str, ...]]:
    """The accuracy to rank by, and the cells after the rank."""
    scores = summary["scores"]
    accuracy = scores["accuracy"]
    shown = (
        summary["model"],
        summary["condition"],
        format_percent(accuracy["value"]) + "%",
        format_interval(accuracy),
        format_percent(scores["answered"]["value"]) + "%",
    )
    return accuracy["value"], (*shown, *rest)


def make_board_table(entries: Sequence[BoardEntry]) -> Table:
    """The leaderboard for a terminal."""
    shown = Table(
        title=Text(describe_board(entries)), title_justify="left", box=SIMPLE, padding=(0, 1)
    )
    for name in ("", "model", "sees", "accuracy, %", "no-\nimage", "choices-\nonly"):
        shown.add_column(name, no_wrap=name != "model", overflow="fold")
    for rank, model, sees, accuracy, interval, _, *others, _ in make_cells(entries):
        texts = (rank, model, sees, f"{accuracy[:-1]:>5} {interval}", *others)
        shown.add_row(*(Text(text) for text in texts))
    return shown


def describe_board(entries: Sequence[BoardEntry]) -> str:
    """What the entries were asked."""
    result = entries[0].report.result
    return (
        f"{result.dataset}, split {result.split}: {result.total:,} questions, "
        f"version {result.version[:12]}"
    )


def write_board(path: Path, entries: Sequence[BoardEntry]) -> None:
    """Writes the leaderboard as Markdown."""
    table = format_markdown_table(HEADER, make_cells(entries))
    lines = [describe_board(entries), "", *table, ""]
    write_aside(path, "\n".join(lines).encode("utf-8", "replace"))
