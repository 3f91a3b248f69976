from __future__ import annotations

import io
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from rich.console import Console

from builder.config import BuildConfig
from builder.pipeline import build
from builder.show import NoReleaseError, print_summary, read_summary
from builder.summary import Summary


def shown(summary: Summary) -> str:
    said = io.StringIO()
    print_summary(summary, Console(file=said, width=120))
    return said.getvalue()


def ledger_of(output: Path) -> Path:
    path = output / "release" / "data" / "ledger" / "train-00000-of-00001.parquet"
    path.parent.mkdir(parents=True)
    return path


def test_a_release_of_what_could_not_be_used_lists_it(tmp_path: Path) -> None:
    images = tmp_path / "images"
    images.mkdir()
    (images / "a.png").write_bytes(b"no image")
    (images / "metadata.jsonl").write_text('{"file_name": "a.png", "text": "Cells."}\n')
    output = tmp_path / "out"
    release = build(BuildConfig(output=output, sources=(f"image_folder:{images}",))).release
    (row,) = pq.read_table(release / "data" / "ledger").to_pylist()
    assert row["stage"] == "quarantine"
    assert row["reason"].startswith("image format is unknown: ")
    summary = read_summary(output)
    assert summary.rows == len(summary.figures) == 0
    assert "image format is unknown" in shown(summary)


def test_values_of_the_ledger_are_no_markup() -> None:
    summary = Summary()
    summary.add_quarantine(pa.table({"reason": ["odd [/x] name [red]"]}))
    assert "odd [/x] name [red]" in shown(summary)


def test_a_damaged_ledger_or_one_of_another_version_says_so(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path)
    whole = pa.BufferOutputStream()
    pq.write_table(pa.table({"stage": ["figure"] * 100}), whole)
    data = whole.getvalue().to_pybytes()
    for content in (b"", b"PAR1", data[:-20], data[:4] + b"\xff" * 20 + data[24:], data):
        ledger.write_bytes(content)
        with pytest.raises(NoReleaseError, match="damaged or of another version; build again"):
            read_summary(tmp_path)
