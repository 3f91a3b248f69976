"""Trains the entailment model on captions and claims about the facts of figures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rich.progress import Progress
from safetensors.torch import save_file
from tokenizers import Tokenizer
from torch import nn
from torch.nn import functional
from transformers import BertConfig, BertForSequenceClassification

from benchmarks.train_encoders import tokenizer as own
from benchmarks.train_encoders.figures import TRAIN_SEED
from benchmarks.train_encoders.pairs import LABELS, VALUES, Pair, Wish, pairs
from builder.sources.phantom import make_article
from builder.sources.phantom.vocabulary import Dice

LONGEST = 224
_FIRST_INDEX = 1_000_000
"""Articles from here on, so that none is one of the image-text encoder's."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How long and how fast to train; a step takes `captions` captions with their pairs.

    During the first `short` of the training, premises are a sentence or a few.
    """

    steps: int = 6000
    captions: int = 10
    rate: float = 1e-3
    short: float = 0.3
    seed: int = 0
    snapshots: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """Token ids, token types and targets of one step."""

    ids: torch.Tensor
    types: torch.Tensor
    labels: torch.Tensor
    stated: torch.Tensor
    told: torch.Tensor


_TOKENIZER: list[Tokenizer] = []


def _start_worker(tokenizer: str) -> None:
    torch.set_num_threads(1)
    loaded = Tokenizer.from_str(tokenizer)
    loaded.enable_truncation(LONGEST)
    loaded.enable_padding(pad_id=own.PAD)
    _TOKENIZER[:] = [loaded]


def shortened(dice: Dice, pair: Pair, keep: float) -> Pair:
    """The pair with all sentences of the premise that matter, and a share of the others."""
    parts = re.split(r"(?<=[.])\s+(?=[A-Z(0-9αβγ])", pair.premise)
    kept = [part for part in parts if any(e in part for e in pair.evidence) or dice.chance(keep)]
    return replace(pair, premise=" ".join(kept or parts[:1]))


def _make_batch(step: int, settings: Settings) -> Batch:
    rng = np.random.default_rng([TRAIN_SEED, settings.seed, step])
    done = step / (settings.short * settings.steps)
    made: list[Pair] = []
    for number in range(settings.captions):
        article = make_article(_FIRST_INDEX + step * settings.captions + number, TRAIN_SEED)
        dice = Dice(rng, article.reserved)
        facts = dice.choose(article.figures).facts
        found = pairs(dice, facts, Wish())
        if done < 1:
            found = [shortened(dice, pair, max(done, 0.1)) for pair in found]
        made += found
    coded = _TOKENIZER[0].encode_batch([(pair.premise, pair.hypothesis) for pair in made])
    return Batch(
        torch.tensor([found.ids for found in coded]),
        torch.tensor([found.type_ids for found in coded]),
        torch.tensor([pair.label for pair in made]),
        torch.tensor([pair.stated for pair in made]),
        torch.tensor([pair.told for pair in made]),
    )


def _batches(settings: Settings, pool: ProcessPoolExecutor) -> Iterator[Batch]:
    waiting: list[Future[Batch]] = []
    for step in range(settings.steps):
        waiting.append(pool.submit(_make_batch, step, settings))
        if len(waiting) > 6:
            yield waiting.pop(0).result()
    for future in waiting:
        yield future.result()


def new_model() -> Any:
    """A small BERT with random weights and the three labels."""
    config = BertConfig(
        vocab_size=own.VOCABULARY,
        hidden_size=128,
        num_hidden_layers=3,
        num_attention_heads=4,
        intermediate_size=512,
        max_position_embeddings=LONGEST,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        pad_token_id=own.PAD,
        id2label=dict(enumerate(LABELS)),
        label2id={label: place for place, label in enumerate(LABELS)},
    )
    return BertForSequenceClassification(config)


def save(model: Any, folder: Path) -> None:
    """Writes the weights: matrices in half precision, the rest as it is."""
    plain = {
        name: (value.half() if value.ndim > 1 else value).contiguous()
        for name, value in model.state_dict().items()
    }
    save_file(plain, folder / "model.safetensors", metadata={"format": "pt"})


def write_config(model: Any, folder: Path, tokenizer: Tokenizer) -> None:
    """Writes configuration and tokenizer, which need no training."""
    folder.mkdir(parents=True, exist_ok=True)
    model.config.architectures = ["BertForSequenceClassification"]
    model.config.save_pretrained(folder)
    own.save(tokenizer, folder, LONGEST)


def _loss(model: Any, heads: nn.ModuleList, batch: Batch, aside: float) -> torch.Tensor:
    mask = (batch.ids != own.PAD).long()
    states = model.bert(batch.ids, token_type_ids=batch.types, attention_mask=mask)
    loss = functional.cross_entropy(model.classifier(states.pooler_output), batch.labels)
    top = states.last_hidden_state[:, 0]
    for head, target in zip(heads, (batch.stated, batch.told), strict=True):
        loss = loss + aside * functional.cross_entropy(head(top), target)
    return loss


def train(
    tokenizer: Tokenizer, folder: Path, settings: Settings, progress: Progress,
    snapshot_folders: tuple[Path, ...] = (),
) -> Any:  # fmt: skip
    """Trains and writes the model into `folder`, early states into the others."""
    torch.manual_seed(settings.seed)
    model = new_model().train()
    for target in (folder, *snapshot_folders):
        write_config(model, target, tokenizer)
    heads = nn.ModuleList([nn.Linear(128, VALUES), nn.Linear(128, VALUES + 1)])
    parameters = [*model.parameters(), *heads.parameters()]
    optimiser = torch.optim.AdamW(parameters, lr=settings.rate, weight_decay=0.01,
                                  betas=(0.9, 0.98))  # fmt: skip
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, settings.rate, total_steps=settings.steps, pct_start=0.06, cycle_momentum=False
    )
    marks = {int(share * settings.steps): where for share, where in
             zip(settings.snapshots, snapshot_folders, strict=True)}  # fmt: skip
    bar = progress.add_task("training the entailment model", total=settings.steps)
    running = 0.0
    with ProcessPoolExecutor(1, initializer=_start_worker, initargs=(tokenizer.to_str(),)) as pool:
        for step, batch in enumerate(_batches(settings, pool), start=1):
            loss = _loss(model, heads, batch, 0.3)
            optimiser.zero_grad(set_to_none=True)
            torch.autograd.backward(loss)
            nn.utils.clip_grad_norm_(parameters, 1.0)
            optimiser.step()
            schedule.step()
            running = 0.98 * running + 0.02 * loss.item() if running else loss.item()
            progress.update(bar, advance=1, description=f"entailment model, loss {running:.3f}")
            if step in marks:
                save(model, marks[step])
    model.eval()
    save(model, folder)
    return model
