"""The release folder: Parquet files with untouched image bytes, and the card."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from builder.release.card import ConfigFiles, SplitFiles, write_card
from builder.release.ledger import (
    Summary,
    make_ledger,
    make_quarantine_rows,
    withhold_content,
)
from builder.release.schemas import SCHEMAS
from builder.release.splits import Assignment
from builder.tables.shards import ShardStore, digest, file_digest, parquet_options

if TYPE_CHECKING:
    from builder.screening.outcomes import Screening

logger = logging.getLogger("microvqa_pp")

FILE_BYTES = ((1, 4 << 20), (4_096, 28 << 20), (None, 400 << 20))
"""Most bytes of a file, by how many files a split has with it.

pyarrow reads a streamed file in pieces of up to 32 MiB, each whole before its first row, and reads
ahead in threads, which can hang or abort an interpreter that ends while they fetch. A small first
file makes the first row cheap however large the release is, and a file in one piece leaves nothing
to fetch once it has yielded a row. Very large releases end in larger files:
the Hub takes 10,000 in a folder.
"""
ROW_GROUP_BYTES = 4 << 20
ROW_GROUP_ROWS = 256
_ANY_SIZE = 1 << 30
FIGURES_IN_MEMORY = 16
"""Figures whose images are in memory while rows are written."""

_SPLITS = (
    ("default", "train"), ("default", "test"), ("open", "train"), ("open", "test"),
    ("ledger", "train"),
)  # fmt: skip


def list_choices(row: Mapping[str, Any]) -> list[str]:
    """The four choices of a ledger row, the answer at its correct_index."""
    choices = list(row["distractors"])
    choices.insert(row["correct_index"], row["answer"])
    return choices


@dataclass(frozen=True, slots=True)
class Piece:
    """Rows of one shard, and which of its images each shows.

    Rows share their images until they are written: several questions are about one figure.

    Shape:
        rows: n rows; images: m figures; places: n numbers, of each row the number of its image.
    """

    rows: pa.Table
    images: pa.StructArray | None = None
    places: pa.Array | None = None

    def slice(self, start: int, length: int) -> Piece:
        """Some of the rows."""
        places = None if self.places is None else self.places.slice(start, length)
        return Piece(self.rows.slice(start, length), self.images, places)

    def measure_images(self) -> list[tuple[int, int]]:
        """Of each row the number of its image and the bytes of that; 0 where there are none."""
        if self.images is None or self.places is None:
            return [(0, 0)] * len(self.rows)
        sizes = pc.binary_length(self.images.field("bytes")).to_pylist()
        return [(place, sizes[place]) for place in self.places.to_pylist()]

    def drop_other_images(self) -> Piece:
        """The rows with none but their own images, so that no other is held in memory."""
        if self.images is None or self.places is None:
            return self
        own = pc.unique(self.places)
        return Piece(self.rows, self.images.take(own), pc.index_in(self.places, own))

    def to_table(self, schema: pa.Schema) -> pa.Table:
        """The rows with their images, columns as in the schema."""
        table = self.rows
        if self.images is not None:
            table = table.append_column("image", self.images.take(self.places))
        return table.select(schema.names).cast(schema)


@dataclass(slots=True)
class SplitWriter:
    """Writes the rows of one split into files of bounded size, in small row groups.

    Without rows there is no file, or with `even_empty` one without rows.
    """

    folder: Path
    split: str
    schema: pa.Schema
    rows: int = 0
    even_empty: bool = False
    _files: list[Path] = field(default_factory=list)
    _pending: list[Piece] = field(default_factory=list)
    _pending_rows: int = 0
    _pending_bytes: int = 0
    _writer: pq.ParquetWriter | None = None

    def add(self, piece: Piece) -> None:
        """Add rows; one that would overfill the row group opens the next.

        Row groups are cut by the bytes of images: a reader of a few rows fetches a whole group.
        """
        start, last = 0, -1
        for row, (image, size) in enumerate(piece.measure_images()):
            # An image counts once for all the rows in a row that show it.
            full = image != last and self._pending_bytes + size > ROW_GROUP_BYTES
            if self._pending_rows and (full or self._pending_rows >= ROW_GROUP_ROWS):
                self._queue(piece.slice(start, row - start))
                self._flush()
                start = row
            if image != last or not self._pending_rows:
                self._pending_bytes += size
            self._pending_rows += 1
            last = image
        self._queue(piece.slice(start, len(piece.rows) - start).drop_other_images())
        self.rows += len(piece.rows)

    def _queue(self, piece: Piece) -> None:
        if len(piece.rows):
            self._pending.append(piece)

    def _flush(self) -> None:
        if self._writer is not None:
            # Rows that would take the open file over its limit start the next one.
            number = len(self._files)
            most = next(size for below, size in FILE_BYTES if below is None or number <= below)
            if self._files[-1].stat().st_size + self._pending_bytes > most:
                self._close_file()
        writer = self._writer or self._open_file()
        writer.write_table(pa.concat_tables(piece.to_table(self.schema) for piece in self._pending))
        self._pending, self._pending_rows, self._pending_bytes = [], 0, 0
        pa.default_memory_pool().release_unused()

    def _open_file(self) -> pq.ParquetWriter:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{self.split}-{len(self._files):05d}.parquet"
        self._files.append(path)
        self._writer = pq.ParquetWriter(
            path,
            self.schema,
            dictionary_pagesize_limit=_ANY_SIZE,
            **parquet_options(self.schema),
        )
        return self._writer

    def _close_file(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def close(self) -> SplitFiles | None:
        """Finish the split. Returns its files under their final names, None without any."""
        if self._pending:
            self._flush()
        if self.even_empty and not self._files:
            self._open_file()
        self._close_file()
        count = len(self._files)
        final = [
            path.rename(path.with_name(f"{self.split}-{i:05d}-of-{count:05d}.parquet"))
            for i, path in enumerate(self._files)
        ]
        size = sum(path.stat().st_size for path in final)
        return SplitFiles(self.split, self.rows, size, tuple(final)) if final else None


Writers = Mapping[tuple[str, str], SplitWriter]


def write_release(
    folder: Path,
    store: ShardStore,
    shards: Iterable[str],
    assignments: Mapping[str, Assignment],
    quarantine: pa.Table,
    settings: Mapping[str, Any],
    screening: Screening | None = None,
) -> Summary:
    """Write the release folder whole, then put it in place of an older one.

    Args:
        folder: the release; one that is there is replaced.
        store: tables of the build.
        shards: names of the shards, in the order of the rows.
        assignments: where each question went, by candidate_id.
        quarantine: inputs that the sources could not use.
        settings: of the build, for the card.
        screening: what reviewers decided, which is applied before anything is written or counted.

    Returns:
        The counts of the ledger that the card's numbers are taken from.
    """
    # Everything is written beside the folder, so that a reader never sees half a release.
    aside = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(aside, ignore_errors=True)
    writers = {
        (config, split): SplitWriter(
            aside / "data" / config, split, SCHEMAS[config], even_empty=config == "ledger"
        )
        for config, split in _SPLITS
    }
    # One shard after the other: figures and all that belongs to them lie in the same one, so that
    # memory does not grow with the release.
    summary = Summary()
    for shard in shards:
        table = make_ledger(store, shard, assignments)
        if screening is not None:
            table = screening.apply(table)
        summary.add(table)
        _write_shard(writers, table, store, shard)
    summary.add_quarantine(quarantine)
    # A release without any figure still has a ledger: of what could not be used, and why.
    if not summary.rows:
        writers["ledger", "train"].add(Piece(make_quarantine_rows(quarantine)))
    configs = _close(writers)
    # The digest goes into the card, by which `datasets` tells this release from an earlier one.
    content = digest([(f.name, file_digest(f)) for c in configs for s in c.splits for f in s.files])
    screened = screening.summarise() if screening is not None else None
    write_card(aside, configs, summary, content, settings, screened)
    _replace(folder, aside)
    sizes = (f"{config.name}/{s.split} {s.rows:,}" for config in configs for s in config.splits)
    logger.info("Release: %s; rows of %s", folder, ", ".join(sizes))
    logger.info(
        "Left out: %s figures without a candidate, %s dropped by the filter, %s in no split, "
        "%s inputs quarantined",
        *(f"{summary.number('stage', stage):,}" for stage in ("figure", "candidate", "kept")),
        f"{summary.counts['quarantine'].total():,}",
    )
    return summary


def _write_shard(writers: Writers, ledger: pa.Table, store: ShardStore, shard: str) -> None:
    """Add a shard's ledger to the config `ledger`, and its questions with images to the others."""
    ledger = withhold_content(ledger)
    writers["ledger", "train"].add(Piece(ledger))
    released = ledger.filter(pc.equal(ledger["stage"], "released"))
    for figures in store.batches("figures", shard, ["figure_id", "image"], FIGURES_IN_MEMORY):
        place = pc.index_in(released["figure_id"], figures["figure_id"])
        here = released.append_column("place", place).filter(pc.is_valid(place))
        for config, split in writers:
            if config != "ledger":
                rows = here.filter(pc.equal(here["split"], split))
                if config == "default":
                    rows = rows.filter(pc.is_valid(rows["correct_index"]))
                    columns = rows.select(["distractors", "correct_index", "answer"]).to_pylist()
                    choices = [list_choices(row) for row in columns]
                    kind = SCHEMAS["default"].field("choices").type
                    rows = rows.append_column("choices", pa.array(choices, kind))
                places = rows["place"].combine_chunks()
                writers[config, split].add(Piece(rows, figures["image"], places))


def _close(writers: Writers) -> list[ConfigFiles]:
    splits: dict[str, list[SplitFiles]] = {}
    for (config, _), writer in writers.items():
        if (files := writer.close()) is not None:
            splits.setdefault(config, []).append(files)
    return [ConfigFiles(name, tuple(s)) for name, s in splits.items()]


def _replace(folder: Path, new: Path) -> None:
    old = folder.with_name(f".{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    new.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
