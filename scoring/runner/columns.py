"""Rows of a benchmark as questions, by the column names of this project or of MicroVQA."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from scoring.items import BadInput, reject
from scoring.models.records import Question, canonical

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
IMAGES = NAMES["images"]
_NEEDED = ("question", "choices", "correct")


def questions_of(names: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> list[Question]:
    """Checked questions. Equal images share their bytes.

    Without an id column the id is a digest of question and choices; without a column of articles
    each question is its own. Raises BadInput, which names the first offending rows.
    """
    found = {
        field: next((n for n in options if n in names), None) for field, options in NAMES.items()
    }
    missing = [NAMES[field][0] for field in _NEEDED if found[field] is None]
    if missing:
        raise BadInput(f"the dataset has no column {', '.join(missing)}; it has {', '.join(names)}")
    held: dict[bytes, bytes] = {}
    problems: dict[str, list[int]] = {}
    questions = []
    for number, row in enumerate(rows):
        values = {field: row.get(name) for field, name in found.items() if name}
        if problem := _problem(values):
            problems.setdefault(problem, []).append(number)
        else:
            questions.append(_question(values, held))
    for problem, where in problems.items():
        reject(problem, where)
    if not questions:
        raise BadInput("the split is empty")
    _reject_repeated(questions)
    return questions


def _problem(values: Mapping[str, Any]) -> str:
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


def _question(values: Mapping[str, Any], held: dict[bytes, bytes]) -> Question:
    stem, choices = values["question"], tuple(values["choices"])
    identity = _text(values.get("id")) or _digest(stem, choices)
    return Question(
        id=identity,
        question=stem,
        choices=choices,
        correct=values["correct"],
        images=tuple(held.setdefault(data, data) for data in _images(values.get("images"))),
        caption=_text(values.get("caption")),
        article=_text(values.get("article")) or identity,
        task=_text(values.get("task")),
        bloom=values.get("bloom"),
        modality=_text(values.get("modality")),
        source=_text(values.get("source")),
    )


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _digest(stem: str, choices: Sequence[str]) -> str:
    return hashlib.sha256(canonical([stem, list(choices)]).encode()).hexdigest()[:20]


def _images(value: Any) -> list[bytes]:
    """Bytes of an image or of a list of images. A path in a table is never followed."""
    entries = value if isinstance(value, list) else [value]
    found = []
    for entry in entries:
        if isinstance(entry, bytes):
            found.append(entry)
        elif isinstance(entry, Mapping) and entry.get("bytes"):
            found.append(entry["bytes"])
    return found


def _reject_repeated(questions: Sequence[Question]) -> None:
    first: dict[str, int] = {}
    repeated = [n for n, q in enumerate(questions) if first.setdefault(q.id, n) != n]
    reject("id is a duplicate", repeated, [q.id for q in questions])
