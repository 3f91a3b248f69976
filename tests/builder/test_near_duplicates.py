from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from builder.near_duplicates import IMAGE_BITS, ImageIndex, TextIndex, jaccard, shingles


@given(st.integers(0, 2**256 - 1), st.sets(st.integers(0, 255), max_size=2 * IMAGE_BITS))
def test_image_index_finds_exactly_the_hashes_within_reach(value: int, flipped: set[int]) -> None:
    index = ImageIndex()
    index.add(f"{value:064x}", "known")
    other = value
    for bit in flipped:
        other ^= 1 << bit
    expected = ("known", len(flipped)) if len(flipped) <= IMAGE_BITS else None
    assert index.nearest(f"{other:064x}") == expected


def test_text_index_decides_by_exact_jaccard() -> None:
    words = [f"w{i}" for i in range(60)]
    near, far = words.copy(), words.copy()
    near[30] = "x"
    far[10] = far[20] = far[30] = far[40] = far[50] = "x"
    assert jaccard(shingles(" ".join(words)), shingles(" ".join(far))) < 0.8
    index = TextIndex()
    index.add(" ".join(words), "known")
    found = index.nearest(" ".join(near))
    assert found is not None
    assert found[0] == "known"
    assert found[1] == jaccard(shingles(" ".join(words)), shingles(" ".join(near)))
    assert index.nearest(" ".join(far)) is None


def test_shingles_fold_case_and_punctuation_but_keep_numbers_apart() -> None:
    assert shingles("Scale bar: 20 µm.") == shingles("scale BAR, 20 µm")
    assert shingles("Scale bar: 20 µm.") != shingles("Scale bar: 2.0 µm.")
    assert shingles("") == frozenset()
