"""Plumbing of models in this process, with random weights: what they say means nothing."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image as Pictures
from tokenizers import Tokenizer, models, pre_tokenizers

from scoring.models import Client, Image, Message, Request, Response, ResponseCache, open_chat
from scoring.models.client import Outcome
from scoring.models.errors import FatalError, RequestError
from scoring.models.opening import Serving

TEMPLATE = (
    "{% for m in messages %}{{ m['role'] }} : {% for p in m['content'] %}"
    "{% if p['type'] == 'image' %}<image>{% else %}{{ p['text'] }}{% endif %} {% endfor %}"
    "{% endfor %}{% if add_generation_prompt %}assistant :{% endif %}"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A LLaVA of a few thousand random weights, with processor and chat template."""
    import transformers

    library: Any = transformers
    words = ["<pad>", "<eos>", "<unk>", "<image>", "user", "assistant", ":", "Which", "?", *"ABCD"]
    plain: Any = Tokenizer(models.WordLevel({w: n for n, w in enumerate(words)}, unk_token="<unk>"))
    plain.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer = library.PreTrainedTokenizerFast(
        tokenizer_object=plain,
        pad_token="<pad>",
        eos_token="<eos>",
        unk_token="<unk>",
        additional_special_tokens=["<image>"],
    )
    processor = library.LlavaProcessor(
        image_processor=library.CLIPImageProcessor(
            size={"shortest_edge": 16}, crop_size={"height": 16, "width": 16}
        ),
        tokenizer=tokenizer,
        patch_size=8,
        chat_template=TEMPLATE,
        vision_feature_select_strategy="default",
        image_token="<image>",
        num_additional_image_tokens=1,
    )
    torch.manual_seed(0)
    small = dict.fromkeys(("hidden_size", "intermediate_size"), 16)
    small |= dict.fromkeys(("num_hidden_layers", "num_attention_heads"), 2)
    eyes = library.CLIPVisionConfig(**small, image_size=16, patch_size=8, projection_dim=16)
    mouth = library.LlamaConfig(**small, vocab_size=len(words), pad_token_id=0, eos_token_id=1)
    config = library.LlavaConfig(vision_config=eyes, text_config=mouth, image_token_index=3)
    path = tmp_path_factory.mktemp("models") / "tiny-random"
    library.LlavaForConditionalGeneration(config).save_pretrained(path)
    processor.save_pretrained(path)
    return path


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
