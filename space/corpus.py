"""A release in memory: every candidate as columns, figures by id."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from builder.errors import BuildError
from builder.release.ledger import generalise_reason
from builder.release.schemas import DESCRIPTIONS

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_SEARCHED = ("caption", "question", "answer", "article_id", "figure_id", "candidate_id", "id")
_LABELS = {
    "image_caption": "Image and caption",
    "image_qa": "Image and question",
    "caption_qa": "Caption and question",
}
_POINTER = re.compile("; see `[a-z_]+`")
_UNUSED = ("facts", "microscopy_reason", "license_url")
_NEEDED = (
    *_SEARCHED, "image_sha256", "label", "modality", "license", "attribution", "source", "task",
    "bloom", "statement", "evidence", "evidence_start", "correct_index", "distractors",
    "value_type", "rationale", "keep", "gated", "score", "reason", "split", "screening",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FigureRows:
    """A figure: its id, the SHA-256 of its image, and its rows in the ledger, `start` to `stop`."""

    figure_id: str
    image_sha256: str
    start: int
    stop: int


@dataclass(frozen=True)
class Corpus:
    """The ledger of a release, one row per candidate or figure without one, in its order."""

    release: Path
    table: pa.Table
    figures: tuple[FigureRows, ...]
    by_figure: dict[str, FigureRows] = field(repr=False)
    _codes: dict[str, tuple[Indices, list[str]]] = field(default_factory=dict, repr=False)

    @classmethod
    def open(cls, folder: Path) -> Corpus:
        """The corpus of a release folder, or of a build's output folder.

        Raises:
            BuildError: there is no ledger that can be read, or one without the columns that the
                app shows.
        """
        release = folder / "release" if (folder / "release").is_dir() else folder
        files = sorted((release / "data" / "ledger").glob("*.parquet"))
        if not files:
            raise BuildError(f"{folder} holds no release: build one with microvqa-pp build")
        try:
            table = pa.concat_tables(pq.read_table(file) for file in files)
        except (pa.ArrowException, OSError) as error:
            raise BuildError(f"the ledger in {release} is damaged; build it again") from error
        if missing := [name for name in _NEEDED if name not in table.column_names]:
            raise BuildError(
                f"the ledger in {release} has no column {', '.join(missing)}: another version made "
                "it; build it again with microvqa-pp build"
            )
        # Inputs without a figure are no decisions; long columns that nobody looks at cost memory.
        table = table.filter(pc.is_valid(table["figure_id"])).combine_chunks()
        table = table.drop_columns([n for n in _UNUSED if n in table.column_names])
        # The rows of a figure follow each other; of one that comes again, the first run counts.
        figures: list[str] = table["figure_id"].to_pylist()
        hashes = table["image_sha256"].to_pylist()
        starts = [n for n, name in enumerate(figures) if n == 0 or figures[n - 1] != name]
        stops = [*starts[1:], len(figures)]
        by_id: dict[str, FigureRows] = {}
        for start, stop in zip(starts, stops, strict=True):
            figure = FigureRows(figures[start], hashes[start] or "", start, stop)
            by_id.setdefault(figure.figure_id, figure)
        return cls(release, table, tuple(by_id.values()), by_id)

    def read_rows(self, figure: FigureRows) -> list[dict[str, Any]]:
        """The ledger rows of a figure, each with its place in the table as `row`."""
        rows = self.table.slice(figure.start, figure.stop - figure.start).to_pylist()
        return [row | {"row": figure.start + n} for n, row in enumerate(rows)]

    def read_article(self, article_id: str) -> list[dict[str, Any]]:
        """The ledger rows of an article's candidates."""
        rows = np.flatnonzero(self.match_value("article_id", article_id) & self.is_candidate)
        candidates: list[dict[str, Any]] = self.table.take(rows).to_pylist()
        return candidates

    def list_values(self, name: str) -> list[str]:
        """The distinct values of a column, sorted."""
        return sorted(v for v in self._encode(name)[1] if v)

    def match_value(self, name: str, value: str) -> Mask:
        """Which rows have that value in a column."""
        codes, names = self._encode(name)
        return codes == names.index(value) if value in names else np.zeros(len(codes), np.bool_)

    def count_values(self, name: str, mask: Mask) -> dict[str, int]:
        """How many of some rows have each value of a column, by value in order."""
        codes, names = self._encode(name)
        counts = np.bincount(codes[mask & (codes >= 0)], minlength=len(names)).tolist()
        return dict(sorted((n, c) for n, c in zip(names, counts, strict=True) if n))

    def _encode(self, name: str) -> tuple[Indices, list[str]]:
        """A column as numbers, -1 for nothing, of its distinct values; worked out once."""
        if name not in self._codes:
            column = self.reasons if name == "reason_kind" else self.table[name].combine_chunks()
            coded = column.dictionary_encode()
            codes = _read_numbers(coded.indices, -1).astype(np.int64)
            self._codes[name] = codes, coded.dictionary.to_pylist()
        return self._codes[name]

    def match_text(self, text: str) -> Mask:
        """Which rows have a text in caption, question, answer or an id, whatever the case."""
        matches = pc.match_substring(self._searched_text, text.casefold())
        return np.asarray(matches.to_numpy(zero_copy_only=False), np.bool_)

    def warm(self) -> None:
        """Work out now what the first search would wait for."""
        self._searched_text  # noqa: B018

    @cached_property
    def _searched_text(self) -> pa.Array:
        columns = [pc.fill_null(self.table[name], "") for name in _SEARCHED]
        return pc.utf8_lower(pc.binary_join_element_wise(*columns, "\n")).combine_chunks()

    @cached_property
    def reasons(self) -> pa.Array:
        """The reason of each row without its particulars."""
        return pa.array(
            [generalise_reason(reason or "") for reason in self.table["reason"].to_pylist()]
        )

    @cached_property
    def is_candidate(self) -> Mask:
        """Which rows are candidates and not figures without one."""
        return np.asarray(pc.is_valid(self.table["candidate_id"]).to_numpy(), np.bool_)

    @cached_property
    def keep(self) -> Mask:
        """Which rows the build kept."""
        return self._read_flags("keep")

    @cached_property
    def gated(self) -> Mask:
        """Which rows the gate dropped."""
        return self._read_flags("gated")

    def _read_flags(self, name: str) -> Mask:
        column = pc.fill_null(self.table[name], False)
        return np.asarray(column.to_numpy(), np.bool_)

    @cached_property
    def scores(self) -> Floats:
        """The score of each row; NaN for figures without a candidate."""
        return _read_numbers(self.table["score"], np.nan)

    @cached_property
    def signals(self) -> dict[str, Floats]:
        """Every signal that the ledger has and that is known for a row; NaN where it is not."""
        names = [n for n in self.table.column_names if n.startswith("signal_")]
        columns = {name: _read_numbers(self.table[name], np.nan) for name in names}
        return {name: values for name, values in columns.items() if np.isfinite(values).any()}

    @property
    def scorers(self) -> list[str]:
        """What gave the scores; empty in a ledger that does not say."""
        return self.list_values("scorer") if "scorer" in self.table.column_names else []

    @property
    def phantom_only(self) -> bool:
        """Whether no figure is real."""
        return self.list_values("source") == ["phantom"]


def describe_signal(signal: str) -> str:
    """What a signal is, in words; empty where the ledger does not say."""
    return _POINTER.sub("", DESCRIPTIONS["ledger"].get(signal, ""))


def name_signal(signal: str) -> str:
    """Name of a signal as people read it."""
    name = signal.removeprefix("signal_")
    return _LABELS.get(name, name.replace("_", " ").capitalize())


def _read_numbers(column: pa.Array | pa.ChunkedArray, missing: float) -> Floats:
    return np.asarray(pc.fill_null(column, missing).to_numpy(), np.float64)
