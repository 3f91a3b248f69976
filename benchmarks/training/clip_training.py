"""Trains the image-text encoder: contrast with other figures, and with altered facts."""

from __future__ import annotations

import json
import logging
import math
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from open_clip import create_model
from rich.progress import Progress
from tokenizers import Tokenizer
from torch import nn
from torch.nn import functional

from benchmarks.training import tokenizer as own
from benchmarks.training.figures import IMAGE_SIDE, TRAIN_SEED, Drawn
from benchmarks.training.loop import (
    Plan,
    by_length,
    coded,
    fit,
    made_ahead,
    save_halved,
    seed_everything,
    start_worker,
    write_training,
)
from benchmarks.training.targets import CLASSES, NUMBERS, UNKNOWN, classes, numbers
from benchmarks.training.texts import WRONG_STATEMENTS, captioned, stated
from builder.sources.phantom import PhantomFacts
from builder.sources.phantom.vocabulary import Dice
from filtering.encoders.clip import encode_text

Indices = npt.NDArray[np.int64]
CONTEXT = 160
_PARTS = 6
_ALTERED_EVERY = 2
"""Every second caption comes with an altered one, which costs as much as the caption itself."""
MEAN = STD = (0.5, 0.5, 0.5)
CONFIG: dict[str, Any] = {
    "model_cfg": {
        "embed_dim": 128,
        "custom_text": True,
        "vision_cfg": {
            "image_size": IMAGE_SIDE,
            "layers": [1, 1, 1, 1],
            "width": 16,
            "patch_size": None,
        },
        "text_cfg": {
            "context_length": CONTEXT,
            "vocab_size": own.VOCABULARY,
            "hf_tokenizer_name": "phantom-tiny",
            "tokenizer_kwargs": {"clean": "whitespace"},
            "width": 96,
            "heads": 4,
            "layers": 2,
            "pad_id": own.PAD,
            "eos_id": own.EOS,
            "pool_type": "eos",
        },
    },
    "preprocess_cfg": {
        "mean": MEAN,
        "std": STD,
        "interpolation": "bicubic",
        "resize_mode": "squash",
    },
}


@dataclass(frozen=True, slots=True)
class Settings:
    """How long and how fast to train."""

    epochs: int = 7
    batch: int = 96
    rate: float = 2e-3
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one step: figures, and texts as token ids.

    `changed` has the rows whose caption comes with an altered one in `wrong_captions`;
    `contrasted` tells for each row whether its statement comes with altered ones.
    """

    figures: Indices
    captions: torch.Tensor
    wrong_captions: torch.Tensor
    changed: torch.Tensor
    statements: torch.Tensor
    contrasted: torch.Tensor


_FACTS: list[PhantomFacts] = []
_RESERVED: list[bool] = []


def _start_worker(facts: list[PhantomFacts], reserved: list[bool], tokenizer: str) -> None:
    start_worker(tokenizer, CONTEXT)
    _FACTS[:], _RESERVED[:] = facts, reserved


def _ids(texts: list[str]) -> torch.Tensor:
    return torch.tensor([found.ids for found in coded(texts)])


def _make_batch(task: tuple[int, Indices]) -> Batch:
    step, figures = task
    captions, wrong_captions, changed, statements, contrasted = [], [], [], [], []
    for place, number in enumerate(figures):
        rng = np.random.default_rng([TRAIN_SEED, step, int(number)])
        dice, facts = Dice(rng, _RESERVED[number]), _FACTS[number]
        told, said = captioned(dice, facts), stated(dice, facts)
        captions.append(told.text)
        if told.wrong and place % _ALTERED_EVERY == 0:
            wrong_captions.append(told.wrong[0])
            changed.append(place)
        wrong = said.wrong or (said.text,) * WRONG_STATEMENTS
        statements += [said.text, *wrong]
        contrasted.append(bool(said.wrong))
    return Batch(
        figures,
        _ids(captions),
        _ids(wrong_captions),
        torch.tensor(changed),
        _ids(statements),
        torch.tensor(contrasted),
    )


def _plan(settings: Settings, count: int) -> list[tuple[int, Indices]]:
    """The figures of every step: all in a new order in each epoch."""
    rng = np.random.default_rng([TRAIN_SEED, settings.seed])
    steps = []
    for _ in range(settings.epochs):
        order = rng.permutation(count)
        starts = range(0, count - settings.batch + 1, settings.batch)
        steps += [order[i : i + settings.batch] for i in starts]
    return list(enumerate(steps))


class Heads(nn.Module):
    """Reads facts from embeddings, during training only."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.named = nn.Linear(width, sum(len(known) for known in CLASSES.values()))
        self.numbers = nn.Linear(width, len(NUMBERS))

    def loss(self, rows: torch.Tensor, named: torch.Tensor, measured: torch.Tensor) -> torch.Tensor:
        """Mean cross-entropy of all facts, and squared error of the numbers."""
        sizes = [len(known) for known in CLASSES.values()]
        parts = self.named(rows).split(sizes, dim=1)
        losses = [
            functional.cross_entropy(part, named[:, i], ignore_index=UNKNOWN, reduction="sum")
            for i, part in enumerate(parts)
        ]
        known = torch.isfinite(measured)
        error = (self.numbers(rows)[known] - measured[known]).square().mean()
        total: torch.Tensor = torch.stack(losses).sum() / len(rows) / 4 + 4 * error
        return total


def encode_texts(model: Any, tokens: torch.Tensor) -> torch.Tensor:
    """Unit rows of token ids."""
    parts = by_length(tokens, _PARTS)
    found = torch.cat([encode_text(model, tokens[rows, :length]) for rows, length in parts])
    return found[torch.argsort(torch.cat([rows for rows, _ in parts]))]


def _loss(
    model: Any,
    heads: Heads,
    batch: Batch,
    images: torch.Tensor,
    named: torch.Tensor,
    measured: torch.Tensor,
) -> tuple[torch.Tensor, float]:
    with torch.autocast("cpu", torch.bfloat16):
        raw = model.encode_image(images).float()
    seen, scale = functional.normalize(raw, dim=-1), model.logit_scale.exp()
    captions, wrong = encode_texts(model, batch.captions), encode_texts(model, batch.wrong_captions)
    said = encode_texts(model, batch.statements).reshape(len(seen), 1 + WRONG_STATEMENTS, -1)
    own_place, first = torch.arange(len(seen)), torch.zeros(len(seen), dtype=torch.long)
    towards = scale * seen @ torch.cat([captions, wrong]).T
    towards_own = (seen * captions).sum(1)[batch.changed]
    towards_wrong = (seen[batch.changed] * wrong).sum(1)
    versions = scale * torch.stack([towards_own, towards_wrong], dim=1)
    choice = scale * torch.einsum("nd,nkd->nk", seen, said)
    losses = (
        functional.cross_entropy(towards, own_place),
        functional.cross_entropy(scale * captions @ seen.T, own_place),
        functional.cross_entropy(versions, first[: len(versions)]),
        2 * functional.cross_entropy(choice[batch.contrasted], first[batch.contrasted]),
        0.5 * functional.cross_entropy(scale * said[:, 0] @ seen.T, own_place),
        heads.loss(raw, named, measured),
    )
    right = (choice[batch.contrasted].argmax(1) == 0).float().mean().item()
    return torch.stack(losses).sum(), right


def prepared(images: npt.NDArray[np.uint8], rng: np.random.Generator | None) -> torch.Tensor:
    """Images (n, side, side, 3) as the encoder takes them; with `rng` shifted by up to 3 pixels."""
    if rng is not None:
        shift = rng.integers(-3, 4, 2)
        images = np.roll(images, tuple(shift), axis=(1, 2))
    tensor = torch.from_numpy(np.ascontiguousarray(images)).permute(0, 3, 1, 2)  # channels last
    return (tensor.float() / 255 - MEAN[0]) / STD[0]


def new_model(folder: Path) -> Any:
    """A model with random weights, made by open_clip from the configuration in `folder`."""
    logging.disable(logging.WARNING)
    try:
        model = create_model(f"local-dir:{folder}", load_weights=False)
    finally:
        logging.disable(logging.NOTSET)
    return model.to(memory_format=torch.channels_last)


def write_config(folder: Path, tokenizer: Tokenizer) -> None:
    """Writes configuration and tokenizer, which need no training."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(CONFIG, indent=2) + "\n"
    (folder / "open_clip_config.json").write_text(text, encoding="utf-8")
    own.save(tokenizer, folder, CONTEXT)


class _Objective:
    """The loss of a batch; images are shifted at random by up to 3 pixels."""

    def __init__(self, model: Any, heads: Heads, drawn: Drawn, seed: int) -> None:
        self.model, self.heads, self.images = model, heads, drawn.images
        self.named = torch.from_numpy(np.stack([classes(facts) for facts in drawn.facts]))
        self.measured = torch.from_numpy(np.stack([numbers(facts) for facts in drawn.facts]))
        self.rng = np.random.default_rng([seed, 1])

    def __call__(self, batch: Batch) -> tuple[torch.Tensor, float]:
        images = prepared(self.images[batch.figures], self.rng)
        rows = torch.from_numpy(batch.figures)
        loss, right = _loss(
            self.model, self.heads, batch, images, self.named[rows], self.measured[rows]
        )
        with torch.no_grad():
            self.model.logit_scale.clamp_(0, math.log(100))
        return loss, right


def train(
    drawn: Drawn,
    tokenizer: Tokenizer,
    folder: Path,
    settings: Settings,
    progress: Progress,
    snapshots: dict[float, Path],
) -> None:
    """Trains on the figures and writes the model into `folder`, early states into others.

    `snapshots` maps shares of the training to folders.
    """
    for target in (folder, *snapshots.values()):
        write_config(target, tokenizer)
    seed_everything(settings.seed)
    model = new_model(folder).train()
    heads = Heads(CONFIG["model_cfg"]["embed_dim"])
    tasks = _plan(settings, len(drawn.facts))
    marks = {max(1, int(share * len(tasks))): where for share, where in snapshots.items()}
    plan = Plan("image-text encoder", len(tasks), settings.rate, 0.05, marks)
    initargs = (drawn.facts, drawn.reserved, tokenizer.to_str())

    def save(target: Path, steps: int) -> None:
        save_halved(model, target / "open_clip_model.safetensors")
        made = {"steps": steps, "schedule": len(tasks), "figures": len(drawn.facts)}
        write_training(target, **made, batch=settings.batch, seed=settings.seed)

    with ProcessPoolExecutor(1, initializer=_start_worker, initargs=initargs) as pool:
        objective = _Objective(model, heads, drawn, settings.seed)
        fit(plan, (model, heads), made_ahead(pool, _make_batch, tasks), objective, save, progress)
    save(folder, len(tasks))
