"""The training loop of both encoders: batches made ahead by a worker, one cosine of the rate."""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from rich.progress import Progress
from safetensors.torch import save_file
from tokenizers import Encoding, Tokenizer
from torch import nn

from benchmarks.training import tokenizer as own

B = TypeVar("B")
T = TypeVar("T")
_AHEAD = 6
_TOKENIZER: list[Tokenizer] = []


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps, highest rate, and where to write early states: step to folder."""

    title: str
    steps: int
    rate: float
    decay: float
    snapshots: dict[int, Path]


def seed_everything(seed: int) -> None:
    """Seeds the generators of torch, numpy and Python."""
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


def prepare() -> None:
    """One thread and deterministic algorithms, in every process that trains.

    Filling all new memory would find reads of what was never written; it costs a fifth of the time.
    """
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True, warn_only=True)
    # A property of the module, whose class torch changes when it is imported: no stub knows it.
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
    logging.getLogger().setLevel(logging.ERROR)


def start_worker(tokenizer: str, longest: int) -> None:
    """Gives a worker process its tokenizer."""
    torch.set_num_threads(1)
    loaded = Tokenizer.from_str(tokenizer)
    loaded.enable_truncation(longest)
    loaded.enable_padding(pad_id=own.PAD)
    _TOKENIZER[:] = [loaded]


def coded(texts: Sequence[str] | Sequence[tuple[str, str]], special: bool = True) -> list[Encoding]:
    """Texts or pairs as tokens, padded together; for workers."""
    return _TOKENIZER[0].encode_batch(list(texts), add_special_tokens=special)


def made_ahead(
    pool: ProcessPoolExecutor, make: Callable[[T], B], tasks: Iterable[T]
) -> Iterator[B]:
    """Results in order, a few made ahead; the same for any number of workers."""
    waiting: list[Future[B]] = []
    for task in tasks:
        waiting.append(pool.submit(make, task))
        if len(waiting) > _AHEAD:
            yield waiting.pop(0).result()
    for future in waiting:
        yield future.result()


def by_length(tokens: torch.Tensor, parts: int) -> list[tuple[torch.Tensor, int]]:
    """Rows of token ids (n, length) in `parts` parts of like lengths, shortest first.

    Each part is given by its rows, and by the columns that are not padding throughout. A model
    that reads part by part computes less padding.
    """
    lengths = (tokens != own.PAD).sum(1)
    order = torch.argsort(lengths, stable=True)
    return [(rows, int(lengths[rows[-1]])) for rows in order.chunk(parts)]


def _groups(modules: Sequence[nn.Module], decay: float) -> list[dict[str, Any]]:
    parameters = [p for module in modules for p in module.parameters()]
    matrices = [p for p in parameters if p.ndim > 1]
    others = [p for p in parameters if p.ndim <= 1]
    return [
        {"params": matrices, "weight_decay": decay},
        {"params": others, "weight_decay": 0.0},
    ]


def fit(
    plan: Plan,
    modules: Sequence[nn.Module],
    batches: Iterable[B],
    loss_of: Callable[[B], tuple[torch.Tensor, float]],
    save: Callable[[Path, int], None],
    progress: Progress,
) -> None:
    """Minimises `loss_of`, which returns the loss and a share of right choices to show."""
    groups = _groups(modules, plan.decay)
    optimiser = torch.optim.AdamW(groups, lr=plan.rate, betas=(0.9, 0.98))
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, plan.rate, total_steps=plan.steps, pct_start=0.06, cycle_momentum=False
    )
    bar = progress.add_task(plan.title, total=plan.steps)
    loss_mean = right_mean = 0.0
    for step, batch in enumerate(batches, start=1):
        loss, right = loss_of(batch)
        optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_([p for group in groups for p in group["params"]], 1.0)
        optimiser.step()
        schedule.step()
        weight = max(0.02, 1 / step)
        loss_mean += weight * (loss.item() - loss_mean)
        right_mean += weight * (right - right_mean)
        state = f"{plan.title}: loss {loss_mean:.2f}, {right_mean:.1%} right"
        progress.update(bar, advance=1, description=state)
        if step % max(1, plan.steps // 20) == 0:
            progress.console.print(f"step {step} of {plan.steps}, {state}")
        if step in plan.snapshots:
            save(plan.snapshots[step], step)


def write_training(folder: Path, **facts: float) -> None:
    """Writes training.json, which the model card is made from: what made these weights."""
    text = json.dumps(facts, indent=1) + "\n"
    (folder / "training.json").write_text(text, encoding="utf-8")


def save_halved(model: nn.Module, file: Path, **metadata: str) -> None:
    """Writes weights as safetensors: matrices in half precision, the rest as it is."""
    plain = {
        name: (value.half() if value.ndim > 1 else value).contiguous()
        for name, value in model.state_dict().items()
    }
    save_file(plain, file, metadata=metadata or None)
    file.chmod(0o644)
