"""The agent that asks a model: stage 1, the agent signals, and stage 3."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from builder.agents.models.judging import CandidateJudge
from builder.agents.models.pairs import PairWriter
from builder.agents.models.questions import BloomLevel, QuestionWriter, classify_bloom
from builder.agents.models.structured_output import ASKED, Asker
from builder.agents.models.versions import NEWEST, Version, find_version
from builder.agents.recording import find_recording, read_recording
from builder.agents.settings import COSTS, RESPONSES, AgentOptions
from builder.errors import StoppedError
from builder.tables.records import AgentSignals, AskedReply, Candidate, Figure, Outcome, Question
from scoring.models import (
    Backend,
    Budget,
    BudgetSpent,
    Client,
    ModelError,
    NoServer,
    OpenAIChat,
    ReplyStore,
    ResponseCache,
    RetryPolicy,
    UsageLog,
    map_concurrently,
    open_chat,
)

logger = logging.getLogger("microvqa_pp")

Item = TypeVar("Item")
Result = TypeVar("Result")

POLICY = RetryPolicy()
"""When a call is tried again."""


class ModelAgent:
    """`openai:NAME`, `transformers:NAME` or `recorded:FOLDER`.

    All calls of a build go through one such agent.

    Raises StoppedError where the model cannot be opened, where no request can work, and where the
    budget is spent.
    """

    sees_images = True

    def __init__(self, name: str, options: AgentOptions) -> None:
        self.name, self._model, self._version = name, options.model, NEWEST
        try:
            backend, store = self._open(name, options)
            budget = Budget(options.model.budget, options.model.prices, options.folder / COSTS)
        except (ModelError, ValueError) as error:
            raise StoppedError(str(error)) from error
        self._backend = backend
        self._client = Client(backend, store, budget, POLICY)
        self._replies: dict[tuple[str, str], AskedReply] = {}
        self._asker = Asker(self._client, self._version.prompts, self._version.name)
        # Twice as many as can be sent: while a reply is looked into, another request is ready.
        self._at_once = 2 * max(backend.concurrency, 2 * backend.batch_size)
        self._runner = asyncio.Runner()

    def _open(self, name: str, options: AgentOptions) -> tuple[Backend, ReplyStore]:
        """What answers, and where it is looked up before.

        Recorded replies are given under the name of their model, with the prompts and the loop
        that they were recorded with, and nobody is asked for what is missing.
        """
        if (place := find_recording(name)) is None:
            backend = open_chat(name, options.model.serving)
            return backend, ResponseCache(options.folder / RESPONSES)
        recording = read_recording(place)
        manifest = recording.manifest
        self.name = manifest.agent
        self._version = find_version(manifest.version, manifest.prompts)
        if recording.complaint:
            logger.warning("%s: %s", name, recording.complaint)
        return NoServer(manifest.agent, manifest.revision), recording.replies

    @property
    def version(self) -> Version:
        """The prompts and the loop that it asks with."""
        return self._version

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
        written = self._run_each(figures, writer.write, _own_id)
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
        return self._run_each(candidates, lambda c: judge.judge(c, figures[c.figure_id]), _own_id)

    def write_questions(
        self, candidates: Sequence[Candidate], figures: Mapping[str, Figure], seed: int
    ) -> list[Question]:
        """One question per candidate in order, with three distractors or a problem."""
        revision, rounds = self._model.revision, self._model.rounds
        refiner = self._version.refiner
        writer = QuestionWriter(self._asker, self.name, revision, rounds, refiner)
        return self._run_each(
            candidates, lambda c: writer.write(c, figures[c.figure_id], seed), _own_id
        )

    def classify(self, questions: Sequence[tuple[str, Sequence[str], str]]) -> list[BloomLevel]:
        """Bloom levels of questions, each with its choices and the right one."""
        return self._run_each(questions, lambda q: classify_bloom(self._asker, *q))

    def take_replies(self) -> list[AskedReply]:
        """What was asked, and replied, since this was last called; once for each figure."""
        taken = [reply for _, reply in sorted(self._replies.items())]
        self._replies.clear()
        return taken

    def _run_each(
        self,
        items: Sequence[Item],
        work: Callable[[Item], Awaitable[Result]],
        name_figure: Callable[[Item], str] | None = None,
    ) -> list[Result]:
        """The results in order; what was asked for an item is kept under the figure it names."""

        async def listen(item: Item) -> Result:
            asked: list[AskedReply] = []
            ASKED.set(asked)
            result = await work(item)
            figure = name_figure(item) if name_figure else ""
            for reply in asked if figure else ():
                self._replies[figure, reply.request] = replace(reply, figure_id=figure)
            return result

        try:
            return self._runner.run(map_concurrently(items, listen, self._at_once))
        except BudgetSpent as error:
            raise StoppedError(str(error)) from error
        except ModelError as error:
            advice = "run the same command again to go on"
            raise StoppedError(f"{self.name}: {error}; {advice}") from error


def _own_id(item: Figure | Candidate) -> str:
    return item.figure_id
