"""Models by name: `openai:NAME`, `transformers:NAME`, `clip:NAME` and the baselines."""

from __future__ import annotations

from dataclasses import dataclass

from scoring.models.baselines import BASELINES
from scoring.models.chooser import Chooser
from scoring.models.client import Backend
from scoring.models.clip import ClipChooser, open_encoder
from scoring.models.errors import FatalError
from scoring.models.openai_chat import OpenAIChat

KINDS = ("openai:NAME", "transformers:NAME", "clip:NAME", *BASELINES)


@dataclass(frozen=True, slots=True)
class Serving:
    """How a model is reached. `timeout` is in seconds; `concurrency` counts requests at once."""

    base_url: str | None = None
    revision: str = ""
    timeout: float = 120.0
    concurrency: int = 8
    batch_size: int = 8


def open_model(model: str, serving: Serving = Serving()) -> Backend | Chooser:
    """A model by name. Raises FatalError where there is no such kind or it cannot be opened."""
    if model in BASELINES:
        return BASELINES[model]()
    kind, colon, name = model.partition(":")
    if not (colon and name) or kind not in ("openai", "transformers", "clip"):
        raise FatalError(f"no such model: {model!r}; models are {', '.join(KINDS)}")
    if kind == "clip":
        return ClipChooser(open_encoder(name))
    return open_chat(model, serving)


def open_chat(model: str, serving: Serving = Serving()) -> Backend:
    """A chat model, `openai:NAME` or `transformers:NAME`. Raises FatalError as `open_model`."""
    kind, _, name = model.partition(":")
    if kind == "openai" and name:
        return OpenAIChat(
            name,
            base_url=serving.base_url,
            revision=serving.revision,
            timeout=serving.timeout,
            concurrency=serving.concurrency,
        )
    if kind == "transformers" and name:
        from scoring.models.transformers_local import TransformersChat

        return TransformersChat(name, revision=serving.revision, batch_size=serving.batch_size)
    raise FatalError(f"no such chat model: {model!r}; openai:NAME or transformers:NAME")
