"""Reading a benchmark that must not leak into what is built: its images and its questions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from builder.sources.article import ItemError
from builder.sources.base import SourceError
from builder.sources.dataset.tables import (
    Location,
    Table,
    open_tables,
    parse_location,
    read_cells,
)
from builder.sources.text import clean
from builder.tables.images import ImageError, inspect

BATCH_ROWS = 64
_COLUMNS = {
    "image": ("image", "images_list", "images", "img"),
    "question": ("question", "query", "text"),
    "answer": ("correct_answer", "answer"),
    "choices": ("choices", "options"),
    "correct_index": ("correct_index",),
}
_PREFIX = re.compile(r"^\s*\(?[A-Za-z0-9]{1,2}[).:]\s+")


@dataclass(frozen=True, slots=True)
class BenchmarkRow:
    """A row of a benchmark: where it is, its question and answer, perceptual hashes of its images.

    `answer` is empty where the benchmark gives none.
    """

    benchmark: str
    place: str
    question: str
    answer: str
    phashes: tuple[str, ...]


class BenchmarkTable:
    """A data set with an image or a question column, on disk or on the Hub.

    `location` is written as for the source `dataset`: `PATH?split=test&question=COLUMN`. The
    forms of MicroVQA and MicroVQA++ are known. Raises SourceError when it cannot be opened or has
    neither column.
    """

    def __init__(self, location: str) -> None:
        self._location: Location = parse_location(location)
        self._tables = open_tables(self._location)
        for split, table in self._tables.items():
            if not {"image", "question"} & self._find_columns(table).keys():
                present = ", ".join(table.columns)
                raise SourceError(
                    f"{location} ({split}) has no image and no question column; it has: {present}; "
                    "choose one: LOCATION?question=COLUMN"
                )

    @property
    def name(self) -> str:
        """Name of the benchmark's folder or file, or its id on the Hub."""
        return self._location.name

    def read_rows(self) -> Iterator[BenchmarkRow]:
        """All rows in order. Images that cannot be read have no hash."""
        for split, number, row in self._read_raw():
            phashes = []
            for cell in read_cells(row["image"]) if row.get("image") is not None else []:
                with suppress(ItemError, ImageError):
                    phashes.append(inspect(cell.read(self._location.image_roots)).phash)
            question, answer = clean(str(row.get("question") or "")), _read_answer(row)
            yield BenchmarkRow(self.name, f"{split}:{number}", question, answer, tuple(phashes))

    def read_image(self, place: str) -> bytes | None:
        """The first readable image of the row at `split:number`; None where there is none."""
        split, _, number = place.rpartition(":")
        table = self._tables[split]
        columns = self._find_columns(table)
        if "image" not in columns:
            return None
        row = table.read_rows(int(number), int(number) + 1, [columns["image"]])[0]
        for cell in read_cells(row[columns["image"]]):
            try:
                return cell.read(self._location.image_roots)
            except ItemError:
                continue
        return None

    def _find_columns(self, table: Table) -> dict[str, str]:
        """Names of the table's columns by what they hold; a part that it lacks is not in it."""
        chosen = self._location.columns
        usual = {
            what: next((name for name in names if name in table.columns), "")
            for what, names in _COLUMNS.items()
        }
        # What the location names goes before what is usual.
        columns = usual | {k: v for k, v in chosen.items() if v in table.columns}
        return {what: name for what, name in columns.items() if name}

    def _read_raw(self) -> Iterator[tuple[str, int, dict[str, Any]]]:
        for split, table in self._tables.items():
            columns = self._find_columns(table)
            for start in range(0, len(table), BATCH_ROWS):
                batch = table.read_rows(start, start + BATCH_ROWS, list(columns.values()))
                for number, values in enumerate(batch, start=start):
                    yield split, number, {what: values[name] for what, name in columns.items()}


def _read_answer(row: Mapping[str, Any]) -> str:
    """The answer as text, without the prefix of a choice ('2) '); '' where it is not given."""
    answer = row.get("answer")
    choices, index = row.get("choices"), row.get("correct_index")
    if not isinstance(answer, str) and isinstance(choices, list) and isinstance(index, int):
        answer = choices[index] if 0 <= index < len(choices) else ""
    return _PREFIX.sub("", clean(answer)) if isinstance(answer, str) else ""
