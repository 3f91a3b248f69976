from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from builder.tables.near_duplicates import (
    IMAGE_BITS,
    TEXT_JACCARD,
    ImageIndex,
    TextIndex,
    cut_shingles,
    jaccard,
    split_words,
)


@given(st.integers(0, 2**256 - 1), st.sets(st.integers(0, 255), max_size=2 * IMAGE_BITS))
def test_image_index_finds_exactly_the_hashes_within_reach(value: int, flipped: set[int]) -> None:
    index = ImageIndex([("known", f"{value:064x}")])
    other = value
    for bit in flipped:
        other ^= 1 << bit
    expected = ("known", len(flipped)) if len(flipped) <= IMAGE_BITS else None
    assert index.find_nearest(f"{other:064x}") == expected


def test_image_index_finds_what_a_comparison_of_all_finds() -> None:
    dice = Random(0)
    known = {f"{n:03d}": dice.getrandbits(256) for n in range(100)}
    known |= {f"{name}'": _flipped(value, 20, dice) for name, value in known.items()}
    index = ImageIndex((name, f"{value:064x}") for name, value in known.items())
    for value in known.values():
        query = _flipped(value, dice.choice((0, 1, 12, 23, 24, 25, 40)), dice)
        distance, name = min(((query ^ other).bit_count(), name) for name, other in known.items())
        expected = (name, distance) if distance <= IMAGE_BITS else None
        assert index.find_nearest(f"{query:064x}") == expected


def test_an_index_of_nothing_finds_nothing() -> None:
    assert ImageIndex([]).find_nearest("0" * 64) is None
    assert list(TextIndex({}, split_words).find_nearest([("a", "b"), ()])) == [None, None]


def _flipped(value: int, bits: int, dice: Random) -> int:
    for bit in dice.sample(range(256), bits):
        value ^= 1 << bit
    return value


def test_text_index_decides_by_exact_jaccard() -> None:
    words = [f"w{i}" for i in range(60)]
    near, far = words.copy(), words.copy()
    near[30] = "x"
    far[10] = far[20] = far[30] = far[40] = far[50] = "x"
    assert jaccard(cut_shingles(" ".join(words)), cut_shingles(" ".join(far))) < 0.8
    index = TextIndex({"known": " ".join(words)}, split_words)
    similarity = jaccard(cut_shingles(" ".join(words)), cut_shingles(" ".join(near)))
    assert list(index.find_nearest([tuple(near), tuple(far)])) == [("known", similarity), None]


def test_text_index_finds_a_text_within_a_longer_one() -> None:
    words = [f"w{i}" for i in range(50)]
    index = TextIndex({"known": " ".join(words)}, split_words)
    longer = [tuple(words + [f"x{i}" for i in range(more)]) for more in (12, 13)]
    assert list(index.find_nearest(longer)) == [("known", 0.8), None]


@given(st.lists(st.lists(st.sampled_from("abcd"), max_size=14), min_size=1, max_size=12))
def test_text_index_finds_what_a_comparison_of_all_finds(texts: list[list[str]]) -> None:
    query, *others = [" ".join(text) for text in texts]
    _finds_all(others, [query])


def test_text_index_finds_them_among_long_texts_and_in_any_number() -> None:
    dice = Random(1)
    known = [" ".join(dice.choices(_VOCABULARY, k=dice.randrange(80))) for _ in range(300)]
    known += [_edited(text, dice) for text in known]
    _finds_all(known, [_edited(dice.choice(known), dice) for _ in range(1100)])


_VOCABULARY = [f"w{i}" for i in range(300)] + ["the"] * 60


def _edited(text: str, dice: Random) -> str:
    words = text.split()
    for place in dice.sample(range(len(words)), min(len(words), dice.randrange(5))):
        words[place] = dice.choice(_VOCABULARY)
    return " ".join(words)


def _finds_all(texts: list[str], queries: list[str]) -> None:
    index = TextIndex({f"{i:03d}": text for i, text in enumerate(texts)}, split_words)
    grams = [cut_shingles(text) for text in texts]
    expected = []
    for query in map(cut_shingles, queries):
        similar = [(-jaccard(query, text), f"{i:03d}") for i, text in enumerate(grams)]
        similarity, name = min(similar, default=(0.0, ""))
        expected.append((name, -similarity) if -similarity >= TEXT_JACCARD else None)
    assert list(index.find_nearest(map(split_words, queries))) == expected


def test_shingles_fold_case_and_punctuation_but_keep_numbers_apart() -> None:
    assert cut_shingles("Scale bar: 20 µm.") == cut_shingles("scale BAR, 20 µm")
    assert cut_shingles("Scale bar: 20 µm.") != cut_shingles("Scale bar: 2.0 µm.")
    assert cut_shingles("") == frozenset()
