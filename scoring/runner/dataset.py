"""Benchmarks to run: a release of this project, MicroVQA, or a table with columns like theirs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from scoring.items import BadInput
from scoring.models.chooser import lot
from scoring.models.records import Question
from scoring.runner.columns import IMAGES, questions_of
from scoring.runner.version import dataset_version

TRAIN = "train"


@dataclass(frozen=True, slots=True)
class Dataset:
    """A split to answer, and the train split without images for baselines that learn.

    `version` is a digest of all that is asked and scored. `chosen` are the questions after a
    limit; `total` counts the whole split.
    """

    name: str
    split: str
    version: str
    total: int
    chosen: tuple[Question, ...]
    train: tuple[Question, ...]


def open_dataset(where: str, split: str = "test", limit: int | None = None) -> Dataset:
    """A split of a release folder, a build's output, a folder of Parquet files, or a Hub dataset.

    `limit` takes so many questions, spread over the split by a digest of their ids. Raises
    BadInput where there is no such dataset or split, or rows that are no questions.
    """
    table = _open(where, split)
    questions = questions_of(table.column_names, _rows(table))
    train: Sequence[Question] = ()
    if split != TRAIN and (found := _try_train(where)) is not None:
        train = questions_of(found.column_names, _rows(found, images=False))
    chosen = questions
    if limit is not None and limit < len(questions):
        picked = sorted(questions, key=lambda q: lot(q.id))[:limit]
        kept = {question.id for question in picked}
        chosen = [question for question in questions if question.id in kept]
    name = Path(where).resolve().name if Path(where).exists() else where
    version = dataset_version(questions)
    return Dataset(name, split, version, len(questions), tuple(chosen), tuple(train))


def _rows(table: pa.Table, images: bool = True) -> Iterator[dict[str, Any]]:
    if not images:
        table = table.drop_columns([name for name in IMAGES if name in table.column_names])
    for batch in table.to_batches(max_chunksize=256):
        yield from batch.to_pylist()


def _try_train(where: str) -> pa.Table | None:
    try:
        return _open(where, TRAIN)
    except BadInput:
        return None


def _open(where: str, split: str) -> pa.Table:
    path = Path(where)
    if path.is_file():
        raise BadInput(f"{where} is a file; give the folder of a release, or a Hub id")
    if path.is_dir():
        return _open_folder(path / "release" if (path / "release").is_dir() else path, split)
    return _open_hub(where, split)


def _open_folder(folder: Path, split: str) -> pa.Table:
    for place in (folder / "data" / "default", folder / "data", folder):
        if names := sorted(place.glob(f"{split}-*.parquet")) or _single(place, split):
            try:
                return pa.concat_tables([pq.read_table(name) for name in names])
            except (pa.ArrowException, OSError) as error:
                first = str(error).splitlines()[0]
                raise BadInput(f"{names[0]} cannot be read: {first}") from error
        if others := sorted({name.name.split("-")[0] for name in place.glob("*-*.parquet")}):
            raise BadInput(f"{folder} has no split {split!r}; it has {', '.join(others)}")
    raise BadInput(f"{folder} holds no data/**/{split}-*.parquet: it is no release")


def _single(folder: Path, split: str) -> list[Path]:
    name = folder / f"{split}.parquet"
    return [name] if name.is_file() else []


def _open_hub(name: str, split: str) -> pa.Table:
    import datasets
    from datasets.exceptions import DatasetNotFoundError

    try:
        rows = datasets.load_dataset(name, split=split)
    except (DatasetNotFoundError, ConnectionError, OSError, ValueError, RuntimeError) as error:
        first = " ".join(str(error).split())[:200]
        raise BadInput(f"{name}: no folder of that name, and not from the Hub: {first}") from error
    for column in IMAGES:
        if column in rows.column_names:
            rows = rows.cast_column(column, _undecoded(datasets, rows.features[column]))
    return rows.with_format("arrow")[:]


def _undecoded(datasets: Any, feature: Any) -> Any:
    """The feature of an image, or of a list of images, as bytes."""
    image = datasets.Image(decode=False)
    return image if isinstance(feature, datasets.Image) else datasets.List(image)
