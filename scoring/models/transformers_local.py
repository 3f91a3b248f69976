"""Image-text-to-text models of `transformers` in this process."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scoring.models.image_views import open_as_rgb
from scoring.models.records import FatalError, Message, Request, Response


class TransformersChat:
    """`transformers:NAME`: a Hub id or a folder, with the model's own processor and chat template.

    Runs on the GPU where there is one, in batches, greedily unless a temperature above 0 is asked
    for. Code that comes with a model is never run. Raises FatalError where the model cannot be
    opened.
    """

    concurrency = 1

    def __init__(self, name: str, *, revision: str = "", batch_size: int = 8) -> None:
        # Both take seconds to import.
        import torch
        import transformers

        short = Path(name).resolve().name if Path(name).is_dir() else name
        self.name, self.revision, self.batch_size = f"transformers:{short}", revision, batch_size
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        kind = torch.bfloat16 if self._device == "cuda" else torch.float32
        chosen: dict[str, Any] = {"revision": revision or "main", "trust_remote_code": False}
        try:
            library: Any = transformers
            self._processor = library.AutoProcessor.from_pretrained(name, **chosen)
            self._model = library.AutoModelForImageTextToText.from_pretrained(
                name, dtype=kind, use_safetensors=True, **chosen
            )
        except (OSError, ValueError, ImportError) as error:
            first = str(error).strip().splitlines()[0] if str(error).strip() else repr(error)
            raise FatalError(f"cannot open transformers:{name}: {first}") from error
        if getattr(self._processor, "chat_template", None) is None:
            raise FatalError(f"transformers:{name} has no chat template")
        self._model.to(self._device).eval()
        self._processor.tokenizer.padding_side = "left"
        if self._processor.tokenizer.pad_token is None:
            self._processor.tokenizer.pad_token = self._processor.tokenizer.eos_token

    async def complete(self, requests: Sequence[Request]) -> list[Response]:
        """One response per request, generated as one batch."""
        import torch

        start = time.perf_counter()
        inputs = self._processor.apply_chat_template(
            [[_format_turn(message) for message in request.messages] for request in requests],
            add_generation_prompt=True,
            tokenize=True,
            return_dict=True,
            return_tensors="pt",
            processor_kwargs={"padding": True},
        ).to(self._device, dtype=self._model.dtype)
        # All requests of a batch have the settings of the first: the client sees to that.
        temperature, most = requests[0].temperature, requests[0].max_tokens
        sampling: dict[str, Any] = {"do_sample": bool(temperature)}
        if temperature:
            sampling["temperature"] = temperature
        with torch.inference_mode():
            tokens = self._model.generate(**inputs, max_new_tokens=most, **sampling)
        # A row is prompt and reply in one.
        replies = tokens[:, inputs["input_ids"].shape[1] :]
        seconds = (time.perf_counter() - start) / len(requests)
        return [
            self._read(row, int(mask.sum()), most, seconds)
            for row, mask in zip(replies, inputs["attention_mask"], strict=True)
        ]

    def _read(self, row: Any, tokens_in: int, most: int, seconds: float) -> Response:
        tokenizer = self._processor.tokenizer
        kept = [token for token in row.tolist() if token != tokenizer.pad_token_id]
        cut = len(kept) >= most and kept[-1] != tokenizer.eos_token_id
        return Response(
            text=tokenizer.decode(kept, skip_special_tokens=True).strip(),
            tokens_in=tokens_in,
            tokens_out=len(kept),
            finish_reason="length" if cut else "stop",
            latency=round(seconds, 3),
            served_by=self.name.partition(":")[2],
        )


def _format_turn(message: Message) -> dict[str, Any]:
    """A turn as chat templates take it, with decoded images."""
    content: list[dict[str, Any]] = [
        {"type": "text", "text": part}
        if isinstance(part, str)
        else {"type": "image", "image": open_as_rgb(part.data)}
        for part in message.parts
    ]
    return {"role": message.role, "content": content}
