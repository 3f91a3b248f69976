"""Questions of a release, and one response to each."""

from __future__ import annotations

from pathlib import Path

import pytest

from scoring import Extraction, extract
from scoring.models.records import BenchmarkQuestion
from scoring.runner.dataset import open_dataset

SAID = (
    "The scale bar is 10 µm. The answer is ({number}).",
    "**({number}) {text}**",
    "I cannot see the image.",
    "Let us look at (1): no.\n\nFinal answer: {number}",
    "{text}",
    "Both (1) and (2) fit.",
    "",
    "<think>The answer is (1).</think> $\\boxed{{{number}}}$",
)


@pytest.fixture(scope="session")
def questions(release: Path) -> tuple[BenchmarkQuestion, ...]:
    """The test split."""
    return open_dataset(str(release)).chosen


@pytest.fixture(scope="session")
def responses(questions: tuple[BenchmarkQuestion, ...]) -> dict[str, str]:
    """A response to each question by its id: right in every second, of eight forms."""
    said = {}
    for place, question in enumerate(questions):
        index = (question.correct + place // len(SAID)) % len(question.choices)
        form = SAID[place % len(SAID)]
        said[question.id] = form.format(number=index + 1, text=question.choices[index])
    return said


@pytest.fixture(scope="session")
def expected(
    questions: tuple[BenchmarkQuestion, ...], responses: dict[str, str]
) -> dict[str, tuple[Extraction, bool]]:
    """What our own extractor gives: the extraction, and whether it is right."""
    found = {}
    for question in questions:
        said = extract(responses[question.id], question.choices, labels="numbers")
        found[question.id] = (said, said.index == question.correct)
    return found
