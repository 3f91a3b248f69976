"""Tables of others, in and out again."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from builder.errors import BuildError
from builder.interchange.conversion import export_table, import_table
from builder.tables.records import EP
from scoring.runner import open_dataset


def picture(seed: int) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 255, (16, 16, 3), np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


def official(number: int, **changed: Any) -> dict[str, Any]:
    texts = [f"{n}) choice {n} of {number}" for n in (1, 2, 3, 4)]
    row: dict[str, Any] = {
        "image_name": f"7-PMC{number}-2-fig-{number}.jpg",
        "image": {"bytes": picture(number), "path": f"fig-{number}.jpg"},
        "question": f"What does panel {number} show?",
        "choices": texts,
        "correct_index": 2,
        "correct_answer": texts[1],
        "cot": "It is so.",
        "task_str": "Experimental Proposal",
        "image_caption": "A caption.",
        "images_source": "somewhere",
    }
    return row | changed


def table(path: Path, rows: list[dict[str, Any]]) -> Path:
    pq.write_table(pa.Table.from_pylist(rows), path)
    return path


def test_keys_from_1_and_prefixes_come_in_clean_and_go_out_unchanged(tmp_path: Path) -> None:
    rows = [official(1), official(2, correct_index=4, correct_answer="4) choice 4 of 2")]
    demo = pa.Table.from_pylist(rows)
    index = demo.schema.get_field_index("correct_index")
    kinds = demo.schema.set(index, pa.field("correct_index", pa.int32()))
    kinds = kinds.with_metadata({"huggingface": '{"info": {"features": {"image": "Image"}}}'})
    pq.write_table(demo.cast(kinds), tmp_path / "demo.parquet")
    result = import_table(tmp_path / "demo.parquet", "official", tmp_path / "in")
    assert (result.questions, sum(result.left_out.values())) == (2, 0)
    first, second = open_dataset(str(tmp_path / "in")).chosen
    assert first.choices == tuple(f"choice {n} of 1" for n in (1, 2, 3, 4))
    assert (first.correct, second.correct) == (1, 3)
    assert (first.task, first.article, first.images) == (EP, "PMC1", (picture(1),))
    assert export_table(tmp_path / "in", "official", tmp_path / "out.parquet") == 2
    found = pq.read_table(tmp_path / "out.parquet")
    assert found.to_pylist() == rows
    asked = pq.read_schema(tmp_path / "demo.parquet")
    assert found.schema.equals(asked, check_metadata=True)


def test_rows_that_are_no_questions_are_counted(tmp_path: Path) -> None:
    rows = [
        official(1),
        official(1),
        official(2, correct_index=0),
        official(3, correct_answer="1) choice 1 of 3"),
        official(4, question=" "),
        official(5, image={"bytes": b"nothing", "path": "a.png"}),
    ]
    result = import_table(table(tmp_path / "demo.parquet", rows), "official", tmp_path / "in")
    assert result.questions == 1
    assert sum(result.left_out.values()) == 5
    assert result.left_out["correct_answer is not the choice at correct_index"] == 1
    assert result.left_out["correct_index is no place of a choice, counted from 1"] == 1
    with pytest.raises(BuildError, match="is there already"):
        import_table(tmp_path / "demo.parquet", "official", tmp_path / "in")


def test_microvqa_comes_in_and_goes_out_unchanged_but_for_what_was_edited(tmp_path: Path) -> None:
    row: dict[str, Any] = {
        "images_list": [{"bytes": picture(n), "path": None} for n in (1, 2)],
        "question": "Which?",
        "choices": ["a", "b", "c"],
        "correct_index": 0,
        "correct_answer": "a",
        "task": 2,
        "task_str": "hypothesis_gen",
        "key_question": 17,
        "key_image": 4,
        "image_caption": None,
    }
    import_table(table(tmp_path / "m.parquet", [row]), "microvqa", tmp_path / "in")
    export_table(tmp_path / "in", "microvqa", tmp_path / "out.parquet")
    assert pq.read_table(tmp_path / "out.parquet").to_pylist() == [row]
    (file,) = (tmp_path / "in" / "release" / "data" / "default").glob("*.parquet")
    ours = pq.read_table(file)
    edited = ours.set_column(
        ours.schema.get_field_index("question"), "question", pa.array(["Which one?"])
    )
    pq.write_table(edited, file)
    export_table(tmp_path / "in", "microvqa", tmp_path / "out.parquet")
    assert pq.read_table(tmp_path / "out.parquet").to_pylist() == [row | {"question": "Which one?"}]


def test_a_release_of_ours_goes_out_in_the_official_form_and_back(
    release: Path, tmp_path: Path
) -> None:
    number = export_table(release, "official", tmp_path / "ours.parquet")
    first = pq.read_table(tmp_path / "ours.parquet").to_pylist()[0]
    assert first["choices"][0].startswith("1) ") and 1 <= first["correct_index"] <= 4
    result = import_table(tmp_path / "ours.parquet", "official", tmp_path / "in")
    assert result.questions == number
