"""Which questions a dataset has, in every form that is read, and which tables are refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scoring import BadInput
from scoring.runner import open_dataset
from tests.scoring.releases import picture, release_rows, write_microvqa, write_release, write_rows


def test_reads_a_release_a_build_and_their_train_split(tmp_path: Path) -> None:
    folder = write_release(tmp_path / "out" / "release")
    dataset = open_dataset(str(folder))
    assert (dataset.total, len(dataset.train), dataset.name) == (20, 40, "release")
    first = dataset.chosen[0]
    assert first.images == (picture(0),)
    assert first.choices[first.correct] in first.caption
    assert not any(question.images for question in dataset.train)
    assert open_dataset(str(tmp_path / "out")).version == dataset.version


def test_reads_the_columns_of_microvqa(tmp_path: Path) -> None:
    dataset = open_dataset(str(write_microvqa(tmp_path / "microvqa")))
    first = dataset.chosen[0]
    assert (first.id, first.article, first.task, first.bloom) == ("100", "7", "perception", None)
    assert first.images == (picture(0), picture(500))
    assert "Section of" in first.caption
    assert dataset.train == ()


def test_the_limit_is_spread_and_keeps_the_version(tmp_path: Path) -> None:
    folder = str(write_release(tmp_path / "r"))
    every, some = open_dataset(folder), open_dataset(folder, limit=8)
    assert len(some.chosen) == 8
    assert (some.version, some.total) == (every.version, 20)
    assert [q.id for q in some.chosen] != [q.id for q in every.chosen[:8]]
    assert {q.id for q in open_dataset(folder, limit=4).chosen} < {q.id for q in some.chosen}


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("question", "Another?"),
        ("choices", ["a", "b", "c", "d"]),
        ("correct_index", 0),
        ("image", {"bytes": picture(9), "path": None}),
        ("article_id", "b"),
        ("bloom", 5),
    ],
)
def test_the_version_tells_of_every_change_that_counts(
    tmp_path: Path, column: str, value: Any
) -> None:
    rows = release_rows(4)
    rows[2]["correct_index"] = 1
    write_rows(tmp_path / "test-0.parquet", rows)
    before = open_dataset(str(tmp_path)).version
    write_rows(tmp_path / "test-0.parquet", rows[::-1])
    assert open_dataset(str(tmp_path)).version == before
    rows[2][column] = value
    write_rows(tmp_path / "test-0.parquet", rows)
    assert open_dataset(str(tmp_path)).version != before


@pytest.mark.parametrize(
    ("column", "values", "message"),
    [
        ("id", ["a", "b", "a", "c"], r"id is a duplicate: row 2 \('a'\)"),
        ("correct_index", [0, 4, 0, -1], "from 0: row 1, 3"),
        ("choices", [["a"], ["a", "b"], None, ["a", "b"]], "at least two texts: row 0, 2"),
        ("question", ["x", "", "y", None], "question must be text: row 1, 3"),
        ("bloom", [1, 2, 6, None], "bloom must be 1 to 5: row 2"),
    ],
)
def test_names_the_first_rows_that_are_no_questions(
    tmp_path: Path, column: str, values: list[Any], message: str
) -> None:
    rows = release_rows(4)
    for row, value in zip(rows, values, strict=True):
        row["choices"], row["correct_index"] = ["a", "b"], 0
        row[column] = value
    write_rows(tmp_path / "test-0.parquet", rows)
    with pytest.raises(BadInput, match=message):
        open_dataset(str(tmp_path))


def test_says_what_is_not_there(tmp_path: Path) -> None:
    folder = write_release(tmp_path / "r")
    with pytest.raises(BadInput, match=r"no split 'validation'; it has test, train"):
        open_dataset(str(folder), "validation")
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadInput, match="it is no release"):
        open_dataset(str(tmp_path / "empty"))
    (folder / "data" / "default" / "test-00000-of-00001.parquet").write_bytes(b"PAR1")
    with pytest.raises(BadInput, match="cannot be read"):
        open_dataset(str(folder))


def test_never_follows_a_path_in_a_table(tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    secret.write_bytes(picture(3))
    rows = release_rows(2)
    rows[0]["image"] = {"bytes": None, "path": str(secret)}
    write_rows(tmp_path / "test-0.parquet", rows)
    assert open_dataset(str(tmp_path)).chosen[0].images == ()
