"""Figures tables: what a build left in work/figures is read as it is, damage goes to quarantine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from builder.sources import SourceError, SourceOptions, open_source
from builder.sources.phantom import PhantomSource
from builder.tables.records import Figure, Rejection
from filtering.records import from_table, to_table


@pytest.fixture(scope="module")
def figures() -> list[Figure]:
    source = PhantomSource(figures=6)
    read = source.read(source.partitions()[0])
    return [item for item in read if isinstance(item, Figure)]


def read(location: Path | str) -> list[Figure | Rejection]:
    source = open_source(f"figures:{location}", SourceOptions())
    return [item for partition in source.partitions() for item in source.read(partition)]


@pytest.mark.parametrize("place", ["", "figures", "work/figures"])
def test_a_table_is_read_as_it_is_from_its_folder_or_those_around_it(
    place: str, figures: list[Figure], tmp_path: Path
) -> None:
    folder = tmp_path / place
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(to_table(Figure, figures[:2]), folder / "00000.parquet")
    pq.write_table(to_table(Figure, figures[2:]), folder / "00001.parquet")
    assert read(tmp_path) == figures
    assert read(folder / "00001.parquet") == figures[2:]
    assert read(f"{folder}/0*0.par*") == figures[:2]
    for missing in (tmp_path / "none", f"{folder}/9*"):
        with pytest.raises(SourceError, match="no Parquet files"):
            read(missing)


def test_what_the_first_reading_refused_stays_in_quarantine(
    figures: list[Figure], tmp_path: Path
) -> None:
    lost = Rejection("phantom", "where", "a", "b", "reason", "detail")
    for table, record, rows in (("figures", Figure, figures), ("quarantine", Rejection, [lost])):
        (tmp_path / table).mkdir()
        pq.write_table(to_table(record, rows), tmp_path / table / "00000.parquet")
    assert read(tmp_path) == [*figures, lost]


def test_columns_that_a_file_lacks_have_their_defaults(
    figures: list[Figure], tmp_path: Path
) -> None:
    table = to_table(Figure, figures).drop_columns(["mentions", "doi", "facts", "reserved"])
    table = table.append_column("more", pa.array(["?"] * len(table)))
    pq.write_table(table, tmp_path / "a.parquet")
    found = [item for item in read(tmp_path) if isinstance(item, Figure)]
    assert [f.figure_id for f in found] == [f.figure_id for f in figures]
    assert {(str(f.mentions), f.doi, f.facts, f.reserved) for f in found} == {("[]", "", "", False)}


def _without(column: str) -> Callable[[pa.Table], pa.Table]:
    return lambda table: table.drop_columns([column])


def _with(column: str, value: object, kind: pa.DataType | None = None) -> Callable[..., pa.Table]:
    def change(table: pa.Table) -> pa.Table:
        place = table.schema.get_field_index(column)
        values = [value, *table[column].to_pylist()[1:]]
        field = pa.field(column, kind or table.schema.field(column).type)
        return table.set_column(place, field, pa.array(values, field.type))

    return change


@pytest.mark.parametrize(
    ("change", "reason", "lost"),
    [
        (_without("image"), "figures table lacks columns", None),
        (_with("caption", None), "figure has empty columns", 1),
        (_with("image_phash", "zz"), "perceptual hash has another form", 1),
        (_with("image_sha256", "0" * 64), "image is not the one that its digest names", 1),
        (
            _with("image", {"bytes": b"x", "path": "x"}),
            "image is not the one that its digest names",
            1,
        ),
        (lambda table: pa.concat_tables([table, table.slice(0, 1)]), "figure occurs twice", 0),
    ],
)
def test_a_row_that_is_no_figure_goes_to_quarantine_alone(
    change: Callable[[pa.Table], pa.Table],
    reason: str,
    lost: int | None,
    figures: list[Figure],
    tmp_path: Path,
) -> None:
    pq.write_table(change(to_table(Figure, figures)), tmp_path / "a.parquet")
    found = read(tmp_path)
    assert [item.reason for item in found if isinstance(item, Rejection)] == [reason]
    left = 0 if lost is None else len(figures) - lost
    assert sum(isinstance(item, Figure) for item in found) == left


def test_a_file_that_is_no_table_takes_no_other_with_it(
    figures: list[Figure], tmp_path: Path
) -> None:
    (tmp_path / "a.parquet").write_bytes(b"PAR1 and no more")
    pq.write_table(to_table(Figure, figures), tmp_path / "b.parquet")
    damaged, *rest = read(tmp_path)
    assert isinstance(damaged, Rejection) and damaged.reason == "figures table cannot be read"
    assert rest == figures == from_table(Figure, to_table(Figure, figures))
