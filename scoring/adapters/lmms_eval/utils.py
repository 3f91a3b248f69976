"""Functions of the lmms-eval task: our prompts, our extractor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scoring.answers.extraction import extract
from scoring.models.image_views import convert_to_rgb
from scoring.models.records import BenchmarkQuestion, Presentation
from scoring.runner.prompts import label_style, render

PROMPT = "microvqa-v1"


def doc_to_visual(doc: Mapping[str, Any]) -> list[Any]:
    """The image of a row, as a list."""
    return [convert_to_rgb(doc["image"])]


def doc_to_text(doc: Mapping[str, Any]) -> str:
    """The prompt of a row."""
    question = BenchmarkQuestion(
        doc["id"], doc["question"], tuple(doc["choices"]), doc["correct_index"]
    )
    return render(PROMPT, Presentation(question))


def process_results(doc: Mapping[str, Any], results: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What the first response commits to: `index` (from 0 or None), `status`, `correct`."""
    found = extract(results[0], doc["choices"], labels=label_style(PROMPT))
    item = {
        "id": doc["id"],
        "status": found.status,
        "index": found.index,
        "correct": found.index == doc["correct_index"],
    }
    return {"accuracy": item, "answered": item}


def accuracy(items: Sequence[Mapping[str, Any]]) -> float:
    """Share of right answers; what is not answered is wrong."""
    return sum(bool(item["correct"]) for item in items) / len(items)


def answered(items: Sequence[Mapping[str, Any]]) -> float:
    """Share of responses that commit to one choice."""
    return sum(item["index"] is not None for item in items) / len(items)
