"""A multiple-choice question under way, and what can be said of it without a model."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from builder.agents.models.replies import Choices, Distractor, Rewritten
from builder.tables.records import Candidate

DISTRACTORS = 3
LONGER = 1.6
"""The right choice may be so many times as long as the longest wrong one, in characters."""

_LABEL = re.compile(r"^\(?(?:[A-Ea-e]|[1-5])[).:]\s+")
_CATCH_ALL = re.compile(r"\b(?:all|none|both|neither|any) of the (?:above|others?|choices)\b", re.I)


@dataclass(frozen=True, slots=True)
class Draft:
    """Stem, right choice, wrong choices with reasons, and rationale."""

    question: str
    answer: str
    distractors: tuple[Distractor, ...]
    rationale: str

    @property
    def texts(self) -> tuple[str, ...]:
        """The wrong choices."""
        return tuple(d.text for d in self.distractors)

    def shuffle_choices(self, *seed: object) -> list[str]:
        """All choices in an order drawn from the seed and the question."""
        content = "\x1f".join(map(str, (*seed, self.question)))
        digest = hashlib.sha256(content.encode("utf-8", "surrogatepass")).digest()
        rng = np.random.default_rng(int.from_bytes(digest[:8], "big"))
        choices = [self.answer, *self.texts]
        return [choices[i] for i in rng.permutation(len(choices))]


def draft_candidate(candidate: Candidate, form: Choices) -> Draft:
    """The candidate with its choices."""
    return _make_draft(candidate.question, candidate.answer, form)


def draft_rewrite(form: Rewritten) -> Draft:
    """A rewritten question."""
    return _make_draft(form.question, _LABEL.sub("", form.answer), form)


def _make_draft(question: str, answer: str, form: Choices | Rewritten) -> Draft:
    # Some models write the letters of the choices into their texts.
    clean = tuple(
        d.model_copy(update={"text": _LABEL.sub("", d.text)})
        for d in form.distractors[:DISTRACTORS]
    )
    return Draft(question, answer, clean, form.rationale)


def find_faults(draft: Draft) -> Sequence[str]:
    """What is wrong with the form of a question, in words; nothing where it can stand."""
    texts = [_normalise(text) for text in draft.texts]
    faults = []
    if len(texts) != DISTRACTORS:
        faults.append(f"three wrong choices are needed, not {len(texts)}")
    if len({*texts, _normalise(draft.answer)}) < len(texts) + 1:
        faults.append("two choices are the same")
    if any(_CATCH_ALL.search(text) for text in draft.texts):
        faults.append("a choice stands for others")
    if texts and len(draft.answer) > LONGER * max(map(len, draft.texts)):
        faults.append("the right choice is much longer than the wrong ones")
    if _normalise(draft.answer) in _normalise(draft.question):
        faults.append("the question has its answer in it")
    return faults


def _normalise(text: str) -> str:
    return " ".join(text.casefold().split()).strip(" .")
