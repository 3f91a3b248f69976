"""The standalone filter: everything comes back in order, and bad tables are told what is wrong."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image
from typer import Typer
from typer.testing import CliRunner

from builder.commands.filter import filter_command
from filtering.table.filter_table import Columns, TableError, filter_table

CAPTION = "HeLa cells, DAPI in blue. 12 of 21 cells were mitotic. Scale bar, 5 µm."
GOOD = {"caption": CAPTION, "question": "Which cell line is shown?", "answer": "HeLa"}
WRONG = GOOD | {"question": "How long is the scale bar?", "answer": "7 µm"}
FAR = GOOD | {"question": "Which feature is seen?", "answer": "Vacuoles"}


def written(output: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(output / "table.parquet").to_pylist()
    return rows


def jsonl(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_rows_columns_and_values_come_back_in_order(tmp_path: Path) -> None:
    image = {"bytes": b"\x89not decoded", "path": "a.png"}
    rows = [
        {"n": n, "image": image, **(FAR if n % 4 == 3 else GOOD), "zoo": [n, None]}
        for n in range(150)
    ]
    source = tmp_path / "in.parquet"
    pq.write_table(pa.Table.from_pylist(rows), source)
    report = filter_table(source, tmp_path / "out")
    found = written(tmp_path / "out")
    assert [{k: row[k] for k in rows[0]} for row in found] == rows
    assert list(found[0])[-3:] == ["score", "keep", "reason"] and "signal_grounding" in found[0]
    assert (report.rows, report.kept, report.ranked_low) == (150, 112, 38)
    assert all(row["keep"] == (row["n"] % 4 != 3) or row["n"] > 147 for row in found)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["table.parquet"]


@pytest.mark.parametrize("kind", ["jsonl", "json", "csv", "folder", "saved", "imagefolder"])
def test_reads_the_same_from_every_form(kind: str, tmp_path: Path) -> None:
    rows, source = [GOOD, WRONG, FAR], tmp_path / f"in.{kind}"
    if kind == "jsonl":
        jsonl(source, rows)
    elif kind == "json":
        source.write_text(json.dumps(rows), encoding="utf-8")
    elif kind == "csv":
        with source.open("w", encoding="utf-8-sig", newline="") as file:
            csv.DictWriter(file, list(GOOD)).writeheader()
            csv.DictWriter(file, list(GOOD)).writerows(rows)
    elif kind == "saved":
        datasets.Dataset.from_list(rows).save_to_disk(str(source))
    else:
        source.mkdir()
        jsonl(source / "train.jsonl", rows)
    if kind == "imagefolder":
        (source / "train.jsonl").unlink()
        for n in range(3):
            Image.new("L", (4, 4), n).save(source / f"{n}.png")
        jsonl(
            source / "metadata.jsonl", [r | {"file_name": f"{n}.png"} for n, r in enumerate(rows)]
        )
    filter_table(source, tmp_path / "out", keep_ratio=0.5)
    found = written(tmp_path / "out")
    assert [row["answer"] for row in found] == ["HeLa", "7 µm", "Vacuoles"]
    assert [row["keep"] for row in found] == [True, False, False]
    assert "says 7 µm, the caption says 5 µm" in found[1]["reason"]
    assert found[0]["score"] > found[2]["score"] >= 0 > found[1]["score"]
    if kind == "imagefolder":
        data = datasets.Dataset.from_parquet(str(tmp_path / "out" / "table.parquet"))
        assert data[2]["image"].getpixel((0, 0)) == 2 and data[2]["keep"] is False


def test_cells_that_cannot_be_judged_keep_their_row(tmp_path: Path) -> None:
    cells: list[Any] = [None, float("nan"), 12, "", "x" * 10_000, "细胞", ["a", 1], "\ud800", True]
    rows = [GOOD | {"answer": cell} for cell in cells] + [
        GOOD | {"caption": "  "},
        {"question": "Why?"},
        GOOD | {"caption": "细胞核用 DAPI 染色。", "question": "Which cells are shown?"},
    ]
    report = filter_table(jsonl(tmp_path / "in.jsonl", rows), tmp_path / "out")
    found = written(tmp_path / "out")
    empty = "not judged: the answer is empty"
    assert [n for n, row in enumerate(found) if row["reason"] == empty] == [0, 1, 3, 7]
    assert found[4]["reason"] == "not judged: the answer has over 5,000 characters"
    assert found[9]["reason"] == "not judged: the caption is empty"
    assert found[10]["reason"] == "not judged: the caption and the answer are empty"
    assert found[11]["reason"] == "not judged: the caption is not in Latin script"
    assert report.not_judged == 8 and all(row["score"] is not None for row in found)
    assert found[2]["signal_answer"] == 1


def test_one_row_and_equal_rows(tmp_path: Path) -> None:
    for count, kept in ((1, 0), (8, 6)):
        source = jsonl(tmp_path / "in.jsonl", [GOOD] * count)
        assert filter_table(source, tmp_path / "out").kept == kept
        assert [row["keep"] for row in written(tmp_path / "out")] == [
            n < kept for n in range(count)
        ]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (
            "a.jsonl",
            '{"caption": "x", "text": "y"}',
            "no column 'question', 'answer'; it has: capt",
        ),
        ("a.jsonl", json.dumps(GOOD | {"keep": 1}), "already has 'keep'"),
        ("a.jsonl", json.dumps(GOOD) + "\n{oops", "line 2 is no JSON"),
        ("a.jsonl", "[1]", "line 1 is no JSON object"),
        ("a.csv", "caption,question,answer\n", "has no rows"),
        ("a.csv", "caption,caption\nx,y\n", "more than one column 'caption'"),
        ("a.csv", "caption,question,answer\nx,y,z,w\n", "row 1: more cells than columns"),
        ("a.parquet", "no parquet", "cannot be read"),
        ("a.xlsx", "x", "is not read; give a Parquet"),
        ("", "", "does not exist"),
    ],
)
def test_bad_tables_are_refused_in_words(
    name: str, content: str, message: str, tmp_path: Path
) -> None:
    source = tmp_path / (name or "missing.csv")
    if name:
        source.write_text(content, encoding="utf-8")
    with pytest.raises(TableError, match=message):
        filter_table(source, tmp_path / "out")
    assert not list(tmp_path.glob("out/*"))


def test_splits_are_chosen_or_read_in_turn(tmp_path: Path) -> None:
    parts = {"train": [GOOD, FAR], "test": [WRONG]}
    saved = {name: datasets.Dataset.from_list(rows) for name, rows in parts.items()}
    datasets.DatasetDict(saved).save_to_disk(str(tmp_path / "in"))
    assert filter_table(tmp_path / "in", tmp_path / "out").rows == 3
    assert filter_table(f"{tmp_path / 'in'}?split=test", tmp_path / "out").contradicted == 1
    with pytest.raises(TableError, match="no split 'dev'; it has: train, test"):
        filter_table(f"{tmp_path / 'in'}?split=dev", tmp_path / "out")


def test_the_command_reports_or_says_what_is_wrong(tmp_path: Path) -> None:
    app = Typer()
    app.command()(filter_command)
    source = jsonl(
        tmp_path / "in.jsonl", [{"legend": r.pop("caption"), **r} for r in (dict(GOOD),)]
    )
    arguments = [str(source), "--output", str(tmp_path / "out"), "--keep-ratio", "1"]
    failed = CliRunner().invoke(app, arguments)
    assert failed.exit_code == 2 and "it has: legend, question, answer" in failed.output
    found = CliRunner().invoke(app, [*arguments, "--caption-column", "legend"])
    assert found.exit_code == 0 and "kept" in found.output and "table.parquet" in found.output
    with pytest.raises(TableError, match="no column 'photo'"):
        filter_table(source, tmp_path / "out", Columns(image="photo", caption="legend"))
