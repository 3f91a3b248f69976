"""Presentations put to a model, and its answers as items."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from scoring.answers.extraction import extract
from scoring.items import BadInput
from scoring.models.cache import ResponseCache
from scoring.models.choosers import Chooser
from scoring.models.client import Client, Outcome
from scoring.models.records import (
    BenchmarkQuestion,
    BudgetSpent,
    Condition,
    ModelError,
    Presentation,
    Request,
    Response,
    TransientError,
)
from scoring.records import LabelStyle
from scoring.report.evidence import EvidenceItem
from scoring.runner.dataset import digest_images
from scoring.runner.prompts import label_style, make_message

_CHUNK = 64
"""Presentations between two reports of how far a model that takes choices is."""


@dataclass(frozen=True, slots=True)
class ChatSettings:
    """How chat models are asked. `temperature` None leaves it to the server."""

    prompt: str = "ours-v1"
    max_tokens: int = 2048
    temperature: float | None = 0.0
    seed: int | None = None

    def request(self, shown: Presentation) -> Request:
        """What is sent for a presentation."""
        turn = make_message(self.prompt, shown)
        return Request((turn,), self.max_tokens, self.temperature, self.seed)


@dataclass(frozen=True, slots=True)
class ChatAnswers:
    """Items of what was answered, how many are missing, and why."""

    items: list[EvidenceItem]
    missing: int = 0
    reason: str = ""


def present_all(
    questions: Sequence[BenchmarkQuestion], conditions: Sequence[Condition], circular: bool
) -> list[Presentation]:
    """Every question under every condition, in every rotation if circular."""
    return [
        Presentation(question, condition, rotation)
        for condition in conditions
        for question in questions
        for rotation in range(len(question.choices) if circular else 1)
    ]


def ask_chat(
    client: Client,
    settings: ChatSettings,
    shown: Sequence[Presentation],
    progress: Callable[[int], None],
) -> ChatAnswers:
    """Asks a chat model. What was answered is kept in the client's cache, whatever happens.

    Args:
        client: the model, with its cache and budget.
        settings: prompt and parameters.
        shown: what is asked.
        progress: hears how many are done.

    Raises:
        FatalError: where no request can work.
    """
    outcomes: dict[int, Outcome] = {}
    reason = ""

    def arrived(number: int, outcome: Outcome) -> None:
        outcomes[number] = outcome
        progress(len(outcomes))

    try:
        asyncio.run(client.complete_all((settings.request(p) for p in shown), arrived))
    except BudgetSpent as error:
        reason = str(error)
    # A failure that can pass is no answer: the same run, again, asks for it once more. A refusal
    # is one: it would be refused again, and the model gets nothing for it.
    failures = [o for o in outcomes.values() if isinstance(o, TransientError)]
    items = [
        _make_chat_item(client, settings, shown[number], outcome)
        for number, outcome in sorted(outcomes.items())
        if not isinstance(outcome, TransientError)
    ]
    return ChatAnswers(
        items, len(shown) - len(items), reason or (str(failures[0]) if failures else "")
    )


def _make_chat_item(
    client: Client, settings: ChatSettings, shown: Presentation, outcome: Outcome
) -> EvidenceItem:
    """What a chat model answered; a refused request is an empty response with its error."""
    response = outcome if isinstance(outcome, Response) else Response("")
    return make_item(
        client.backend.name,
        shown,
        prompt=settings.prompt,
        error=str(outcome) if isinstance(outcome, ModelError) else "",
        usd=client.budget.prices.of(response.tokens_in, response.tokens_out),
        tokens_in=response.tokens_in,
        tokens_out=response.tokens_out,
        latency=response.latency,
        finish_reason=response.finish_reason,
        served_by=response.served_by,
        **read_response(response.text, shown, label_style(settings.prompt)),
    )


def read_response(text: str, shown: Presentation, labels: LabelStyle | None) -> dict[str, Any]:
    """What a response commits to: fields of an item, with the index in the dataset's order."""
    extraction = extract(text, shown.choices, labels=labels)
    return {
        "labels": labels,
        "response": text,
        "index": None if extraction.index is None else shown.original(extraction.index),
        "status": extraction.status,
        "method": extraction.method,
    }


def ask_chooser(
    chooser: Chooser,
    shown: Sequence[Presentation],
    sees: str = "",
    *,
    cache: ResponseCache | None = None,
    progress: Callable[[int], None] = lambda done: None,
) -> list[EvidenceItem]:
    """Asks a model that takes a choice.

    Args:
        chooser: the model.
        shown: what is asked.
        sees: overrides the condition that is written down.
        cache: keeps what a model with a revision took.
        progress: hears how many are done.

    Raises:
        BadInput: where the model cannot do without what a condition hides.
    """
    cache = cache if chooser.revision else None
    chosen: list[int | None] = []
    for start in range(0, len(shown), _CHUNK):
        chosen += _take_choices(chooser, shown[start : start + _CHUNK], cache)
        progress(len(chosen))
    return [
        make_item(
            chooser.name,
            p,
            condition=sees or p.condition,
            index=index,
            status="no_answer" if index is None else "answered",
        )
        for p, index in zip(shown, chosen, strict=True)
    ]


def _take_choices(
    chooser: Chooser, shown: Sequence[Presentation], cache: ResponseCache | None
) -> list[int | None]:
    """The choices taken, from the cache where they are there; an empty response is no choice."""
    keys = [
        {
            "model": chooser.name,
            "revision": chooser.revision,
            "question": [p.question.id, p.question.question, *p.choices],
            "rotation": p.rotation,
            "images": digest_images(p.question),
            "condition": p.condition,
        }
        for p in shown
    ]
    responses = [cache.get(key) if cache else None for key in keys]
    unknown = [n for n, response in enumerate(responses) if response is None]
    try:
        fresh = chooser.choose([shown[n] for n in unknown])
    except ValueError as error:
        raise BadInput(f"{chooser.name}: {error}") from error
    for n, index in zip(unknown, fresh, strict=True):
        responses[n] = response = Response("" if index is None else str(index))
        if cache:
            cache.put(keys[n], response)
    return [int(response.text) if response and response.text else None for response in responses]


def make_item(model: str, shown: Presentation, **answered: Any) -> EvidenceItem:
    """An item of a model's answer; fields that are not given stay empty."""
    question = shown.question
    empty: dict[str, Any] = {
        "condition": shown.condition,
        "prompt": "",
        "labels": None,
        "response": None,
        "error": "",
        "method": "",
        "tokens_in": None,
        "tokens_out": None,
        "usd": None,
        "latency": 0.0,
        "finish_reason": "",
        "served_by": "",
    }
    return EvidenceItem(
        model=model,
        rotation=shown.rotation,
        id=question.id,
        question=question.question,
        choices=question.choices,
        correct_index=question.correct,
        images=tuple(digest_images(question)),
        article_id=question.article,
        task=question.task,
        bloom=question.bloom,
        modality=question.modality,
        source=question.source,
        **{**empty, **answered},
    )


def try_fit(chooser: Chooser, train: Iterable[BenchmarkQuestion]) -> str:
    """Fits a baseline; returns why it cannot be, or nothing."""
    try:
        chooser.fit(list(train))
    except ValueError as error:
        return str(error)
    return ""
