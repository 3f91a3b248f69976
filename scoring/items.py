"""The table that is scored: one row per question, checked before any number is made of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from scoring.records import STATUSES, Extraction

Ints = npt.NDArray[np.int64]
Column = Sequence[Any] | npt.NDArray[Any]

GROUPINGS = ("task", "bloom", "modality", "source")
QUESTION_COLUMNS = ("id", "article_id", *GROUPINGS, "correct_index", "n_options")
UNANSWERED = -1
_SHOWN = 5


class BadInput(ValueError):  # noqa: N818 - reads as what the caller did
    """A table that cannot be scored; the message names the first offending rows (from 0)."""


class Codes(NamedTuple):
    """A text column as one number per row and the names of the numbers."""

    codes: Ints
    names: tuple[str, ...]

    def decode(self) -> list[str]:
        """The column as it was."""
        return [self.names[code] for code in self.codes]


@dataclass(frozen=True, slots=True)
class Items:
    """Checked questions with answers. `index` is -1 where nothing was answered."""

    ids: Codes
    articles: Codes
    groups: dict[str, Codes]
    correct: Ints
    options: Ints
    index: Ints
    status: Codes

    def __len__(self) -> int:
        return len(self.correct)

    @property
    def hits(self) -> Ints:
        """1 where the answer is right, else 0; no answer is wrong."""
        return np.asarray(self.index == self.correct, dtype=np.int64)


def reject(what: str, rows: npt.ArrayLike, values: Column | None = None) -> None:
    """Raises BadInput where there are rows, and shows the first of them."""
    bad = np.asarray(rows, dtype=np.int64)
    if bad.size:
        shown = [f"{i}" if values is None else f"{i} ({values[i]!r})" for i in bad[:_SHOWN]]
        more = f" and {bad.size - _SHOWN} more" if bad.size > _SHOWN else ""
        raise BadInput(f"{what}: row {', '.join(shown)}{more}")


def encode_texts(name: str, values: Column, *, needed: bool = False) -> Codes:
    """A column of strings as codes.

    Raises:
        BadInput: A value is no text or, where texts are needed, empty.
    """
    try:
        column = pa.array(values, pa.string())
    except (pa.ArrowException, TypeError):
        reject(
            f"{name} must be text",
            [i for i, v in enumerate(values) if not isinstance(v, str)],
            values,
        )
        raise
    reject(f"{name} is missing", np.flatnonzero(column.is_null().to_numpy(zero_copy_only=False)))
    coded = column.dictionary_encode()
    codes = coded.indices.to_numpy().astype(np.int64)
    names = tuple(coded.dictionary.to_pylist())
    if needed and "" in names:
        reject(f"{name} is empty", np.flatnonzero(codes == names.index("")))
    return Codes(codes, names)


def read_integers(name: str, values: Column, *, missing: int | None = None) -> Ints:
    """A column of whole numbers; None becomes `missing` where that is given.

    Raises:
        BadInput: A value is no whole number.
    """
    if isinstance(values, np.ndarray) and np.issubdtype(values.dtype, np.integer):
        return np.asarray(values, dtype=np.int64)
    bad = [
        i
        for i, v in enumerate(values)
        if type(v) is not int
        and not isinstance(v, np.integer)
        and not (v is None and missing is not None)
    ]
    reject(f"{name} must be a whole number", bad, values)
    return np.array([missing if v is None else v for v in values], dtype=np.int64)


def check_lengths(columns: Mapping[str, Column]) -> int:
    """The common length.

    Raises:
        BadInput: Lengths differ (all are named), or there are no rows.
    """
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) > 1:
        listed = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise BadInput(f"columns have different lengths: {listed}")
    rows = next(iter(lengths.values()), 0)
    if not rows:
        raise BadInput("there are no rows to score")
    return rows


def _check_names(columns: Mapping[str, Column]) -> None:
    needed = set(QUESTION_COLUMNS)
    absent = [name for name in QUESTION_COLUMNS if name not in columns]
    extra = sorted(set(columns) - needed - {"index", "status", "extraction"})
    if absent or extra:
        raise BadInput(
            f"columns missing: {absent or 'none'}; columns not known: {extra or 'none'}; "
            f"needed: {', '.join(QUESTION_COLUMNS)} and 'extraction' or 'index'"
        )
    if ("extraction" in columns) == ("index" in columns):
        raise BadInput("give either 'extraction' or 'index', and 'status' only with 'index'")


def _read_answers(columns: Mapping[str, Column]) -> tuple[Ints, Codes]:
    """Index and status of each row."""
    if "extraction" in columns:
        extractions = columns["extraction"]
        wrong = [i for i, e in enumerate(extractions) if not isinstance(e, Extraction)]
        reject("extraction must be what extract() returns", wrong, extractions)
        index = read_integers("index", [e.index for e in extractions], missing=UNANSWERED)
        return index, encode_texts("status", [e.status for e in extractions])
    index = read_integers("index", columns["index"], missing=UNANSWERED)
    if "status" not in columns:
        return index, Codes((index < 0).astype(np.int64), ("answered", "no_answer"))
    status = encode_texts("status", columns["status"])
    unknown = [code for code, name in enumerate(status.names) if name not in STATUSES]
    reject("status is not known", np.flatnonzero(np.isin(status.codes, unknown)), columns["status"])
    answered = np.array([name == "answered" for name in status.names])[status.codes]
    reject("an index goes with status 'answered' only", np.flatnonzero(answered != (index >= 0)))
    return index, status


def read_items(columns: Mapping[str, Column]) -> Items:
    """A checked table from columns of equal length.

    Args:
        columns: `id` and `article_id` (text), `task`, `modality`, `source` (text), `bloom` (1-5),
            `correct_index` (0-based), `n_options` (at least 2), and either `extraction` or
            `index` (0-based, None or -1 for no answer), with `status` if wanted.

    Raises:
        BadInput: The first offending rows, counted from 0.
    """
    _check_names(columns)
    check_lengths(columns)
    ids = encode_texts("id", columns["id"], needed=True)
    reject("id is a duplicate", find_duplicates(ids.codes), columns["id"])
    groups = {name: encode_texts(name, columns[name]) for name in GROUPINGS if name != "bloom"}
    bloom = read_integers("bloom", columns["bloom"])
    reject("bloom must be 1 to 5", np.flatnonzero((bloom < 1) | (bloom > 5)), columns["bloom"])
    groups["bloom"] = Codes(bloom - 1, ("1", "2", "3", "4", "5"))
    options = read_integers("n_options", columns["n_options"])
    reject("n_options must be at least 2", np.flatnonzero(options < 2), columns["n_options"])
    correct = read_integers("correct_index", columns["correct_index"])
    off = np.flatnonzero((correct < 0) | (correct >= options))
    reject("correct_index is out of range", off, columns["correct_index"])
    index, status = _read_answers(columns)
    reject(
        "index is out of range", np.flatnonzero((index < UNANSWERED) | (index >= options)), index
    )
    articles = encode_texts("article_id", columns["article_id"], needed=True)
    return Items(ids, articles, groups, correct, options, index, status)


def find_duplicates(codes: Ints) -> Ints:
    """Rows whose code occurred in an earlier row."""
    first = np.full(int(codes.max(initial=-1)) + 1, len(codes))
    np.minimum.at(first, codes, np.arange(len(codes)))
    return np.flatnonzero(first[codes] < np.arange(len(codes)))


def align(questions: Column, predictions: Column) -> Ints:
    """For each question id the row of its prediction.

    Raises:
        BadInput: Ids are duplicate, missing or unknown.
    """
    wanted = encode_texts("id", questions, needed=True)
    offered = encode_texts("prediction id", predictions, needed=True)
    reject("id is a duplicate", find_duplicates(wanted.codes), questions)
    reject("prediction id is a duplicate", find_duplicates(offered.codes), predictions)
    # Ids are unique, so the names of the codes stand in the order of the rows.
    rows = {name: row for row, name in enumerate(offered.names)}
    known = set(wanted.names)
    unknown = [row for row, name in enumerate(offered.names) if name not in known]
    reject("prediction for an unknown id", unknown, predictions)
    absent = [row for row, name in enumerate(wanted.names) if name not in rows]
    reject("no prediction for id", absent, questions)
    return np.array([rows[name] for name in wanted.names], dtype=np.int64)


def reorder(items: Items, order: Ints) -> Items:
    """The same rows in another order."""
    return replace(
        items,
        ids=Codes(items.ids.codes[order], items.ids.names),
        articles=Codes(items.articles.codes[order], items.articles.names),
        groups={n: Codes(g.codes[order], g.names) for n, g in items.groups.items()},
        correct=items.correct[order],
        options=items.options[order],
        index=items.index[order],
        status=Codes(items.status.codes[order], items.status.names),
    )
