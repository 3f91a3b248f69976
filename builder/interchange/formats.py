"""How the official MicroVQA++ demo and MicroVQA write a question, and how we read it.

Official (`ieellee/MicroVQA-PlusPlus`): `correct_index` counts from 1, choices and answer begin with
"N) ", and a task is spelled "Experimental Proposal". MicroVQA (`jmhb/microvqa`): `correct_index`
counts from 0, and a question can have several images.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from builder.tables.records import EP, EU, HG

Format = Literal["official", "microvqa"]
FORMATS: tuple[Format, ...] = get_args(Format)
Row = Mapping[str, Any]

_PREFIX = re.compile(r"^\s*(\d+)\)\s?")
_TASKS = ((re.compile("visual|percept", re.I), EU), (re.compile("hypothes", re.I), HG),
          (re.compile("experiment", re.I), EP))  # fmt: skip
_OFFICIAL_TASKS = {EU: EU, HG: HG, EP: "Experimental Proposal"}
_MICROVQA_TASKS = {EU: (1, "perception"), HG: (2, "hypothesis_gen"), EP: (3, "experiment_proposal")}


class UnfitRowError(ValueError):
    """A row that is no question; the message is a short reason that can be counted."""


@dataclass(frozen=True, slots=True)
class ImportedQuestion:
    """A question of another's table, in our terms: key from 0, choices without prefixes."""

    image: Mapping[str, Any]
    question: str
    choices: tuple[str, ...]
    correct: int
    rationale: str
    task: str
    caption: str
    article: str
    figure: str
    attribution: str

    @property
    def answer(self) -> str:
        """The correct choice."""
        return self.choices[self.correct]


def read_official(row: Row) -> ImportedQuestion:
    """A row of the official demo.

    Raises:
        UnfitRowError: a part is missing or contradicts another.
    """
    raw = _read_choices(row)
    choices = tuple(_strip_prefix(text, place) for place, text in enumerate(raw, 1))
    correct = _read_key(row, len(choices), 1)
    # The answer stands there twice; where the two differ, nobody can say which is right.
    answer = _PREFIX.sub("", _read_text(row, "correct_answer"))
    if answer and answer.strip() != choices[correct].strip():
        raise UnfitRowError("correct_answer is not the choice at correct_index")
    # A BIOMEDICA key: batch-article-position-file, where the file's own name may hold hyphens.
    batch, article, _, file = (*_read_text(row, "image_name").split("-", 3), "", "", "")[:4]
    article = article if file else batch
    return ImportedQuestion(
        _read_image(row.get("image")),
        _require_text(row, "question"),
        choices,
        correct,
        _read_text(row, "cot"),
        _match_task(_read_text(row, "task_str")),
        _read_text(row, "image_caption"),
        article or "official",
        file or _read_text(row, "image_name") or "image",
        _read_text(row, "images_source"),
    )


def write_official(row: Row) -> dict[str, Any]:
    """A row of our config `default` in the official demo's form."""
    choices = [f"{n}) {text}" for n, text in enumerate(row["choices"], 1)]
    return {
        "image_name": (row["image"] or {}).get("path") or row["figure_id"],
        "image": row["image"],
        "question": row["question"],
        "choices": choices,
        "correct_index": row["correct_index"] + 1,
        "correct_answer": choices[row["correct_index"]],
        "cot": row["rationale"],
        "task_str": _OFFICIAL_TASKS.get(row["task"], row["task"]),
        "image_caption": row["caption"],
        "images_source": row["attribution"],
    }


def read_microvqa(row: Row) -> ImportedQuestion:
    """A row of MicroVQA; of several images the first.

    Raises:
        UnfitRowError: a part is missing.
    """
    choices = tuple(_read_choices(row))
    images = row.get("images_list") or [row.get("image")]
    key = _read_text(row, "key_image") or _read_text(row, "key_question") or "microvqa"
    return ImportedQuestion(
        _read_image(images[0]),
        _require_text(row, "question"),
        choices,
        _read_key(row, len(choices), 0),
        "",
        _match_task(_read_text(row, "task_str"))
        or next((task for task, (n, _) in _MICROVQA_TASKS.items() if n == row.get("task")), ""),
        _read_text(row, "image_caption"),
        f"microvqa-{key}",
        "image",
        "",
    )


def write_microvqa(row: Row) -> dict[str, Any]:
    """A row of our config `default` in MicroVQA's form."""
    task, name = _MICROVQA_TASKS.get(row["task"], (0, row["task"]))
    return {
        "images_list": [row["image"]],
        "question": row["question"],
        "choices": list(row["choices"]),
        "correct_index": row["correct_index"],
        "correct_answer": row["answer"],
        "task": task,
        "task_str": name,
        "key_question": row["id"],
        "key_image": row["figure_id"],
        "image_caption": row["caption"],
    }


READERS: dict[Format, Callable[[Row], ImportedQuestion]] = {
    "official": read_official,
    "microvqa": read_microvqa,
}
WRITERS: dict[Format, Callable[[Row], dict[str, Any]]] = {
    "official": write_official,
    "microvqa": write_microvqa,
}


def _strip_prefix(text: str, place: int) -> str:
    prefix = _PREFIX.match(text)
    return text[prefix.end() :] if prefix and int(prefix[1]) == place else text


def _read_text(row: Row, name: str) -> str:
    value = row.get(name)
    return "" if value is None else str(value)


def _require_text(row: Row, name: str) -> str:
    if not (text := _read_text(row, name)).strip():
        raise UnfitRowError(f"{name} is empty")
    return text


def _read_choices(row: Row) -> Sequence[str]:
    values = row.get("choices")
    is_list = isinstance(values, list) and len(values) >= 2
    if not is_list or not all(isinstance(v, str) and v.strip() for v in values or ()):
        raise UnfitRowError("choices is no list of at least two texts")
    return values or ()


def _read_key(row: Row, choices: int, first: int) -> int:
    """Position of the correct choice, counted from 0; the table counts from `first`."""
    value = row.get("correct_index")
    if type(value) is not int or not first <= value < choices + first:
        raise UnfitRowError(f"correct_index is no place of a choice, counted from {first}")
    return value - first


def _read_image(value: Any) -> Mapping[str, Any]:
    if isinstance(value, Mapping) and isinstance(value.get("bytes"), bytes):
        return {"bytes": value["bytes"], "path": value.get("path")}
    if isinstance(value, bytes):
        return {"bytes": value, "path": None}
    raise UnfitRowError("image has no bytes")


def _match_task(text: str) -> str:
    return next((task for pattern, task in _TASKS if pattern.search(text)), "")
