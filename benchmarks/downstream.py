"""Does filtering pay? A small VQA model trained on what each filter keeps, tested on clean pairs.

    python benchmarks/downstream.py [--tier degraded]

Errors are planted into 29% of the pairs of a pool. One small model on frozen image and text
embeddings learns to choose the answer among four from each of: all pairs, a random 75%, the 75%
that the mean of z-scored signals ranks highest, the 75% of HiCQA-Graph, and the clean pairs alone
(oracle). All train for the same number of epochs; all are tested on the same fresh clean pairs.
Five seeds each; intervals are Student's over the seeds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import torch
import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from scipy import stats
from torch import nn

from benchmarks.methods import methods
from benchmarks.pools import FIT_SEED, phantom_pool
from benchmarks.ranking import Mask
from benchmarks.tiers import TIERS, Exam, Room, behind_gate
from filtering.encoding import Floats, other_answers
from filtering.pairs import Pairs

POOL_SEED, TEST_SEED = 400_000, 450_000
KEEP = 0.75
CHOICES = 4
EPOCHS = 30
_NAMES = ("all", "random 75%", "mean of z-scores 75%", "HiCQA-Graph 75%", "clean oracle")


@dataclass(frozen=True, slots=True)
class Questions:
    """n multiple-choice questions as embeddings; the answer is the first choice.

    `images` and `questions` are (n, dim), `choices` (n, 4, dim).
    """

    images: torch.Tensor
    questions: torch.Tensor
    choices: torch.Tensor

    def some(self, chosen: Mask) -> Questions:
        """Some of the questions."""
        which = torch.from_numpy(np.flatnonzero(chosen))
        return Questions(self.images[which], self.questions[which], self.choices[which])


class SmallVQA(nn.Module):
    """Scores each choice from image, question, choice, and their products."""

    def __init__(self, dim: int, width: int = 128) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(5 * dim, width), nn.ReLU(), nn.Dropout(0.2), nn.Linear(width, 1)
        )

    def forward(self, asked: Questions) -> torch.Tensor:
        """Scores (n, 4)."""
        image = asked.images[:, None].expand_as(asked.choices)
        question = asked.questions[:, None].expand_as(asked.choices)
        choice = asked.choices
        parts = [image, question, choice, image * choice, question * choice]
        return torch.as_tensor(self.layers(torch.cat(parts, dim=2)).squeeze(2))


def questions(pairs: Pairs, room: Room) -> tuple[Questions, Mask]:
    """The pairs as questions with answers to like questions as choices, and which pairs have
    enough of them."""
    clip = room.encoders.clip
    assert clip is not None
    asked = clip.texts([qa.question for qa in pairs.rows])
    found = other_answers(pairs.rows, asked, room.reference.bank)
    enough = np.array([len(others) >= CHOICES - 1 for others in found])
    texts = [
        [qa.answer, *others[: CHOICES - 1]] if ok else [qa.answer] * CHOICES
        for qa, others, ok in zip(pairs.rows, found, enough, strict=True)
    ]
    choices = clip.texts([text for four in texts for text in four])
    names = list(dict.fromkeys(pairs.images))
    place = {name: i for i, name in enumerate(names)}
    images = clip.images([pairs.files[name] for name in names])
    return Questions(
        torch.from_numpy(images[[place[name] for name in pairs.images]]),
        torch.from_numpy(asked),
        torch.from_numpy(choices.reshape(len(pairs.rows), CHOICES, -1)),
    ), enough


def train(asked: Questions, seed: int) -> SmallVQA:
    """A model after `EPOCHS` epochs."""
    torch.manual_seed(seed)
    model = SmallVQA(asked.questions.shape[1])
    optimiser = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=0.01)
    target = torch.zeros(len(asked.questions), dtype=torch.long)
    for _ in range(EPOCHS):
        order = torch.randperm(len(target))
        for start in range(0, len(target), 128):
            part = order[start : start + 128]
            few = Questions(asked.images[part], asked.questions[part], asked.choices[part])
            optimiser.zero_grad()
            cost: torch.Tensor = nn.functional.cross_entropy(model(few), target[part])
            cost.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
    return model.eval()


def accuracy(model: SmallVQA, asked: Questions) -> float:
    """Share of the questions whose answer scores highest."""
    with torch.inference_mode():
        return float((model(asked).argmax(dim=1) == 0).float().mean())


def kept(scores: Floats, exam: Exam) -> Mask:
    """The 75% with the highest scores, gated rows last."""
    order = np.argsort(-behind_gate(scores, exam), kind="stable")
    chosen = np.zeros(len(order), dtype=bool)
    chosen[order[: int(KEEP * len(order))]] = True
    return chosen


def subsets(exam: Exam, scored: Mapping[str, Floats], seed: int) -> dict[str, Mask]:
    """What each way of filtering keeps."""
    n = len(exam.wrong)
    chance = np.random.default_rng(seed).permutation(n) < int(KEEP * n)
    ways = [kept(scored[name], exam) for name in ("mean of z-scores", "graph")]
    return dict(zip(_NAMES, (np.ones(n, dtype=bool), chance, *ways, ~exam.wrong), strict=True))


def run(tier: str, figures: int, seeds: int, console: Console) -> dict[str, list[float]]:
    """Accuracy by way of filtering, one value a seed."""
    found: dict[str, list[float]] = {name: [] for name in _NAMES}
    with Progress(console=console) as progress:
        task = progress.add_task("pools", total=1 + seeds)
        fit = TIERS[tier].seen(phantom_pool(FIT_SEED, figures))
        room = Room.of(TIERS[tier], fit)
        lessons = room.lessons(fit, range(4))
        test, enough = questions(room.tier.seen(phantom_pool(TEST_SEED, figures)), room)
        test = test.some(enough)
        progress.advance(task)
        for seed in range(seeds):
            exam = room.exam(room.tier.seen(phantom_pool(POOL_SEED + 1000 * seed, figures)), seed)
            asked, usable = questions(exam.pairs, room)
            ways = methods(room.tier.text)
            scored = {
                name: ways[name].fit(lessons, seed)(exam.lesson)
                for name in ("mean of z-scores", "graph")
            }
            for name, chosen in subsets(exam, scored, seed).items():
                model = train(asked.some(chosen & usable), seed)
                found[name].append(accuracy(model, test))
            progress.advance(task)
    return found


def interval(values: list[float]) -> str:
    """Mean with Student's 95% interval over the seeds."""
    mean = float(np.mean(values))
    half = float(stats.t.ppf(0.975, len(values) - 1) * stats.sem(values)) if len(values) > 1 else 0
    return f"{100 * mean:.1f} [{100 * (mean - half):.1f}, {100 * (mean + half):.1f}]"


def main(
    tier: Annotated[str, typer.Option(help="degraded or strong")] = "strong",
    figures: Annotated[int, typer.Option(help="figures per pool", min=50)] = 900,
    seeds: Annotated[int, typer.Option(help="pools", min=1)] = 5,
) -> None:
    """Train on what each filter keeps and test on clean pairs."""
    torch.set_num_threads(1)
    console = Console()
    found = run(tier, figures, seeds, console)
    table = Table("trained on", "accuracy, %", "less random 75%", title=f"{tier} tier")
    base = found["random 75%"]
    for name, values in found.items():
        gain = [a - b for a, b in zip(values, base, strict=True)]
        table.add_row(name, interval(values), interval(gain))
    console.print(table)
    means = {name: float(np.mean(values)) for name, values in found.items()}
    way = (means["HiCQA-Graph 75%"] - means["random 75%"]) / (
        means["clean oracle"] - means["random 75%"]
    )
    console.print(f"HiCQA-Graph goes {way:.0%} of the way from random to oracle")


if __name__ == "__main__":
    typer.run(main)
