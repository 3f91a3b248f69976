"""The release folder: Parquet files with untouched image bytes, and the card."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from builder.card import ConfigFiles, SplitFiles, write_card
from builder.ledger import ledger_table, publishable
from builder.schemas import SCHEMAS
from builder.shards import ShardStore, digest, file_digest
from builder.splits import Assignment
from builder.summary import Summary

FILE_BYTES = 400 << 20
ROW_GROUP_BYTES = 4 << 20
ROW_GROUP_ROWS = 256

_SPLITS = (
    ("default", "train"), ("default", "test"), ("open", "train"), ("open", "test"),
    ("ledger", "train"),
)  # fmt: skip


def choices_of(row: Mapping[str, Any]) -> list[str]:
    """The four choices of a ledger row, the answer at its correct_index."""
    choices = list(row["distractors"])
    choices.insert(row["correct_index"], row["answer"])
    return choices


@dataclass(slots=True)
class SplitWriter:
    """Writes the rows of one split into files of bounded size, in small row groups."""

    folder: Path
    split: str
    schema: pa.Schema
    rows: int = 0
    _files: list[Path] = field(default_factory=list)
    _pending: list[dict[str, Any]] = field(default_factory=list)
    _pending_bytes: int = 0
    _writer: pq.ParquetWriter | None = None

    def add(self, row: dict[str, Any]) -> None:
        """Add a row; a new image opens a new row group where the last one is full."""
        size = len((row.get("image") or {}).get("bytes", b""))
        full = self._pending_bytes + size > ROW_GROUP_BYTES or len(self._pending) >= ROW_GROUP_ROWS
        if self._pending and full:
            self._flush()
        if not self._pending or row.get("image") is not self._pending[-1].get("image"):
            self._pending_bytes += size
        self._pending.append(row)
        self.rows += 1

    def _flush(self) -> None:
        if self._writer is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            path = self.folder / f"{self.split}-{len(self._files):05d}.parquet"
            self._files.append(path)
            self._writer = pq.ParquetWriter(
                path, self.schema, compression="zstd", dictionary_pagesize_limit=2 * ROW_GROUP_BYTES
            )
        self._writer.write_table(pa.Table.from_pylist(self._pending, schema=self.schema))
        self._pending, self._pending_bytes = [], 0
        if self._files[-1].stat().st_size > FILE_BYTES:
            self._close_file()

    def _close_file(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def close(self) -> SplitFiles | None:
        """Finish the split. Returns its files under their final names; None without rows."""
        if self._pending:
            self._flush()
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
) -> Summary:
    """Write the release folder whole, then put it in place of an older one.

    Returns the summary of the ledger that the card's numbers are taken from.
    """
    aside = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(aside, ignore_errors=True)
    writers = {
        (config, split): SplitWriter(aside / "data" / config, split, SCHEMAS[config])
        for config, split in _SPLITS
    }
    summary = Summary()
    for shard in shards:
        table = ledger_table(store, shard, assignments)
        summary.add(table)
        _write_shard(writers, table, store, shard)
    summary.add_quarantine(quarantine)
    configs = _close(writers)
    content = digest([(f.name, file_digest(f)) for c in configs for s in c.splits for f in s.files])
    write_card(aside, configs, summary, content, settings)
    _replace(folder, aside)
    return summary


def _write_shard(writers: Writers, ledger: pa.Table, store: ShardStore, shard: str) -> None:
    figures = store.read("figures", shard, ["figure_id", "image"]).to_pylist()
    images = {row["figure_id"]: row["image"] for row in figures}
    for row in publishable(ledger).to_pylist():
        writers["ledger", "train"].add(row)
        if row["stage"] != "released":
            continue
        full = row | {"image": images[row["figure_id"]]}
        writers["open", row["split"]].add(_select(full, SCHEMAS["open"]))
        if row["correct_index"] is not None:
            full["choices"] = choices_of(row)
            writers["default", row["split"]].add(_select(full, SCHEMAS["default"]))


def _select(row: Mapping[str, Any], schema: pa.Schema) -> dict[str, Any]:
    return {name: row[name] for name in schema.names}


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
