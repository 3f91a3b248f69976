from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.release.splits import SplitItem, choose_by_bloom, hash_question, split


def make_items(articles: int, per_article: int = 5) -> list[SplitItem]:
    return [
        SplitItem(
            candidate_id=f"c{a}-{q}",
            question_id=f"q{a}-{q}",
            figure_id=f"a{a}/fig{q}",
            article_id=f"a{a}",
            reserved=False,
            phash=f"{hash_of(a, q):064x}",
            caption=f"word{a} of{q} one{a * 7} two{q * 11} three{a + q} four{a - q} five{a}{q}",
            question=f"What is {a} {q}?",
            answer=f"thing {a} {q}",
            has_choices=True,
        )
        for a, q in product(range(articles), range(per_article))
    ]


def hash_of(a: int, q: int) -> int:
    return pow(3, 1000 + 100 * a + q, 2**256)


def test_an_article_lies_in_one_split_and_about_a_fifth_is_test() -> None:
    items = make_items(100)
    assigned = split(items, 0.2, seed=1)
    side = {(i.article_id, a.split) for i, a in zip(items, assigned, strict=True)}
    assert len(side) == 100
    assert 90 <= sum(a.split == "test" for a in assigned) <= 110


def test_the_test_side_can_be_drawn_towards_bloom_levels() -> None:
    items = [replace(i, bloom=1 + n // 4 % 5) for n, i in enumerate(make_items(200, 4))]
    target = (10, 20, 30, 30, 10)
    for seed in (0, 1):
        chosen = choose_by_bloom(items, 0.2, seed, target)
        levels = [i.bloom for i in items if i.article_id in chosen]
        counts = [levels.count(level) for level in range(1, 6)]
        assert all(abs(c - 160 * t / 100) <= 4 for c, t in zip(counts, target, strict=True))
    reserved = [replace(i, reserved=i.article_id == "a7") for i in items]
    assert "a7" in choose_by_bloom(reserved, 0.2, 0, target)


def test_positions_are_balanced_in_each_split() -> None:
    assigned = split(make_items(100), 0.2, seed=0)
    for name in ("train", "test"):
        counts = Counter(a.correct_index for a in assigned if a.split == name)
        assert max(counts.values()) - min(counts.values()) <= 1
        assert set(counts) == {0, 1, 2, 3}


def test_reserved_figures_are_test() -> None:
    items = [replace(i, reserved=i.article_id == "a7") for i in make_items(20)]
    assigned = split(items, 0.2, seed=0)
    got = {a.split for i, a in zip(items, assigned, strict=True) if i.article_id == "a7"}
    assert got == {"test"}


def test_one_article_makes_no_test_split() -> None:
    assert {a.split for a in split(make_items(1), 0.2, seed=0)} == {"train"}


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("phash", "near-duplicate of a test image"),
        ("caption", "near-duplicate of a test caption"),
    ],
)
def test_a_train_question_too_close_to_test_is_left_out(field: str, expected: str) -> None:
    items = make_items(30)
    assigned = split(items, 0.2, seed=0)
    test = next(i for i, a in zip(items, assigned, strict=True) if a.split == "test")
    train = next(i for i, a in zip(items, assigned, strict=True) if a.split == "train")
    copied = replace(train, **{field: getattr(test, field)})
    again = split([copied if i is train else i for i in items], 0.2, seed=0)
    found = next(a for a in again if a.candidate_id == train.candidate_id)
    assert (found.split, found.correct_index) == ("", -1)
    assert found.split_reason.startswith(expected)


def test_a_shared_stem_alone_is_no_near_duplicate() -> None:
    items = [
        replace(i, question="Which stain labels the nuclei in panel A?") for i in make_items(30)
    ]
    assert all(a.split for a in split(items, 0.2, seed=0))


def test_the_second_of_two_identical_questions_is_left_out() -> None:
    items = make_items(5)
    items[-1] = replace(items[-1], question_id=items[0].question_id)
    assert split(items, 0.2, seed=0)[-1].split_reason == "same question as c0-0"


def test_free_form_questions_take_no_position() -> None:
    items = [replace(i, has_choices=False) for i in make_items(5)]
    assert {a.correct_index for a in split(items, 0.2, seed=0)} == {-1}


@given(st.permutations(["a", "b", "c"]))
def test_question_id_ignores_the_order_of_distractors(distractors: list[str]) -> None:
    assert hash_question("00", "q", "x", distractors) == hash_question("00", "q", "x", "abc")
