"""A question and its answer as the two turns that a model learns from."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Literal, get_args

from scoring.models import BenchmarkQuestion, Presentation
from scoring.runner.prompts import render

Form = Literal["mcq", "open"]
FORMS: tuple[Form, ...] = get_args(Form)
CONFIGS: dict[Form, str] = {"mcq": "default", "open": "open"}
"""The config of a release that each form is made from."""

PROMPT = "ours-v1"
"""Version of the benchmark's prompt, which is also what a model is trained with."""

_SPEAKS_OF_CAPTION = re.compile(r"\b(?:caption|legend)\b", re.IGNORECASE)
_OPEN = "Answer the question about the microscopy image in a few words.\n\nQuestion: {question}"


def turns(form: Form, row: Mapping[str, Any]) -> tuple[str, str]:
    """What the user asks beside the image, and what the assistant answers.

    `row` has the columns of the form's config. A multiple-choice answer is the rationale and a
    line `Answer: X`, as the benchmark asks for it. A rationale that speaks of the caption is left
    out: the model that is trained does not see it.
    """
    return _TURNS[form](row)


def has_rationale(form: Form, row: Mapping[str, Any]) -> bool:
    """Whether the assistant's turn gives reasons."""
    return form == "mcq" and bool(_rationale(row))


def _mcq(row: Mapping[str, Any]) -> tuple[str, str]:
    question = BenchmarkQuestion(
        row["id"], row["question"], tuple(row["choices"]), int(row["correct_index"])
    )
    reasons = _rationale(row)
    last = f"Answer: {chr(65 + question.correct)}"
    return render(PROMPT, Presentation(question)), f"{reasons}\n\n{last}" if reasons else last


def _open(row: Mapping[str, Any]) -> tuple[str, str]:
    return _OPEN.format(question=row["question"]), row["answer"]


def _rationale(row: Mapping[str, Any]) -> str:
    rationale: str = row["rationale"] or ""
    return "" if _SPEAKS_OF_CAPTION.search(rationale) else rationale


_TURNS: dict[Form, Callable[[Mapping[str, Any]], tuple[str, str]]] = {"mcq": _mcq, "open": _open}
