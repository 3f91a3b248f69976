"""A benchmark run: one model and all baselines on one split, with a report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scoring.items import BadInput
from scoring.models.baselines import BASELINES
from scoring.models.budget import Budget, Prices
from scoring.models.cache import ResponseCache
from scoring.models.chooser import Chooser
from scoring.models.client import Backend, Client
from scoring.models.errors import FatalError
from scoring.models.loading import Serving, open_model
from scoring.models.records import CONDITIONS, Condition, Presentation
from scoring.report.evidence import EvidenceItem
from scoring.report.result import Result, read_earlier_items
from scoring.runner.asking import Asking, ask_chat, ask_chooser, fitted, presentations
from scoring.runner.dataset import Dataset
from scoring.runner.predictions import read_predictions

Told = Callable[[int, int, Client | None], None]


class Incomplete(Exception):  # noqa: N818 - reads as what happened
    """Not every question was answered; what was is kept, and the same run goes on."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What is run. `budget` is in USD and for this call; `cache` defaults to `output/cache`."""

    model: str
    output: Path
    conditions: tuple[Condition, ...] = ("image",)
    circular: bool = False
    asking: Asking = field(default_factory=Asking)
    serving: Serving = field(default_factory=Serving)
    prices: Prices = field(default_factory=Prices)
    budget: float | None = None
    cache: Path | None = None
    predictions: Path | None = None


@dataclass(slots=True)
class Benchmark:
    """A run's result, all its items, and the baselines that could not be run, with reasons."""

    result: Result
    items: list[EvidenceItem]
    left_out: dict[str, str] = field(default_factory=dict)


def run_benchmark(
    dataset: Dataset, settings: Settings, told: Told, opened: Backend | Chooser | None = None
) -> Benchmark:
    """Runs what is not in the cache. `told` hears how many presentations of how many are done.

    A model that is `opened` already is asked instead of opening `settings.model`.
    Conditions that OUTPUT already holds for the same model, dataset and settings stay in the
    result. Raises BadInput, FatalError, or Incomplete, before which nothing of an earlier result
    is touched.
    """
    model = opened
    if model is None and not settings.predictions:
        model = open_model(settings.model, settings.serving)
    result = _result(dataset, settings, model)
    kept = read_earlier_items(settings.output, result, set(settings.conditions))
    if model is None:
        items = _predicted(dataset, settings)
    else:
        shown = presentations(dataset.chosen, settings.conditions, settings.circular)
        if isinstance(model, Chooser):
            items = _chosen(model, dataset, settings, shown, told)
        else:
            items = _answered(model, settings, shown, told)
    baselines, left_out = _baseline_items(dataset, settings.model)
    return Benchmark(result, [*items, *kept, *baselines], left_out)


def _result(dataset: Dataset, settings: Settings, model: Backend | Chooser | None) -> Result:
    asked = model is not None and not isinstance(model, Chooser)
    return Result(
        dataset=dataset.name,
        split=dataset.split,
        version=dataset.version,
        total=dataset.total,
        questions=len(dataset.chosen),
        model=settings.model if model is None else model.name,
        revision=settings.serving.revision if model is None else model.revision,
        prompt=settings.asking.prompt if asked else "",
        max_tokens=settings.asking.max_tokens if asked else None,
        temperature=settings.asking.temperature if asked else None,
        seed=settings.asking.seed if asked else None,
        circular=settings.circular,
        origin="predictions" if model is None else "run",
    )


def _predicted(dataset: Dataset, settings: Settings) -> list[EvidenceItem]:
    if settings.circular or len(settings.conditions) > 1 or settings.predictions is None:
        raise BadInput("predictions have one condition and one order of choices")
    if settings.model in BASELINES:
        raise BadInput(f"give --model another name than the baseline {settings.model!r}")
    (condition,) = settings.conditions
    return read_predictions(settings.predictions, dataset, settings.model, condition)


def _chosen(
    chooser: Chooser,
    dataset: Dataset,
    settings: Settings,
    shown: Sequence[Presentation],
    told: Told,
) -> list[EvidenceItem]:
    if reason := fitted(chooser, dataset.train):
        raise BadInput(f"{chooser.name}: {reason}")
    told(0, len(shown), None)
    return ask_chooser(
        chooser,
        shown,
        chooser.sees if chooser.name in BASELINES else "",
        cache=ResponseCache(settings.cache or settings.output / "cache"),
        progress=lambda done: told(done, len(shown), None),
    )


def _answered(
    backend: Backend, settings: Settings, shown: Sequence[Presentation], told: Told
) -> list[EvidenceItem]:
    client = Client(
        backend,
        cache=ResponseCache(settings.cache or settings.output / "cache"),
        budget=Budget(settings.budget, settings.prices),
    )
    told(0, len(shown), client)
    asked = ask_chat(client, settings.asking, shown, lambda done: told(done, len(shown), client))
    if asked.missing:
        raise Incomplete(
            f"{asked.missing:,} of {len(shown):,} requests have no response yet: {asked.reason}; "
            "run the same command again to go on"
        )
    if all(item.error for item in asked.items):
        raise FatalError(f"every request was refused: {asked.items[0].error}")
    return asked.items


def _baseline_items(dataset: Dataset, model: str) -> tuple[list[EvidenceItem], dict[str, str]]:
    """Items of all baselines but the model itself."""
    items: list[EvidenceItem] = []
    left_out: dict[str, str] = {}
    shown = presentations(dataset.chosen, CONDITIONS[:1], circular=False)
    for name, make in BASELINES.items():
        baseline = make()
        if name == model:
            continue
        if reason := fitted(baseline, dataset.train):
            left_out[name] = reason
        elif name == "caption" and not any(question.caption for question in dataset.chosen):
            left_out[name] = "no question has a caption"
        else:
            items += ask_chooser(baseline, shown, baseline.sees)
    return items, left_out
