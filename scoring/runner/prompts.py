"""Prompts by version: `ours-v1`, and `microvqa-v1`, which is MicroVQA's own.

The texts are files in `scoring/prompts`. MicroVQA's are those of its evaluation code
(github.com/jmhb0/microvqa, eval/eval.py) to the letter, but for `choices-only`, which it has not.
A text never changes under its version: a better one gets the next.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from scoring.models.records import Condition, Image, Message, Presentation
from scoring.records import LabelStyle

PROMPTS = ("ours-v1", "microvqa-v1")
_LABELS: dict[str, LabelStyle] = {"ours": "letters", "microvqa": "numbers"}
_FIELD = re.compile(r"\{\{(QUESTION|CHOICES)\}\}")


@cache
def read_template(prompt: str, condition: Condition) -> str:
    """The text of a prompt version. Raises ValueError where there is no such version."""
    if prompt not in PROMPTS:
        raise ValueError(f"no such prompt: {prompt!r}; prompts are {', '.join(PROMPTS)}")
    suffix = "" if condition == "image" else f".{condition}"
    return (files("scoring") / "prompts" / f"{prompt}{suffix}.txt").read_text("utf-8")


def label_style(prompt: str) -> LabelStyle:
    """How a prompt version labels its choices."""
    return _LABELS[prompt.partition("-")[0]]


def format_choice(style: LabelStyle, place: int, choice: str) -> str:
    """A choice with its label; `place` counts from 0."""
    return f"{chr(65 + place)}. {choice}" if style == "letters" else f"  ({place + 1}): {choice}"


def render(prompt: str, shown: Presentation) -> str:
    """The text that a model gets."""
    style = label_style(prompt)
    lines = [format_choice(style, i, choice) for i, choice in enumerate(shown.choices)]
    ended = "\n" if style == "numbers" else ""
    values = {"QUESTION": shown.question.question, "CHOICES": "\n".join(lines) + ended}
    return _FIELD.sub(lambda field: values[field[1]], read_template(prompt, shown.condition))


def make_message(prompt: str, shown: Presentation) -> Message:
    """The message that a model gets: the images, where shown, then the text."""
    seen = shown.question.images if shown.condition == "image" else ()
    return Message("user", (*(Image(data) for data in seen), render(prompt, shown)))
