"""Another's table as a release: config `default` and `open` with a test split, and `ledger`.

The rows as they were are kept beside it in `imported.parquet`, for the way back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from builder.agents.base import candidate_id
from builder.errors import BuildError
from builder.interchange.formats import READERS, Format, Imported, Unfit
from builder.interchange.tables import read_rows, read_schema, table_of
from builder.release.card import ConfigFiles, SplitFiles, write_card
from builder.release.ledger import Summary
from builder.release.schemas import SCHEMAS
from builder.release.splits import hash_question
from builder.tables.images import ImageError, inspect
from builder.tables.licenses import normalise
from builder.tables.shards import digest, file_digest, parquet_options

ORIGINALS = "imported.parquet"


@dataclass(frozen=True, slots=True)
class ImportResult:
    """How many questions were taken, and how many rows were not, by reason."""

    release: Path
    questions: int
    left_out: Counter[str]


def import_table(table: Path, form: Format, output: Path, license: str = "") -> ImportResult:
    """Write `output/release` from a Parquet or JSON Lines file, or a folder of Parquet files.

    Rows that are no questions, and repeated ones, are counted by reason. `license` is that of the
    whole table. Raises BuildError where the table cannot be read, holds no question, or
    `output/release` is there already.
    """
    release = output / "release"
    if release.exists():
        raise BuildError(f"{release} is there already; choose another --output")
    left_out: Counter[str] = Counter()
    rows: list[dict[str, Any]] = []
    originals: dict[str, Mapping[str, Any]] = {}
    for original in read_rows(table):
        try:
            row = _row(READERS[form](original), form, normalise(license).id if license else "")
        except (Unfit, ImageError) as error:
            left_out[str(error).partition(":")[0]] += 1
            continue
        if row["id"] in originals:
            left_out["the same question again"] += 1
            continue
        originals[row["id"]] = original
        rows.append(row)
    if not rows:
        raise BuildError(f"{table} holds no question in the form {form!r}: {dict(left_out)}")
    _write(release, rows, form, table.name, left_out)
    _keep(output / ORIGINALS, originals, read_schema(table))
    return ImportResult(release, len(rows), left_out)


def _row(found: Imported, form: Format, license: str) -> dict[str, Any]:
    facts = inspect(found.image["bytes"])
    distractors = [c for place, c in enumerate(found.choices) if place != found.correct]
    figure = f"{found.article}/{found.figure}"
    return {
        "id": hash_question(facts.sha256, found.question, found.answer, distractors),
        "image": found.image,
        "question": found.question,
        "choices": list(found.choices),
        "correct_index": found.correct,
        "answer": found.answer,
        "rationale": found.rationale,
        "evidence": "",
        "task": found.task,
        "bloom": None,
        "caption": found.caption,
        "modality": "unknown",
        "article_id": found.article,
        "figure_id": figure,
        "license": license or "unknown",
        "attribution": found.attribution,
        "source": form,
        "screening": "unscreened",
        "stage": "released",
        "reason": f"imported: {form}",
        "image_sha256": facts.sha256,
        "candidate_id": candidate_id(figure, found.task, found.question, found.answer),
        "distractors": distractors,
        "split": "test",
    }


def _write(
    release: Path, rows: list[dict[str, Any]], form: Format, name: str, left_out: Counter[str]
) -> None:
    data = release / "data"
    configs = [
        _config(data, "default", "test", rows),
        _config(data, "open", "test", rows),
        _config(data, "ledger", "train", list(_ledger_order(rows))),
    ]
    summary = Summary()
    summary.add(pa.Table.from_pylist(rows, SCHEMAS["ledger"]))
    summary.counts["quarantine"] = left_out
    settings = {"sources": [f"{form}:{name}"], "agent": "imported", "keep_ratio": 1, "seed": 0}
    files = [file for config in configs for split in config.splits for file in split.files]
    content = digest([(file.name, file_digest(file)) for file in files])
    write_card(release, configs, summary, content, settings | {"exclude": []})


def _ledger_order(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The rows of a figure one after the other."""
    figures = {row["figure_id"]: place for place, row in reversed(list(enumerate(rows)))}
    yield from sorted(rows, key=lambda row: figures[row["figure_id"]])


def _config(data: Path, config: str, split: str, rows: list[dict[str, Any]]) -> ConfigFiles:
    schema = SCHEMAS[config]
    path = data / config / f"{split}-00000-of-00001.parquet"
    path.parent.mkdir(parents=True)
    table = pa.Table.from_pylist(rows, schema)
    pq.write_table(table, path, row_group_size=256, **parquet_options(schema))
    size = path.stat().st_size
    return ConfigFiles(config, (SplitFiles(split, len(rows), size, (path,)),))


def _keep(path: Path, originals: Mapping[str, Mapping[str, Any]], schema: pa.Schema | None) -> None:
    rows = [{"id_": identity, **row} for identity, row in originals.items()]
    kept = schema.insert(0, pa.field("id_", pa.string())) if schema is not None else None
    pq.write_table(table_of(rows, kept), path)
