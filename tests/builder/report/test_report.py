from __future__ import annotations

import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from builder.commands.show import report_command
from builder.errors import NoReleaseError
from builder.release.reading import list_ledger_files, read_summary
from builder.report.charts import Bar, draw_bars, draw_histogram
from builder.report.collect import collect

EVIL = '<script>alert("x")</script><img src=https://evil.example/x onerror=y>'


@pytest.fixture
def output(release: Path, tmp_path: Path) -> Path:
    shutil.copytree(release, tmp_path / "release")
    return tmp_path


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def page_of(output: Path) -> str:
    report_command(output)
    return (output / "report.html").read_text(encoding="utf-8")


def tags(page: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = Tags()
    parser.feed(page)
    return parser.found


def poison(output: Path) -> None:
    """Put markup into every text of the ledger."""
    (file,) = list_ledger_files(output)
    table = pq.read_table(file, partitioning=None)
    for name in ("caption", "question", "answer", "reason", "license", "attribution", "modality"):
        place = table.schema.get_field_index(name)
        column = pc.binary_join_element_wise(table[name], EVIL, " ", null_handling="skip")
        table = table.set_column(place, table.schema.field(name), column)
    pq.write_table(table, file)


def test_the_page_needs_nothing_from_elsewhere_and_runs_nothing(output: Path) -> None:
    poison(output)
    (output / "run.json").write_text(json.dumps({"config": {"a": EVIL}, "cost": {EVIL: 1}}))
    page = page_of(output)
    found = tags(page)
    assert "&lt;script&gt;" in page
    assert not {"script", "iframe", "object", "link", "form"} & {tag for tag, _ in found}
    for _, attributes in found:
        assert not [name for name in attributes if name.startswith("on")]
        for name in ("src", "href"):
            assert (attributes.get(name) or "#").startswith(("#", "data:image/jpeg;base64,"))
    assert "default-src 'none'" in page


def test_the_numbers_are_those_of_the_ledger(output: Path) -> None:
    page = page_of(output)
    summary = read_summary(output)
    assert f"<b>{summary.candidates:,}</b>candidates" in page
    for split, count in summary.of("split"):
        assert f"<b>{count:,}</b>questions, {split}" in page
    found = collect(list_ledger_files(output), output / "none")
    assert sum(n for _, n in found.stages()) == summary.rows
    positions = [summary.number("position/train", str(p)) for p in range(4)]
    for place, count in enumerate(positions):
        assert re.search(rf"position {place}: {count} ", page)


def test_every_column_of_a_signal_is_drawn_whatever_its_name(output: Path) -> None:
    (file,) = list_ledger_files(output)
    table = pq.read_table(file, partitioning=None)
    new = pa.array([None if i % 2 else float(i) for i in range(len(table))], pa.float64())
    pq.write_table(table.append_column("signal_of_tomorrow", new), file)
    page = page_of(output)
    names = [n for n in table.schema.names if n.startswith("signal_") and table[n].null_count < 1]
    for name in ["score", "signal_of_tomorrow", *names]:
        assert f"<b>{name}</b>" in page
    found = {n: v for n, v, _ in collect(list_ledger_files(output), output / "x").signals()}
    assert np.isfinite(found["signal_of_tomorrow"]).all()


def test_every_reason_has_an_example_and_barred_images_are_not_shown(output: Path) -> None:
    (file,) = list_ledger_files(output)
    table = pq.read_table(file, partitioning=None)
    place = table.schema.get_field_index("license")
    barred = pa.array(["CC-BY-ND-4.0"] * len(table))
    assert "data:image/jpeg" in page_of(output)
    pq.write_table(table.set_column(place, "license", barred), file)
    page = page_of(output)
    assert "data:image/jpeg" not in page
    found = collect(list_ledger_files(output), output / "none")
    for stage, counter in found.reasons.items():
        assert all(1 <= len(found.examples[stage, reason]) <= 3 for reason in counter)


def test_no_or_a_damaged_ledger_is_one_line(output: Path, tmp_path: Path) -> None:
    with pytest.raises(NoReleaseError, match="no release in"):
        report_command(tmp_path / "nothing")
    (file,) = list_ledger_files(output)
    file.write_bytes(b"PAR1")
    with pytest.raises(NoReleaseError, match="damaged or of another version"):
        report_command(output)


def test_charts_escape_and_take_odd_values() -> None:
    assert "<script" not in draw_bars([Bar(EVIL, 0), Bar("b", 3, 0.5)], EVIL)
    assert draw_bars([], "none") == ""
    values, kept = np.array([2.0, 2.0]), np.array([True, True])
    assert "1.5" in draw_histogram(values, kept, "constant")


@pytest.mark.parametrize("damage", ["type", "text", "place", "gap"])
def test_a_ledger_of_another_kind_is_one_line(damage: str, output: Path) -> None:
    (file,) = list_ledger_files(output)
    table = pq.read_table(file, partitioning=None)
    name, values = {
        "type": ("reason", pa.array([7] * len(table))),
        "text": ("caption", pa.array([b"caf\xe9 \xff"] * len(table)).view(pa.string())),
        "place": ("correct_index", pa.array([4] * len(table))),
        "gap": ("question", pa.nulls(len(table), pa.string())),
    }[damage]
    place = table.schema.get_field_index(name)
    pq.write_table(table.set_column(place, name, values), file)
    with pytest.raises(NoReleaseError, match="damaged or of another version"):
        report_command(output)
