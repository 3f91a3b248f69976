from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from datasets import Dataset
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from builder.decontamination import BenchmarkRow, BenchmarkTable, Match, Matcher, write_pairs
from builder.decontamination.matching import NGRAM
from builder.release.splits import SplitItem
from builder.run.config import BuildConfig
from builder.run.pipeline import build
from builder.sources import SourceError
from builder.tables.images import inspect
from builder.tables.near_duplicates import cut_shingles

STEM = "In this image, how long is the distance that is marked by the scale bar?"
LONG = (
    "Considering the observed redistribution of the labelled mitochondria towards the cell "
    "periphery after treatment, which mechanism would most plausibly explain the change?"
)


def item(question: str = "q", answer: str = "a", phash: str = "0" * 64) -> SplitItem:
    return SplitItem("c", "q", "f/1", "f", False, phash, "caption", question, answer, True)


def row(question: str = "", answer: str = "", *phashes: str) -> BenchmarkRow:
    return BenchmarkRow("bench", "test:0", question, answer, phashes)


@pytest.mark.parametrize(
    ("ours", "theirs", "kind"),
    [
        (item(STEM, "20 µm"), row(STEM, "20 µm"), "question"),
        (item(STEM, "20 µm"), row(STEM, "50 µm"), None),
        (item(STEM, "20 µm"), row(STEM), "question"),
        (item(LONG, "a"), row(LONG.replace("observed", "visible"), "b"), "question"),
        (item(LONG, "a"), row(" ".join(reversed(LONG.split())), "a"), None),
        (item(phash="f" * 64), row("", "", "f" * 64), "image"),
        (item(phash="f" * 64), row("", "", "f" * 60 + "0fff"), "near-duplicate image"),
        (item(phash="f" * 64), row("", "", "0" * 64), None),
    ],
)
def test_what_counts_as_the_benchmarks(ours: SplitItem, theirs: BenchmarkRow, kind: str) -> None:
    found = Matcher([theirs]).find(ours)
    assert (found.kind if found else None) == kind
    assert found is None or "bench test:0" in found.reason


@given(st.text(), st.text())
def test_any_texts_can_be_compared(ours: str, theirs: str) -> None:
    found = Matcher([row(theirs)]).find(item(ours))
    assert found is None or cut_shingles(ours, NGRAM) & cut_shingles(theirs, NGRAM)


def png(seed: int) -> bytes:
    noise = np.random.default_rng(seed).integers(0, 255, (8, 8, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).resize((64, 64)).save(buffer, "PNG")
    return buffer.getvalue()


FORMS: dict[str, dict[str, list[Any]]] = {
    "microvqa": {
        "images_list": [[{"bytes": png(1), "path": "a.png"}]],
        "question": ["Which stain?"],
        "choices": [["DAPI", "Hoechst"]],
        "correct_index": [1],
        "correct_answer": ["Hoechst"],
    },
    "microvqa_pp_demo": {
        "image": [{"bytes": png(1), "path": "a.jpg"}],
        "question": ["Which stain?"],
        "choices": [["1) DAPI", "2) Hoechst"]],
        "correct_index": [2],
        "correct_answer": ["2) Hoechst"],
    },
}


@pytest.mark.parametrize("form", sorted(FORMS))
def test_known_forms_of_benchmarks_are_read(form: str, tmp_path: Path) -> None:
    Dataset.from_dict(FORMS[form]).to_parquet(tmp_path / "test.parquet")
    (found,) = BenchmarkTable(str(tmp_path / "test.parquet")).read_rows()
    assert (found.question, found.answer) == ("Which stain?", "Hoechst")
    assert found.phashes == (inspect(png(1)).phash,)


def test_a_table_without_image_and_question_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text(json.dumps({"title": "t"}) + "\n")
    with pytest.raises(SourceError, match=r"no image and no question column; it has: title"):
        BenchmarkTable(str(tmp_path / "x.jsonl"))


def test_the_page_shows_text_as_text(tmp_path: Path) -> None:
    Dataset.from_dict(FORMS["microvqa"]).to_parquet(tmp_path / "test.parquet")
    benchmark = BenchmarkTable(str(tmp_path / "test.parquet"))
    evil = "<script>alert(1)</script>"
    match = Match("c", "f/1", evil, "a", "image", 0.0, benchmark.name, "train:0", evil, "b")
    write_pairs(tmp_path / "out", [match], {"f/1": png(2)}, [benchmark])
    page = (tmp_path / "out" / "pairs.html").read_text()
    assert "<script" not in page
    assert page.count("data:image/jpeg;base64,") == 2


def test_an_excluded_release_leaves_nothing_of_itself(tmp_path: Path) -> None:
    first = build(BuildConfig(output=tmp_path / "a", sources=("phantom:12",), workers=1))
    config = BuildConfig(
        output=tmp_path / "b",
        sources=("phantom:24",),
        exclude=(str(first.release / "data" / "default"),),
        workers=1,
    )
    second = build(config)
    ledger = pq.read_table(second.release / "data" / "ledger").to_pylist()
    known = {
        r["image_sha256"]
        for r in pq.read_table(first.release / "data" / "ledger").to_pylist()
        if r["correct_index"] is not None
    }
    assert known
    assert not known & {r["image_sha256"] for r in ledger if r["split"]}
    assert any(r["split"] for r in ledger)
    pairs = pq.read_table(tmp_path / "b" / "work" / "excluded" / "pairs.parquet")
    reasons = [r["reason"] for r in ledger if str(r["reason"]).startswith("excluded: ")]
    assert len(reasons) == pairs.num_rows > 0
    assert "Kept out by image hash" in (second.release / "README.md").read_text()
