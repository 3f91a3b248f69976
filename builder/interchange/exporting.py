"""A release in another's form. What was imported and not changed comes back as it was."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from builder.errors import BuildError
from builder.interchange.formats import READERS, WRITERS, Format, Imported
from builder.interchange.importing import ORIGINALS
from builder.interchange.tables import read_rows, table_of, write_rows


def export_table(output: Path, form: Format, target: Path, split: str = "test") -> int:
    """Write a split's multiple-choice questions to a Parquet file; returns how many.

    `output` is a build or import, a release folder, or a table with our columns (`id` included).
    Raises BuildError where there are no questions.
    """
    rows = list(read_rows(_table(output, split)))
    rows = [row for row in rows if row.get("keep") is not False]
    if not rows:
        raise BuildError(f"{output} has no questions to export")
    known = _originals(output)
    if known and all(row["id"] in known for row in rows):
        restored = [_restored(row, known[row["id"]], form) for row in rows]
        _write_like(target, pq.read_schema(output / ORIGINALS), restored)
    else:
        write_rows(target, [WRITERS[form](row) for row in rows])
    return len(rows)


def _table(output: Path, split: str) -> Path:
    if output.is_file():
        return output
    release = output / "release" if (output / "release").is_dir() else output
    file = release / "data" / "default" / f"{split}-00000-of-00001.parquet"
    if (release / "data" / "default").is_dir() and not file.exists():
        raise BuildError(f"{release} has no split {split!r} in one file")
    return file


def _originals(output: Path) -> dict[str, dict[str, Any]]:
    file = output / ORIGINALS
    if not file.is_file():
        return {}
    return {row.pop("id_"): row for row in pq.read_table(file).to_pylist()}


def _restored(row: Mapping[str, Any], original: Mapping[str, Any], form: Format) -> dict[str, Any]:
    """The original with what was changed since."""
    try:
        found: Imported | None = READERS[form](original)
    except ValueError:
        return WRITERS[form](row)
    if found is None:
        return WRITERS[form](row)
    was = {
        "question": found.question,
        "choices": list(found.choices),
        "correct_index": found.correct,
        "rationale": found.rationale,
        "task": found.task,
        "caption": found.caption,
    }
    if all(row[name] == value for name, value in was.items()):
        return dict(original)
    written, unchanged = WRITERS[form](row), WRITERS[form]({**row, **was, "answer": found.answer})
    changed = {name: value for name, value in written.items() if value != unchanged[name]}
    return {**original, **changed}


def _write_like(target: Path, kept: pa.Schema, rows: list[dict[str, Any]]) -> None:
    """Rows with the columns, types and metadata of the table that was imported."""
    schema = kept.remove(kept.get_field_index("id_"))
    target.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(
        table_of([{n: row.get(n) for n in schema.names} for row in rows], schema), target
    )
