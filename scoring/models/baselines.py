"""What a model has to beat: chance, habits, shortcuts, and reading the caption."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Protocol

import numpy as np

from scoring.models.choosers import Chooser, draw_number, pick_best
from scoring.models.records import BenchmarkQuestion, Presentation

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_WIDTH = 2**18
"""Columns that features are hashed to."""

_SYNONYMS = {
    **dict.fromkeys(("rais", "elevat", "augment"), "increas"),
    **dict.fromkeys(("low", "reduc", "diminish"), "decreas"),
    **{"hour": "h", "hr": "h", "minut": "min", "day": "d"},
}
_NO_CHANGE = re.compile(
    r"(?:does|did|do) not (?:change|alter|affect)|no (?:effect|change)"
    r"|un(?:changed|altered|affected)"
)


class ScoreBaseline:
    """Takes the choice with the highest score of a function of question and choices."""

    revision, fitted = "", False

    def __init__(
        self, name: str, sees: str, scores: Callable[[BenchmarkQuestion], Sequence[float]]
    ) -> None:
        self.name, self.sees, self._scores = name, sees, scores

    def fit(self, train: Sequence[BenchmarkQuestion]) -> None:
        """Nothing to learn."""

    def choose(self, shown: Sequence[Presentation]) -> list[int | None]:
        """The choice taken for each; ties are broken by a digest."""
        return [pick_best(p.question, self._scores(p.question)) for p in shown]


class RandomBaseline:
    """Any choice with equal probability, drawn anew for each presentation."""

    name, revision, sees, fitted = "random", "", "choices-only", False

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed

    def fit(self, train: Sequence[BenchmarkQuestion]) -> None:
        """Nothing to learn."""

    def choose(self, shown: Sequence[Presentation]) -> list[int | None]:
        """The choice taken for each."""
        return [
            draw_number(self._seed, p.question.id, p.rotation) % len(p.question.choices)
            for p in shown
        ]


class ConstantBaseline:
    """Always the same place: where the key most often stands in the train split, else the first."""

    name, revision, sees, fitted = "constant", "", "choices-only", False

    def __init__(self) -> None:
        self.place = 0

    def fit(self, train: Sequence[BenchmarkQuestion]) -> None:
        """Learns the place."""
        counts = Counter(question.correct for question in train)
        self.place = min(counts, key=lambda place: (-counts[place], place), default=0)

    def choose(self, shown: Sequence[Presentation]) -> list[int | None]:
        """The choice shown at that place, or the last one."""
        return [p.original(min(self.place, len(p.question.choices) - 1)) for p in shown]


class ShortcutBaseline:
    """A `ChoiceModel` fitted on the train split."""

    revision, fitted = "", True

    def __init__(self, name: str, sees: str, make: Callable[[], ChoiceModel]) -> None:
        self.name, self.sees, self._make = name, sees, make
        self._model: ChoiceModel | None = None

    def fit(self, train: Sequence[BenchmarkQuestion]) -> None:
        """Fits. Raises ValueError without train questions."""
        if not train:
            raise ValueError("there is no train split to fit it on")
        self._model = self._make().fit(train)

    def choose(self, shown: Sequence[Presentation]) -> list[int | None]:
        """The choice taken for each. Raises ValueError before it was fitted."""
        if self._model is None:
            raise ValueError(f"{self.name} was not fitted")
        questions = [p.question for p in shown]
        scores = self._model.scores(questions)
        return [pick_best(q, s) for q, s in zip(questions, scores, strict=True)]


def caption_scores(caption: str, choices: Sequence[str]) -> list[float]:
    """An oracle: the choice that the caption names shows that questions can be answered at all.

    Per choice the share, 0-1, of its stemmed words and sequences of words in the caption.
    What all choices have in common does not count.
    """
    in_caption = word_sequences(caption)
    in_choices = [word_sequences(choice) for choice in choices]
    everywhere = set.intersection(*in_choices)
    return [len((n - everywhere) & in_caption) / max(1, len(n - everywhere)) for n in in_choices]


def word_sequences(text: str) -> set[str]:
    """Stemmed words and numbers of a text, and sequences of two and three of them."""
    plain = _NO_CHANGE.sub("unchanged", text.casefold())
    words = [_stem_word(word) for word in re.findall(r"\d+(?:\.\d+)?%?|[^\W\d]+", plain)]
    return {" ".join(words[i : i + n]) for n in (1, 2, 3) for i in range(len(words) - n + 1)}


def _stem_word(word: str) -> str:
    stem = re.sub(r"(?<=\w{3})(?:ed|es|s|ing|e)$", "", word)
    return _SYNONYMS.get(re.sub(r"er$", "", stem), stem)


class ChoiceQuestion(Protocol):
    """A question with its choices and key."""

    @property
    def question(self) -> str:
        """The question."""
        ...

    @property
    def choices(self) -> tuple[str, ...]:
        """The choices."""
        ...

    @property
    def correct(self) -> int:
        """Index of the key."""
        ...


def choice_features(row: ChoiceQuestion, index: int) -> dict[str, float]:
    """What a choice looks like, alone and beside the others: words, length, rank of a number."""
    text = row.choices[index].casefold()
    words = re.findall(r"[\w.%]+", text)
    # Alone: the whole text, its words, pairs of words, and sequences of three letters.
    counts: Counter[str] = Counter({f"is {text}": 1})
    counts.update(f"w {word}" for word in words)
    counts.update(f"b {a} {b}" for a, b in pairwise(words))
    padded = f"^{text}$"
    counts.update(f"c {padded[i : i + 3]}" for i in range(len(padded) - 2))
    features = {name: float(count) for name, count in counts.items()}
    # Beside the others: length, and the words that they share with it.
    others = [c.casefold() for i, c in enumerate(row.choices) if i != index]
    features["longer than"] = sum(len(text) > len(other) for other in others) / len(others)
    features["length"] = math.log1p(len(text))
    features["shared words"] = sum(
        len(set(words) & set(re.findall(r"[\w.%]+", other))) for other in others
    ) / (len(others) * max(1, len(words)))
    return features | _number_features(row, index)


def _number_features(row: ChoiceQuestion, index: int) -> dict[str, float]:
    """Rank of the first number of a choice among those of all, and its zeros at the end."""
    values = [
        [float(n.replace(",", "")) for n in re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?", choice)]
        for choice in row.choices
    ]
    if not all(values):
        return {}
    first = [value[0] for value in values]
    rank = sum(value < first[index] for value in first)
    middle = float(0 < rank < len(first) - 1)
    digits = f"{first[index]:g}".replace(".", "").lstrip("0")
    zeros = len(digits) - len(digits.rstrip("0"))
    return {f"rank {rank}": 1.0, f"round {zeros}": 1.0, "middle": middle}


def question_features(row: ChoiceQuestion, index: int) -> dict[str, float]:
    """Features of a choice, and its words crossed with the words of the question."""
    features = choice_features(row, index)
    text = row.choices[index].casefold()
    for word in set(re.findall(r"[\w.%-]+", row.question.casefold())):
        features[f"q {word} | {text}"] = 1.0
        for part in set(re.findall(r"[\w.%]+", text)):
            features[f"q {word} / {part}"] = 0.5
    return features


class ChoiceModel:
    """Conditional logit (McFadden 1974): which of the choices is the key, from features of each.

    p(choice i is the key) = exp(w . x_i) / sum over j of exp(w . x_j)

    It is fitted as a logistic regression without intercept on the differences x_key - x_wrong of
    each pair, with hashed features (2^18) and an L2 penalty of inverse strength `strength`.
    """

    def __init__(
        self, features: Callable[[ChoiceQuestion, int], dict[str, float]], strength: float = 0.3
    ) -> None:
        # scikit-learn takes a second to import, and who asks a chat model does without.
        from sklearn.feature_extraction import FeatureHasher
        from sklearn.linear_model import LogisticRegression

        self._features = features
        self._hasher = FeatureHasher(_WIDTH)
        self._weights = np.zeros(_WIDTH)
        self._model = LogisticRegression(C=strength, fit_intercept=False, max_iter=300)

    def fit(self, rows: Sequence[ChoiceQuestion]) -> ChoiceModel:
        """Fits on the differences between the key and each wrong choice."""
        from scipy.sparse import csr_matrix, diags_array

        # The matrix has a line per choice; a pair is a key and a wrong choice of its question.
        keys, wrong, start = [], [], 0
        for row in rows:
            others = [start + i for i in range(len(row.choices)) if i != row.correct]
            keys += [start + row.correct] * len(others)
            wrong += others
            start += len(row.choices)
        matrix = self._hash_choices(rows)
        # Every other difference is turned round, so that both classes are there.
        signs = np.where(np.arange(len(keys)) % 2, 1.0, -1.0)
        differences = csr_matrix(diags_array(signs) @ (matrix[keys] - matrix[wrong]))
        # Columns that no row uses would cost time and stay 0.
        used = np.unique(differences.indices)
        self._model.fit(differences[:, used], signs)
        self._weights[:] = 0.0
        self._weights[used] = self._model.coef_[0]
        return self

    def scores(self, rows: Sequence[ChoiceQuestion]) -> list[list[float]]:
        """One score per choice of each row; higher is likelier to be the key."""
        if not rows:
            return []
        flat = self._hash_choices(rows) @ self._weights
        ends = np.cumsum([len(row.choices) for row in rows])[:-1]
        return [[float(score) for score in part] for part in np.split(flat, ends)]

    def _hash_choices(self, rows: Sequence[ChoiceQuestion]) -> csr_matrix:
        """One line per choice, row by row."""
        return self._hasher.transform(
            self._features(row, index) for row in rows for index in range(len(row.choices))
        )


BASELINES: dict[str, Callable[[], Chooser]] = {
    "random": RandomBaseline,
    "constant": ConstantBaseline,
    "longest": lambda: ScoreBaseline(
        "longest", "choices-only", lambda q: [float(len(choice)) for choice in q.choices]
    ),
    "choices": lambda: ShortcutBaseline(
        "choices", "choices-only", lambda: ChoiceModel(choice_features)
    ),
    "text": lambda: ShortcutBaseline("text", "no-image", lambda: ChoiceModel(question_features)),
    "caption": lambda: ScoreBaseline(
        "caption", "caption", lambda q: caption_scores(q.caption, q.choices)
    ),
}
