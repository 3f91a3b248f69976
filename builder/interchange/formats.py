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


class Unfit(ValueError):  # noqa: N818 - reads as what the row is
    """A row that is no question; the message is a short reason that can be counted."""


@dataclass(frozen=True, slots=True)
class Imported:
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


def read_official(row: Row) -> Imported:
    """A row of the official demo. Raises Unfit."""
    raw = _texts(row, "choices")
    choices = tuple(_without_prefix(text, place) for place, text in enumerate(raw, 1))
    correct = _key(row, len(choices), 1)
    said = _PREFIX.sub("", _text(row, "correct_answer"))
    if said and said.strip() != choices[correct].strip():
        raise Unfit("correct_answer is not the choice at correct_index")
    batch, article, _, file = (*_text(row, "image_name").split("-", 3), "", "", "")[:4]
    article = article if file else batch
    return Imported(
        _image(row.get("image")),
        _needed(row, "question"),
        choices,
        correct,
        _text(row, "cot"),
        _task(_text(row, "task_str")),
        _text(row, "image_caption"),
        article or "official",
        file or _text(row, "image_name") or "image",
        _text(row, "images_source"),
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


def read_microvqa(row: Row) -> Imported:
    """A row of MicroVQA; of several images the first. Raises Unfit."""
    choices = tuple(_texts(row, "choices"))
    images = row.get("images_list") or [row.get("image")]
    key = _text(row, "key_image") or _text(row, "key_question") or "microvqa"
    return Imported(
        _image(images[0]),
        _needed(row, "question"),
        choices,
        _key(row, len(choices), 0),
        "",
        _task(_text(row, "task_str")) or _numbered(row.get("task")),
        _text(row, "image_caption"),
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


READERS: dict[Format, Callable[[Row], Imported]] = {
    "official": read_official,
    "microvqa": read_microvqa,
}
WRITERS: dict[Format, Callable[[Row], dict[str, Any]]] = {
    "official": write_official,
    "microvqa": write_microvqa,
}


def _without_prefix(text: str, place: int) -> str:
    found = _PREFIX.match(text)
    return text[found.end() :] if found and int(found[1]) == place else text


def _text(row: Row, name: str) -> str:
    value = row.get(name)
    return "" if value is None else str(value)


def _needed(row: Row, name: str) -> str:
    if not (text := _text(row, name)).strip():
        raise Unfit(f"{name} is empty")
    return text


def _texts(row: Row, name: str) -> Sequence[str]:
    values = row.get(name)
    if not isinstance(values, list) or len(values) < 2:
        raise Unfit(f"{name} is no list of at least two texts")
    if not all(isinstance(value, str) and value.strip() for value in values):
        raise Unfit(f"{name} is no list of at least two texts")
    return values


def _key(row: Row, choices: int, first: int) -> int:
    value = row.get("correct_index")
    if type(value) is not int or not first <= value < choices + first:
        raise Unfit(f"correct_index is no place of a choice, counted from {first}")
    return value - first


def _image(value: Any) -> Mapping[str, Any]:
    if isinstance(value, Mapping) and isinstance(value.get("bytes"), bytes):
        return {"bytes": value["bytes"], "path": value.get("path")}
    if isinstance(value, bytes):
        return {"bytes": value, "path": None}
    raise Unfit("image has no bytes")


def _task(text: str) -> str:
    return next((task for pattern, task in _TASKS if pattern.search(text)), "")


def _numbered(value: Any) -> str:
    return next((task for task, (n, _) in _MICROVQA_TASKS.items() if n == value), "")
