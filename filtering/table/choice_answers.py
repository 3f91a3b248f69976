"""Answers that are letters or numbers of choices, as the texts that they stand for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from filtering.table.caption_cells import CellError
from filtering.table.choices import find_choice_columns, read_choices, split_inline

ANSWERS = (
    *("answer", "correct_answer", "correct_index", "answer_index", "answer_idx", "correct_idx"),
    *("answer_label", "label", "answer_key", "answerKey", "correct_option", "correct_choice"),
    *("correct", "cop", "target", "Answer", "Answer_label"),
)
"""Usual names of the column that says which choice is right, the one to prefer first."""

Scheme = Literal["text", "letters", "numbers from 0", "numbers from 1"]

_LETTER = re.compile(
    r"(?:(?:the )?(?:correct )?(?:answer|option|choice)(?: is)?:?\s*)?[(\[]?([A-Ha-h])[)\].:]*",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?:(?:option|choice)\s*)?[(\[]?(\d{1,2})(?:\.0)?[)\].:]*", re.IGNORECASE)
_LABELLED = re.compile(
    r"\s*(?:option |choice )?[(\[]?([A-Ha-h]|\d{1,2})\s*[)\].:]\s*(\S.*)", re.IGNORECASE | re.DOTALL
)
_SEVERAL = re.compile(r"[A-H](?:\s*[,;&/]\s*|\s+and\s+)[A-H](?:(?:\s*[,;&/]\s*|\s+and\s+)[A-H])*")
_PANEL = re.compile(r"\bpanels?\b", re.IGNORECASE)


def _normalise(text: str) -> str:
    return " ".join(text.split()).rstrip(".").casefold()


@dataclass(frozen=True, slots=True)
class AnswerScheme:
    """How the answers of a table name their choices.

    `choices` are the columns of the choices, none where they stand in the question.
    """

    choices: tuple[str, ...]
    scheme: Scheme

    def describe(self, answer: str) -> str:
        """What was made of the answers, for people; '' where they are texts."""
        where = ", ".join(map(repr, self.choices)) or "the question"
        return "" if self.scheme == "text" else f"answers ({answer!r}) are {self.scheme} in {where}"

    def read(self, answer: str, question: str, row: Mapping[str, Any]) -> str:
        """The text of the right choice.

        Args:
            answer: The answer as the table has it.
            question: May hold the choices, where no column does.
            row: Values of the columns of choices.

        Raises:
            CellError: For an answer that names no choice, or several.
        """
        choices = list_choices(self.choices, question, row)
        if not choices:
            if self.scheme != "text" and _LETTER.fullmatch(answer):
                raise CellError("the answer names a choice, but the row has none")
            return answer
        text = _find_text(answer, choices)
        place = self._find_place(answer)
        if place is None:
            if text is None and len(choices) > 1 and _SEVERAL.fullmatch(answer):
                raise CellError("the answer names several choices")
            return answer if text is None else choices[text]
        if text is not None and text != place:
            raise CellError("the answer is one of the choices, and the label of another one")
        if not 0 <= place < len(choices):
            raise CellError("the answer names none of the choices")
        return choices[place]

    def _find_place(self, answer: str) -> int | None:
        """Place of the choice that an answer names by letter or number."""
        if self.scheme == "letters" and (match := _LETTER.fullmatch(answer)):
            return ord(match[1].upper()) - ord("A")
        if self.scheme.startswith("numbers") and (match := _NUMBER.fullmatch(answer)):
            return int(match[1]) - (self.scheme == "numbers from 1")
        return None


def list_choices(columns: Sequence[str], question: str, row: Mapping[str, Any]) -> list[str]:
    """Choices of a row: those of its columns, else those in its question."""
    if len(columns) == 1:
        return read_choices(row.get(columns[0]))
    if columns:
        values = [row.get(name) for name in columns]
        filled = [value for value in values if value is not None and value == value]
        return read_choices([value for value in filled if str(value).strip()])
    return split_inline(question)[1]


def _find_text(answer: str, choices: Sequence[str]) -> int | None:
    """Place of the choice that an answer repeats, with or without its label."""
    folded = [_normalise(choice) for choice in choices]
    if (whole := _normalise(answer)) in folded:
        return folded.index(whole)
    match = _LABELLED.fullmatch(answer)
    rest = _normalise(match[2]) if match else ""
    return folded.index(rest) if rest in folded else None


def choose_scheme(
    names: Sequence[str], rows: Iterable[tuple[str, str, Mapping[str, Any]]]
) -> AnswerScheme | None:
    """How the answers of a table name choices; None where nothing does.

    Texts of choices count as texts. Numbers count from 0 where a 0 occurs, and from 1 where the
    number of choices occurs.

    Args:
        names: Columns of the table.
        rows: Answer, question and the columns of choices of each row.

    Raises:
        CellError: For numbers that may count from 0 and from 1, and letters without choices.
    """
    columns = tuple(find_choice_columns(names))
    letters = texts = seen = bare = 0
    numbers: list[tuple[int, int]] = []
    for answer, question, row in rows:
        if not answer:
            continue
        seen += 1
        choices = list_choices(columns, question, row)
        letter, number = _LETTER.fullmatch(answer), _NUMBER.fullmatch(answer)
        if not choices:
            bare += bool(letter and not _PANEL.search(question))
        elif _find_text(answer, choices) is not None:
            texts += 1
        elif letter:
            letters += 1
        elif number:
            numbers.append((int(number[1]), len(choices)))
    if seen and bare == seen and (seen > 1 or columns):
        raise CellError(
            "the answers are letters of choices, but no column has the choices: add one named "
            "'choices', or write the answers as texts"
        )
    if letters and letters >= len(numbers):
        return AnswerScheme(columns, "letters")
    if numbers and len(numbers) >= texts:
        return AnswerScheme(columns, _choose_base(numbers))
    return AnswerScheme(columns, "text") if texts else None


def _choose_base(numbers: list[tuple[int, int]]) -> Scheme:
    zero = any(number == 0 for number, _ in numbers)
    last = any(number == count for number, count in numbers)
    if zero != last:
        return "numbers from 0" if zero else "numbers from 1"
    seen = "0 and the number of choices both occur" if zero else "neither 0 nor the last one occurs"
    raise CellError(
        f"the answers are numbers of choices, but {seen}, so that they may count from 0 or from 1: "
        "write the answers as texts or letters"
    )
