"""The steps of extraction, each alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.answers.labels import Labels
from scoring.answers.option_text import OptionTexts, split_words
from scoring.answers.reply_text import find_spoken
from scoring.answers.spelling import TAG, normalise
from scoring.answers.turns import drop_echo, drop_turns

OPTIONS = ["increased", "not increased", "10 µm", "A cell in mitosis"]


@given(st.text())
def test_normalising_keeps_the_length(text: str) -> None:
    assert len(normalise(text)) == len(text)
    assert len(normalise(text).lower()) == len(text) or not text.isascii()


@pytest.mark.parametrize("raw", ["\\boxed{", "<answer>", '"answer":', "'final_answer' :"])
def test_an_answer_field_becomes_a_mark(raw: str) -> None:
    assert normalise(raw + " B").split() == [TAG, "B"]


def test_thinking_goes_and_an_open_one_hides_the_rest() -> None:
    def left(text: str) -> tuple[list[str], bool]:
        spans, unfinished = find_spoken(text)
        return [text[start:end].strip() for start, end in spans], unfinished

    assert left("x <think>A</think> B") == (["x", "B"], False)
    assert left("A</think>B") == (["B"], False)
    assert left("C <think> A") == (["C"], True)


def test_turns_and_echoes_are_blanked() -> None:
    assert drop_turns("USER: A?\nASSISTANT: B\nUSER: C").strip() == "B"
    assert drop_turns("B\n\nQuestion: which?\nAnswer: C").strip() == "B"
    assert drop_echo("A. yes\nB. no\nAnswer: B", ["yes", "no"]).strip() == "Answer: B"
    assert "no" in drop_echo("A. yes, it is\nB. no", ["yes", "no"])


def test_option_texts_are_found_whole_longest_first_and_negated() -> None:
    texts = OptionTexts(OPTIONS)
    found = texts.find_mentions(
        split_words("not increased, never increased in all of 10 um, 110 µm")
    )
    assert [(m.option, m.negated) for m in found] == [(1, False), (0, True), (2, False)]


def test_near_texts_need_the_words_that_tell_options_apart() -> None:
    texts = OptionTexts(["signal in the outer membrane", "signal in the inner membrane"])
    assert texts.find_near(["signal", "in", "outer", "membranes"]) == 0
    assert texts.find_near(["signal", "in", "membrane"]) is None
    assert texts.find_near(["no", "signal", "in", "outer", "membrane"]) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("B.", ("answered", 1)),
        ("B cells", None),
        ("A cell", None),
        ("I think", None),
        ("C. elegans", None),
        ("3 µm", None),
        ("2.5", None),
        ("A and C", ("multiple", None)),
        ("A or C", ("ambiguous", None)),
        ("A, B, C or D", None),
        ("G", ("out_of_range", None)),
        ("B is wrong", None),
        ("Б", ("answered", 1)),
        ("В", ("ambiguous", None)),
    ],
)
def test_labels(text: str, expected: tuple[str, int | None] | None) -> None:
    read = Labels(OptionTexts(OPTIONS), None).read(text, 0)
    assert (read and (read.status, read.index)) == expected
