"""Trains the entailment model on captions and claims about the facts of figures."""

from __future__ import annotations

import re
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rich.progress import Progress
from tokenizers import Encoding, Tokenizer
from torch import nn
from torch.nn import functional
from transformers import BertConfig, BertForSequenceClassification

from benchmarks.training import tokenizer as own
from benchmarks.training.figures import TRAIN_SEED
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
from benchmarks.training.pairs import LABELS, Pair, Wish, forms, pairs
from builder.sources.phantom import make_article
from builder.sources.phantom.vocabulary import Dice

LONGEST = 224
UNKNOWN = -100
_PARTS = 4
_TOLD_LAYER, _MATCH_LAYER = 2, 3
_WAYS = ("increased", "decreased", "unchanged")
_FIRST_INDEX = 1_000_000
"""Articles from here on, so that none is one of the image-text encoder's."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How long and how fast to train; a step takes `captions` captions with their pairs.

    Until the first share of the training in `short`, premises are little more than the sentences
    that matter; from there to the second they grow to whole captions. `hard` is that of `Wish`.
    """

    steps: int = 4000
    captions: int = 10
    rate: float = 1e-3
    short: tuple[float, float] = (0.4, 0.7)
    hard: float = 0.5
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Batch:
    """Token ids, token types and labels of one step.

    `told` has, where a hypothesis states a value, the tokens of the value that the premise tells
    ([UNK] where it tells none), and UNKNOWN elsewhere; `ways` the told directions.
    """

    ids: torch.Tensor
    types: torch.Tensor
    labels: torch.Tensor
    told: torch.Tensor
    ways: torch.Tensor


def shortened(dice: Dice, pair: Pair, keep: float) -> Pair:
    """The pair with all sentences of the premise that matter, and a share of the others."""
    parts = re.split(r"(?<=[.])\s+(?=[A-Z(0-9αβγ])", pair.premise)
    kept = [part for part in parts if any(e in part for e in pair.evidence) or dice.chance(keep)]
    return replace(pair, premise=" ".join(kept or parts[:1]))


def _keep(step: int, settings: Settings) -> float:
    """Share of the sentences that do not matter to keep, 1 for whole captions."""
    done = step / settings.steps
    if done < settings.short[0]:
        return 0.1
    return min(1.0, (done - settings.short[0]) / (settings.short[1] - settings.short[0]))


def _make_batch(task: tuple[int, Settings]) -> Batch:
    step, settings = task
    rng = np.random.default_rng([TRAIN_SEED, settings.seed, step])
    keep = _keep(step, settings)
    made: list[Pair] = []
    for number in range(settings.captions):
        article = make_article(_FIRST_INDEX + step * settings.captions + number, TRAIN_SEED)
        dice = Dice(rng, article.reserved)
        found = pairs(dice, dice.choose(article.figures).facts, Wish(hard=settings.hard))
        made += [shortened(dice, pair, keep) if keep < 1 else pair for pair in found]
    rows = coded([(pair.premise, pair.hypothesis) for pair in made])
    return Batch(
        torch.tensor([row.ids for row in rows]),
        torch.tensor([row.type_ids for row in rows]),
        torch.tensor([pair.label for pair in made]),
        torch.tensor([_told(pair, row) for pair, row in zip(made, rows, strict=True)]),
        torch.tensor([_WAYS.index(pair.told) if pair.told in _WAYS else UNKNOWN for pair in made]),
    )


def _told(pair: Pair, found: Encoding) -> list[int]:
    """What the premise tells at the tokens of the stated value; UNKNOWN at all others."""
    target = [UNKNOWN] * len(found.ids)
    starts = [(pair.hypothesis.rfind(form), form) for form in forms(pair.stated)]
    start, form = max(starts, key=lambda option: option[0])
    if start < 0:
        return target
    value = [own.UNKNOWN] * 16
    if pair.told:
        value = [*coded([pair.told], special=False)[0].ids, *[own.EOS] * 16]
    inside = (
        place
        for place, (sequence, (low, high)) in enumerate(
            zip(found.sequence_ids, found.offsets, strict=True)
        )
        if sequence == 1 and start <= low and high <= start + len(form)
    )
    for place, token in zip(inside, value, strict=False):
        target[place] = token
    return target


def new_model() -> Any:
    """A small BERT with random weights and the three labels."""
    config = BertConfig(
        vocab_size=own.VOCABULARY,
        hidden_size=128,
        num_hidden_layers=4,
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


def write_config(model: Any, folder: Path, tokenizer: Tokenizer) -> None:
    """Writes configuration and tokenizer, which need no training."""
    folder.mkdir(parents=True, exist_ok=True)
    model.config.architectures = ["BertForSequenceClassification"]
    model.config.save_pretrained(folder)
    own.save(tokenizer, folder, LONGEST)


@dataclass(frozen=True, slots=True)
class Read:
    """What the model made of a batch: logits (n, 3), the first token in the layer that matches
    (n, width), and where a value is stated (m, width) the layers that tell and match, with what
    the premise tells and the hypothesis states there (m)."""

    logits: torch.Tensor
    first: torch.Tensor
    telling: torch.Tensor
    matching: torch.Tensor
    told: torch.Tensor
    stated: torch.Tensor
    labels: torch.Tensor
    ways: torch.Tensor


class Heads(nn.Module):
    """Reads from inner layers what the premise tells, token by token, whether it is what the
    hypothesis states, and the told direction; during training only."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.token = nn.Linear(width, width)
        self.match = nn.Linear(width, 2)
        self.way = nn.Linear(width, len(_WAYS))

    def loss(self, read: Read, words: torch.Tensor) -> torch.Tensor:
        """Sum of cross-entropies. `words` is the embedding matrix that tokens are named with."""
        tokens = self.token(read.telling) @ words.T
        same = (read.told == read.stated).long()
        ways = functional.cross_entropy(
            self.way(read.first), read.ways, ignore_index=UNKNOWN, reduction="sum"
        )
        return (
            functional.cross_entropy(tokens, read.told)
            + functional.cross_entropy(self.match(read.matching), same)
            + ways / len(read.ways)
        )


def _read_rows(model: Any, batch: Batch, rows: torch.Tensor, length: int) -> Read:
    ids, told = batch.ids[rows, :length], batch.told[rows, :length]
    states = model.bert(
        ids,
        token_type_ids=batch.types[rows, :length],
        attention_mask=(ids != own.PAD).long(),
        output_hidden_states=True,
    )
    there, layers = told != UNKNOWN, states.hidden_states
    return Read(
        model.classifier(states.pooler_output),
        layers[_MATCH_LAYER][:, 0],
        layers[_TOLD_LAYER][there],
        layers[_MATCH_LAYER][there],
        told[there],
        ids[there],
        batch.labels[rows],
        batch.ways[rows],
    )


def _read(model: Any, batch: Batch) -> Read:
    parts = [_read_rows(model, batch, *part) for part in by_length(batch.ids, _PARTS)]
    names = [field.name for field in fields(Read)]
    return Read(*(torch.cat([getattr(part, name) for part in parts]) for name in names))


def _loss(model: Any, heads: Heads, batch: Batch) -> tuple[torch.Tensor, float]:
    read = _read(model, batch)
    words = model.bert.embeddings.word_embeddings.weight
    loss = functional.cross_entropy(read.logits, read.labels) + heads.loss(read, words)
    return loss, (read.logits.argmax(1) == read.labels).float().mean().item()


def train(
    tokenizer: Tokenizer,
    folder: Path,
    settings: Settings,
    progress: Progress,
    snapshots: dict[float, Path],
) -> None:
    """Trains and writes the model into `folder`, early states into others.

    `snapshots` maps shares of the training to folders.
    """
    seed_everything(settings.seed)
    model = new_model().train()
    for target in (folder, *snapshots.values()):
        write_config(model, target, tokenizer)
    heads = Heads(model.config.hidden_size)
    marks = {max(1, int(share * settings.steps)): where for share, where in snapshots.items()}
    plan = Plan("entailment model", settings.steps, settings.rate, 0.01, marks)
    tasks = ((step, settings) for step in range(settings.steps))

    def save(target: Path, steps: int) -> None:
        save_halved(model, target / "model.safetensors", format="pt")
        made = {"steps": steps, "schedule": settings.steps, "captions": settings.captions}
        write_training(target, **made, hard=settings.hard, seed=settings.seed)

    initargs = (tokenizer.to_str(), LONGEST)
    with ProcessPoolExecutor(1, initializer=start_worker, initargs=initargs) as pool:
        batches = made_ahead(pool, _make_batch, tasks)
        fit(plan, (model, heads), batches, lambda b: _loss(model, heads, b), save, progress)
    save(folder, settings.steps)
