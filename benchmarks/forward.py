"""Forward passes of encoders of published size on this device, with random weights.

    python benchmarks/forward.py [--device cuda] [--batch 256] [--seconds 4]

ViT-B/16 at 224 pixels and BERT-base (as in BiomedCLIP), and DeBERTa-v3-large; texts of 256 tokens.
Gives inputs a second and TFLOP/s, which `benchmarks/scale.py plan` takes as --effective-tflops.
Inputs lie on the device already: reading and decoding are measured by `encode.py`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import open_clip
import torch
import typer
from rich.console import Console
from rich.table import Table
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    DebertaV2Config,
    DebertaV2ForSequenceClassification,
)

from benchmarks.scale import Assumptions

TOKENS, VOCABULARY = 256, 30_000
_DEBERTA_LARGE: dict[str, Any] = {
    "vocab_size": 128_100, "hidden_size": 1024, "num_hidden_layers": 24,
    "num_attention_heads": 16, "intermediate_size": 4096, "relative_attention": True,
    "position_buckets": 256, "norm_rel_ebd": "layer_norm", "share_att_key": True,
    "pos_att_type": ["p2c", "c2p"], "position_biased_input": False, "type_vocab_size": 0,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Work:
    """A forward pass of a batch, the inputs in it, and the GFLOP of one input."""

    run: Callable[[], Any]
    inputs: int
    gflop: float


def works(device: str, batch: int) -> dict[str, Work]:
    """The models on the device, each with a batch of random inputs."""
    told = Assumptions()
    vit: Any = open_clip.create_model("ViT-B-16", load_weights=False)
    bert: Any = BertForSequenceClassification(BertConfig())
    config = DebertaV2Config(**_DEBERTA_LARGE)
    deberta: Any = DebertaV2ForSequenceClassification(config)
    for model in (vit, bert, deberta):
        model.to(device).eval()
    images = torch.randn(batch, 3, 224, 224, device=device)
    tokens = torch.randint(5, VOCABULARY, (batch, TOKENS), device=device)
    few = tokens[: max(1, batch // 4)]
    return {
        "ViT-B/16, images": Work(lambda: vit.encode_image(images), batch, told.image_gflop),
        "BERT-base, texts": Work(lambda: bert(input_ids=tokens), batch, told.text_gflop),
        "DeBERTa-v3-large, pairs": Work(lambda: deberta(input_ids=few), len(few), told.pair_gflop),
    }


def seconds_each(run: Callable[[], Any], device: str, seconds: float) -> float:
    """Seconds of one call, over at least so many seconds after one call that does not count."""

    def wait() -> None:
        if device.startswith("cuda"):
            torch.cuda.synchronize()

    with torch.inference_mode(), torch.autocast(torch.device(device).type):
        run()
        wait()
        start, calls = time.perf_counter(), 0
        while (spent := time.perf_counter() - start) < seconds:
            run()
            wait()
            calls += 1
    return spent / calls


def main(
    device: Annotated[str, typer.Option(help="where to run")] = "cpu",
    batch: Annotated[int, typer.Option(help="inputs of a batch", min=1)] = 256,
    seconds: Annotated[float, typer.Option(help="time for each model")] = 4.0,
) -> None:
    """Run each model and show what it reaches."""
    table = Table(title=f"Forward passes, {device}, mixed precision, random weights")
    for column in ("model", "inputs of a batch", "a second", "TFLOP/s"):
        table.add_column(column)
    for name, work in works(device, batch).items():
        rate = work.inputs / seconds_each(work.run, device, seconds)
        table.add_row(name, str(work.inputs), f"{rate:,.1f}", f"{rate * work.gflop / 1000:,.1f}")
    Console().print(table)


if __name__ == "__main__":
    typer.run(main)
