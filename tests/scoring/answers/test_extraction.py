"""What responses commit to: the hand-written cases, and properties of any text."""

from __future__ import annotations

import time
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring import STATUSES, Extraction, LabelStyle, Status, extract
from tests.scoring.cases import Case, cases

OPTIONS = ["Prophase", "Metaphase", "Anaphase", "Telophase"]
KNOWN_MISSES = 0.03


def _right(case: Case) -> bool:
    found = extract(case.response, case.options, labels=case.labels)
    return (found.status, found.index) == (case.status, case.index)


def test_cases_cover_every_status_and_are_no_copies() -> None:
    assert {case.status for case in cases()} == set(STATUSES) == set(get_args(Status))
    keys = {(case.response, tuple(case.options), case.labels) for case in cases()}
    assert len(keys) == len(cases()) >= 300


def test_at_least_97_percent_of_the_cases_are_right() -> None:
    missed = [(case.note, case.response) for case in cases() if not _right(case)]
    assert len(missed) <= KNOWN_MISSES * len(cases()), missed


def test_no_index_where_the_case_has_no_answer_and_none_is_another() -> None:
    for case in cases():
        index = extract(case.response, case.options, labels=case.labels).index
        assert index in (None, case.index), case


@pytest.mark.parametrize(
    ("response", "corrected", "conflict", "method"),
    [
        ("The answer is B... wait, actually C.", True, False, "corrected"),
        ("The answer is B.", False, False, "declared"),
        ("B. Anaphase", False, True, "line"),
        ("B. Metaphase", False, False, "line"),
        ("<answer>B</answer>", False, False, "field"),
        ("Metaphase", False, False, "option_text"),
    ],
)
def test_tells_how_it_was_decided(
    response: str, corrected: bool, conflict: bool, method: str
) -> None:
    found = extract(response, OPTIONS, labels="letters")
    assert (found.corrected, found.conflict, found.method) == (corrected, conflict, method)


def test_infers_the_label_style_and_gives_the_span_in_the_raw_response() -> None:
    response = "\x00 **Ｂ**"
    found = extract(response, OPTIONS)
    assert (found.index, found.label_style) == (1, "letters")
    assert found.span is not None
    assert response[slice(*found.span)] == "Ｂ"
    assert extract("The answer is (2)", OPTIONS).label_style == "numbers"


@pytest.mark.parametrize(("options", "labels"), [([], None), ("ABCD", None), (OPTIONS, "roman")])
def test_refuses_options_and_labels_that_are_none(options: list[str], labels: LabelStyle) -> None:
    with pytest.raises(ValueError, match=r"options|labels"):
        extract("B", options, labels=labels)


def test_an_extraction_has_an_index_if_and_only_if_it_is_answered() -> None:
    with pytest.raises(ValueError, match="index"):
        Extraction("answered")
    with pytest.raises(ValueError, match="index"):
        Extraction("refused", 1)


WRAPPED = st.sampled_from(
    ["{}", "({})", "**{}**", "`{}`", '"{}"', "$\\boxed{{{}}}$", "\\boxed{{\\text{{{}}}}}", "[{}]"]
)
SAID = st.sampled_from(
    [
        "{}",
        "The answer is {}.",
        "Answer: {}",
        "The correct option is {}",
        "Final answer: {}",
        "<answer>{}</answer>",
        '{{"answer": "{}"}}',
        "I would choose {}.",
        "答案是{}",
        "Antwort: {}",
    ]
)
BEFORE = st.sampled_from(
    [
        "",
        "The chromosomes are condensed and lie in the middle of the cell.\n\n",
        "<think>It could be A. Or B? The answer is D.</think>\n",
        "A. Prophase\nB. Metaphase\nC. Anaphase\nD. Telophase\n\n",
        "A cell is seen in panel B at 10 µm.\nI see no envelope.\n",
    ]
)


@given(BEFORE, SAID, WRAPPED, st.integers(0, 3), st.sampled_from(["letters", "numbers"]))
@settings(deadline=None)
def test_a_wrapped_answer_is_found(
    before: str, said: str, wrapped: str, index: int, labels: LabelStyle
) -> None:
    label = "ABCD"[index] if labels == "letters" else str(index + 1)
    response = before + said.format(wrapped.format(label))
    found = extract(response, OPTIONS, labels=labels)
    assert (found.status, found.index) == ("answered", index), response


@given(st.sampled_from(["{}", "({})", "**{}**", " {}.\n", "({}).", "*({})*"]), st.integers(0, 3))
def test_a_lone_letter_is_read_like_one_in_a_longer_reply(wrapped: str, index: int) -> None:
    lone = extract(wrapped.format("ABCD"[index]), OPTIONS)
    longer = extract(wrapped.format("ABCD"[index]) + " " * 20, OPTIONS)
    assert lone == longer
    assert (lone.index, lone.method) == (index, "line")


TRAPS = """the a cell I image shows panel B of drug A in 10 µm hepatitis B with 3 nuclei and green
red signal Fig. 2 vitamin C is visible . , step 1 group 2 strain D we see at 63x type A"""
WORDS = st.sampled_from([*TRAPS.split(), "\n"])


@given(st.lists(WORDS, max_size=40), st.sampled_from([None, "letters", "numbers"]))
@settings(deadline=None)
def test_text_without_an_answer_never_yields_one(words: list[str], labels: LabelStyle) -> None:
    response = "The micrograph " + " ".join(words) + " near the nucleus."
    assert extract(response, OPTIONS, labels=labels).index is None, response


SIGNS = """A b I 1 ( ) is not answer : <think> </think> \\boxed{ or and wait Prophase option 选 {
İ ? USER: both"""
PIECES = st.sampled_from([*SIGNS.split(), "\n", "\0"])


@given(st.one_of(st.text(), st.lists(PIECES, max_size=30).map(" ".join)), st.integers(1, 12))
@settings(deadline=None)
def test_never_raises_and_keeps_index_and_span_in_range(response: str, count: int) -> None:
    found = extract(response, [f"option {n}" for n in range(count)])
    assert (found.index is not None) == (found.status == "answered")
    assert found.index is None or 0 <= found.index < count
    assert found.span is None or 0 <= found.span[0] <= found.span[1] <= len(response)


LOOPS = (
    *("a ", "A ", "B\n", "\n", "(", "The answer is B. ", "wait, ", "not ", "1. ", "<think>", "'"),
    *("\\boxed{", "user: ", "A, B, ", "Prophase ", "\\", "is the ", "{", "answer ", "\t", "X"),
    *("<|", "[", "</think>", "Question 1: ", "assistant: A ", "it is (A) ", "I would say "),
    *("so i ", "if a, ", "A is ", "B (", "1: ", "no, ", "not enough ", "the image is not ", "= 5 "),
)


@pytest.mark.parametrize("piece", LOOPS)
def test_time_is_linear_in_the_length(piece: str) -> None:
    response = (piece * 50_000)[:50_000]

    def seconds(text: str) -> float:
        start = time.process_time()
        extract(text, OPTIONS)
        return time.process_time() - start

    assert min(seconds(response) for _ in range(3)) < 0.25
