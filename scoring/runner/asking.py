"""Presentations put to a model, and its answers as items."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from scoring.answers.extraction import extract
from scoring.items import BadInput
from scoring.models.cache import ResponseCache
from scoring.models.chooser import Chooser
from scoring.models.client import Client, Outcome
from scoring.models.errors import BudgetSpent, ModelError, TransientError
from scoring.models.records import Condition, Presentation, Question, Request, Response
from scoring.records import LabelStyle
from scoring.report.evidence import EvidenceItem
from scoring.runner.prompts import label_style, message
from scoring.runner.version import image_digests

Progress = Callable[[int], None]
_CHUNK = 64


@dataclass(frozen=True, slots=True)
class Asking:
    """How chat models are asked. `temperature` None leaves it to the server."""

    prompt: str = "ours-v1"
    max_tokens: int = 2048
    temperature: float | None = 0.0
    seed: int | None = None

    def request(self, shown: Presentation) -> Request:
        """What is sent for a presentation."""
        turn = message(self.prompt, shown)
        return Request((turn,), self.max_tokens, self.temperature, self.seed)


@dataclass(frozen=True, slots=True)
class Asked:
    """Items of what was answered, and why the rest was not."""

    items: list[EvidenceItem]
    missing: int = 0
    reason: str = ""


def presentations(
    questions: Sequence[Question], conditions: Sequence[Condition], circular: bool
) -> list[Presentation]:
    """Every question under every condition, in every rotation if circular."""
    return [
        Presentation(question, condition, rotation)
        for condition in conditions
        for question in questions
        for rotation in range(len(question.choices) if circular else 1)
    ]


def ask_chat(
    client: Client, asking: Asking, shown: Sequence[Presentation], progress: Progress
) -> Asked:
    """Asks a chat model. What was answered is kept in the client's cache, whatever happens.

    Raises FatalError where no request can work.
    """
    outcomes: dict[int, Outcome] = {}
    reason = ""

    def arrived(number: int, outcome: Outcome) -> None:
        outcomes[number] = outcome
        progress(len(outcomes))

    try:
        asyncio.run(client.complete_all((asking.request(p) for p in shown), arrived))
    except BudgetSpent as error:
        reason = str(error)
    lost = [o for o in outcomes.values() if isinstance(o, TransientError)]
    missing = len(shown) - len(outcomes) + len(lost)
    return Asked(
        [
            chat_item(client, asking, shown[number], outcome)
            for number, outcome in sorted(outcomes.items())
            if not isinstance(outcome, TransientError)
        ],
        missing,
        reason or (str(lost[0]) if lost else ""),
    )


def chat_item(
    client: Client, asking: Asking, shown: Presentation, outcome: Outcome
) -> EvidenceItem:
    """What a chat model answered; a refused request is an empty response with its error."""
    error = str(outcome) if isinstance(outcome, ModelError) else ""
    response = outcome if isinstance(outcome, Response) else Response("")
    return item(
        client.backend.name,
        shown,
        prompt=asking.prompt,
        error=error,
        usd=client.budget.prices.of(response.tokens_in, response.tokens_out),
        tokens_in=response.tokens_in,
        tokens_out=response.tokens_out,
        latency=response.latency,
        finish_reason=response.finish_reason,
        served_by=response.served_by,
        **extracted(response.text, shown, label_style(asking.prompt)),
    )


def extracted(text: str, shown: Presentation, labels: LabelStyle | None) -> dict[str, Any]:
    """What a response commits to, with the index in the dataset's order."""
    found = extract(text, shown.choices, labels=labels)
    index = None if found.index is None else shown.original(found.index)
    return {
        "labels": labels,
        "response": text,
        "index": index,
        "status": found.status,
        "method": found.method,
    }


def ask_chooser(
    chooser: Chooser,
    shown: Sequence[Presentation],
    sees: str = "",
    *,
    cache: ResponseCache | None = None,
    progress: Progress = lambda done: None,
) -> list[EvidenceItem]:
    """Asks a model that takes a choice; `sees` overrides the condition that is written down.

    What a model with a revision took is kept in the cache. Raises BadInput where the model cannot
    do without what a condition hides.
    """
    cache = cache if chooser.revision else None
    chosen: list[int | None] = []
    for start in range(0, len(shown), _CHUNK):
        chosen += _taken(chooser, shown[start : start + _CHUNK], cache)
        progress(len(chosen))
    return [
        item(
            chooser.name,
            p,
            condition=sees or p.condition,
            index=index,
            status="no_answer" if index is None else "answered",
        )
        for p, index in zip(shown, chosen, strict=True)
    ]


def _taken(
    chooser: Chooser, shown: Sequence[Presentation], cache: ResponseCache | None
) -> list[int | None]:
    """The choices taken, from the cache where they are there; an empty response is no choice."""
    keys = [_chooser_key(chooser, p) for p in shown]
    found = [cache.get(key) if cache else None for key in keys]
    unknown = [n for n, response in enumerate(found) if response is None]
    try:
        fresh = chooser.choose([shown[n] for n in unknown])
    except ValueError as error:
        raise BadInput(f"{chooser.name}: {error}") from error
    for n, index in zip(unknown, fresh, strict=True):
        found[n] = Response("" if index is None else str(index))
        if cache:
            cache.put(keys[n], found[n] or Response(""))
    return [int(response.text) if response and response.text else None for response in found]


def _chooser_key(chooser: Chooser, shown: Presentation) -> dict[str, Any]:
    question = shown.question
    return {
        "model": chooser.name,
        "revision": chooser.revision,
        "question": [question.id, question.question, *shown.choices],
        "rotation": shown.rotation,
        "images": image_digests(question),
        "condition": shown.condition,
    }


def item(model: str, shown: Presentation, **answered: Any) -> EvidenceItem:
    """An item with the fields of the question filled in."""
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
        images=tuple(image_digests(question)),
        article_id=question.article,
        task=question.task,
        bloom=question.bloom,
        modality=question.modality,
        source=question.source,
        **{**empty, **answered},
    )


def fitted(chooser: Chooser, train: Iterable[Question]) -> str:
    """Fits a baseline; returns why it cannot be, or nothing."""
    try:
        chooser.fit(list(train))
    except ValueError as error:
        return str(error)
    return ""
