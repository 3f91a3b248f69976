"""`items.parquet`: one row per question asked, enough to make every number again."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from scoring.items import BadInput
from scoring.models.cache import write_aside
from scoring.records import LabelStyle

FILE = "items.parquet"


@dataclass(frozen=True, slots=True)
class EvidenceItem:
    """A question as asked once, and what came back.

    `choices` and `index` are in the dataset's order, shown rotated to the left by `rotation`;
    `index` is None where nothing was answered. `condition` is what the model saw. `images` are
    SHA-256 digests. `prompt` is empty and `response` None for models that write none. `usd` is
    None where prices or counts of tokens are not known; `latency` is in seconds.
    """

    model: str
    condition: str
    rotation: int
    id: str
    question: str
    choices: tuple[str, ...]
    correct_index: int
    images: tuple[str, ...]
    article_id: str
    task: str
    bloom: int | None
    modality: str
    source: str
    prompt: str
    labels: LabelStyle | None
    response: str | None
    error: str
    index: int | None
    status: str
    method: str
    tokens_in: int | None
    tokens_out: int | None
    usd: float | None
    latency: float
    finish_reason: str
    served_by: str


_TEXTS = pa.list_(pa.string())
_ARROW = {
    "rotation": pa.int64(),
    "choices": _TEXTS,
    "correct_index": pa.int64(),
    "images": _TEXTS,
    "bloom": pa.int64(),
    "index": pa.int64(),
    "tokens_in": pa.int64(),
    "tokens_out": pa.int64(),
    "usd": pa.float64(),
    "latency": pa.float64(),
}
_NULLABLE = {"bloom", "labels", "response", "index", "tokens_in", "tokens_out", "usd"}
SCHEMA = pa.schema(
    [
        pa.field(f.name, _ARROW.get(f.name, pa.string()), nullable=f.name in _NULLABLE)
        for f in fields(EvidenceItem)
    ]
)


def sort_key(item: EvidenceItem) -> tuple[str, str, str, int]:
    """The order of rows in the file: the same for the same run, however it went."""
    return item.model, item.condition, item.id, item.rotation


def write_items(folder: Path, items: Iterable[EvidenceItem]) -> None:
    """Writes the evidence into a folder, in one step."""
    rows = [asdict(item) for item in sorted(items, key=sort_key)]
    data = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), data, compression="zstd")
    write_aside(folder / FILE, data.getvalue())


def read_evidence(folder: Path) -> list[EvidenceItem]:
    """The evidence of a folder.

    Raises:
        BadInput: It is missing, damaged or of another form.
    """
    path = folder / FILE
    if not path.is_file():
        raise BadInput(f"{folder} has no {FILE}: no result counts without its items")
    try:
        table = pq.read_table(path)
    except (pa.ArrowException, OSError) as error:
        raise BadInput(f"{path} cannot be read: {str(error).splitlines()[0]}") from error
    if table.schema.names != SCHEMA.names or table.schema.types != SCHEMA.types:
        raise BadInput(f"{path} has other columns than an {FILE} of this version")
    for name in SCHEMA.names:
        if name not in _NULLABLE and table[name].null_count:
            raise BadInput(f"{path} has empty fields in column {name}")
    return [
        EvidenceItem(**{**row, "choices": tuple(row["choices"]), "images": tuple(row["images"])})
        for row in table.to_pylist()
    ]


def to_columns(items: Sequence[EvidenceItem]) -> dict[str, list[object]]:
    """Columns that `scoring.read_items` takes; a missing Bloom level becomes 1."""
    return {
        "id": [item.id for item in items],
        "article_id": [item.article_id for item in items],
        "task": [item.task for item in items],
        "bloom": [item.bloom or 1 for item in items],
        "modality": [item.modality for item in items],
        "source": [item.source for item in items],
        "correct_index": [item.correct_index for item in items],
        "n_options": [len(item.choices) for item in items],
        "index": [item.index for item in items],
        "status": [item.status for item in items],
    }
