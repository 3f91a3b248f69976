"""A made-up pool and encoders that count words, so that fits are quick and need no weights."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import numpy as np
from sklearn.feature_extraction.text import HashingVectorizer

from filtering.encoders.protocols import Encoders, Floats
from filtering.records import QA, PairTable

_STAINS = ("DAPI", "Hoechst 33342", "phalloidin", "LysoTracker Red", "SYTOX Green")
_CELLS = ("HeLa", "HEK293", "U2OS", "A549", "MCF-7")
_DRUGS = ("nocodazole", "rapamycin", "taxol", "cisplatin", "chloroquine")
_WORDS = HashingVectorizer(n_features=64, norm="l2", dtype=np.float32)


class WordClip:
    """Images and texts as counts of words; an image is the text in its bytes, b'' is unreadable."""

    name, revision, dim, scale = "words", "1", 64, 10.0

    def images(self, files: Sequence[bytes]) -> Floats:
        rows = self.texts([file.decode() for file in files])
        rows[[not file for file in files]] = np.nan
        return rows

    def texts(self, texts: Sequence[str]) -> Floats:
        if not texts:
            return np.zeros((0, self.dim), dtype=np.float32)
        return np.asarray(_WORDS.transform(list(texts)).toarray(), dtype=np.float32)


class WordNli:
    """Entailed is what shares its words with the premise."""

    name, revision, max_tokens = "words", "1", 64

    def length(self, text: str) -> int:
        return len(text.split())

    def probabilities(self, premises: Sequence[str], hypotheses: Sequence[str]) -> Floats:
        found = []
        for premise, hypothesis in zip(premises, hypotheses, strict=True):
            said, known = set(hypothesis.lower().split()), set(premise.lower().split())
            share = len(said & known) / max(1, len(said))
            found.append((0.9 * share, 0.9 * (1 - share) + 0.05, 0.05))
        return np.array(found, dtype=np.float32).reshape(-1, 3)


ENCODERS = Encoders(WordClip(), WordNli())


def made_pool(figures: int = 60, seed: int = 0) -> PairTable:
    """Two figures an article, three pairs a figure, all true."""
    dice = Random(seed)
    rows, images, groups, files = [], [], [], {}
    for number in range(figures):
        stain, cell, drug = dice.choice(_STAINS), dice.choice(_CELLS), dice.choice(_DRUGS)
        count = dice.randrange(10, 99)
        caption = (
            f"{cell} cells treated with {drug} . Nuclei were stained with {stain} . "
            f"{count} cells were counted ."
        )
        name = f"a{number // 2}/f{number}"
        files[name] = caption.encode()
        asked = (
            ("Which stain labels the nuclei?", stain, f"The nuclei were stained with {stain} ."),
            ("Which cells are shown?", cell, f"{cell} cells are shown ."),
            ("What were the cells treated with?", drug, f"The cells were treated with {drug} ."),
        )
        for place, (question, answer, statement) in enumerate(asked):
            rows.append(QA(f"{name}/{place}", name, caption, question, answer, statement))
            images.append(name)
            groups.append(name.partition("/")[0])
    return PairTable(rows, images, groups, files)
