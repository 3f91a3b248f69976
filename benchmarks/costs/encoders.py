"""Throughput of the encoders beside a bare loop, and of bare forward passes.

    python -m benchmarks.costs encoders [--images N] [--device cuda]
    python -m benchmarks.costs forward [--device cuda] [--batch 256] [--seconds 4]

Random ViT-B/32 (open_clip) and BERT-base (transformers) weights, images and texts of a phantom
build. The bare loop does the same decoding, preprocessing, tokenising, batches and forward passes
and nothing else. Both run alternately; the ratio of their speeds is the median over the rounds,
with a bootstrap interval. Ends with status 1 where a median is below LEAST.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import open_clip
import torch
import typer
from rich.console import Console
from rich.table import Table
from safetensors.torch import save_file
from transformers import (
    AutoTokenizer,
    BertConfig,
    BertForSequenceClassification,
    DebertaV2Config,
    DebertaV2ForSequenceClassification,
)

from benchmarks.scale import Assumptions
from builder.agents.offline import OfflineAgent
from builder.sources.phantom import PhantomSource
from builder.tables.records import Figure
from filtering.encoders import NliClassifier, OpenClipEncoder, open_clip_encoder, open_nli
from filtering.encoders.nli import CLASSES
from filtering.encoders.shared import use_autocast
from filtering.image_files import decode_image

LEAST = 0.95
BATCH = 32
_TOKENIZER = Path(__file__).resolve().parents[2] / "filtering" / "weights" / "phantom-tiny" / "nli"


@dataclass(frozen=True, slots=True)
class Work:
    """Distinct images, texts, and premises with hypotheses of a phantom build."""

    images: list[bytes]
    texts: list[str]
    pairs: list[tuple[str, str]]


def make_work(count: int) -> Work:
    """What the filter encodes of `count` phantom figures, each input once."""
    source = PhantomSource(figures=count)
    figures = [f for p in source.partitions() for f in source.read(p) if isinstance(f, Figure)]
    by_id = {figure.figure_id: figure for figure in figures}
    candidates, _ = OfflineAgent().write_candidates(figures)
    pairs = [(by_id[c.figure_id].caption, c.statement) for c in candidates]
    texts = [figure.caption for figure in figures] + [statement for _, statement in pairs]
    return Work(
        list(dict.fromkeys(figure.image["bytes"] for figure in figures))[:count],
        list(dict.fromkeys(texts))[: 2 * count],
        list(dict.fromkeys(pairs))[:count],
    )


def random_clip(folder: Path, device: str) -> OpenClipEncoder:
    """A ViT-B/32 with random weights, opened as the filter opens it."""
    model = open_clip.create_model("ViT-B-32", load_weights=False)
    file = folder / "random.safetensors"
    save_file({k: v.contiguous() for k, v in model.state_dict().items()}, file)
    return open_clip_encoder(f"ViT-B-32/{file}", device=device, batch_size=BATCH)


def random_nli(folder: Path, device: str) -> NliClassifier:
    """A BERT-base classifier with random weights, opened as the filter opens it."""
    tokenizer = AutoTokenizer.from_pretrained(_TOKENIZER)
    labels = dict(enumerate(CLASSES))
    config = BertConfig(id2label=labels, label2id={name: i for i, name in labels.items()})
    BertForSequenceClassification(config).save_pretrained(folder / "bert")
    tokenizer.save_pretrained(folder / "bert")
    return open_nli(str(folder / "bert"), device=device, batch_size=BATCH)


def _batches(count: int) -> list[slice]:
    return [slice(start, start + BATCH) for start in range(0, count, BATCH)]


@torch.inference_mode()
def bare_images(clip: OpenClipEncoder, images: list[bytes]) -> None:
    """Decode, preprocess, encode."""
    for part in _batches(len(images)):
        stack = torch.stack([clip.preprocess(decode_image(file)) for file in images[part]])
        with use_autocast(clip.device):
            clip.model.encode_image(stack.to(clip.device), normalize=True).float().cpu().numpy()


@torch.inference_mode()
def bare_texts(clip: OpenClipEncoder, texts: list[str]) -> None:
    """Tokenise, encode."""
    for part in _batches(len(texts)):
        tokens = clip.tokenize(texts[part]).to(clip.device)
        with use_autocast(clip.device):
            clip.model.encode_text(tokens, normalize=True).float().cpu().numpy()


@torch.inference_mode()
def bare_pairs(nli: NliClassifier, pairs: list[tuple[str, str]]) -> None:
    """Tokenise pairs, classify."""
    for part in _batches(len(pairs)):
        inputs: Any = nli.tokenizer(
            [premise for premise, _ in pairs[part]],
            [hypothesis for _, hypothesis in pairs[part]],
            truncation="longest_first",
            max_length=nli.max_tokens,
            padding=True,
            return_tensors="pt",
        ).to(nli.device)
        with use_autocast(nli.device):
            nli.model(**inputs).logits.float().softmax(dim=-1).cpu().numpy()


def _seconds(action: Callable[[], object], device: str) -> float:
    """Processor time, which other programs disturb least; on a GPU time by the clock."""
    clock = time.process_time if device == "cpu" else time.perf_counter
    start = clock()
    action()
    return clock() - start


def compare_speeds(
    ours: Callable[[], object], bare: Callable[[], object], rounds: int, device: str
) -> tuple[np.ndarray[Any, Any], float]:
    """Speed of ours over the bare loop's, one value a round, and the bare loop's seconds."""
    ours(), bare()
    shares, spent = [], []
    for number in range(rounds):
        first, second = (ours, bare) if number % 2 else (bare, ours)
        times = {first: _seconds(first, device), second: _seconds(second, device)}
        shares.append(times[bare] / times[ours])
        spent.append(times[bare])
    return np.array(shares), float(np.median(spent))


def bootstrap_median(values: np.ndarray[Any, Any]) -> tuple[float, float]:
    """95% bootstrap interval of the median."""
    rng = np.random.default_rng(0)
    drawn = np.median(rng.choice(values, (2000, len(values))), axis=1)
    return float(np.quantile(drawn, 0.025)), float(np.quantile(drawn, 0.975))


def measure_encoders(
    images: Annotated[int, typer.Option(help="phantoms whose images and texts are encoded")] = 64,
    rounds: Annotated[int, typer.Option(help="rounds, ours and bare in turns")] = 11,
    device: Annotated[str, typer.Option(help="where to run")] = "cpu",
) -> None:
    """Encoders beside a bare loop; status 1 where the median ratio of speeds is below LEAST."""
    torch.set_num_threads(1)
    work = make_work(images)
    table = Table(title=f"Throughput, {device}, batches of {BATCH}")
    for name in ("input", "count", "bare loop, a second", "ours / bare", "95% interval"):
        table.add_column(name)
    slow = False
    with tempfile.TemporaryDirectory() as folder:
        clip, nli = random_clip(Path(folder), device), random_nli(Path(folder), device)
        premises, hypotheses = [p for p, _ in work.pairs], [h for _, h in work.pairs]
        tasks: list[tuple[str, int, Callable[[], object], Callable[[], object]]] = [
            ("images", len(work.images), lambda: clip.images(work.images),
             lambda: bare_images(clip, work.images)),
            ("texts", len(work.texts), lambda: clip.texts(work.texts),
             lambda: bare_texts(clip, work.texts)),
            ("pairs", len(work.pairs), lambda: nli.probabilities(premises, hypotheses),
             lambda: bare_pairs(nli, work.pairs)),
        ]  # fmt: skip
        for name, count, ours, bare in tasks:
            shares, seconds = compare_speeds(ours, bare, rounds, device)
            low, high = bootstrap_median(shares)
            middle = float(np.median(shares))
            slow |= middle < LEAST
            speed = f"{count / seconds:.1f}"
            table.add_row(name, str(count), speed, f"{middle:.3f}", f"{low:.3f} - {high:.3f}")
    Console().print(table)
    raise typer.Exit(int(slow))


TOKENS, VOCABULARY = 256, 30_000
_DEBERTA_LARGE: dict[str, Any] = {
    "vocab_size": 128_100, "hidden_size": 1024, "num_hidden_layers": 24,
    "num_attention_heads": 16, "intermediate_size": 4096, "relative_attention": True,
    "position_buckets": 256, "norm_rel_ebd": "layer_norm", "share_att_key": True,
    "pos_att_type": ["p2c", "c2p"], "position_biased_input": False, "type_vocab_size": 0,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ForwardPass:
    """A forward pass of a batch, the inputs in it, and the GFLOP of one input."""

    run: Callable[[], Any]
    inputs: int
    gflop: float


def make_passes(device: str, batch: int) -> dict[str, ForwardPass]:
    """The models on the device, each with a batch of random inputs."""
    plan = Assumptions()
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
        "ViT-B/16, images": ForwardPass(lambda: vit.encode_image(images), batch, plan.image_gflop),
        "BERT-base, texts": ForwardPass(lambda: bert(input_ids=tokens), batch, plan.text_gflop),
        "DeBERTa-v3-large, pairs": ForwardPass(
            lambda: deberta(input_ids=few), len(few), plan.pair_gflop
        ),
    }


def time_pass(run: Callable[[], Any], device: str, seconds: float) -> float:
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


def measure_forward(
    device: Annotated[str, typer.Option(help="where to run")] = "cpu",
    batch: Annotated[int, typer.Option(help="inputs of a batch", min=1)] = 256,
    seconds: Annotated[float, typer.Option(help="time for each model")] = 4.0,
) -> None:
    """Forward passes of encoders of published size on a device, with random weights.

    ViT-B/16 at 224 pixels and BERT-base (as in BiomedCLIP), and DeBERTa-v3-large; texts of 256
    tokens, on the device already. TFLOP/s are what `scale.py plan` takes as --effective-tflops.
    """
    table = Table(title=f"Forward passes, {device}, mixed precision, random weights")
    for column in ("model", "inputs of a batch", "a second", "TFLOP/s"):
        table.add_column(column)
    for name, work in make_passes(device, batch).items():
        rate = work.inputs / time_pass(work.run, device, seconds)
        table.add_row(name, str(work.inputs), f"{rate:,.1f}", f"{rate * work.gflop / 1000:,.1f}")
    Console().print(table)
