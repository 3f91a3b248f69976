"""Choices of a multiple-choice row, in the forms that tables have them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

CHOICES = (
    *("choices", "options", "answer_choices", "candidates", "multiple_choices", "choice", "option"),
    *("Choices", "Options"),
)
"""Usual names of a column that holds all choices of a row."""

_LETTERED = re.compile(
    r"(?:(?:answer|choice|option|opt|op|ans|ending|candidate)[ _-]?)?([A-Ha-h]|[0-9])",
    re.IGNORECASE,
)
_LABEL = re.compile(r"\s*[(\[]?([A-Ha-h]|[0-9]{1,2})\s*[)\].:、]\s*")
_INLINE = re.compile(r"(?:^|\s)[(\[]?([A-H])[)\].:]\s+")
_TEXT_KEYS = ("text", "choice", "option", "value", "content", "answer")


def find_choice_columns(names: Sequence[str]) -> list[str]:
    """The column of choices, or those of one choice each (`A B C D`, `option_a`, `choice_1`)."""
    if whole := [name for name in CHOICES if name in names]:
        return whole[:1]
    # Columns that differ in a letter or number alone, from A, 0 or 1 on without a gap.
    families: dict[str, dict[str, str]] = {}
    for name in names:
        if match := _LETTERED.fullmatch(name):
            stem = name[: match.start(1)].lower()
            if stem or match[1].isupper():
                families.setdefault(stem, {})[match[1].upper()] = name
    for family in families.values():
        for first in ("A", "0", "1"):
            run = [chr(ord(first) + n) for n in range(len(family))]
            if len(run) > 1 and all(mark in family for mark in run):
                return [family[mark] for mark in run]
    return []


def read_choices(value: object) -> list[str]:
    """Choices of a cell, without their labels; [] where it holds none.

    A list, a dictionary by letter, `{"text": [...], "label": [...]}`, JSON text of these, or lines
    that begin with letters.
    """
    return _strip_labels(_list_choices(value))


def _list_choices(value: object) -> list[str]:
    if isinstance(value, str):
        return _split_text(value)
    if isinstance(value, Mapping):
        filled = {str(k): each for k, each in value.items() if each is not None}
        for key in _TEXT_KEYS:
            if isinstance(texts := filled.get(key), list):
                return [_describe(text) for text in texts]
        if all(re.fullmatch(r"(?:\w+[ _-])?(?:[A-Za-z]|\d{1,2})", key) for key in filled):
            return [_describe(filled[key]) for key in sorted(filled, key=_order)]
        return []
    if isinstance(value, list | tuple):
        return [_describe(each) for each in value if each is not None]
    return []


def _order(key: str) -> tuple[int, str]:
    digits = re.search(r"\d+$", key)
    return (int(digits[0]) if digits else 0), key.lower()


def _describe(value: Any) -> str:
    if isinstance(value, Mapping):
        value = next((value[key] for key in _TEXT_KEYS if value.get(key) is not None), "")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value).strip()


def _split_text(text: str) -> list[str]:
    bare = text.strip()
    if bare[:1] in ("[", "{"):
        try:
            return _list_choices(json.loads(bare))
        except (ValueError, RecursionError):
            return _split_printed(bare)
    for mark in ("\n", "|", ";"):
        if mark in bare:
            return [part.strip() for part in bare.split(mark) if part.strip()]
    return split_inline(bare)[1]


def _split_printed(text: str) -> list[str]:
    """Choices of a Python list as it is printed: quoted texts with commas between; else []."""
    quoted = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\""
    if not re.fullmatch(rf"\[\s*(?:{quoted})(?:\s*,?\s*(?:{quoted}))*\s*,?\s*\]", text):
        return []
    return [re.sub(r"\\(.)", r"\1", each[1:-1]).strip() for each in re.findall(quoted, text)]


def split_inline(text: str) -> tuple[str, list[str]]:
    """A question and the choices within it: "Which? A) DAPI B) GFP"; [] where there are none."""
    marks = list(_INLINE.finditer(text))
    starts = [n for n, mark in enumerate(marks) if mark[1] == "A"]
    run = marks[starts[-1] :] if starts else []
    if len(run) < 2 or [m[1] for m in run] != [chr(65 + n) for n in range(len(run))]:
        return text, []
    ends = [*(mark.start() for mark in run[1:]), len(text)]
    parts = [
        text[mark.end() : end].strip().rstrip(",;").strip()
        for mark, end in zip(run, ends, strict=True)
    ]
    return (text[: run[0].start()].strip(), parts) if all(parts) else (text, [])


def _strip_labels(choices: list[str]) -> list[str]:
    """Choices without "A)" or "1." where each has its own, in order."""
    labels = [_LABEL.match(choice) for choice in choices]
    if len(choices) < 2 or not all(labels):
        return choices
    found = [label[1].upper() for label in labels if label]
    for first in ("A", "0", "1"):
        if found == [chr(ord(first) + n) for n in range(len(choices))]:
            rest = [
                choice[label.end() :]
                for choice, label in zip(choices, labels, strict=True)
                if label
            ]
            return rest if all(rest) else choices
    return choices
