"""Another's table as a release (config `default` and `open` with a test split, `ledger`), and back.

The rows as they were are kept beside the release in `imported.parquet`, for the way back.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from builder.agents.base import hash_candidate
from builder.errors import BuildError
from builder.interchange.formats import READERS, WRITERS, Format, ImportedQuestion, UnfitRowError
from builder.interchange.tables import make_table, read_rows, read_schema, write_rows
from builder.release.card import ConfigFiles, SplitFiles, write_card
from builder.release.ledger import Summary
from builder.release.schemas import SCHEMAS
from builder.release.splits import hash_question
from builder.tables.images import ImageError, inspect
from builder.tables.licenses import normalise
from builder.tables.shards import digest, file_digest, parquet_options

logger = logging.getLogger("microvqa_pp")

ORIGINALS = "imported.parquet"


@dataclass(frozen=True, slots=True)
class ImportResult:
    """How many questions were taken, and how many rows were not, by reason."""

    release: Path
    questions: int
    left_out: Counter[str]


def import_table(table: Path, form: Format, output: Path, license: str = "") -> ImportResult:
    """Write `output/release` from another's table.

    Args:
        table: Parquet or JSON Lines file, or a folder of Parquet files.
        form: how a question is written there.
        output: folder that gets `release/`, and the rows as they were in `imported.parquet`.
        license: of the whole table; "" where it is not known.

    Returns:
        The count of questions, and of rows left out by reason.

    Raises:
        BuildError: the table cannot be read, holds no question, or `output/release` is there
            already.
    """
    release = output / "release"
    if release.exists():
        raise BuildError(f"{release} is there already; choose another --output")
    left_out: Counter[str] = Counter()
    rows: list[dict[str, Any]] = []
    originals: dict[str, Mapping[str, Any]] = {}
    for original in read_rows(table):
        try:
            row = _make_row(READERS[form](original), form, normalise(license).id if license else "")
        except (UnfitRowError, ImageError) as error:
            # Counted by the part of the message that other rows share.
            left_out[str(error).partition(":")[0]] += 1
            continue
        if row["id"] in originals:
            left_out["the same question again"] += 1
            continue
        originals[row["id"]] = original
        rows.append(row)
    if not rows:
        raise BuildError(f"{table} holds no question in the form {form!r}: {dict(left_out)}")
    logger.info("%s: %d questions taken, rows left out: %s", table, len(rows), dict(left_out))
    _write_release(release, rows, form, table.name, left_out)
    # Beside the release the rows as they came, so that they can be given back.
    schema = read_schema(table)
    if schema is not None:
        schema = schema.insert(0, pa.field("id_", pa.string()))
    kept = [{"id_": identity, **row} for identity, row in originals.items()]
    pq.write_table(make_table(kept, schema), output / ORIGINALS)
    return ImportResult(release, len(rows), left_out)


def _make_row(question: ImportedQuestion, form: Format, license: str) -> dict[str, Any]:
    facts = inspect(question.image["bytes"])
    distractors = [c for place, c in enumerate(question.choices) if place != question.correct]
    figure = f"{question.article}/{question.figure}"
    return {
        "id": hash_question(facts.sha256, question.question, question.answer, distractors),
        "image": question.image,
        "question": question.question,
        "choices": list(question.choices),
        "correct_index": question.correct,
        "answer": question.answer,
        "rationale": question.rationale,
        "evidence": "",
        "task": question.task,
        "bloom": None,
        "caption": question.caption,
        "modality": "unknown",
        "article_id": question.article,
        "figure_id": figure,
        "license": license or "unknown",
        "attribution": question.attribution,
        "source": form,
        "screening": "unscreened",
        "stage": "released",
        "reason": f"imported: {form}",
        "image_sha256": facts.sha256,
        "candidate_id": hash_candidate(figure, question.task, question.question, question.answer),
        "distractors": distractors,
        "split": "test",
    }


def _write_release(
    release: Path, rows: list[dict[str, Any]], form: Format, name: str, left_out: Counter[str]
) -> None:
    data = release / "data"
    # In the ledger the rows of a figure follow each other.
    first = {row["figure_id"]: place for place, row in reversed(list(enumerate(rows)))}
    configs = [
        _write_config(data, "default", "test", rows),
        _write_config(data, "open", "test", rows),
        _write_config(data, "ledger", "train", sorted(rows, key=lambda r: first[r["figure_id"]])),
    ]
    summary = Summary()
    summary.add(pa.Table.from_pylist(rows, SCHEMAS["ledger"]))
    summary.counts["quarantine"] = left_out
    settings = {"sources": [f"{form}:{name}"], "agent": "imported", "keep_ratio": 1, "seed": 0}
    files = [file for config in configs for split in config.splits for file in split.files]
    content = digest([(file.name, file_digest(file)) for file in files])
    write_card(release, configs, summary, content, settings | {"exclude": []})


def _write_config(data: Path, config: str, split: str, rows: list[dict[str, Any]]) -> ConfigFiles:
    schema = SCHEMAS[config]
    path = data / config / f"{split}-00000-of-00001.parquet"
    path.parent.mkdir(parents=True)
    table = pa.Table.from_pylist(rows, schema)
    pq.write_table(table, path, row_group_size=256, **parquet_options(schema))
    size = path.stat().st_size
    return ConfigFiles(config, (SplitFiles(split, len(rows), size, (path,)),))


def export_table(output: Path, form: Format, target: Path, split: str = "test") -> int:
    """Write a split's multiple-choice questions to a Parquet file.

    What was imported and not changed since comes back as it was.

    Args:
        output: a build or import, a release folder, or a table with our columns (`id` included),
            as `microvqa-pp filter` writes it: its rows with `keep` false are left out.
        form: how the questions are to be written.
        target: file to write.
        split: of the release.

    Returns:
        How many questions were written.

    Raises:
        BuildError: there are no questions.
    """
    rows = [row for row in read_rows(_find_table(output, split)) if row.get("keep") is not False]
    if not rows:
        raise BuildError(f"{output} has no questions to export")
    originals: dict[str, dict[str, Any]] = {}
    if (file := output / ORIGINALS).is_file():
        originals = {row.pop("id_"): row for row in pq.read_table(file).to_pylist()}
    if originals and all(row["id"] in originals for row in rows):
        # The way back: the very columns, types and metadata of the table that was imported.
        restored = [_restore(row, originals[row["id"]], form) for row in rows]
        schema = pq.read_schema(output / ORIGINALS)
        schema = schema.remove(schema.get_field_index("id_"))
        target.parent.mkdir(parents=True, exist_ok=True)
        likewise = [{name: row.get(name) for name in schema.names} for row in restored]
        pq.write_table(make_table(likewise, schema), target)
    else:
        write_rows(target, [WRITERS[form](row) for row in rows])
    return len(rows)


def _find_table(output: Path, split: str) -> Path:
    if output.is_file():
        return output
    release = output / "release" if (output / "release").is_dir() else output
    file = release / "data" / "default" / f"{split}-00000-of-00001.parquet"
    if (release / "data" / "default").is_dir() and not file.exists():
        raise BuildError(f"{release} has no split {split!r} in one file")
    return file


def _restore(row: Mapping[str, Any], original: Mapping[str, Any], form: Format) -> dict[str, Any]:
    """The original with what was changed since."""
    try:
        before = READERS[form](original)
    except ValueError:  # exported in another form than it was imported in
        return WRITERS[form](row)
    was = {
        "question": before.question,
        "choices": list(before.choices),
        "correct_index": before.correct,
        "rationale": before.rationale,
        "task": before.task,
        "caption": before.caption,
    }
    if all(row[name] == value for name, value in was.items()):
        return dict(original)
    # Only what differs is written anew: a form can hold columns that ours have no place for.
    written, unchanged = WRITERS[form](row), WRITERS[form]({**row, **was, "answer": before.answer})
    changed = {name: value for name, value in written.items() if value != unchanged[name]}
    return {**original, **changed}
