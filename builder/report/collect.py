"""What the report shows, read from a release: its ledger part by part, and a few images."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from builder.release.ledger import Summary, generalise_reason
from builder.release.reading import refuse_damage
from builder.release.schemas import STAGES, check_columns
from builder.release.writer import list_choices
from builder.tables.images import make_thumbnail
from builder.tables.licenses import allows

EXAMPLES = 3
"""Examples shown of each reason."""
_WIDEST = 180
"""Pixels of an example's image."""

_SHOWN = (
    "figure_id", "caption", "question", "answer", "evidence", "reason", "license", "attribution",
    "task", "split", "correct_index", "distractors", "keep", "stage",
)  # fmt: skip


@dataclass(slots=True)
class Lengths:
    """Lengths of multiple-choice questions: characters of key and of each distractor."""

    question_words: list[int] = field(default_factory=list)
    key: list[int] = field(default_factory=list)
    distractor: list[int] = field(default_factory=list)
    key_longest: float = 0.0

    def add(self, row: dict[str, Any]) -> None:
        """Count one question; a key that shares the greatest length counts as its share.

        Raises ValueError for a question that is not whole.
        """
        choices, place = list_choices(row), row["correct_index"]
        if None in (row["question"], *choices) or not 0 <= place < len(choices):
            raise ValueError(f"question without a text or a choice: {row['figure_id']}")
        lengths = [len(choice) for choice in choices]
        key = lengths[place]
        self.question_words.append(len(row["question"].split()))
        self.key.append(key)
        self.distractor += [length for i, length in enumerate(lengths) if i != place]
        if key == max(lengths):
            self.key_longest += 1 / lengths.count(key)


@dataclass(slots=True)
class ReportData:
    """Counts, distributions and examples of one ledger, added part by part.

    `reasons` are counts by stage, `examples` ledger rows by stage and reason, `lengths` by split.
    """

    summary: Summary = field(default_factory=Summary)
    reasons: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    examples: dict[tuple[str, str], list[dict[str, Any]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    lengths: dict[str, Lengths] = field(default_factory=lambda: defaultdict(Lengths))
    _signals: dict[str, list[NDArray[np.float64]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    _kept: list[NDArray[np.bool_]] = field(default_factory=list)

    def add(self, ledger: pa.Table) -> None:
        """Add rows of the ledger. Raises ArrowTypeError for columns that are not a ledger's."""
        check_columns(ledger.schema, "ledger")
        self.summary.add(ledger)
        candidates = ledger.filter(ledger["candidate_id"].is_valid())
        self._kept.append(np.asarray(candidates["keep"].fill_null(False), dtype=bool))
        # All columns of signals that are numbers, whatever their names, and the score first.
        numbers = [
            f.name
            for f in ledger.schema
            if f.name.startswith("signal_")
            and (pa.types.is_floating(f.type) or pa.types.is_integer(f.type))
        ]
        for name in ("score", *numbers):
            self._signals[name].append(candidates[name].to_numpy().astype(np.float64))
        for row in ledger.select(_SHOWN).to_pylist():
            # Reasons are counted without their particulars; of a dropped candidate's both parts.
            first, _, second = (row["reason"] or "").partition("; ")
            reason = generalise_reason(first)
            if row["stage"] == "candidate" and second:
                reason = f"{reason}; {generalise_reason(second)}"
            self.reasons[row["stage"]][reason] += 1
            # Each example of a reason is about another figure, so that they differ.
            shown = self.examples[row["stage"], reason]
            if len(shown) < EXAMPLES and all(k["figure_id"] != row["figure_id"] for k in shown):
                shown.append(row)
            if row["split"] and row["correct_index"] is not None and row["distractors"]:
                self.lengths[row["split"]].add(row)

    def signals(self) -> Iterator[tuple[str, NDArray[np.float64], NDArray[np.bool_]]]:
        """Name, values (n,) and whether kept (n,) of each signal and the score; n without gaps."""
        kept = np.concatenate(self._kept) if self._kept else np.zeros(0, bool)
        for name, parts in self._signals.items():
            values = np.concatenate(parts)
            known = np.isfinite(values)
            if known.any():
                yield name, values[known], kept[known]

    def stages(self) -> list[tuple[str, int]]:
        """Rows by the stage reached, in the order of the stages."""
        order = {name: i for i, name in enumerate(STAGES)}
        rows = [(name, sum(counter.values())) for name, counter in self.reasons.items()]
        return sorted(rows, key=lambda item: order.get(item[0], len(order)))


def collect(files: list[Path], quarantine: Path) -> ReportData:
    """Read ledger files, and the quarantine of the build where it is there.

    Raises:
        NoReleaseError: a file is damaged.
    """
    data = ReportData()
    for path in files:
        with refuse_damage(path), pq.ParquetFile(path) as file:
            for group in range(file.num_row_groups):
                data.add(file.read_row_group(group, use_threads=False))
    if quarantine.is_file():
        with refuse_damage(quarantine):
            data.summary.add_quarantine(pq.read_table(quarantine, partitioning=None))
    return data


def may_show(row: dict[str, Any]) -> bool:
    """Whether an example's image may be in a page that is passed on."""
    return bool(row["license"]) and allows(row["license"], "redistributable")


def read_thumbnails(output: Path, figures: Collection[str]) -> dict[str, str]:
    """Small pictures of figures as data URLs, by figure.

    They come from the release and, for figures in no split, from the build's work.
    """
    missing, urls = set(figures), dict[str, str]()
    files = [*output.glob("release/data/open/*.parquet"), *output.glob("work/figures/*.parquet")]
    for path in sorted(files):
        if not missing:
            break
        with pq.ParquetFile(path) as file:
            for group in range(file.num_row_groups):
                # Ids first: images are read of the few groups that hold a wanted figure.
                ids = file.read_row_group(group, ["figure_id"])["figure_id"]
                wanted = missing & set(ids.to_pylist())
                if not wanted:
                    continue
                table = file.read_row_group(group, ["figure_id", "image"])
                for name in sorted(wanted):
                    place = pc.index(table["figure_id"], name).as_py()
                    urls[name] = make_thumbnail(table["image"][place].as_py()["bytes"], _WIDEST)
                missing -= wanted
    return urls
