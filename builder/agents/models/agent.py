"""The agent that asks a model: stage 1, the agent signals, and stage 3."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

from builder.agents.models.judging import CandidateJudge
from builder.agents.models.pairs import PairWriter
from builder.agents.models.questions import BloomLevel, QuestionWriter, classify_bloom
from builder.agents.models.structured_output import Asker
from builder.agents.models.versions import NEWEST
from builder.agents.settings import COSTS, AgentOptions
from builder.errors import StoppedError
from builder.tables.records import AgentSignals, Candidate, Figure, Outcome, Question
from scoring.models import (
    Budget,
    BudgetSpent,
    Client,
    ModelError,
    OpenAIChat,
    ResponseCache,
    RetryPolicy,
    UsageLog,
    map_concurrently,
    open_chat,
)

logger = logging.getLogger("microvqa_pp")

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
            budget = Budget(options.model.budget, options.model.prices, options.folder / COSTS)
        except (ModelError, ValueError) as error:
            raise StoppedError(str(error)) from error
        self._client = Client(backend, ResponseCache(options.folder / RESPONSES), budget, POLICY)
        self._version = NEWEST
        self._asker = Asker(self._client, self._version.prompts, self._version.name)
        # Twice as many as can be sent: while a reply is looked into, another request is ready.
        self._at_once = 2 * max(backend.concurrency, 2 * backend.batch_size)
        self._runner = asyncio.Runner()

    @property
    def usage(self) -> UsageLog:
        """What this run asked so far."""
        return self._client.budget.usage

    def close(self) -> None:
        """Closes connections, and the event loop that all calls ran in."""
        logger.info("%s: %s", self.name, self.usage.describe())
        self.usage.close()
        if isinstance(self._backend, OpenAIChat):
            self._runner.run(self._backend.close())
        self._runner.close()

    def write_candidates(self, figures: Sequence[Figure]) -> tuple[list[Candidate], list[Outcome]]:
        """Candidates of the figures in order, and one outcome per figure."""
        writer = PairWriter(self._asker, self.name, self._model.revision)
        written = self._run_each(figures, writer.write)
        candidates = [candidate for of_figure, _ in written for candidate in of_figure]
        return candidates, [outcome for _, outcome in written]

    def judge(
        self, candidates: Sequence[Candidate], figures: Mapping[str, Figure]
    ) -> list[AgentSignals]:
        """Signals of the candidates in order; none are asked for with `samples` 0."""
        if not self._model.samples:
            return []
        revision, samples = self._model.revision, self._model.samples
        judge = CandidateJudge(self._asker, self.name, revision, samples)
        return self._run_each(candidates, lambda c: judge.judge(c, figures[c.figure_id]))

    def write_questions(
        self, candidates: Sequence[Candidate], figures: Mapping[str, Figure], seed: int
    ) -> list[Question]:
        """One question per candidate in order, with three distractors or a problem."""
        revision, rounds = self._model.revision, self._model.rounds
        refiner = self._version.refiner
        writer = QuestionWriter(self._asker, self.name, revision, rounds, refiner)
        return self._run_each(candidates, lambda c: writer.write(c, figures[c.figure_id], seed))

    def classify(self, questions: Sequence[tuple[str, Sequence[str], str]]) -> list[BloomLevel]:
        """Bloom levels of questions, each with its choices and the right one."""
        return self._run_each(questions, lambda q: classify_bloom(self._asker, *q))

    def _run_each(
        self, items: Sequence[Item], work: Callable[[Item], Awaitable[Result]]
    ) -> list[Result]:
        try:
            return self._runner.run(map_concurrently(items, work, self._at_once))
        except BudgetSpent as error:
            raise StoppedError(str(error)) from error
        except ModelError as error:
            advice = "run the same command again to go on"
            raise StoppedError(f"{self.name}: {error}; {advice}") from error
