"""A digest of a benchmark, so that results of other questions are never compared."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from scoring.models.records import Question, canonical


def image_digests(question: Question) -> list[str]:
    """SHA-256 of each image."""
    return [_digest(data) for data in question.images]


@lru_cache(maxsize=4096)
def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def version_of(entries: Iterable[dict[str, Any]]) -> str:
    """The version from one entry per question, in any order: SHA-256, 64 hexadecimal digits."""
    digests = sorted(hashlib.sha256(canonical(e).encode()).hexdigest() for e in entries)
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()


def entry(question: Question, images: list[str]) -> dict[str, Any]:
    """All of a question that is asked or scored; captions and rationales are not."""
    return {
        "id": question.id,
        "question": question.question,
        "choices": list(question.choices),
        "correct_index": question.correct,
        "images": images,
        "article_id": question.article,
        "task": question.task,
        "bloom": question.bloom,
        "modality": question.modality,
        "source": question.source,
    }


def dataset_version(questions: Iterable[Question]) -> str:
    """The version of a benchmark."""
    return version_of(entry(question, image_digests(question)) for question in questions)
