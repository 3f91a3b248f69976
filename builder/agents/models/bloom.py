"""Bloom levels by a model, the same way for our questions and for those of a benchmark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from builder.agents.models.prompts import BLOOM, lettered
from builder.agents.models.structured_output import Asker
from builder.agents.unusable import Unusable


@dataclass(frozen=True, slots=True)
class BloomLevel:
    """Level 1-5 with its reason; 0 where no usable reply came."""

    level: int
    reason: str
    unusable: tuple[Unusable, ...] = ()


async def classify(asker: Asker, question: str, choices: Sequence[str], answer: str) -> BloomLevel:
    """The Bloom level of a question, from its text alone. Raises BudgetSpent and FatalError."""
    values = {"question": question, "choices": lettered(choices), "answer": answer}
    reply = await asker.ask(BLOOM, values)
    if reply.form is None:
        return BloomLevel(0, f"no usable reply on its Bloom level: {reply.problem}", reply.unusable)
    return BloomLevel(reply.form.level, reply.form.reason, reply.unusable)
