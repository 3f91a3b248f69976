"""Models behind any server that speaks OpenAI's chat completions."""

from __future__ import annotations

import base64
import io
import json
import os
import re
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scoring.models.image_views import looks_alike_everywhere, open_as_rgb
from scoring.models.records import (
    FatalError,
    Image,
    Message,
    ModelError,
    Request,
    RequestError,
    Response,
    SchemaRefused,
    TransientError,
)

if TYPE_CHECKING:
    import openai

_SIGNATURES = {b"\x89PNG\r\n": "png", b"\xff\xd8\xff": "jpeg", b"GIF8": "gif"}
_OPENAI = "https://api.openai.com/v1"
_LARGEST = 15_000_000
_LONGEST_SIDE = 4096
_SECRET = 12
"""Characters that a key has at least, where it is one."""
_NO_SCHEMA = re.compile(r"response_format|json_?schema|structured|guided|grammar", re.IGNORECASE)
_FATAL = {401, 402, 403, 404}
_TRANSIENT = {408, 409, 425, 429}


def detect_image_type(data: bytes) -> str | None:
    """png, jpeg, gif or webp by the first bytes; None for other formats."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    return next((kind for start, kind in _SIGNATURES.items() if data.startswith(start)), None)


@lru_cache(maxsize=64)
def make_data_url(image: Image) -> str:
    """The image as a data URL, with its bytes untouched where every server sees the same in them.

    Formats that servers do not take, files above 15 MB, and those that programs show differently
    (turned by EXIF, 16-bit, transparent, CMYK, animated) are sent as PNG of at most 4,096 pixels
    a side instead. Raises RequestError where the image cannot be read.
    """
    kind, data = detect_image_type(image.data), image.data
    if kind is None or len(data) > _LARGEST or not looks_alike_everywhere(data):
        kind, data = "png", _derive_png(data)
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


def _derive_png(data: bytes) -> bytes:
    picture, out = open_as_rgb(data), io.BytesIO()
    picture.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    picture.save(out, "PNG")
    return out.getvalue()


def _make_content(message: Message) -> Any:
    if all(isinstance(part, str) for part in message.parts):
        return "\n\n".join(str(part) for part in message.parts)
    return [
        {"type": "text", "text": part}
        if isinstance(part, str)
        else {"type": "image_url", "image_url": {"url": make_data_url(part)}}
        for part in message.parts
    ]


class OpenAIChat:
    """`openai:NAME`: chat completions through the official client.

    `base_url` defaults to OPENAI_BASE_URL, else OpenAI's own. The key is OPENAI_API_KEY from the
    environment; servers of one's own need none. With `api_key`, which may be empty, the
    environment is not looked at: neither its key nor its server. `http_client` is passed on to
    the official client. `timeout` is in seconds. Raises FatalError where the package or the key
    is missing.
    """

    batch_size = 1

    def __init__(
        self,
        name: str,
        *,
        base_url: str | None = None,
        revision: str = "",
        timeout: float = 120.0,
        concurrency: int = 8,
        api_key: str | None = None,
        http_client: Any = None,
    ) -> None:
        try:
            import openai
        except ImportError as error:
            raise FatalError(
                "openai: models need an extra: pip install 'microvqa-pp[models]'"
            ) from error
        self.name, self.revision, self.concurrency = f"openai:{name}", revision, concurrency
        self._model = name
        if api_key is None:
            base_url = base_url or os.environ.get("OPENAI_BASE_URL") or None
            api_key = os.environ.get("OPENAI_API_KEY", "")
        else:
            base_url = base_url or _OPENAI
        self._own_server = base_url is not None and not _is_openai(base_url)
        self._key = api_key
        if not self._key and not self._own_server:
            raise FatalError("set OPENAI_API_KEY, or give --base-url for a server of your own")
        if base_url is not None and urlsplit(base_url).scheme not in ("http", "https"):
            raise FatalError(f"the base URL must begin with http:// or https://: {base_url!r}")
        self._client = openai.AsyncOpenAI(
            api_key=self._key or "none",
            base_url=base_url,
            max_retries=0,
            timeout=timeout,
            http_client=http_client,
        )

    async def close(self) -> None:
        """Closes the connections, in the event loop that they were used in."""
        await self._client.close()

    async def complete(self, requests: Sequence[Request]) -> list[Response]:
        """One response for one request. Raises TransientError, RequestError or FatalError."""
        return [await self._complete(request) for request in requests]

    async def _complete(self, request: Request) -> Response:
        import openai

        start = time.perf_counter()
        body = self._make_body(request)
        try:
            # Named arguments are copied key by key, which costs as much time as all else here.
            reply = await self._client.chat.completions.create(
                model=self._model, messages=[], extra_body=body
            )
        except openai.APIStatusError as error:
            raise self._explain_status(error, request.schema is not None) from None
        except openai.APITimeoutError:
            raise TransientError("the server did not answer in time") from None
        except openai.APIConnectionError as error:
            raise TransientError(
                self._clean(f"no connection: {error.__cause__ or error}")
            ) from None
        except (openai.APIError, json.JSONDecodeError, UnicodeDecodeError) as error:
            raise TransientError(self._clean(f"the reply is no chat completion: {error}")) from None
        return self._read(reply, time.perf_counter() - start)

    def _make_body(self, request: Request) -> dict[str, Any]:
        limit = "max_tokens" if self._own_server else "max_completion_tokens"
        chosen: dict[str, Any] = {
            "messages": [{"role": m.role, "content": _make_content(m)} for m in request.messages],
            limit: request.max_tokens,
        }
        if request.temperature is not None:
            chosen["temperature"] = request.temperature
        if request.seed is not None:
            chosen["seed"] = request.seed
        if request.schema is not None:
            form = {"name": "reply", "schema": dict(request.schema), "strict": True}
            chosen["response_format"] = {"type": "json_schema", "json_schema": form}
        return chosen

    def _read(self, reply: Any, latency: float) -> Response:
        choices = getattr(reply, "choices", None) or [None]
        message = getattr(choices[0], "message", None)
        if message is None:
            raise TransientError("the reply is no chat completion")
        usage = getattr(reply, "usage", None)
        text = message.content or getattr(message, "refusal", None) or ""
        return Response(
            text=self._without_key(str(text).encode("utf-8", "replace").decode()),
            tokens_in=_read_count(usage, "prompt_tokens"),
            tokens_out=_read_count(usage, "completion_tokens"),
            finish_reason=str(getattr(choices[0], "finish_reason", None) or ""),
            latency=round(latency, 3),
            served_by=self._without_key(str(reply.model or "")),
        )

    def _explain_status(self, error: openai.APIStatusError, with_schema: bool) -> ModelError:
        """The error that a status means for those who asked."""
        status = error.status_code
        said = str(error.body.get("message") or "") if isinstance(error.body, dict) else ""
        text = self._clean(f"the server answered {status}: {said or error.message}")
        spent = isinstance(error.body, dict) and error.body.get("code") == "insufficient_quota"
        if status in _FATAL or spent:
            return FatalError(text)
        if status in _TRANSIENT or status >= 500:
            busy = status in (429, 503, 529)
            return TransientError(text, read_retry_after(error.response.headers), busy=busy)
        if with_schema and _NO_SCHEMA.search(text):
            return SchemaRefused(text)
        return RequestError(text)

    def _without_key(self, text: str) -> str:
        """A reply without the key; a short one (`EMPTY`) is no secret, but may be a word."""
        return text.replace(self._key, "[key]") if len(self._key) >= _SECRET else text

    def _clean(self, text: str) -> str:
        """One line without the key, which some servers echo."""
        if self._key:
            text = text.replace(self._key, "[key]")
        return " ".join(text.split())[:300]


def _is_openai(url: str) -> bool:
    return (urlsplit(url).hostname or "").endswith("api.openai.com")


def _read_count(usage: object, name: str) -> int | None:
    value = getattr(usage, name, None)
    return value if isinstance(value, int) and value >= 0 else None


def read_retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that a server asks to wait: `retry-after-ms`, or `Retry-After` as number or date."""
    for header, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        value = headers.get(header)
        if value is None:
            continue
        try:
            seconds = float(value) / unit
        except ValueError:
            try:
                seconds = (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds()
            except (ValueError, TypeError):
                continue
        if seconds == seconds:
            return max(0.0, seconds)
    return None
