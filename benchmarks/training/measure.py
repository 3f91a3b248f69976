"""Quality of the encoders on figures that were never trained on."""

from __future__ import annotations

import io
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image
from sklearn.metrics import roc_auc_score

from benchmarks.training.alter import VISIBLE
from benchmarks.training.figures import TEST_SEED, Drawn
from benchmarks.training.pairs import Pair, Wish, pairs
from benchmarks.training.texts import Described, captioned, stated
from builder.sources.phantom.vocabulary import Dice
from filtering.encoders import NliClassifier, OpenClipEncoder

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Share:
    """A measured value and the number of cases behind it."""

    value: float
    cases: int


def _png(picture: npt.NDArray[np.uint8]) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "PNG")
    return buffer.getvalue()


def auroc(right: Floats, wrong: Floats) -> Share:
    """Area under the ROC curve that tells right from wrong similarities."""
    labels = np.concatenate([np.ones(len(right)), np.zeros(len(wrong))])
    return Share(float(roc_auc_score(labels, np.concatenate([right, wrong]))), len(right))


def _dice(drawn: Drawn, number: int, stream: int) -> Dice:
    rng = np.random.default_rng([TEST_SEED, stream, number])
    return Dice(rng, drawn.reserved[number])


def _against_altered(
    clip: OpenClipEncoder, images: Floats, found: dict[int, Described]
) -> Share | None:
    kept = {i: text for i, text in found.items() if text.wrong}
    if len(kept) < 20:
        return None
    rows = images[list(kept)]
    right = (rows * clip.texts([t.text for t in kept.values()])).sum(1)
    wrong = (rows * clip.texts([t.wrong[0] for t in kept.values()])).sum(1)
    return auroc(right, wrong)


def measure_clip(clip: OpenClipEncoder, drawn: Drawn) -> dict[str, Share]:
    """AUROC of matched against mismatched texts, and of true texts against those with one fact
    changed, for captions and statements, by fact."""
    images = clip.images([_png(picture) for picture in drawn.images])
    numbers = range(len(drawn.facts))
    result: dict[str, Share] = {}
    for held_out in (False, True):
        told = [captioned(_dice(drawn, i, 0), drawn.facts[i], held_out) for i in numbers]
        captions = clip.texts([text.text for text in told])
        right, wrong = (images * captions).sum(1), (images * np.roll(captions, 1, axis=0)).sum(1)
        name = "caption, held-out title" if held_out else "caption"
        result[f"{name}: own or another figure's"] = auroc(right, wrong)
    for kind in ("caption", "statement"):
        changes = {name: _altered(kind, name, drawn) for name in VISIBLE}
        for name, found in changes.items():
            share = _against_altered(clip, images, found)
            if share is not None:
                result[f"{kind}: {name} changed"] = share
        one = {i: _pick(i, [found.get(i) for found in changes.values()]) for i in numbers}
        share = _against_altered(clip, images, {i: d for i, d in one.items() if d is not None})
        assert share is not None
        result[f"{kind}: any one visible fact changed"] = share
    return result


def _pick(number: int, options: list[Described | None]) -> Described | None:
    there = [option for option in options if option is not None and option.wrong]
    return there[number % len(there)] if there else None


def _altered(kind: str, name: str, drawn: Drawn) -> dict[int, Described]:
    found = {}
    for number, facts in enumerate(drawn.facts):
        dice = _dice(drawn, number, 1)
        if kind == "caption":
            found[number] = captioned(dice, facts, only=name)
        else:
            found[number] = stated(dice, facts, only=name, wrong=1)
    return found


def measure_nli(nli: NliClassifier, drawn: Drawn) -> dict[str, Share]:
    """Accuracy of the most probable label by kind of pair, also with held-out wordings."""
    result: dict[str, Share] = {}
    for held_out in (False, True):
        made: list[Pair] = []
        for number, facts in enumerate(drawn.facts):
            made += pairs(_dice(drawn, number, 2), facts, Wish(held_out=held_out, hard=0.5))
        found = nli.probabilities([p.premise for p in made], [p.hypothesis for p in made])
        right = found.argmax(1) == np.array([pair.label for pair in made])
        groups = defaultdict(list)
        for pair, hit in zip(made, right.tolist(), strict=True):
            groups["all"].append(hit)
            groups[pair.kind].append(hit)
        name = "held-out wording" if held_out else "fresh"
        for kind, hits in sorted(groups.items()):
            result[f"{name}: {kind}"] = Share(float(np.mean(hits)), len(hits))
    return result
