"""Benchmark runs for visitors: each with a folder, a key and a stop button of its own."""

from __future__ import annotations

import importlib
import os
import queue
import re
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from space.screening.desk import ON_SPACE
from space.untrusted import AddressError, check_url, make_visitor_client

if TYPE_CHECKING:
    from scoring.models import Backend, Chooser
    from scoring.report.result import Report
    from scoring.runner import BenchmarkRun, BenchmarkSettings, Dataset

BASELINE, CLIP, ENDPOINT, HUB = "baseline", "clip", "endpoint", "hub"
HUB_MODELS = ("HuggingFaceTB/SmolVLM-256M-Instruct", "HuggingFaceTB/SmolVLM-500M-Instruct")
BUNDLED_CLIP = "clip:phantom-tiny"
_HUB_NAME = re.compile(r"[\w.-]{1,96}/[\w.-]{1,96}")
STOPPED = "stopped"
_TIMEOUT = 120.0


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What a visitor wants to run. The key is not shown where this is printed."""

    kind: str
    name: str
    limit: int
    task: str = ""
    no_image: bool = True
    url: str = ""
    key: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class RunProgress:
    """How far a run is; `result` is there at the end, `problem` where it failed."""

    done: int = 0
    total: int = 0
    result: tuple[Report, BenchmarkRun] | None = None
    problem: str = ""


class RunStoppedError(Exception):
    """The visitor stopped the run."""


def on_gpu(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function on a ZeroGPU Space with a GPU for five minutes, elsewhere as it is."""
    try:
        spaces = importlib.import_module("spaces")
    except ImportError:
        return function
    on_zero_gpu: Callable[..., Any] = spaces.GPU(duration=300)(function)
    return on_zero_gpu


class BenchRunner:
    """Runs benchmarks on the test split of one release."""

    def __init__(self, release: Path, allow_private: bool = False) -> None:
        self._release = release
        self._allow_private = allow_private
        self._stops: dict[str, threading.Event] = {}

    def stop(self, session: str) -> bool:
        """Stop the run of a session. Returns whether there was one."""
        event = self._stops.get(session)
        if event is not None:
            event.set()
        return event is not None

    def run(self, request: RunRequest, session: str) -> Iterator[RunProgress]:
        """Run what is asked for, telling how far it is.

        The responses are kept in a folder that is removed at the end, the key nowhere.
        """
        # The run goes on in a thread of its own; this generator hands on what it reports, and ends
        # it when the visitor leaves.
        stop, steps = threading.Event(), queue.SimpleQueue[RunProgress]()
        self._stops[session] = stop
        folder = Path(tempfile.mkdtemp(prefix="microvqa_pp-bench-"))
        worker = threading.Thread(
            target=self._work_aside, args=(request, folder, stop, steps.put), daemon=True
        )
        worker.start()
        try:
            while True:
                step = steps.get()
                yield step
                if step.result or step.problem:
                    return
        finally:
            stop.set()
            self._stops.pop(session, None)
            worker.join(timeout=5)
            shutil.rmtree(folder, ignore_errors=True)

    def _work_aside(
        self,
        request: RunRequest,
        folder: Path,
        stop: threading.Event,
        put: Callable[[RunProgress], None],
    ) -> None:
        # Heavy, here and below: the app starts without what only a run needs.
        from scoring.items import BadInput
        from scoring.models import ModelError
        from scoring.runner import Incomplete

        def report(done: int, total: int, _: object = None) -> None:
            if stop.is_set():
                raise RunStoppedError
            put(RunProgress(done, total))

        try:
            put(RunProgress(1, 1, self._run_request(request, folder, report)))
        except RunStoppedError:
            put(RunProgress(problem=STOPPED))
        except (BadInput, ModelError, Incomplete, AddressError, ValueError, OSError) as error:
            put(RunProgress(problem=_hide_key(request.key, str(error))))
        except Exception as error:
            kind = _hide_key(request.key, type(error).__name__)
            put(RunProgress(problem=f"the run failed: {kind}"))

    def _run_request(
        self, request: RunRequest, folder: Path, report: Callable[..., None]
    ) -> tuple[Report, BenchmarkRun]:
        from scoring.items import BadInput
        from scoring.report.result import make_report
        from scoring.runner import BenchmarkSettings, open_dataset, run_benchmark

        dataset = open_dataset(str(self._release), "test", None)
        chosen = tuple(q for q in dataset.chosen if request.task in ("", q.task))
        if not chosen:
            raise BadInput("no test question is of that task")
        # Evenly spread over the split, which lies in the order of the figures.
        spread = chosen[:: max(len(chosen) // request.limit, 1)][: request.limit]
        dataset = replace(dataset, chosen=spread)
        report(0, len(spread))
        asks = request.kind in (ENDPOINT, HUB)
        conditions: tuple[Any, ...] = (
            ("image", "no-image") if asks and request.no_image else ("image",)
        )
        settings = BenchmarkSettings(request.name, folder, conditions)
        if request.kind == HUB:
            run: BenchmarkRun = _run_on_gpu(dataset, settings)
        else:
            run = run_benchmark(dataset, settings, report, self._open_model(request))
        report(len(spread), len(spread))
        return make_report(run.result, run.items, run.left_out), run

    def _open_model(self, request: RunRequest) -> Backend | Chooser:
        from scoring.items import BadInput
        from scoring.models import BASELINES, open_model
        from scoring.models.openai_chat import OpenAIChat

        if request.kind == BASELINE and request.name in BASELINES:
            return open_model(request.name)
        if request.kind == CLIP and request.name == BUNDLED_CLIP:
            from filtering.encoders import open_clip_encoder

            return open_model(BUNDLED_CLIP, open_encoder=open_clip_encoder)
        if request.kind == ENDPOINT:
            return OpenAIChat(
                request.name.strip(), base_url=check_url(request.url), timeout=_TIMEOUT,
                concurrency=4,
                api_key=request.key.strip(),
                http_client=make_visitor_client(self._allow_private, _TIMEOUT),
            )  # fmt: skip
        raise BadInput("choose a model")


def check_hub_name(text: str) -> str:
    """The name of a Hub model, 'owner/name'. Raises ValueError for others, paths among them.

    On a Space only models are run that its owner lists in BENCHMARK_MODELS, or the small default
    ones.
    """
    name = text.strip()
    if not _HUB_NAME.fullmatch(name) or ".." in name or name.startswith("."):
        raise ValueError("a Hub model is named owner/name")
    if os.environ.get(ON_SPACE) and name not in list_hub_models():
        raise ValueError(f"this Space runs only: {', '.join(list_hub_models())}")
    return name


def list_hub_models() -> tuple[str, ...]:
    """Hub models that are offered."""
    listed = os.environ.get("BENCHMARK_MODELS", "").split()
    return tuple(listed) or HUB_MODELS


@on_gpu
def _run_on_gpu(dataset: Dataset, settings: BenchmarkSettings) -> BenchmarkRun:
    from scoring.models import Serving
    from scoring.runner import run_benchmark

    name = f"transformers:{check_hub_name(settings.model)}"
    settings = replace(settings, model=name, serving=Serving(batch_size=4))
    return run_benchmark(dataset, settings, lambda *_: None)


def _hide_key(key: str, text: str) -> str:
    """A message without the key, in one line."""
    return " ".join((text.replace(key, "[key]") if key.strip() else text).split())[:400]
