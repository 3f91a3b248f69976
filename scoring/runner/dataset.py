"""Benchmarks to run: a release of this project, MicroVQA, or a table with columns like theirs.

Their rows become checked questions, and a digest of all questions is the dataset's version, so that
results of other questions are never compared.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from scoring.items import BadInput, reject
from scoring.models.choosers import draw_number
from scoring.models.records import BenchmarkQuestion, dump_canonical

logger = logging.getLogger("microvqa_pp")

TRAIN = "train"

NAMES: dict[str, tuple[str, ...]] = {
    "id": ("id", "key_question"),
    "question": ("question",),
    "choices": ("choices",),
    "correct": ("correct_index",),
    "images": ("image", "images_list"),
    "caption": ("caption", "image_caption"),
    "article": ("article_id", "key_image"),
    "task": ("task_str", "task"),
    "bloom": ("bloom",),
    "modality": ("modality",),
    "source": ("source",),
}
"""Columns of this project and of MicroVQA, by the field that they fill."""

IMAGES = NAMES["images"]
_NEEDED = ("question", "choices", "correct")


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
    chosen: tuple[BenchmarkQuestion, ...]
    train: tuple[BenchmarkQuestion, ...]


def open_dataset(where: str, split: str = "test", limit: int | None = None) -> Dataset:
    """Opens a split of a benchmark.

    Args:
        where: a release folder, a build's output, a folder of Parquet files, or a Hub dataset.
        split: the split whose questions are asked.
        limit: takes so many questions, spread over the split by a digest of their ids.

    Raises:
        BadInput: where there is no such dataset or split, or rows that are no questions.
    """
    table = _open_table(where, split)
    questions = read_questions(table.column_names, _iterate_rows(table))
    train: Sequence[BenchmarkQuestion] = ()
    if split != TRAIN:
        # Baselines that learn need a train split; a benchmark without one leaves them out.
        try:
            learned = _open_table(where, TRAIN)
        except BadInput:
            logger.info("%s has no train split: baselines that learn are left out", where)
        else:
            train = read_questions(learned.column_names, _iterate_rows(learned, images=False))
    chosen = questions
    if limit is not None and limit < len(questions):
        picked = sorted(questions, key=lambda q: draw_number(q.id))[:limit]
        kept = {question.id for question in picked}
        chosen = [question for question in questions if question.id in kept]
    name = Path(where).resolve().name if Path(where).exists() else where
    version = compute_version(questions)
    logger.info("%s, split %s: %d of %d questions", name, split, len(chosen), len(questions))
    return Dataset(name, split, version, len(questions), tuple(chosen), tuple(train))


def _open_table(where: str, split: str) -> pa.Table:
    path = Path(where)
    if path.is_file():
        raise BadInput(f"{where} is a file; give the folder of a release, or a Hub id")
    if path.is_dir():
        return _open_folder(path / "release" if (path / "release").is_dir() else path, split)
    return _open_hub(where, split)


def _open_folder(folder: Path, split: str) -> pa.Table:
    for place in (folder / "data" / "default", folder / "data", folder):
        alone = place / f"{split}.parquet"
        if names := sorted(place.glob(f"{split}-*.parquet")) or (
            [alone] if alone.is_file() else []
        ):
            try:
                return pa.concat_tables([pq.read_table(name) for name in names])
            except (pa.ArrowException, OSError) as error:
                first = str(error).splitlines()[0]
                raise BadInput(f"{names[0]} cannot be read: {first}") from error
        if others := sorted({name.name.split("-")[0] for name in place.glob("*-*.parquet")}):
            raise BadInput(f"{folder} has no split {split!r}; it has {', '.join(others)}")
    raise BadInput(f"{folder} holds no data/**/{split}-*.parquet: it is no release")


def _open_hub(name: str, split: str) -> pa.Table:
    # The library is an extra, and takes seconds to import.
    import datasets
    from datasets.exceptions import DatasetNotFoundError

    try:
        rows = datasets.load_dataset(name, split=split)
    except (DatasetNotFoundError, ConnectionError, OSError, ValueError, RuntimeError) as error:
        first = " ".join(str(error).split())[:200]
        raise BadInput(f"{name}: no folder of that name, and not from the Hub: {first}") from error
    # Images stay the bytes that they are: decoded ones could not be sent untouched.
    undecoded = datasets.Image(decode=False)
    for column in IMAGES:
        if column in rows.column_names:
            single = isinstance(rows.features[column], datasets.Image)
            rows = rows.cast_column(column, undecoded if single else datasets.List(undecoded))
    return rows.with_format("arrow")[:]


def _iterate_rows(table: pa.Table, images: bool = True) -> Iterator[dict[str, Any]]:
    if not images:
        table = table.drop_columns([name for name in IMAGES if name in table.column_names])
    for batch in table.to_batches(max_chunksize=256):
        yield from batch.to_pylist()


def read_questions(
    names: Sequence[str], rows: Iterable[Mapping[str, Any]]
) -> list[BenchmarkQuestion]:
    """Checks rows and makes questions of them. Equal images share their bytes.

    Without an id column the id is a digest of question and choices; without a column of articles
    each question is its own.

    Args:
        names: the columns, of this project or of MicroVQA.
        rows: a mapping from column to value each.

    Raises:
        BadInput: names the first offending rows.
    """
    columns = {
        field: next((n for n in known if n in names), None) for field, known in NAMES.items()
    }
    missing = [NAMES[field][0] for field in _NEEDED if columns[field] is None]
    if missing:
        raise BadInput(f"the dataset has no column {', '.join(missing)}; it has {', '.join(names)}")
    # All rows are looked at before any is refused, so that a message names the first of each fault.
    images: dict[bytes, bytes] = {}
    problems: dict[str, list[int]] = {}
    questions = []
    for number, row in enumerate(rows):
        values = {field: row.get(name) for field, name in columns.items() if name}
        if problem := _find_problem(values):
            problems.setdefault(problem, []).append(number)
        else:
            questions.append(_make_question(values, images))
    for problem, where in problems.items():
        reject(problem, where)
    if not questions:
        raise BadInput("the split is empty")
    first: dict[str, int] = {}
    repeated = [n for n, q in enumerate(questions) if first.setdefault(q.id, n) != n]
    reject("id is a duplicate", repeated, [q.id for q in questions])
    return questions


def _find_problem(values: Mapping[str, Any]) -> str:
    choices, correct = values["choices"], values["correct"]
    if not isinstance(values["question"], str) or not values["question"].strip():
        return "question must be text"
    if not isinstance(choices, list) or len(choices) < 2:
        return "choices must be a list of at least two texts"
    if not all(isinstance(choice, str) for choice in choices):
        return "choices must be a list of at least two texts"
    if type(correct) is not int or not 0 <= correct < len(choices):
        return "correct_index must be the place of a choice, from 0"
    bloom = values.get("bloom")
    if bloom is not None and (type(bloom) is not int or not 1 <= bloom <= 5):
        return "bloom must be 1 to 5"
    return ""


def _make_question(values: Mapping[str, Any], images: dict[bytes, bytes]) -> BenchmarkQuestion:
    stem, choices = values["question"], tuple(values["choices"])
    content = dump_canonical([stem, list(choices)]).encode()
    identity = _text(values.get("id")) or hashlib.sha256(content).hexdigest()[:20]
    return BenchmarkQuestion(
        id=identity,
        question=stem,
        choices=choices,
        correct=values["correct"],
        images=tuple(images.setdefault(data, data) for data in _read_images(values.get("images"))),
        caption=_text(values.get("caption")),
        article=_text(values.get("article")) or identity,
        task=_text(values.get("task")),
        bloom=values.get("bloom"),
        modality=_text(values.get("modality")),
        source=_text(values.get("source")),
    )


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _read_images(value: Any) -> list[bytes]:
    """Bytes of an image or of a list of images. A path in a table is never followed."""
    entries = value if isinstance(value, list) else [value]
    files = []
    for entry in entries:
        if isinstance(entry, bytes):
            files.append(entry)
        elif isinstance(entry, Mapping) and entry.get("bytes"):
            files.append(entry["bytes"])
    return files


def digest_images(question: BenchmarkQuestion) -> list[str]:
    """SHA-256 of each image."""
    return [_digest_image(data) for data in question.images]


@lru_cache(maxsize=4096)
def _digest_image(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def hash_entries(entries: Iterable[dict[str, Any]]) -> str:
    """The version from one entry per question, in any order: SHA-256, 64 hexadecimal digits."""
    digests = sorted(hashlib.sha256(dump_canonical(e).encode()).hexdigest() for e in entries)
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()


def describe_question(question: BenchmarkQuestion, images: list[str]) -> dict[str, Any]:
    """All of a question that is asked or scored; captions and rationales are not."""
    return {
        "id": question.id,
        "question": question.question,
        "choices": list(question.choices),
        "correct_index": question.correct,
        "images": images,
        "article_id": question.article,
        "task": question.task,
        "bloom": question.bloom,
        "modality": question.modality,
        "source": question.source,
    }


def compute_version(questions: Iterable[BenchmarkQuestion]) -> str:
    """The version of a benchmark."""
    return hash_entries(
        describe_question(question, digest_images(question)) for question in questions
    )
