"""What an agent is: it writes candidates (stage 1) and multiple-choice questions (stage 3)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Protocol

from builder.tables.records import AgentSignals, AskedReply, Candidate, Figure, Outcome, Question


class Agent(Protocol):
    """Writer of questions. Its methods are pure: the same input and seed give the same output.

    An agent that is a model is pure by what it was answered before, which is kept.
    """

    name: str
    sees_images: bool
    """Whether its figures come with the bytes of their images; without, `image` is empty."""

    def write_candidates(self, figures: Sequence[Figure]) -> tuple[list[Candidate], list[Outcome]]:
        """Candidates of the figures in order, and one outcome per figure."""
        ...

    def judge(
        self, candidates: Sequence[Candidate], figures: Mapping[str, Figure]
    ) -> list[AgentSignals]:
        """The agent's own signals of candidates, in order; none of an agent that has none."""
        ...

    def write_questions(
        self, candidates: Sequence[Candidate], figures: Mapping[str, Figure], seed: int
    ) -> list[Question]:
        """One question per candidate in order; `figures` maps figure_id to figure.

        All candidates of a shard come together: the answers of other figures are the pool
        that distractors are drawn from.
        """
        ...

    def take_replies(self) -> list[AskedReply]:
        """What was asked, and replied, since this was last called; in one order, once each."""
        ...


def hash_candidate(figure_id: str, task: str, question: str, answer: str) -> str:
    """Content hash of a candidate, 20 hexadecimal digits."""
    content = "\x1f".join((figure_id, task, question, answer))
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:20]
