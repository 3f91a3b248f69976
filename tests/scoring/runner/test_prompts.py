"""Prompts are what their version says, and hold what a condition shows."""

from __future__ import annotations

import hashlib

import pytest

from scoring.models import CONDITIONS, BenchmarkQuestion, Presentation
from scoring.models.records import Condition
from scoring.runner.prompts import PROMPTS, make_message, read_template, render

QUESTION = BenchmarkQuestion(
    "q", "Which {{CHOICES}} is it?", ("liver", "kidney"), 1, (b"image",), "A caption"
)
SNAPSHOT = {
    ("ours-v1", "image"): "1e1c9103db873f49",
    ("ours-v1", "no-image"): "2855395694653f2f",
    ("ours-v1", "choices-only"): "05e8b4c1a801d999",
    ("microvqa-v1", "image"): "7a1f5990d65e5a66",
    ("microvqa-v1", "no-image"): "88eb3743088c1ba6",
    ("microvqa-v1", "choices-only"): "c7485ff313c6234b",
}


def test_a_text_never_changes_under_its_version() -> None:
    found = {
        (prompt, condition): hashlib.sha256(read_template(prompt, condition).encode()).hexdigest()[
            :16
        ]
        for prompt in PROMPTS
        for condition in CONDITIONS
    }
    assert found == SNAPSHOT, "a better text gets the next version"


def test_microvqa_is_asked_as_its_authors_do() -> None:
    assert render("microvqa-v1", Presentation(QUESTION)) == (
        "The following is a multiple choice question (with answers). \n"
        "Think step by step and then output the answer in the format of "
        '"The answer is (X)" at the end.\n\n'
        "Which {{CHOICES}} is it?\n\nOptions:\n  (1): liver\n  (2): kidney\n\n"
    )


@pytest.mark.parametrize("prompt", PROMPTS)
@pytest.mark.parametrize("condition", CONDITIONS)
def test_shows_what_the_condition_allows(prompt: str, condition: Condition) -> None:
    turn = make_message(prompt, Presentation(QUESTION, condition, rotation=1))
    *images, text = turn.parts
    assert len(images) == (condition == "image")
    assert isinstance(text, str)
    assert ("is it?" in text) == (condition != "choices-only")
    assert "caption" not in text.lower()
    assert text.index("kidney") < text.index("liver")


def test_unknown_versions_are_refused() -> None:
    with pytest.raises(ValueError, match="no such prompt: 'ours-v9'; prompts are ours-v1"):
        read_template("ours-v9", "image")
