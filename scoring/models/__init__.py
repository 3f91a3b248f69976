"""Models, for all who ask one: chat models behind one client, CLIP, and baselines.

Models are opened by name: `openai:NAME`, `transformers:NAME`, `clip:NAME` and the baselines.
"""

from __future__ import annotations

from dataclasses import dataclass

from scoring.models.baselines import BASELINES
from scoring.models.budget import Budget, Prices, Usage, UsageLog, add_up, read_usage
from scoring.models.cache import ReplyStore, ResponseCache
from scoring.models.choosers import Chooser, ClipChooser, EncoderOpener, ImageTextEncoder
from scoring.models.client import Backend, Client, Outcome, map_concurrently
from scoring.models.openai_chat import OpenAIChat
from scoring.models.recorded import NoServer, RecordedReplies, read_replies
from scoring.models.records import (
    CONDITIONS,
    BenchmarkQuestion,
    BudgetSpent,
    Condition,
    FatalError,
    Image,
    Message,
    ModelError,
    NotRecordedError,
    Presentation,
    Request,
    RequestError,
    Response,
    SchemaRefused,
    TransientError,
)
from scoring.models.retry import RetryPolicy

KINDS = ("openai:NAME", "transformers:NAME", "clip:NAME", *BASELINES)


@dataclass(frozen=True, slots=True)
class Serving:
    """How a model is reached. `timeout` is in seconds; `concurrency` counts requests at once."""

    base_url: str | None = None
    revision: str = ""
    timeout: float = 120.0
    concurrency: int = 8
    batch_size: int = 8


def open_model(
    model: str, serving: Serving = Serving(), open_encoder: EncoderOpener | None = None
) -> Backend | Chooser:
    """Opens a model by name.

    Args:
        model: one of KINDS.
        serving: how a chat model is reached.
        open_encoder: opens the encoder of `clip:NAME`, which this package has none of.

    Raises:
        FatalError: where there is no such kind, or it cannot be opened.
    """
    if model in BASELINES:
        return BASELINES[model]()
    kind, colon, name = model.partition(":")
    if not (colon and name) or kind not in ("openai", "transformers", "clip"):
        raise FatalError(f"no such model: {model!r}; models are {', '.join(KINDS)}")
    if kind != "clip":
        return open_chat(model, serving)
    if open_encoder is None:
        raise FatalError("clip: has no encoders here; give open_model an open_encoder")
    try:
        return ClipChooser(open_encoder(name))
    except (OSError, ValueError, KeyError, ImportError, RuntimeError) as error:
        raise FatalError(f"cannot open {model}: {' '.join(str(error).split())}") from error


def open_chat(model: str, serving: Serving = Serving()) -> Backend:
    """Opens a chat model, `openai:NAME` or `transformers:NAME`.

    Raises:
        FatalError: where there is no such kind, or it cannot be opened.
    """
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
        # torch and transformers take seconds to import.
        from scoring.models.transformers_local import TransformersChat

        return TransformersChat(name, revision=serving.revision, batch_size=serving.batch_size)
    raise FatalError(f"no such chat model: {model!r}; openai:NAME or transformers:NAME")


__all__ = [
    "BASELINES",
    "CONDITIONS",
    "KINDS",
    "Backend",
    "BenchmarkQuestion",
    "Budget",
    "BudgetSpent",
    "Chooser",
    "Client",
    "ClipChooser",
    "Condition",
    "EncoderOpener",
    "FatalError",
    "Image",
    "ImageTextEncoder",
    "Message",
    "ModelError",
    "NoServer",
    "NotRecordedError",
    "OpenAIChat",
    "Outcome",
    "Presentation",
    "Prices",
    "RecordedReplies",
    "ReplyStore",
    "Request",
    "RequestError",
    "Response",
    "ResponseCache",
    "RetryPolicy",
    "SchemaRefused",
    "Serving",
    "TransientError",
    "Usage",
    "UsageLog",
    "add_up",
    "map_concurrently",
    "open_chat",
    "open_model",
    "read_replies",
    "read_usage",
]
