"""What a model has to beat: chance, habits, shortcuts, and reading the caption."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from scoring.models.caption import caption_scores
from scoring.models.chooser import Chooser, best, lot
from scoring.models.records import Presentation, Question
from scoring.models.shortcuts import ChoiceModel, choice_features, question_features


class Scored:
    """Takes the choice with the highest score of a function of question and choices."""

    revision, fitted = "", False

    def __init__(self, name: str, sees: str, scores: Callable[[Question], Sequence[float]]) -> None:
        self.name, self.sees, self._scores = name, sees, scores

    def fit(self, train: Sequence[Question]) -> None:
        """Nothing to learn."""

    def choose(self, shown: Sequence[Presentation]) -> list[int | None]:
        """The choice taken for each; ties are broken by a digest."""
        return [best(p.question, self._scores(p.question)) for p in shown]


class Random:
    """Any choice with equal probability, drawn anew for each presentation."""

    name, revision, sees, fitted = "random", "", "choices-only", False

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed

    def fit(self, train: Sequence[Question]) -> None:
        """Nothing to learn."""

    def choose(self, shown: Sequence[Presentation]) -> list[int | None]:
        """The choice taken for each."""
        return [lot(self._seed, p.question.id, p.rotation) % len(p.question.choices) for p in shown]


class Constant:
    """Always the same place: where the key most often stands in the train split, else the first."""

    name, revision, sees, fitted = "constant", "", "choices-only", False

    def __init__(self) -> None:
        self.place = 0

    def fit(self, train: Sequence[Question]) -> None:
        """Learns the place."""
        counts = Counter(question.correct for question in train)
        self.place = min(counts, key=lambda place: (-counts[place], place), default=0)

    def choose(self, shown: Sequence[Presentation]) -> list[int | None]:
        """The choice shown at that place, or the last one."""
        return [p.original(min(self.place, len(p.question.choices) - 1)) for p in shown]


class Fitted:
    """A shortcut model (`scoring.models.shortcuts`), fitted on the train split."""

    revision, fitted = "", True

    def __init__(self, name: str, sees: str, make: Callable[[], ChoiceModel]) -> None:
        self.name, self.sees, self._make = name, sees, make
        self._model: ChoiceModel | None = None

    def fit(self, train: Sequence[Question]) -> None:
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
        return [best(q, s) for q, s in zip(questions, scores, strict=True)]


def _lengths(question: Question) -> list[float]:
    return [float(len(choice)) for choice in question.choices]


def _captions(question: Question) -> list[float]:
    return caption_scores(question.caption, question.choices)


BASELINES: dict[str, Callable[[], Chooser]] = {
    "random": Random,
    "constant": Constant,
    "longest": lambda: Scored("longest", "choices-only", _lengths),
    "choices": lambda: Fitted("choices", "choices-only", lambda: ChoiceModel(choice_features)),
    "text": lambda: Fitted("text", "no-image", lambda: ChoiceModel(question_features)),
    "caption": lambda: Scored("caption", "caption", _captions),
}
