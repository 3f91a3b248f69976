"""Image folders: metadata in every form, columns by name, and no row or image without account."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.sources.base import SourceError
from builder.sources.image_folder import ImageFolderSource
from builder.sources.row_files import read_row_file
from builder.tables.records import Figure, Rejection

Items = list[Figure | Rejection]
Rows = list[dict[str, Any]]


def write(folder: Path, rows: Rows, images: dict[str, bytes], kind: str = "jsonl") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"metadata.{kind}"
    if kind == "jsonl":
        path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    elif kind == "parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    else:
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    for name, data in images.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def read(location: Path, license: str = "", size: int = 256, **columns: str) -> Items:
    source = ImageFolderSource(str(location), license, columns, size)
    return [item for partition in source.partitions() for item in source.read(partition)]


def figures(items: Items) -> list[Figure]:
    return [item for item in items if isinstance(item, Figure)]


def reasons(items: Items) -> list[str]:
    return [item.reason for item in items if isinstance(item, Rejection)]


def test_a_real_folder_gives_a_figure_for_each_image(realdata: Path) -> None:
    folder = realdata / "bccd"
    rows = [json.loads(line) for line in (folder / "metadata.jsonl").read_text().splitlines()]
    items = read(folder, "MIT", 10)
    assert len(figures(items)) == len(items) == len(rows) == 87
    for figure, row in zip(figures(items), rows, strict=True):
        assert figure.image["path"] == row["file_name"]
        assert figure.image["bytes"] == (folder / row["file_name"]).read_bytes()
        assert (figure.caption, figure.license) == (row["caption"], "MIT")
        assert (figure.width, figure.height) == (640, 480)
        assert (figure.is_microscopy, figure.modality) == (True, "light microscopy")
    assert items[0].article_id == "bccd_BloodImage_00000"
    assert len({figure.figure_id for figure in figures(items)}) == 87


@pytest.mark.parametrize("kind", ["jsonl", "csv", "parquet"])
def test_columns_say_what_a_figure_is(tmp_path: Path, picture: bytes, kind: str) -> None:
    long = 'Cells, "x"\nin two lines. ' + "a" * 30_000 + " " + "b" * 110_000
    row = {"file_name": "img/a.jpg", "text": "Cells (A).", "licence": "CC BY 4.0"}
    row |= {"article_id": "PMC 7", "author": "Ada One; Bo Two", "title": "On cells"}
    row |= {"doi": "https://doi.org/10.1/x", "modality": "confocal", "panels": "A, B"}
    rows = [row, {**row, "file_name": "img/b.jpg", "text": long}]
    images = {"img/a.jpg": picture, "img/b.jpg": picture}
    figure, rejection = read(write(tmp_path / "own", rows, images, kind))
    assert isinstance(figure, Figure) and isinstance(rejection, Rejection)
    assert (figure.figure_id, figure.caption) == ("PMC_7/a", "Cells (A).")
    assert (figure.panels, figure.modality) == (["A", "B"], "fluorescence microscopy")
    assert figure.microscopy_reason == 'column says "confocal"'
    assert figure.attribution == (
        "Ada One, Bo Two. On cells. https://doi.org/10.1/x "
        "Licence: CC-BY-4.0 (https://creativecommons.org/licenses/by/4.0/)."
    )
    assert (rejection.reason, rejection.article_id) == ("caption is too long", "PMC_7")
    assert rejection.location == f"metadata.{kind}:2"


def test_splits_and_articles_are_kept_together(tmp_path: Path, picture: bytes) -> None:
    for split in ("train", "test"):
        rows = [
            {"file_name": f"{n}.jpg", "caption": "SEM image.", "article": f"a{n}"} for n in range(3)
        ]
        write(tmp_path / split, rows, {f"{n}.jpg": picture for n in range(3)})
    source = ImageFolderSource(str(tmp_path), figures_per_partition=4)
    before = source.partitions()
    ids = [[i.figure_id for i in source.read(p) if isinstance(i, Figure)] for p in before]
    assert ids == [["a0/0", "a0/0-n1", "a1/1", "a1/1-n2"], ["a2/2", "a2/2-n3"]]
    (tmp_path / "test/2.jpg").write_bytes(picture + b"x")
    after = source.partitions()
    assert after[0] == before[0] and after[1].fingerprint != before[1].fingerprint
    licensed = ImageFolderSource(str(tmp_path), "MIT", None, 4).partitions()
    assert licensed[0].fingerprint != after[0].fingerprint


def test_names_never_lead_out_of_the_folder(tmp_path: Path, picture: bytes) -> None:
    outside = tmp_path / "out.jpg"
    outside.write_bytes(picture)
    names = ["../out.jpg", str(outside), "link.jpg", "dir/out.jpg", "C:\\out.jpg", "a\x00.jpg", "."]
    rows = [{"file_name": name, "caption": "Cells."} for name in [*names, "no.jpg", "", None]]
    folder = write(tmp_path / "own", rows, {})
    (folder / "link.jpg").symlink_to(outside)
    (folder / "dir").symlink_to(tmp_path)
    assert reasons(read(folder)) == [
        "file name leads out of the folder",
        "file name leads out of the folder",
        "link is not followed",
        "link is not followed",
        "file name leads out of the folder",
        "file name leads out of the folder",
        "file name leads out of the folder",
        "image file missing",
        "row names no image",
        "row names no image",
    ]


def test_images_are_checked_and_counted(
    tmp_path: Path, odd_pictures: dict[str, bytes], bad_pictures: dict[str, bytes]
) -> None:
    pictures = {**odd_pictures, **bad_pictures}
    images = {f"{n}.png": data for n, data in enumerate(pictures.values())}
    rows = [{"file_name": name, "caption": "Cells."} for name in images]
    extra = {"notes.txt": b"", "extra.jpg": b"x"}
    items = read(write(tmp_path, [*rows, rows[0]], {**images, **extra}))
    assert [f.image["bytes"] for f in figures(items)] == list(odd_pictures.values())
    others = ["image occurs twice", "image is not referenced"]
    assert sorted(reasons(items)) == sorted([*bad_pictures, *others])


def test_rows_that_are_broken_are_rejected(tmp_path: Path, picture: bytes) -> None:
    good = '{"file_name": "a.jpg", "caption": "Cells \\ud800\\u0000.", "license": "mine"}\n'
    lines = b"\xef\xbb\xbf" + good.encode() + b'{broken\n\n["list"]\n\xff\xfe\n' + b"[" * 100_000
    (tmp_path / "metadata.jsonl").write_bytes(lines)
    (tmp_path / "a.jpg").write_bytes(picture)
    items = read(tmp_path, "CC-BY-4.0")
    (figure,) = figures(items)
    assert (figure.caption, figure.license) == ("Cells \ufffd.", "unknown")
    assert reasons(items) == ["metadata row is broken"] * 4
    table = "file_name,caption\na.jpg,Cells.\na.jpg\na.jpg,b,c\n"
    (tmp_path / "metadata.jsonl").unlink()
    (tmp_path / "metadata.csv").write_text(table)
    assert reasons(read(tmp_path)) == ["metadata row is broken"] * 2


def test_microscopy_is_decided_by_column_else_by_caption(tmp_path: Path, picture: bytes) -> None:
    said = [True, "no", None, "maybe"]
    rows = [
        {"file_name": f"{n}.jpg", "caption": "Electron micrograph.", "is_microscopy": value}
        for n, value in enumerate(said)
    ]
    items = read(write(tmp_path, rows, {f"{n}.jpg": picture for n in range(4)}))
    assert [f.is_microscopy for f in figures(items)] == [True, False, True, True]
    assert [f.modality for f in figures(items)][:2] == ["electron microscopy", "unknown"]


def test_what_cannot_be_read_is_rejected(
    tmp_path: Path, picture: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [{"file_name": name, "caption": "Cells."} for name in ("a.jpg", "b.jpg")]
    write(tmp_path, rows, {"a.jpg": picture, "b.jpg": picture})
    write(tmp_path / "closed", rows[:1], {})
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken/metadata.parquet").write_bytes(b"PAR1")
    scandir, read_bytes = os.scandir, Path.read_bytes

    def refuse_folder(path: Any) -> Any:
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    def refuse_file(path: Path) -> bytes:
        if path.name == "b.jpg":
            raise PermissionError(13, "Permission denied", str(path))
        return read_bytes(path)

    monkeypatch.setattr(os, "scandir", refuse_folder)
    monkeypatch.setattr(Path, "read_bytes", refuse_file)
    expected = ["folder cannot be read", "metadata cannot be read", "image cannot be read"]
    assert sorted(reasons(read(tmp_path))) == sorted(expected)


def test_unusable_folders_say_why(tmp_path: Path, picture: bytes) -> None:
    with pytest.raises(SourceError, match="no metadata"):
        read(tmp_path)
    write(tmp_path, [{"file_name": "a.jpg", "words": "x"}], {"a.jpg": picture})
    with pytest.raises(SourceError, match=r"no caption column .* columns of .*: file_name, words"):
        read(tmp_path)
    assert len(figures(read(tmp_path, caption="words"))) == 1
    assert len(figures(read(Path(f"{tmp_path}?caption=words")))) == 1
    with pytest.raises(SourceError, match="no column 'text'"):
        read(tmp_path, caption="text")
    with pytest.raises(SourceError, match="no column is read as 'captoin'"):
        read(tmp_path, captoin="words")
    with pytest.raises(SourceError, match="licence 'free' is not known"):
        read(tmp_path, "free")
    write(tmp_path, [{"file_name": "a.jpg"}], {}, "csv")
    with pytest.raises(SourceError, match="several metadata files"):
        read(tmp_path)
    with pytest.raises(SourceError, match="is no folder"):
        read(tmp_path / "none")


def test_names_in_other_scripts_stay_apart(tmp_path: Path, picture: bytes) -> None:
    names = ["图一.jpg", "图二.jpg", "é.jpg"]
    rows = [{"file_name": name, "caption": "Cells."} for name in names]
    found = figures(read(write(tmp_path, rows, dict.fromkeys(names, picture))))
    assert len({figure.article_id for figure in found}) == 3
    assert all(figure.figure_id.isascii() for figure in found)


def test_rows_with_several_images_and_names_of_windows(tmp_path: Path, picture: bytes) -> None:
    names = ["a/1.jpg", "a/2.jpg", "b/3.jpg"]
    rows = [
        {"file_names": ["a/1.jpg", "a\\2.jpg"], "caption": "Two."},
        {"file_names": ["b\\3.jpg"], "caption": "One."},
        {"file_names": ["..\\x.jpg"], "caption": "Out."},
    ]
    items = read(write(tmp_path, rows, {n: picture + n.encode() for n in names}))
    assert [(f.image["path"], f.caption) for f in figures(items)] == [
        ("1.jpg", "Two."),
        ("3.jpg", "One."),
    ]
    refused = {r.item: r.reason for r in items if isinstance(r, Rejection)}
    assert refused["a/2.jpg"] == "further image of a row"
    assert "file name leads out of the folder" in refused.values() and len(refused) == 2


VALUES = st.one_of(st.none(), st.integers(), st.floats(), st.text(), st.lists(st.text()))
ROWS = st.lists(st.dictionaries(st.sampled_from(("file_name", "caption", "x")), VALUES))


@given(ROWS, st.lists(st.binary(max_size=30)))
def test_every_line_is_a_row_or_broken(
    tmp_path_factory: pytest.TempPathFactory, rows: Rows, noise: list[bytes]
) -> None:
    junk = [line.replace(b"\n", b"") for line in noise]
    lines = [json.dumps(row).encode() for row in rows] + junk
    path = tmp_path_factory.mktemp("lines") / "metadata.jsonl"
    path.write_bytes(b"\n".join(lines))
    found = read_row_file(path)
    seen = [number for number, _ in [*found.rows, *found.broken]]
    assert sorted(seen) == [n for n, line in enumerate(lines, start=1) if line.strip()]
