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

from space.public_http import AddressError, check_url, visitor_client
from space.screening.place import ON_SPACE

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
class Wish:
    """What a visitor wants to run. The key is not shown where this is printed."""

    kind: str
    name: str
    limit: int
    task: str = ""
    no_image: bool = True
    url: str = ""
    key: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is; `found` is there at the end, `problem` where it failed."""

    done: int = 0
    total: int = 0
    found: tuple[Report, BenchmarkRun] | None = None
    problem: str = ""


class Stopped(Exception):  # noqa: N818 - reads as what happened
    """The visitor stopped the run."""


def on_gpu(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function on a ZeroGPU Space with a GPU for five minutes, elsewhere as it is."""
    try:
        spaces = importlib.import_module("spaces")
    except ImportError:
        return function
    marked: Callable[..., Any] = spaces.GPU(duration=300)(function)
    return marked


class Bench:
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

    def run(self, wish: Wish, session: str) -> Iterator[Progress]:
        """Run what is wished, telling how far it is.

        The responses are kept in a folder that is removed at the end, the key nowhere.
        """
        stop, told = threading.Event(), queue.SimpleQueue[Progress]()
        self._stops[session] = stop
        folder = Path(tempfile.mkdtemp(prefix="microvqa_pp-bench-"))
        worker = threading.Thread(
            target=self._work, args=(wish, folder, stop, told.put), daemon=True
        )
        worker.start()
        try:
            while True:
                step = told.get()
                yield step
                if step.found or step.problem:
                    return
        finally:
            stop.set()
            self._stops.pop(session, None)
            worker.join(timeout=5)
            shutil.rmtree(folder, ignore_errors=True)

    def _work(
        self, wish: Wish, folder: Path, stop: threading.Event, put: Callable[[Progress], None]
    ) -> None:
        from scoring.items import BadInput
        from scoring.models import ModelError
        from scoring.runner import Incomplete

        def told(done: int, total: int, _: object = None) -> None:
            if stop.is_set():
                raise Stopped
            put(Progress(done, total))

        try:
            put(Progress(1, 1, self._found(wish, folder, told)))
        except Stopped:
            put(Progress(problem=STOPPED))
        except (BadInput, ModelError, Incomplete, AddressError, ValueError, OSError) as error:
            put(Progress(problem=_without(wish.key, str(error))))
        except Exception as error:
            put(Progress(problem=f"the run failed: {_without(wish.key, type(error).__name__)}"))

    def _found(
        self, wish: Wish, folder: Path, told: Callable[..., None]
    ) -> tuple[Report, BenchmarkRun]:
        from scoring.report.result import make_report
        from scoring.runner import BenchmarkSettings, run_benchmark

        dataset = self._dataset(wish)
        told(0, len(dataset.chosen))
        settings = BenchmarkSettings(wish.name, folder, self._conditions(wish))
        if wish.kind == HUB:
            found: BenchmarkRun = _run_on_gpu(dataset, settings)
        else:
            found = run_benchmark(dataset, settings, told, self._open(wish))
        told(len(dataset.chosen), len(dataset.chosen))
        return make_report(found.result, found.items, found.left_out), found

    def _dataset(self, wish: Wish) -> Dataset:
        from scoring.items import BadInput
        from scoring.runner import open_dataset

        dataset = open_dataset(str(self._release), "test", None)
        chosen = tuple(q for q in dataset.chosen if wish.task in ("", q.task))
        if not chosen:
            raise BadInput("no test question is of that task")
        return replace(dataset, chosen=chosen[:: max(len(chosen) // wish.limit, 1)][: wish.limit])

    def _conditions(self, wish: Wish) -> tuple[Any, ...]:
        asks = wish.kind in (ENDPOINT, HUB)
        return ("image", "no-image") if asks and wish.no_image else ("image",)

    def _open(self, wish: Wish) -> Backend | Chooser:
        from scoring.items import BadInput
        from scoring.models import BASELINES, open_model
        from scoring.models.openai_chat import OpenAIChat

        if wish.kind == BASELINE and wish.name in BASELINES:
            return open_model(wish.name)
        if wish.kind == CLIP and wish.name == BUNDLED_CLIP:
            return _open_clip()
        if wish.kind == ENDPOINT:
            return OpenAIChat(
                wish.name.strip(), base_url=check_url(wish.url), timeout=_TIMEOUT, concurrency=4,
                api_key=wish.key.strip(),
                http_client=visitor_client(self._allow_private, _TIMEOUT),
            )  # fmt: skip
        raise BadInput("choose a model")


def _open_clip() -> Backend | Chooser:
    from filtering.encoders import open_clip_encoder
    from scoring.models import open_model

    return open_model(BUNDLED_CLIP, open_encoder=open_clip_encoder)


def hub_name(text: str) -> str:
    """The name of a Hub model, 'owner/name'. Raises ValueError for others, paths among them.

    On a Space only models are run that its owner lists in BENCHMARK_MODELS, or the small default
    ones.
    """
    name = text.strip()
    if not _HUB_NAME.fullmatch(name) or ".." in name or name.startswith("."):
        raise ValueError("a Hub model is named owner/name")
    if os.environ.get(ON_SPACE) and name not in offered_models():
        raise ValueError(f"this Space runs only: {', '.join(offered_models())}")
    return name


def offered_models() -> tuple[str, ...]:
    """Hub models that are offered."""
    listed = os.environ.get("BENCHMARK_MODELS", "").split()
    return tuple(listed) or HUB_MODELS


@on_gpu
def _run_on_gpu(dataset: Dataset, settings: BenchmarkSettings) -> BenchmarkRun:
    from scoring.models import Serving
    from scoring.runner import run_benchmark

    wished = f"transformers:{hub_name(settings.model)}"
    settings = replace(settings, model=wished, serving=Serving(batch_size=4))
    return run_benchmark(dataset, settings, lambda *_: None)


def _without(key: str, text: str) -> str:
    """A message without the key, in one line."""
    return " ".join((text.replace(key, "[key]") if key.strip() else text).split())[:400]
