"""Tables as text, in the encodings, delimiters and forms that programs write."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builder.sources.row_files import read_row_file
from filtering.table.filter_table import filter_table
from filtering.table.text_files import read_csv, read_json

ROWS = [
    {"image": "a.png", "caption": "Bar, 5 µm; 37 °C, “live”", "n": "0,5"},
    {"image": "b.png", "caption": "two\nlines, and more", "n": "1,5"},
    {"image": "c.png", "caption": 'with "quotes"; and é', "n": ""},
]
ENCODINGS = ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]


def write(delimiter: str, rows: list[dict[str, Any]] = ROWS) -> str:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def read(path: Path) -> list[Any]:
    header, rows = read_csv(path)
    return [dict(zip(header, cells, strict=True)) for _, cells in rows]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_tables_of_all_programs_give_the_same_rows(
    tmp_path: Path, encoding: str, delimiter: str
) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(write(delimiter).encode(encoding))
    assert read(path) == ROWS
    path.write_bytes(f"sep={delimiter}\r\n{write(delimiter)}".encode(encoding))
    assert read(path) == ROWS


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_json_in_every_encoding_and_form(tmp_path: Path, encoding: str) -> None:
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS)
    names = list(ROWS[0])
    forms = {
        "t.jsonl": lines,
        "lines.json": lines,
        "list.json": json.dumps(ROWS, indent=1, ensure_ascii=False),
        "data.json": json.dumps({"version": 1, "data": ROWS}, ensure_ascii=False),
        "columns.json": json.dumps(
            {n: {str(i): row[n] for i, row in enumerate(ROWS)} for n in names}, ensure_ascii=False
        ),
        "split.json": json.dumps(
            {"columns": names, "index": [0, 1, 2], "data": [list(r.values()) for r in ROWS]},
            ensure_ascii=False,
        ),
    }
    for name, text in forms.items():
        (tmp_path / name).write_bytes(text.encode(encoding))
        assert [row for _, row in read_json(tmp_path / name)] == ROWS, name


def test_one_broken_byte_does_not_change_the_encoding_of_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes("caption,x\n5 µm and 37 °C,1\n".encode() + b"bro\xffken,2\n")
    assert read(path)[0]["caption"] == "5 µm and 37 °C"


CELL = st.text(st.characters(codec="cp1252", exclude_categories=["Cc"]), max_size=8)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=5), st.sampled_from(",;\t"))
def test_any_cells_come_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]], mark: str
) -> None:
    path = tmp_path_factory.mktemp("csv") / "t.csv"
    named = [dict(zip(("image", "caption", "license"), row, strict=True)) for row in rows]
    path.write_bytes(write(mark, named).encode())
    assert read(path) == named


def test_builder_and_filter_read_the_same_table(tmp_path: Path) -> None:
    caption = "HeLa cells at 37 °C; nuclei in blue. Scale bar, 5 µm."
    row = {"image": "a.png", "caption": caption, "question": "How long?", "answer": "5 µm"}
    path = tmp_path / "t.csv"
    path.write_bytes(write(";", [row]).encode("cp1252"))
    assert read_row_file(path).rows == [(1, row)]
    report = filter_table(path, tmp_path / "out", keep_ratio=1)
    assert (report.rows, report.kept, report.not_judged) == (1, 1, 0)


def test_decimal_commas_of_a_table_with_semicolons_are_points(tmp_path: Path) -> None:
    row = {"caption": "HeLa cells. Scale bar, 0.5 µm.", "question": "How long is the scale bar?"}
    rows = [row | {"answer": answer} for answer in ("0,5 µm", "0,7 µm")]
    path = tmp_path / "t.csv"
    path.write_text(write(";", rows), encoding="utf-8")
    assert filter_table(path, tmp_path / "out", keep_ratio=1).contradicted == 1
    right, wrong = pq.read_table(tmp_path / "out" / "table.parquet").to_pylist()
    assert (right["keep"], wrong["keep"]) == (True, False)
    assert right["answer"] == "0,5 µm"


def test_what_spreadsheets_and_people_write_around_a_table(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('image, caption, license\na.png, "Cells, red", CC0\n')
    assert read(path) == [{"image": "a.png", "caption": "Cells, red", "license": "CC0"}]
    path.write_text("Caption;Question;Answer;;\nHeLa cells.;Which cells?;HeLa;;\n")
    assert read(path)[0]["column 5"] == ""
    report = filter_table(path, tmp_path / "out", keep_ratio=1)
    assert (report.kept, report.not_judged) == (1, 0)


def test_a_folder_of_such_files_is_read_like_each_of_them(tmp_path: Path) -> None:
    row = {"caption": "HeLa cells at 37 °C.", "question": "Which cells?", "answer": "HeLa"}
    for encoding, mark in (("cp1252", ","), ("utf-8", ";"), ("utf-16", "\t")):
        folder = tmp_path / encoding
        folder.mkdir()
        for name in ("a.csv", "b.csv"):
            (folder / name).write_bytes(write(mark, [row]).encode(encoding))
        report = filter_table(folder, tmp_path / f"{encoding}.out", keep_ratio=1)
        assert (report.rows, report.kept) == (2, 2)
