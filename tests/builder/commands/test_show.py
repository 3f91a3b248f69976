from __future__ import annotations

import io
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image
from rich.console import Console

from builder.commands.show import print_summary
from builder.errors import NoReleaseError
from builder.release.ledger import Summary
from builder.release.reading import read_summary
from builder.run.config import BuildConfig
from builder.run.pipeline import build


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


@pytest.mark.parametrize(
    ("caption", "advice"),
    [
        ("Confocal images of HeLa cells.", '--source-license "CC BY 4.0"'),
        ("SEM images of a steel alloy.", "--topic any"),
        ("A plot.", "--microscopy any"),
    ],
)
def test_what_was_left_out_most_is_said_with_what_to_do(
    tmp_path: Path, caption: str, advice: str
) -> None:
    for name, colour in (("a", "red"), ("b", "blue")):
        Image.new("RGB", (64, 64), colour).save(tmp_path / f"{name}.png")
    rows = [{"file_name": f"{name}.png", "caption": caption} for name in ("a", "b")]
    (tmp_path / "metadata.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    config = BuildConfig(output=tmp_path / "out", sources=(f"image_folder:{tmp_path}",))
    summary = build(config).summary
    assert "Left out most: 2 of 2 figures: " in shown(summary)
    assert advice in shown(summary)


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


def test_a_ledger_with_a_column_of_another_type_says_so(release: Path, tmp_path: Path) -> None:
    table = pq.read_table(next(release.glob("data/ledger/*.parquet")), partitioning=None)
    place = table.schema.get_field_index("split")
    pq.write_table(
        table.set_column(place, "split", pa.array([7] * len(table))), ledger_of(tmp_path)
    )
    with pytest.raises(NoReleaseError, match="damaged or of another version; build again"):
        read_summary(tmp_path)


def test_articles_of_a_split_are_those_of_its_questions(release: Path) -> None:
    table = pq.read_table(next(release.glob("data/ledger/*.parquet")), partitioning=None)
    place = table.schema.get_field_index("correct_index")
    split, article = table["split"].to_pylist(), table["article_id"].to_pylist()
    first = next(a for s, a in zip(split, article, strict=True) if s == "train")
    # As if all questions of one article had stayed free-form.
    chosen = [
        None if a == first else index
        for a, index in zip(article, table["correct_index"].to_pylist(), strict=True)
    ]
    summary = Summary()
    summary.add(table.set_column(place, "correct_index", pa.array(chosen, pa.int64())))
    kept = {
        a for s, a, c in zip(split, article, chosen, strict=True) if s == "train" and c is not None
    }
    assert summary.articles["train"] == kept
    assert first not in kept
