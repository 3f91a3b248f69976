"""Plumbing of models in this process, with random weights: what they say means nothing."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

import pytest
from PIL import Image as Pictures

from scoring.models import (
    Client,
    FatalError,
    Image,
    Message,
    Outcome,
    Request,
    RequestError,
    Response,
    ResponseCache,
    Serving,
    open_chat,
)
from tests.scoring.models.tiny import make_tiny_model


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model of random weights."""
    return make_tiny_model(tmp_path_factory.mktemp("models") / "tiny-random")


def ask(colour: str | None, words: str = "Which ?") -> Request:
    if colour is None:
        return Request((Message("user", (words,)),), max_tokens=5)
    out = io.BytesIO()
    Pictures.new("RGB", (20, 16), colour).save(out, "PNG")
    return Request((Message("user", (Image(out.getvalue()), words)),), max_tokens=5)


def test_generates_the_same_in_a_batch_as_alone(folder: Path, tmp_path: Path) -> None:
    requests = [ask("red"), ask("blue", "Which ? A B C"), ask("green")]
    chat = open_chat(f"transformers:{folder}", Serving(batch_size=3))
    assert chat.name == "transformers:tiny-random"
    together = asyncio.run(chat.complete(requests))
    alone = [asyncio.run(chat.complete([request]))[0] for request in requests]
    assert [r.text for r in together] == [r.text for r in alone]
    assert all(0 < (r.tokens_out or 0) <= 5 for r in together)
    assert (together[1].tokens_in or 0) == (together[0].tokens_in or 0) + 3
    assert together[0].text or together[1].text


def test_answers_without_an_image(folder: Path) -> None:
    chat = open_chat(f"transformers:{folder}")
    (response,) = asyncio.run(chat.complete([ask(None)]))
    assert (response.tokens_in or 0) < 10


def test_runs_behind_the_same_client_and_cache(folder: Path, tmp_path: Path) -> None:
    broken = Request((Message("user", (Image(b"no image"), "Which ?")),), max_tokens=5)
    requests = [ask("red"), broken, ask("blue")]

    def run() -> dict[int, Outcome]:
        chat = open_chat(f"transformers:{folder}", Serving(batch_size=2))
        found: dict[int, Outcome] = {}
        client = Client(chat, cache=ResponseCache(tmp_path))
        asyncio.run(client.complete_all(requests, found.__setitem__))
        return found

    first = run()
    assert isinstance(first[1], RequestError)
    second = run()
    for number in (0, 2):
        again = second[number]
        assert isinstance(again, Response)
        assert again.cached
        assert again.text == getattr(first[number], "text", None)


def test_says_what_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(FatalError, match=r"cannot open transformers:.*empty"):
        open_chat(f"transformers:{tmp_path / 'empty'}")
