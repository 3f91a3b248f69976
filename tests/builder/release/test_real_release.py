"""Real articles end to end: a release that stock `datasets` opens, true to its source."""

from __future__ import annotations

import hashlib
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from datasets import Image, load_dataset

from builder.release.schemas import CONTENT
from builder.run.config import BuildConfig
from builder.run.pipeline import build


def image_digests(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*"):
        if path.name.endswith(".tar.gz"):
            with tarfile.open(path) as archive:
                members = (archive.extractfile(m) for m in archive if m.isfile())
                yield from (hashlib.sha256(m.read()).hexdigest() for m in members if m)
        elif path.is_file():
            yield hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def output(realdata: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("real")
    source = f"pmc_oa:{realdata / 'pmc_oa'}"
    build(BuildConfig(output=folder, sources=(source,), license="any", workers=1))
    return folder


@pytest.fixture(scope="module")
def ledger(output: Path) -> list[dict[str, Any]]:
    files = (output / "release" / "data" / "ledger").glob("*.parquet")
    return [row for file in files for row in pq.read_table(file).to_pylist()]


def test_stock_datasets_opens_it_with_the_real_images_and_credits(
    output: Path, realdata: Path, tmp_path: Path
) -> None:
    rows = load_dataset(str(output / "release"), "open", cache_dir=str(tmp_path))
    known = set(image_digests(realdata / "pmc_oa"))
    captions = {f["caption"] for f in pq.read_table(output / "work" / "figures").to_pylist()}
    assert len(rows) > 0
    for split in rows.values():
        for row in split.cast_column("image", Image(decode=False)):
            assert hashlib.sha256(row["image"]["bytes"]).hexdigest() in known
            assert row["caption"] in captions
            assert row["license"] in ("CC-BY-4.0", "CC0-1.0")
            assert "https://doi.org/10." in row["attribution"]
            assert row["license"] in row["attribution"]


def test_every_figure_is_in_the_ledger_or_the_quarantine(
    output: Path, ledger: list[dict[str, Any]]
) -> None:
    quarantine = pq.read_table(output / "work" / "quarantine.parquet").to_pylist()
    figures = {(row["article_id"], row["figure_id"]) for row in ledger}
    assert len(figures) == 65
    assert len({article for article, _ in figures}) == 9
    assert [r["reason"] for r in quarantine].count("not a figure: sub-article") == 1
    assert all(row["reason"] for row in [*ledger, *quarantine])


def test_what_may_not_be_redistributed_has_no_content_and_no_split(
    ledger: list[dict[str, Any]],
) -> None:
    closed = [row for row in ledger if row["license"] == "unknown"]
    assert closed
    for row in closed:
        assert row["split"] is None
        assert all(row[name] is None for name in CONTENT)
        assert row["figure_id"]
        assert row["reason"]


def test_an_empty_split_is_left_out_of_files_and_card(realdata: Path, tmp_path: Path) -> None:
    source = f"pmc_oa:{realdata / 'pmc_oa' / 'biorxiv-2022.04.13.488149'}"
    result = build(BuildConfig(output=tmp_path / "one", sources=(source,), workers=1))
    data = load_dataset(str(result.release), "open", cache_dir=str(tmp_path / "cache"))
    assert list(data) == ["train"]
    assert not list(result.release.rglob("test-*"))
    assert "### test" not in (result.release / "README.md").read_text()
