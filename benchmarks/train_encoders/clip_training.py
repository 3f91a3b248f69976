"""Trains the image-text encoder: contrast with other figures, and with altered facts."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from open_clip import create_model
from rich.progress import Progress
from safetensors.torch import save_file
from tokenizers import Tokenizer
from torch import nn
from torch.nn import functional

from benchmarks.train_encoders import tokenizer as own
from benchmarks.train_encoders.figures import IMAGE_SIDE, TRAIN_SEED, Drawn
from benchmarks.train_encoders.targets import CLASSES, NUMBERS, UNKNOWN, classes, numbers
from benchmarks.train_encoders.texts import WRONG_STATEMENTS, captioned, stated
from builder.sources.phantom import Facts
from builder.sources.phantom.vocabulary import Dice

CONTEXT = 160
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
    """How long and how fast to train. `snapshots` are shares of the training to save."""

    epochs: int = 10
    batch: int = 96
    rate: float = 2e-3
    seed: int = 0
    snapshots: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one step: figures, texts and altered texts as token ids (0 where there is none)."""

    figures: np.ndarray
    captions: torch.Tensor
    wrong_captions: torch.Tensor
    changed: torch.Tensor
    statements: torch.Tensor
    contrasted: torch.Tensor


_FACTS: list[Facts] = []
_RESERVED: list[bool] = []
_TOKENIZER: list[Tokenizer] = []


def _start_worker(facts: list[Facts], reserved: list[bool], tokenizer: str) -> None:
    torch.set_num_threads(1)
    _FACTS[:], _RESERVED[:] = facts, reserved
    loaded = Tokenizer.from_str(tokenizer)
    loaded.enable_truncation(CONTEXT)
    loaded.enable_padding(pad_id=own.PAD)
    _TOKENIZER[:] = [loaded]


def _ids(texts: list[str]) -> torch.Tensor:
    return torch.tensor([found.ids for found in _TOKENIZER[0].encode_batch(texts)])


def _make_batch(figures: np.ndarray, seed: int) -> Batch:
    captions, wrong_captions, changed, statements, contrasted = [], [], [], [], []
    for number in figures:
        rng = np.random.default_rng([TRAIN_SEED, seed, int(number)])
        dice, facts = Dice(rng, _RESERVED[number]), _FACTS[number]
        told, said = captioned(dice, facts), stated(dice, facts)
        captions.append(told.text)
        wrong_captions.append(told.wrong[0] if told.wrong else told.text)
        changed.append(bool(told.wrong))
        wrong = said.wrong or (said.text,) * WRONG_STATEMENTS
        statements += [said.text, *wrong]
        contrasted.append(bool(said.wrong))
    return Batch(
        figures, _ids(captions), _ids(wrong_captions), torch.tensor(changed), _ids(statements),
        torch.tensor(contrasted),
    )  # fmt: skip


def _batches(settings: Settings, count: int, pool: ProcessPoolExecutor) -> Iterator[Batch]:
    """Batches of all epochs, made ahead by a worker; the same for any number of workers."""
    rng = np.random.default_rng([TRAIN_SEED, settings.seed])
    plan = []
    for _ in range(settings.epochs):
        order = rng.permutation(count)
        plan += [
            order[i : i + settings.batch]
            for i in range(0, count - settings.batch + 1, settings.batch)
        ]
    waiting: list[Future[Batch]] = []
    for step, figures in enumerate(plan):
        waiting.append(pool.submit(_make_batch, figures, step))
        if len(waiting) > 6:
            yield waiting.pop(0).result()
    for future in waiting:
        yield future.result()


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
    """Unit rows of token ids of any length."""
    length = tokens.shape[1]
    tower = model.text
    tower.attn_mask = tower.build_causal_mask()[:length, :length]
    found: torch.Tensor = model.encode_text(tokens, normalize=True)
    tower.attn_mask = tower.build_causal_mask()
    return found


def _loss(model: Any, heads: Heads, batch: Batch, images: torch.Tensor, named: torch.Tensor,
          measured: torch.Tensor) -> torch.Tensor:  # fmt: skip
    raw = model.encode_image(images)
    seen = functional.normalize(raw, dim=-1)
    scale = model.logit_scale.exp()
    own_captions = encode_texts(model, batch.captions)
    wrong = encode_texts(model, batch.wrong_captions)
    said = encode_texts(model, batch.statements).reshape(len(seen), 1 + WRONG_STATEMENTS, -1)
    place = torch.arange(len(seen))
    against = scale * seen @ wrong.T
    same = torch.zeros_like(against)
    same[place[~batch.changed], place[~batch.changed]] = -math.inf
    towards = torch.cat([scale * seen @ own_captions.T, against + same], dim=1)
    loss = functional.cross_entropy(towards, place)
    loss = loss + functional.cross_entropy(scale * own_captions @ seen.T, place)
    pairs = (
        scale
        * torch.stack([(seen * own_captions).sum(1), (seen * wrong).sum(1)], dim=1)[batch.changed]
    )
    loss = loss + functional.cross_entropy(pairs, torch.zeros(len(pairs), dtype=torch.long))
    group = scale * torch.einsum("nd,nkd->nk", seen, said)[batch.contrasted]
    loss = loss + 2 * functional.cross_entropy(group, torch.zeros(len(group), dtype=torch.long))
    loss = loss + 0.5 * functional.cross_entropy(scale * said[:, 0] @ seen.T, place)
    return loss + heads.loss(raw, named, measured)


def prepared(images: np.ndarray, rng: np.random.Generator | None) -> torch.Tensor:
    """Images (n, side, side, 3) as the encoder takes them; with `rng` shifted by up to 3 pixels."""
    if rng is not None:
        shift = rng.integers(-3, 4, 2)
        images = np.roll(images, tuple(shift), axis=(1, 2))
    tensor = torch.from_numpy(np.ascontiguousarray(images)).permute(0, 3, 1, 2)
    return (tensor.float() / 255 - MEAN[0]) / STD[0]


def new_model(folder: Path) -> Any:
    """A model with random weights, made by open_clip from the configuration in `folder`."""
    model = create_model(f"local-dir:{folder}", load_weights=False)
    return model.to(memory_format=torch.channels_last)


def save(model: Any, folder: Path) -> None:
    """Writes the weights: matrices in half precision, the rest as it is."""
    plain = {
        name: (value.half() if value.ndim > 1 else value).contiguous()
        for name, value in model.state_dict().items()
    }
    save_file(plain, folder / "open_clip_model.safetensors")


def write_config(folder: Path, tokenizer: Tokenizer) -> None:
    """Writes configuration and tokenizer, which need no training."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(CONFIG, indent=2) + "\n"
    (folder / "open_clip_config.json").write_text(text, encoding="utf-8")
    own.save(tokenizer, folder, CONTEXT)


def train(
    drawn: Drawn, tokenizer: Tokenizer, folder: Path, settings: Settings, progress: Progress,
    snapshot_folders: tuple[Path, ...] = (),
) -> Any:  # fmt: skip
    """Trains on the figures and writes the model into `folder`, early states into the others."""
    for target in (folder, *snapshot_folders):
        write_config(target, tokenizer)
    torch.manual_seed(settings.seed)
    model = new_model(folder).train()
    heads = Heads(CONFIG["model_cfg"]["embed_dim"])
    named = torch.from_numpy(np.stack([classes(facts) for facts in drawn.facts]))
    measured = torch.from_numpy(np.stack([numbers(facts) for facts in drawn.facts]))
    steps = settings.epochs * (len(drawn.facts) // settings.batch)
    decayed = [p for p in model.parameters() if p.ndim > 1]
    plain = [p for p in model.parameters() if p.ndim <= 1]
    optimiser = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.05}, {"params": plain, "weight_decay": 0.0},
         {"params": heads.parameters(), "weight_decay": 0.0}], lr=settings.rate,
        betas=(0.9, 0.98))  # fmt: skip
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, settings.rate, total_steps=steps, pct_start=0.08, cycle_momentum=False
    )
    marks = {int(share * steps): where for share, where in
             zip(settings.snapshots, snapshot_folders, strict=True)}  # fmt: skip
    rng = np.random.default_rng([settings.seed, 1])
    bar = progress.add_task("training the image-text encoder", total=steps)
    initargs = (drawn.facts, drawn.reserved, tokenizer.to_str())
    running = 0.0
    with ProcessPoolExecutor(1, initializer=_start_worker, initargs=initargs) as pool:
        for step, batch in enumerate(_batches(settings, len(drawn.facts), pool), start=1):
            images = prepared(drawn.images[np.sort(batch.figures)], rng)
            back = torch.from_numpy(np.argsort(np.argsort(batch.figures)))
            rows = torch.from_numpy(batch.figures)
            loss = _loss(model, heads, batch, images[back].contiguous(
                memory_format=torch.channels_last), named[rows], measured[rows])  # fmt: skip
            optimiser.zero_grad(set_to_none=True)
            torch.autograd.backward(loss)
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            with torch.no_grad():
                model.logit_scale.clamp_(0, math.log(100))
            running = 0.98 * running + 0.02 * loss.item() if running else loss.item()
            progress.update(bar, advance=1, description=f"image-text encoder, loss {running:.3f}")
            if step in marks:
                save(model, marks[step])
    model.eval()
    save(model, folder)
    return model
