"""Entailment, neutrality and contradiction between texts, through transformers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from filtering.encoders.protocols import Floats
from filtering.encoders.shared import (
    EncoderError,
    choose_device,
    compute_revision,
    encode_distinct,
    find_local_folder,
    make_encodable,
    open_quietly,
    shorten_name,
    use_autocast,
)
from filtering.scorer_choice import PHANTOM_TINY

CLASSES = ("entailment", "neutral", "contradiction")
_LONGEST = 512
_ADVICE = (
    f"give {PHANTOM_TINY}, a folder with config.json and weights, or a model on the Hub for "
    "natural language inference (ORG/NAME); weights that are not in the local cache need the "
    "network once"
)


@dataclass(frozen=True, slots=True)
class NliClassifier:
    """A sequence classification model for natural language inference, in evaluation mode.

    `max_tokens` is the most that premise and hypothesis may have together, special tokens
    included; of longer pairs the longer text is cut. `order` holds the model's own places of
    entailment, neutral and contradiction.
    """

    name: str
    revision: str
    max_tokens: int
    model: Any
    tokenizer: Any
    order: tuple[int, int, int]
    device: torch.device
    batch_size: int

    def length(self, text: str) -> int:
        """Tokens of a text, without special tokens."""
        return len(
            self.tokenizer(make_encodable(text), add_special_tokens=False, verbose=False).input_ids
        )

    def probabilities(self, premises: Sequence[str], hypotheses: Sequence[str]) -> Floats:
        """Entailment, neutral and contradiction of each hypothesis by its premise, (n, 3)."""
        pairs = list(zip(premises, hypotheses, strict=True))
        return encode_distinct(pairs, tuple, self._classify_batch, len(CLASSES), self.batch_size)

    @torch.inference_mode()
    def _classify_batch(self, pairs: Sequence[tuple[str, str]]) -> Floats:
        inputs = self.tokenizer(
            [make_encodable(premise) for premise, _ in pairs],
            [make_encodable(hypothesis) for _, hypothesis in pairs],
            truncation="longest_first",
            max_length=self.max_tokens,
            padding=True,
            return_tensors="pt",
            verbose=False,
        ).to(self.device)
        with use_autocast(self.device):
            logits = self.model(**inputs).logits
        classes = logits.float().softmax(dim=-1)[:, list(self.order)]
        return np.asarray(classes.cpu().numpy(), dtype=np.float32)


def find_label_order(name: str, labels: Mapping[int, str]) -> tuple[int, int, int]:
    """Places of entailment, neutral and contradiction among a model's labels.

    Raises EncoderError for labels that are not these three.
    """
    places = {str(label).strip().casefold(): int(place) for place, label in labels.items()}
    if set(places) != set(CLASSES):
        given = ", ".join(str(labels[place]) for place in sorted(labels))
        raise EncoderError(
            f"{name!r} has the labels {given[:200]}; needed are entailment, neutral and "
            "contradiction (id2label in its config.json): give a model for natural language "
            "inference"
        )
    return places["entailment"], places["neutral"], places["contradiction"]


def open_nli(
    name: str = PHANTOM_TINY, *, device: str | None = None, batch_size: int = 64
) -> NliClassifier:
    """Opens an entailment model.

    `name` is `phantom-tiny` (bundled), a local folder, or a model on the Hub whose labels are
    entailment, neutral and contradiction in any order, such as
    `MoritzLaurer/DeBERTa-v3-base-mnli-fever-anli`. No code of a repository is run. Without
    `device` a GPU is used where there is one, with mixed precision. Raises EncoderError, one
    line, for what cannot be opened.
    """
    target = choose_device(device)
    folder = find_local_folder(name, "nli")
    if batch_size < 1:
        raise EncoderError(f"batch_size is {batch_size}; give 1 or more")
    source = name if folder is None else str(folder)

    def load() -> NliClassifier:
        model = AutoModelForSequenceClassification.from_pretrained(source, trust_remote_code=False)
        tokenizer = AutoTokenizer.from_pretrained(source, trust_remote_code=False)
        order = find_label_order(name, model.config.id2label)
        model.to(target).eval()
        # Most tokens of a pair. RoBERTa's positions start after its padding index.
        config = model.config
        positions = int(getattr(config, "max_position_embeddings", 0) or _LONGEST)
        if "roberta" in str(config.model_type) or config.model_type == "camembert":
            positions -= int(config.pad_token_id or 0) + 1
        return NliClassifier(
            name=shorten_name(name, folder, "nli"),
            revision=compute_revision(model),
            max_tokens=max(16, min(int(tokenizer.model_max_length), positions, _LONGEST)),
            model=model,
            tokenizer=tokenizer,
            order=order,
            device=target,
            batch_size=batch_size,
        )

    return open_quietly(name, "an entailment model", _ADVICE, load)
