"""The agent that asks a model: stage 1, the agent signals, and stage 3."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

from builder.agents.costs import CostLog
from builder.agents.models.bloom import BloomLevel, classify
from builder.agents.models.each import each
from builder.agents.models.judging import Judge
from builder.agents.models.pairs import PairWriter
from builder.agents.models.questions import QuestionWriter
from builder.agents.models.structured_output import Asker
from builder.agents.options import AgentOptions
from builder.errors import StoppedError
from builder.tables.records import AgentSignals, Candidate, Figure, Outcome, Question
from scoring.models import (
    Budget,
    BudgetSpent,
    Client,
    ModelError,
    ResponseCache,
    RetryPolicy,
    open_chat,
)
from scoring.models.openai_chat import OpenAIChat

Item = TypeVar("Item")
Result = TypeVar("Result")

RESPONSES = "responses"
POLICY = RetryPolicy()
"""When a call is tried again."""


class ModelAgent:
    """`openai:NAME` or `transformers:NAME`. All calls of a build go through one such agent.

    Raises StoppedError where the model cannot be opened, where no request can work, and where the
    budget is spent.
    """

    sees_images = True

    def __init__(self, name: str, options: AgentOptions) -> None:
        self.name, self._model = name, options.model
        try:
            self._backend = backend = open_chat(name, options.model.serving)
            budget = Budget(options.model.budget, options.model.prices)
        except (ModelError, ValueError) as error:
            raise StoppedError(str(error)) from error
        cache = ResponseCache(options.folder / RESPONSES)
        self.log = CostLog(options.folder, options.model.prices)
        self._asker = Asker(Client(backend, cache, budget, POLICY), self.log)
        self._at_once = 2 * max(backend.concurrency, 2 * backend.batch_size)
        self._runner = asyncio.Runner()

    def close(self) -> None:
        """Closes connections, and the event loop that all calls ran in."""
        self.log.close()
        if isinstance(self._backend, OpenAIChat):
            self._runner.run(self._backend.close())
        self._runner.close()

    def write_candidates(self, figures: Sequence[Figure]) -> tuple[list[Candidate], list[Outcome]]:
        """Candidates of the figures in order, and one outcome per figure."""
        writer = PairWriter(self._asker, self.name, self._model.revision)
        written = self._each(figures, writer.write)
        return [c for found, _ in written for c in found], [outcome for _, outcome in written]

    def judge(
        self, candidates: Sequence[Candidate], figures: Mapping[str, Figure]
    ) -> list[AgentSignals]:
        """Signals of the candidates in order; none are asked for with `samples` 0."""
        if not self._model.samples:
            return []
        revision, samples = self._model.revision, self._model.samples
        judge = Judge(self._asker, self.name, revision, samples)
        return self._each(candidates, lambda c: judge.judge(c, figures[c.figure_id]))

    def write_questions(
        self, candidates: Sequence[Candidate], figures: Mapping[str, Figure], seed: int
    ) -> list[Question]:
        """One question per candidate in order, with three distractors or a problem."""
        revision, rounds = self._model.revision, self._model.rounds
        writer = QuestionWriter(self._asker, self.name, revision, rounds)
        return self._each(candidates, lambda c: writer.write(c, figures[c.figure_id], seed))

    def classify(self, questions: Sequence[tuple[str, Sequence[str], str]]) -> list[BloomLevel]:
        """Bloom levels of questions, each with its choices and the right one."""
        return self._each(questions, lambda q: classify(self._asker, *q))

    def _each(
        self, items: Sequence[Item], work: Callable[[Item], Awaitable[Result]]
    ) -> list[Result]:
        try:
            return self._runner.run(each(items, work, self._at_once))
        except BudgetSpent as error:
            raise StoppedError(str(error)) from error
        except ModelError as error:
            said = f"{self.name}: {error}; run the same command again to go on"
            raise StoppedError(said) from error
