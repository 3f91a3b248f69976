"""Cells of a table as question-answer pairs, and why some of them cannot be judged."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from filtering.records import QA, PairTable
from filtering.table.caption_cells import CellError, read_caption
from filtering.table.choice_answers import ANSWERS, AnswerScheme, choose_scheme
from filtering.table.choices import find_choice_columns
from filtering.table.image_cells import is_pixel_list, read_image_cell
from filtering.table.inputs import InputTable, TableError
from filtering.text.words import is_latin

UNJUDGED = "not judged: "
_IMAGE = "image"
_STATEMENT, _SOURCE, _PHANTOM = "statement", "source", "phantom"
_PHANTOM_FILE = re.compile(r"phantom-\d{6}-fig\d+\.png")
_LONGEST = 5_000
_DECIMAL = re.compile(r"^([-+]?\d+),(\d+)(?=\s*[^\d\s,]{0,9}$)")
"""An answer that is one number, perhaps with its unit."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Names of the columns that are read.

    `image` is carried through, as all columns are; only one named otherwise than 'image' has to
    be there. Rows with the same value of `figure`, or without it the same caption, are siblings.
    A column 'statement' says question and answer in one sentence, and 'source' which rows are
    phantoms; both may be missing. `scheme` says how answers name choices, where they do, and
    `decimal_commas` whether one half is written 0,5: `settle_answers` finds both.
    """

    image: str = _IMAGE
    caption: str = "caption"
    question: str = "question"
    answer: str = "answer"
    figure: str | None = None
    scheme: AnswerScheme | None = None
    decimal_commas: bool = False

    @property
    def texts(self) -> list[str]:
        """The columns that a pair is read from, each once."""
        names = [self.caption, self.question, self.answer, self.figure]
        return list(dict.fromkeys(name for name in names if name is not None))

    def list_needed(self, names: Sequence[str], images: bool) -> list[str]:
        """Of a table's columns, those that are needed, each once."""
        extra = [self.image] if images else []
        choices = self.scheme.choices if self.scheme else ()
        wanted = [*self.texts, *extra, *choices, _STATEMENT, _SOURCE]
        return [name for name in dict.fromkeys(wanted) if name in names]


def settle_answers(table: InputTable, columns: Columns) -> Columns:
    """The columns with what the answers of a table are: texts, or letters or numbers of choices.

    Without a column of the usual name, that which says which choice is right has the answers.
    Raises TableError for answers that cannot be told.
    """
    names = table.schema.names
    columns = replace(columns, decimal_commas=table.decimal_commas)
    # A column of the usual name may be written in other letters: `Question`.
    for what in ("caption", "question", "answer"):
        alike = [name for name in names if name.strip().lower() == what]
        if getattr(columns, what) == what and what not in names and len(alike) == 1:
            columns = replace(columns, **{what: alike[0]})
    choices = find_choice_columns(names)
    if columns.answer == ANSWERS[0] and columns.answer not in names and choices:
        found = next((n for n in ANSWERS if n in names and n not in choices), columns.answer)
        columns = replace(columns, answer=found)
    if columns.answer not in names or columns.question not in names:
        return columns
    wanted = list(dict.fromkeys([columns.answer, columns.question, *choices]))
    rows = (
        (_text(row[columns.answer]), _text(row[columns.question]), row)
        for batch in table.read(wanted)
        for row in batch.to_pylist()
    )
    try:
        return replace(columns, scheme=choose_scheme(names, rows))
    except CellError as error:
        raise TableError(f"{table.name}: {error}") from error


def check_columns(table: InputTable, columns: Columns) -> None:
    """Raises TableError for a table without its columns, or with some that would be written."""
    names = table.schema.names
    wanted = [*columns.texts, *([columns.image] if columns.image != _IMAGE else [])]
    missing = [name for name in wanted if name not in names]
    if missing:
        raise TableError(
            f"{table.name} has no column {', '.join(map(repr, missing))}; "
            f"it has: {', '.join(names) or 'none'}"
        )
    taken = [n for n in names if n in ("score", "keep", "reason") or n.startswith("signal_")]
    if taken:
        raise TableError(
            f"{table.name} already has {', '.join(map(repr, taken))}, which the filter writes; "
            "rename or drop them first"
        )


def _text(value: object) -> str:
    """A cell as text: '' for None and NaN, 12 for 12.0, 'yes' for True, lists joined by commas."""
    if value is None or (isinstance(value, float) and not isfinite(value)):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, list):
        return ", ".join(text for each in value if (text := _text(each)))
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value).strip()


def hash_to_number(*parts: str | bytes) -> int:
    """A 63-bit number for some texts, the same everywhere."""
    whole = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        whole.update(len(data).to_bytes(8, "big") + data)
    return int.from_bytes(whole.digest()[:8], "big") >> 1


@dataclass(frozen=True, slots=True)
class Cells:
    """Rows of a batch: pairs, image files (b'' without one), which rows are phantoms, and why
    some of them cannot be read ('' for the others)."""

    pairs: list[QA]
    files: list[bytes]
    phantom: list[bool]
    problems: list[str]

    @property
    def unjudged(self) -> list[str]:
        """Why rows cannot be judged; '' where they can."""
        pairs = zip(self.problems, self.pairs, strict=True)
        return [problem or explain_unjudged(qa) for problem, qa in pairs]

    @property
    def figures(self) -> npt.NDArray[np.int64]:
        """A number for the figure of each row: its identifier, image and caption."""
        keys = [
            (q.figure_id, file, q.caption) for q, file in zip(self.pairs, self.files, strict=True)
        ]
        known = {key: hash_to_number(*key) for key in dict.fromkeys(keys)}
        return np.array([known[key] for key in keys], dtype=np.int64)

    @property
    def groups(self) -> npt.NDArray[np.int64]:
        """A number for the identifier of each row's figure."""
        return np.array([hash_to_number(qa.figure_id) for qa in self.pairs], dtype=np.int64)

    def select(self, places: Sequence[int]) -> Cells:
        """Some of the rows."""
        return Cells(
            [self.pairs[i] for i in places],
            [self.files[i] for i in places],
            [self.phantom[i] for i in places],
            [self.problems[i] for i in places],
        )

    def to_pairs(self) -> PairTable:
        """The rows with their images; each figure is a group of its own."""
        names = [str(hash_to_number(file)) if file else "" for file in self.files]
        files = {name: file for name, file in zip(names, self.files, strict=True) if name}
        return PairTable(self.pairs, names, [qa.figure_id for qa in self.pairs], files)


def read_cells(batch: pa.RecordBatch, columns: Columns, start: int) -> Cells:
    """The rows of a batch; `start` is the number of the first."""
    cells = {
        name: [_text(v) for v in batch[name].to_pylist()]
        for name in (*columns.texts, _STATEMENT, _SOURCE)
        if name in batch.schema.names
    }
    problems = [""] * batch.num_rows
    captions = batch[columns.caption].to_pylist()
    cells[columns.caption] = _read_each(problems, read_caption, captions)
    if (scheme := columns.scheme) is not None:
        rows = batch.select(list(scheme.choices)).to_pylist() or [{}] * batch.num_rows
        given = zip(cells[columns.answer], cells[columns.question], rows, strict=True)
        cells[columns.answer] = _read_each(problems, lambda x: scheme.read(*x), given)
    if columns.decimal_commas:
        answers = cells[columns.answer]
        cells[columns.answer] = [_DECIMAL.sub(r"\1.\2", answer, count=1) for answer in answers]
    blank = [""] * batch.num_rows
    figures = cells[columns.figure or columns.caption]
    texts = (cells[columns.caption], cells[columns.question], cells[columns.answer])
    statements = cells.get(_STATEMENT, blank)
    pairs = [
        QA(f"{start + n:012d}", figures[n], caption, question, answer, statement)
        for n, (caption, question, answer, statement) in enumerate(
            zip(*texts, statements, strict=True)
        )
    ]
    seen = columns.image in batch.schema.names
    images = (
        [_file(v) for v in batch[columns.image].to_pylist()] if seen else [(b"", "")] * len(pairs)
    )
    sources = cells.get(_SOURCE, blank)
    phantom = [
        source == _PHANTOM or bool(_PHANTOM_FILE.fullmatch(name))
        for source, (_, name) in zip(sources, images, strict=True)
    ]
    return Cells(pairs, [file for file, _ in images], phantom, problems)


def _read_each(problems: list[str], read: Callable[[Any], str], values: Iterable[Any]) -> list[str]:
    """Each value as it is read; '' for one that cannot be, with why in `problems`."""
    texts = []
    for number, value in enumerate(values):
        try:
            texts.append(read(value).strip())
        except CellError as error:
            texts.append("")
            problems[number] = problems[number] or f"{UNJUDGED}{error}"
    return texts


def _file(value: Any) -> tuple[bytes, str]:
    """Bytes and name of an image, of several the first; b'' without one. Paths are not followed."""
    if isinstance(value, list) and value and not is_pixel_list(value):
        value = value[0]
    try:
        path, data = read_image_cell(value)
    except CellError:
        return b"", ""
    # A text that is no image is a path: it names no phantom, whose images come with their bytes.
    return (data or b"", "") if isinstance(value, str) else (data or b"", path.rpartition("/")[2])


def explain_unjudged(qa: QA) -> str:
    """Why a pair cannot be compared with its caption; '' where it can."""
    parts = (("caption", qa.caption), ("question", qa.question), ("answer", qa.answer))
    if empty := [name for name, text in parts if not any(map(str.isalnum, text))]:
        return f"{UNJUDGED}the {' and the '.join(empty)} {_be(empty)} empty"
    if long := [name for name, text in parts[1:] if len(text) > _LONGEST]:
        return f"{UNJUDGED}the {' and the '.join(long)} {_have(long)} over {_LONGEST:,} characters"
    if other := [name for name, text in parts[:2] if not is_latin(text)]:
        return f"{UNJUDGED}the {' and the '.join(other)} {_be(other)} not in Latin script"
    return ""


def _be(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _have(names: Sequence[str]) -> str:
    return "has" if len(names) == 1 else "have"
