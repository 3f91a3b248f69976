"""Tables that `datasets` opens: VQA sets in their own forms, paths, splits, and damage."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from datasets import Dataset, DatasetDict, Features, Image, List, Value

from builder.sources.base import SourceError
from builder.sources.dataset import DatasetSource
from builder.tables.records import Figure, Rejection

Items = list[Figure | Rejection]
Rows = list[dict[str, Any]]
KEY = "filelist_commercial_batch_0_0-PMC42-7-fig-1.jpg"


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = tmp_path_factory.mktemp("cache")
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", cache)


def write(path: Path, rows: Rows) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    else:
        path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return path


def read(
    location: str | Path, license: str = "", columns: Mapping[str, str] | None = None
) -> Items:
    source = DatasetSource(str(location), license, columns, figures_per_partition=2)
    again = DatasetSource(str(location), license, columns, figures_per_partition=2)
    assert source.partitions() == again.partitions()
    return [item for partition in source.partitions() for item in again.read(partition)]


def figures(items: Items) -> list[Figure]:
    return [item for item in items if isinstance(item, Figure)]


def reasons(items: Items) -> list[str]:
    return [item.reason for item in items if isinstance(item, Rejection)]


def demo_row(image: bytes, name: str, caption: str = "Confocal image.") -> dict[str, Any]:
    return {
        "image_name": name,
        "image": {"bytes": image, "path": None},
        "question": "Which?",
        "choices": ["1) a", "2) b"],
        "correct_index": 2,
        "correct_answer": "2) b",
        "cot": "...",
        "task_str": "Experimental Proposal",
        "image_caption": caption,
        "images_source": "x",
    }


def test_rows_of_a_vqa_set_with_one_image_are_one_figure(
    tmp_path: Path, picture: bytes, odd_pictures: dict[str, bytes]
) -> None:
    other = odd_pictures["16-bit"]
    rows = [
        demo_row(picture, KEY),
        demo_row(other, "b-PMC43-1-f.jpg"),
        demo_row(picture, KEY),
        demo_row(picture, KEY, "Another caption."),
    ]
    write(tmp_path / "vqa" / "data" / "test-00000-of-00001.parquet", rows)
    items = read(tmp_path / "vqa", "CC-BY-SA-4.0")
    first, second = figures(items)
    assert (first.figure_id, second.figure_id) == ("PMC42/fig-1", "PMC43/f")
    assert first.image == {"bytes": picture, "path": "fig-1"}
    assert second.image["bytes"] == other
    assert (first.caption, first.license) == ("Confocal image.", "CC-BY-SA-4.0")
    assert first.attribution.startswith("vqa. https://www.ncbi.nlm.nih.gov/pmc/articles/PMC42/")
    assert reasons(items) == ["image occurs twice", "image has another caption"]
    assert [i.location for i in items if isinstance(i, Rejection)] == ["vqa/test:2", "vqa/test:3"]


def test_image_lists_saved_to_disk_open_by_split(
    tmp_path: Path, picture: bytes, odd_pictures: dict[str, bytes]
) -> None:
    pictures = [[picture, odd_pictures["cmyk"]], [odd_pictures["16-bit"]], []]
    table = Dataset.from_dict(
        {
            "images_list": [[{"bytes": data, "path": None} for data in row] for row in pictures],
            "question": ["?"] * 3,
            "image_caption": ["Cells.", None, "Cells."],
        },
        Features(
            images_list=List(Image()), question=Value("string"), image_caption=Value("string")
        ),
    )
    DatasetDict(train=table, test=table.select([0])).save_to_disk(tmp_path / "disk")
    assert len(figures(read(f"{tmp_path}/disk?split=test"))) == 1
    items = read(tmp_path / "disk")
    (figure,) = figures(items)
    assert figure.image["bytes"] == picture and figure.article_id.startswith("disk_")
    assert sorted(reasons(items)) == [
        "further image of a row",
        "image occurs twice",
        "no caption",
        "row has no image",
    ]
    with pytest.raises(SourceError, match=r"no split 'dev' in .*: train, test"):
        read(f"{tmp_path}/disk?split=dev")


def test_real_images_named_by_path_are_read(realdata: Path) -> None:
    items = read(realdata / "bccd", "MIT")
    assert len(figures(items)) == len(items) == 87
    for figure in figures(items):
        assert figure.image["bytes"] == (realdata / "bccd" / figure.image["path"]).read_bytes()


def test_paths_stay_inside_and_columns_are_chosen(tmp_path: Path, picture: bytes) -> None:
    (tmp_path / "out.jpg").write_bytes(picture)
    own = tmp_path / "own"
    names = ["img/a.jpg", f"{own}/img/b.jpg", "../out.jpg", str(tmp_path / "out.jpg"), "no.jpg"]
    rows: Rows = [
        {"picture": name, "words": "Cells\x00.", "terms": "CC0", "paper": 7} for name in names
    ]
    write(own / "rows.jsonl", rows)
    (own / "img").mkdir()
    for name in ("a", "b"):
        (own / f"img/{name}.jpg").write_bytes(picture)
    query = "image=picture&caption=words&license=terms&article=paper"
    items = read(f"{own}/rows.jsonl?{query}")
    assert [f.figure_id for f in figures(items)] == ["7/a", "7/b"]
    assert {(f.caption, f.license) for f in figures(items)} == {("Cells.", "CC0-1.0")}
    outside = "file name leads out of the folder"
    assert reasons(items) == [outside, outside, "image file missing"]
    chosen = dict(pair.split("=") for pair in query.split("&"))
    assert len(figures(read(own / "rows.jsonl", "", chosen))) == 2


def test_base64_and_captions_in_several_parts_are_read_or_refused_in_short(
    tmp_path: Path, picture: bytes, odd_pictures: dict[str, bytes]
) -> None:
    other = odd_pictures["16-bit"]
    text, more = (base64.b64encode(data).decode() for data in (picture, other))
    rows = [
        {"image": text, "caption": {"en": "Cells."}},
        {"image": f"data:image/png;base64,{more}", "caption": {"en": None, "de": "Zellen."}},
        {"image": "x, " * 400, "caption": {"en": "Nuclei."}},
        {"image": "https://example.org/x.png", "caption": {"en": "Nuclei."}},
    ]
    items = read(write(tmp_path / "t.jsonl", rows))
    (figure,) = figures(items)
    assert (figure.image["bytes"], figure.caption) == (picture, "Cells.")
    refused = [item for item in items if isinstance(item, Rejection)]
    assert [r.reason for r in refused] == ["caption cannot be read"] + 2 * [
        "image cell cannot be read"
    ]
    assert "a URL, which is not fetched" in refused[-1].detail
    assert max(len(r.detail) + len(r.item) for r in refused) <= 500
    assert len(Rejection("dataset", "", "", "", "", "x" * 9000).detail) == 500


def test_usual_names_in_other_letters(tmp_path: Path, picture: bytes) -> None:
    row = {"Image": {"bytes": picture, "path": None}, "Image Caption": "Cells.", "License": "MIT"}
    (figure,) = figures(read(write(tmp_path / "t.parquet", [row])))
    assert (figure.caption, figure.license) == ("Cells.", "MIT")


def test_numbered_image_columns_are_views_of_one_figure(
    tmp_path: Path, picture: bytes, odd_pictures: dict[str, bytes]
) -> None:
    cell, other = ({"bytes": data, "path": None} for data in (picture, odd_pictures["16-bit"]))
    rows = [{"image_1": cell, "image_2": other, "image_3": None, "caption": "Cells."}]
    items = read(write(tmp_path / "t.parquet", rows))
    assert [f.image["bytes"] for f in figures(items)] == [picture]
    assert reasons(items) == ["further image of a row"]


@pytest.mark.parametrize("name", ["t.csv", "t.tsv", "t.json", "t.ndjson"])
def test_text_tables_of_other_programs(tmp_path: Path, picture: bytes, name: str) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.jpg").write_bytes(picture)
    row = {"image_path": "in\\a.jpg", "caption": "HeLa; 37 °C, 5 µm", "license": "CC0-1.0"}
    text = json.dumps([row], ensure_ascii=False)
    if name.endswith(("csv", "tsv")):
        mark = "\t" if name == "t.tsv" else ";"
        text = "\n".join(mark.join(f'"{v}"' for v in line) for line in (row, row.values()))
    elif name == "t.ndjson":
        text = json.dumps(row, ensure_ascii=False)
    (tmp_path / name).write_bytes(text.encode("cp1252"))
    (figure,) = figures(read(tmp_path / name))
    assert (figure.caption, figure.license) == (row["caption"], "CC0-1.0")


def test_images_are_checked(
    tmp_path: Path, odd_pictures: dict[str, bytes], bad_pictures: dict[str, bytes]
) -> None:
    pictures = {**odd_pictures, **bad_pictures}
    rows = [{"image": data, "text": "Cells.", "id": name} for name, data in pictures.items()]
    items = read(write(tmp_path / "t.parquet", rows))
    assert [f.image["bytes"] for f in figures(items)] == list(odd_pictures.values())
    assert reasons(items) == list(bad_pictures)


@pytest.mark.parametrize("suffix", ["jsonl", "csv"])
def test_a_bad_line_costs_only_itself(tmp_path: Path, picture: bytes, suffix: str) -> None:
    lines = {
        "jsonl": '{"image": "a.jpg", "text": "Cells \\ud800."}\n{broken\n[1]\n',
        "csv": "image,text\na.jpg,Cells \ufffd.\na.jpg\na,b,c\n",
    }
    (tmp_path / f"test.{suffix}").write_text(lines[suffix])
    (tmp_path / "a.jpg").write_bytes(picture)
    items = read(f"{tmp_path}/test.{suffix}")
    assert [f.caption for f in figures(items)] == ["Cells \ufffd."]
    assert reasons(items) == ["row is broken", "row is broken"]
    assert isinstance(items[1], Rejection) and f"/test.{suffix}:2" in items[1].location


def test_changes_under_the_same_readme_are_seen(tmp_path: Path, picture: bytes) -> None:
    card = "---\nconfigs:\n- config_name: one\n  data_files: one/*.parquet\n"
    (tmp_path / "README.md").write_text(f"{card}- config_name: two\n  data_files: two/*\n---\n")
    before = []
    for caption in ("Old.", "New."):
        for config in ("one", "two"):
            row = {"image": picture, "caption": f"{caption} {config}"}
            write(tmp_path / config / "t.parquet", [row])
        (figure,) = figures(read(f"{tmp_path}?config=one"))
        assert figure.caption == f"{caption} one"
        before.append(DatasetSource(f"{tmp_path}?config=one").partitions()[0].fingerprint)
    assert len(set(before)) == 2
    with pytest.raises(SourceError, match=r"available configs.*one.*two"):
        read(tmp_path)


def test_the_hub_is_asked_for_data_only(
    tmp_path: Path, picture: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Builder:
        name = "parquet"

    table = Dataset.from_dict({"image": [picture], "caption": ["SEM image."]})
    monkeypatch.setattr(datasets, "load_dataset_builder", lambda *_, **__: Builder)
    monkeypatch.setattr(datasets, "load_dataset", lambda *_, **__: DatasetDict(t=table))
    (figure,) = figures(read("who/what?split=t", "MIT"))
    assert figure.attribution.startswith("who/what (https://huggingface.co/datasets/who/what).")
    Builder.name = "pandas"
    with pytest.raises(SourceError, match="'pandas' are not read"):
        read("who/what")


def test_unusable_locations_say_why(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    write(tmp_path / "t.parquet", [{"image": b"", "words": "x"}])
    (tmp_path / "bad.parquet").write_bytes(b"PAR1")
    (tmp_path / "bad.json").write_text('[{"image": 1}, {"image": "x"}')
    (tmp_path / "t.pkl").write_bytes(b"")
    wrong = {
        f"{tmp_path}/none": "does not exist",
        f"{tmp_path}/empty": "cannot be opened: EmptyDatasetError",
        f"{tmp_path}/t.pkl": "'.pkl' are not read",
        f"{tmp_path}/bad.parquet": "cannot be opened",
        f"{tmp_path}/bad.json": "cannot be opened: (?!DatasetGenerationError)",
        f"{tmp_path}/t.parquet": "no caption column .*: image, words",
        f"{tmp_path}/t.parquet?caption=text": "no column 'text'",
        f"{tmp_path}/t.parquet?captoin=words": "no column is read as 'captoin'",
        f"{tmp_path}/t.parquet?words": "after the path",
        f"{tmp_path}/t.parquet?caption=a&caption=b": "each setting once",
    }
    for location, message in wrong.items():
        with pytest.raises(SourceError, match=message):
            read(location)
