"""A benchmark run: one model and all baselines on one split, for a report."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from scoring.items import BadInput
from scoring.models import (
    BASELINES,
    CONDITIONS,
    Backend,
    Budget,
    Chooser,
    Client,
    Condition,
    EncoderOpener,
    FatalError,
    Presentation,
    Prices,
    ResponseCache,
    Serving,
    open_model,
)
from scoring.report.evidence import EvidenceItem
from scoring.report.result import Result, read_earlier_items
from scoring.runner.asking import ChatSettings, ask_chat, ask_chooser, present_all, try_fit
from scoring.runner.dataset import Dataset
from scoring.runner.predictions import read_predictions

logger = logging.getLogger("microvqa_pp")

OnProgress = Callable[[int, int, Client | None], None]
"""Hears how many presentations of how many are done, and through which client."""


class Incomplete(Exception):  # noqa: N818 - reads as what happened
    """Not every question was answered; what was is kept, and the same run goes on."""


@dataclass(frozen=True, slots=True)
class BenchmarkSettings:
    """What is run. `budget` is in USD and for this call; `cache` defaults to `output/cache`."""

    model: str
    output: Path
    conditions: tuple[Condition, ...] = ("image",)
    circular: bool = False
    chat: ChatSettings = field(default_factory=ChatSettings)
    serving: Serving = field(default_factory=Serving)
    prices: Prices = field(default_factory=Prices)
    budget: float | None = None
    cache: Path | None = None
    predictions: Path | None = None


@dataclass(slots=True)
class BenchmarkRun:
    """A run's result, all its items, and the baselines that could not be run, with reasons."""

    result: Result
    items: list[EvidenceItem]
    left_out: dict[str, str] = field(default_factory=dict)


def run_benchmark(
    dataset: Dataset,
    settings: BenchmarkSettings,
    progress: OnProgress,
    model: Backend | Chooser | None = None,
    open_encoder: EncoderOpener | None = None,
) -> BenchmarkRun:
    """Runs what is not in the cache.

    Conditions that OUTPUT already holds for the same model, dataset and settings stay in the
    result.

    Args:
        dataset: the questions.
        settings: what is run, and how.
        progress: hears how far it is.
        model: is asked instead of opening `settings.model`.
        open_encoder: opens the encoder of `clip:NAME`.

    Raises:
        BadInput: for predictions, an earlier result or a model that do not fit.
        FatalError: where no request can work.
        Incomplete: where not all was answered. Nothing of an earlier result is touched then.
    """
    if model is None and not settings.predictions:
        model = open_model(settings.model, settings.serving, open_encoder)
    # What lies in the folder is compared before anything is asked, which may cost money.
    result = _describe_run(dataset, settings, model)
    kept = read_earlier_items(settings.output, result, set(settings.conditions))
    if model is None:
        items = _load_predictions(dataset, settings)
    else:
        shown = present_all(dataset.chosen, settings.conditions, settings.circular)
        logger.info("%s answers %d presentations", result.model, len(shown))
        if isinstance(model, Chooser):
            items = _run_chooser(model, dataset, settings, shown, progress)
        else:
            items = _run_chat(model, settings, shown, progress)
    # Every result stands beside all baselines on the same questions.
    baselines, left_out = _run_baselines(dataset, settings.model)
    return BenchmarkRun(result, [*items, *kept, *baselines], left_out)


def _describe_run(
    dataset: Dataset, settings: BenchmarkSettings, model: Backend | Chooser | None
) -> Result:
    chats = model is not None and not isinstance(model, Chooser)
    return Result(
        dataset=dataset.name,
        split=dataset.split,
        version=dataset.version,
        total=dataset.total,
        questions=len(dataset.chosen),
        model=settings.model if model is None else model.name,
        revision=settings.serving.revision if model is None else model.revision,
        prompt=settings.chat.prompt if chats else "",
        max_tokens=settings.chat.max_tokens if chats else None,
        temperature=settings.chat.temperature if chats else None,
        seed=settings.chat.seed if chats else None,
        circular=settings.circular,
        origin="predictions" if model is None else "run",
    )


def _load_predictions(dataset: Dataset, settings: BenchmarkSettings) -> list[EvidenceItem]:
    if settings.circular or len(settings.conditions) > 1 or settings.predictions is None:
        raise BadInput("predictions have one condition and one order of choices")
    if settings.model in BASELINES:
        raise BadInput(f"give --model another name than the baseline {settings.model!r}")
    (condition,) = settings.conditions
    return read_predictions(settings.predictions, dataset, settings.model, condition)


def _run_chooser(
    chooser: Chooser,
    dataset: Dataset,
    settings: BenchmarkSettings,
    shown: Sequence[Presentation],
    progress: OnProgress,
) -> list[EvidenceItem]:
    if reason := try_fit(chooser, dataset.train):
        raise BadInput(f"{chooser.name}: {reason}")
    progress(0, len(shown), None)
    return ask_chooser(
        chooser,
        shown,
        chooser.sees if chooser.name in BASELINES else "",
        cache=ResponseCache(settings.cache or settings.output / "cache"),
        progress=lambda done: progress(done, len(shown), None),
    )


def _run_chat(
    backend: Backend,
    settings: BenchmarkSettings,
    shown: Sequence[Presentation],
    progress: OnProgress,
) -> list[EvidenceItem]:
    client = Client(
        backend,
        cache=ResponseCache(settings.cache or settings.output / "cache"),
        budget=Budget(settings.budget, settings.prices),
    )
    progress(0, len(shown), client)
    answers = ask_chat(
        client, settings.chat, shown, lambda done: progress(done, len(shown), client)
    )
    logger.info("%s: %s", backend.name, client.budget.usage.describe())
    # A rate over some of the questions would be another figure under the same name.
    if answers.missing:
        raise Incomplete(
            f"{answers.missing:,} of {len(shown):,} requests have no response yet: "
            f"{answers.reason}; run the same command again to go on"
        )
    if all(item.error for item in answers.items):
        raise FatalError(f"every request was refused: {answers.items[0].error}")
    return answers.items


def _run_baselines(dataset: Dataset, model: str) -> tuple[list[EvidenceItem], dict[str, str]]:
    """Items of all baselines but the model itself, and why some could not be run."""
    items: list[EvidenceItem] = []
    left_out: dict[str, str] = {}
    shown = present_all(dataset.chosen, CONDITIONS[:1], circular=False)
    for name, make in BASELINES.items():
        if name == model:
            continue
        baseline = make()
        if reason := try_fit(baseline, dataset.train):
            left_out[name] = reason
        elif name == "caption" and not any(question.caption for question in dataset.chosen):
            left_out[name] = "no question has a caption"
        else:
            items += ask_chooser(baseline, shown, baseline.sees)
    return items, left_out


@contextmanager
def show_progress(console: Console) -> Iterator[OnProgress]:
    """A bar while questions are asked; off a terminal, a line for each tenth."""
    bar = Progress(
        TextColumn("asking"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}", markup=False),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    task = bar.add_task("", total=None)
    last = -1

    def report(done: int, total: int, client: Client | None) -> None:
        nonlocal last
        line = client.budget.usage.describe() if client else ""
        bar.update(task, completed=done, total=total, description=line)
        tenth = 10 * done // max(1, total)
        if not console.is_terminal and tenth != last and client:
            last = tenth
            console.print(f"{done:,} of {total:,} requests; {line}", markup=False, soft_wrap=True)

    with bar:
        yield report
