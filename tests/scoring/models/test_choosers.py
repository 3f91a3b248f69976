"""Baselines and CLIP take the choice that they should."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from scoring.models import BASELINES, BenchmarkQuestion, FatalError, Presentation, open_model
from scoring.models.baselines import caption_scores
from scoring.models.choosers import Chooser, ClipChooser, Floats, pick_best

CHOICES = ("liver", "kidney", "spleen and more", "colon")


def question(n: int, correct: int = 0, **changed: object) -> BenchmarkQuestion:
    made = {"id": f"q{n}", "question": "Which organ?", "choices": CHOICES, "correct": correct}
    return BenchmarkQuestion(**{**made, **changed})  # type: ignore[arg-type]  # fields of several types


def baseline(name: str) -> Chooser:
    found = open_model(name)
    assert isinstance(found, Chooser)
    return found


def hits(name: str, train: Sequence[BenchmarkQuestion], test: Sequence[BenchmarkQuestion]) -> float:
    model = baseline(name)
    model.fit(train)
    chosen = model.choose([Presentation(q) for q in test])
    return float(np.mean([c == q.correct for c, q in zip(chosen, test, strict=True)]))


def test_every_baseline_finds_its_own_shortcut_and_no_other() -> None:
    rng = np.random.default_rng(0)

    def questions(start: int, keyed: bool, asked: bool) -> list[BenchmarkQuestion]:
        """Keys always 'kidney', or told by the question, or random."""
        made = []
        for n in range(start, start + 200):
            order = rng.permutation(4)
            choices = tuple(("liver", "kidney", "spleen", "colon!")[i] for i in order)
            told = int(rng.integers(4))
            key = 1 if keyed else told if asked else int(rng.integers(4))
            stem = f"Which of {'wxyz'[told]}?"
            place = order.tolist().index(key)
            made.append(question(n, place, choices=choices, question=stem))
        return made

    plain, keyed, asked = (questions(k, k == 500, k == 900) for k in (100, 500, 900))
    assert hits("choices", keyed[:100], keyed[100:]) == 1.0
    assert hits("text", keyed[:100], keyed[100:]) == 1.0
    assert hits("text", asked[:100], asked[100:]) == 1.0
    assert hits("choices", asked[:100], asked[100:]) < 0.45
    for name in ("choices", "text", "random", "constant", "longest"):
        assert hits(name, plain[:100], plain[100:]) < 0.45


def test_constant_takes_the_commonest_place_of_the_key_as_shown() -> None:
    model = baseline("constant")
    model.fit([question(n, 2) for n in range(5)] + [question(9, 1)])
    shown = [Presentation(question(1), rotation=r) for r in range(4)]
    assert model.choose(shown) == [2, 3, 0, 1]
    model.fit([])
    assert model.choose(shown[:1]) == [0]


def test_longest_and_caption() -> None:
    shown = [Presentation(question(1, caption="A section of kidney."))]
    assert baseline("longest").choose(shown) == [2]
    assert baseline("caption").choose(shown) == [1]


@pytest.mark.parametrize(
    ("caption", "choices", "key"),
    [
        ("B, cells after 18 hours", ("8 h", "18 h", "48 h"), 1),
        ("blebbing in 64% (A)", ("6%", "64%", "4%"), 1),
        ("Drug had no effect on growth", ("increases growth", "does not change growth"), 1),
        ("size was reduced", ("raises size", "lowers size"), 1),
    ],
)
def test_the_oracle_reads_units_and_changes(caption: str, choices: list[str], key: int) -> None:
    assert int(np.argmax(caption_scores(caption, choices))) == key


def test_ties_fall_by_question_not_by_place() -> None:
    taken = [pick_best(question(n), [1.0, 1.0, 1.0, 1.0]) for n in range(400)]
    assert np.bincount(taken, minlength=4).min() > 70
    turned = question(3, choices=CHOICES[::-1])
    assert pick_best(turned, [1.0] * 4) == 3 - pick_best(question(3), [1.0] * 4)


def test_random_does_not_stick_to_a_choice_when_they_are_turned() -> None:
    shown = [Presentation(question(n), rotation=r) for n in range(200) for r in range(4)]
    chosen = np.array(baseline("random").choose(shown)).reshape(200, 4)
    assert (chosen == chosen[:, :1]).all(axis=1).mean() < 0.1


def test_shortcuts_need_a_train_split() -> None:
    for name in ("choices", "text"):
        with pytest.raises(ValueError, match="no train split"):
            BASELINES[name]().fit([])


class Letters:
    """An encoder whose space is letter counts, and whose images are texts."""

    name, revision, scale = "letters", "1", 10.0

    def texts(self, texts: Sequence[str]) -> Floats:
        counts = np.array([[t.count(c) + 1e-3 for c in "abcdefghij"] for t in texts], np.float32)
        return np.asarray(counts / np.linalg.norm(counts, axis=1, keepdims=True))

    def images(self, files: Sequence[bytes]) -> Floats:
        rows = self.texts([data.decode() for data in files])
        rows[[data == b"unreadable" for data in files]] = np.nan
        return rows


def test_clip_takes_the_choice_nearest_to_the_image() -> None:
    asked = question(1, question="Which?", choices=("aaaa", "bbbb", "cccc"), images=(b"bbbb",))
    two = question(2, question="Which?", choices=("aaaa", "bbbb"), images=(b"aaaa", b"unreadable"))
    blind = question(3, question="Which?", choices=("aaaa", "bbbb"), images=(b"unreadable",))
    clip = ClipChooser(Letters())
    assert clip.choose([Presentation(q) for q in (asked, two, blind)]) == [1, 0, None]
    (probabilities,) = clip.probabilities([asked])
    assert probabilities.sum() == pytest.approx(1.0)
    logits = 10 * Letters().texts(["Which? aaaa", "Which? bbbb"]) @ Letters().images([b"bbbb"])[0]
    assert probabilities[1] / probabilities[0] == pytest.approx(
        np.exp(logits[1] - logits[0]), rel=1e-4
    )
    with pytest.raises(ValueError, match="it cannot do without"):
        clip.choose([Presentation(asked, "no-image")])


def test_clip_opens_what_it_is_given() -> None:
    with pytest.raises(FatalError, match="has no encoders here"):
        open_model("clip:letters")

    def open_encoder(name: str) -> Letters:
        if name != "letters":
            raise ValueError("no such weights")
        return Letters()

    assert open_model("clip:letters", open_encoder=open_encoder).name == "clip:letters"
    with pytest.raises(FatalError, match="cannot open clip:other: no such weights"):
        open_model("clip:other", open_encoder=open_encoder)
