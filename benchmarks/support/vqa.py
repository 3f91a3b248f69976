"""A small VQA model on frozen embeddings: which of all answers that it was taught fits image and
question.

The vectors of image and question and their product, one hidden layer, and a softmax over the
answers seen in training, after Antol et al., VQA (2015), arXiv:1505.00468. It has no dropout and
is trained until it knows its training pairs by heart, as a large model on few pairs does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from benchmarks.support.ranking import Mask, Vector
from filtering.encoders.protocols import Floats, ImageTextEncoder
from filtering.records import PairTable

EPOCHS = 40
_WIDTH = 256
_BATCH = 128
_RATE, _DECAY = 1e-3, 0.01


@dataclass(frozen=True, slots=True)
class Asked:
    """n questions about images with their answers; both embeddings are (n, dim)."""

    images: Floats
    questions: Floats
    answers: Sequence[str]

    @classmethod
    def of(cls, pairs: PairTable, clip: ImageTextEncoder) -> Asked:
        """The pairs as the encoder sees them."""
        names = list(dict.fromkeys(pairs.images))
        place = {name: i for i, name in enumerate(names)}
        images = clip.images([pairs.files[name] for name in names])
        return cls(
            images[[place[name] for name in pairs.images]],
            clip.texts([qa.question for qa in pairs.rows]),
            [qa.answer for qa in pairs.rows],
        )

    def some(self, chosen: Mask) -> Asked:
        """Some of the questions."""
        which = np.flatnonzero(chosen)
        answers = [self.answers[i] for i in which.tolist()]
        return Asked(self.images[which], self.questions[which], answers)

    def vectors(self) -> Floats:
        """Image and question, (n, 2 dim)."""
        return np.concatenate([self.images, self.questions], axis=1)


@dataclass(frozen=True, slots=True)
class SmallVQA:
    """A trained model; `mean` and `spread` (2 dim,) scale its input, `answers` maps each answer
    that it knows to its output."""

    layers: nn.Module
    mean: Floats
    spread: Floats
    answers: dict[str, int]

    def inputs(self, asked: Asked) -> torch.Tensor:
        """Scaled image and question, and their product, (n, 3 dim)."""
        scaled = (asked.vectors() - self.mean) / self.spread
        image, question = np.split(scaled, 2, axis=1)
        return torch.from_numpy(np.concatenate([scaled, image * question], axis=1))

    def scores(self, asked: Asked) -> Floats:
        """Unnormalised log odds of each known answer, (n, answers)."""
        with torch.inference_mode():
            return np.asarray(self.layers(self.inputs(asked)).numpy())


def train(asked: Asked, seed: int, epochs: int = EPOCHS) -> SmallVQA:
    """A model after so many passes over `asked`."""
    torch.manual_seed(seed)
    answers = {answer: i for i, answer in enumerate(dict.fromkeys(asked.answers))}
    vectors = asked.vectors()
    width = vectors.shape[1] * 3 // 2
    layers = nn.Sequential(nn.Linear(width, _WIDTH), nn.ReLU(), nn.Linear(_WIDTH, len(answers)))
    model = SmallVQA(layers, vectors.mean(axis=0), vectors.std(axis=0) + 1e-6, answers)
    given, target = model.inputs(asked), torch.tensor([answers[a] for a in asked.answers])
    optimiser = torch.optim.AdamW(layers.parameters(), lr=_RATE, weight_decay=_DECAY)
    for _ in range(epochs):
        for part in torch.split(torch.randperm(len(target)), _BATCH):
            optimiser.zero_grad()
            cost = nn.functional.cross_entropy(layers(given[part]), target[part])
            torch.autograd.backward(cost)
            optimiser.step()
    return model


def free_form(model: SmallVQA, asked: Asked) -> Vector:
    """1 for each question whose answer scores highest of all that the model knows, else 0."""
    known = list(model.answers)
    best = model.scores(asked).argmax(axis=1)
    right = [known[b] == answer for b, answer in zip(best, asked.answers, strict=True)]
    return np.array(right, dtype=np.float64)


def of_four(model: SmallVQA, asked: Asked, choices: Sequence[Sequence[str]]) -> Vector:
    """Credit for taking the choice that scores highest; the answer is the first one.

    Choices that the model does not know come last, ties share the credit.
    """
    scores = model.scores(asked)
    credit = np.zeros(len(scores))
    for n, four in enumerate(choices):
        found = [scores[n, model.answers[c]] if c in model.answers else float("-inf") for c in four]
        credit[n] = (found[0] == max(found)) / found.count(max(found))
    return credit
