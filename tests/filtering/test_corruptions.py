"""Planted errors: always an error, always the same, and known for what they are."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filtering.corruptions import GROUPS, corrupt, list_families
from filtering.corruptions.donors import DonorPool
from filtering.corruptions.editing import QAItem
from filtering.corruptions.planting import plant
from filtering.records import QA

LINES = ("HeLa", "U2OS", "A549", "HepG2")
STAINS = ("DAPI", "Hoechst 33342", "TO-PRO-3", "SYTOX Green")


def pool(count: int = 12) -> list[QA]:
    rows = []
    for n in range(count):
        line, stain, cells = LINES[n % 4], STAINS[n // 2 % 4], 10 + 3 * n
        caption = (
            f"{line} cells with α-tubulin in green and {stain} in blue. (A) {cells} cells. "
            f"(B) {cells + 7} cells; nocodazole increased the cell diameter. Scale bar, {n + 2} µm."
        )
        texts = (
            ("Which cell line is shown?", line, f"The cells shown are {line} cells."),
            ("Which dye is blue?", stain, f"The blue signal shows {stain}."),
            ("How many cells are in panel A?", f"{cells}", f"{cells} cells are in panel A."),
            ("How many cells are in panel B?", f"{cells + 7}", f"{cells + 7} cells are in B."),
            ("How long is the bar?", f"{n + 2} µm", f"The bar represents {n + 2} µm."),
            ("Which effect is seen?", "Nocodazole increases the cell diameter",
             "The comparison shows that nocodazole increases the cell diameter."),
        )  # fmt: skip
        rows += [QA(f"q{n}-{i}", f"f{n}", caption, *text) for i, text in enumerate(texts)]
    return rows


ROWS = pool()
IMAGES = [row.figure_id for row in ROWS]


@pytest.mark.parametrize("name", list_families())
def test_every_family_applies_somewhere_and_changes_what_it_says(name: str) -> None:
    planted = corrupt(ROWS, seed=0, rate=1, names=[name], images=IMAGES)
    assert [row.qa_id for row in planted.rows] == [row.qa_id for row in ROWS]
    changed = [r.false_by_provenance for r in planted.records]
    after = list(zip(planted.rows, planted.images, strict=True))
    assert changed == [
        new != old for new, old in zip(after, zip(ROWS, IMAGES, strict=True), strict=True)
    ]
    assert any(changed)
    assert {r.family for r in planted.records} <= {name, "clean"}


def test_about_the_rate_is_planted_and_families_come_equally_often() -> None:
    rows = pool(300)
    planted = corrupt(rows, seed=1, rate=0.29, images=[row.figure_id for row in rows])
    counts = Counter(r.family for r in planted.records)
    assert 0.25 < 1 - counts.pop("clean") / len(rows) < 0.33
    assert set(counts) == set(list_families())
    assert max(counts.values()) < 4 * min(counts.values())


def test_same_seed_same_rows_in_any_order() -> None:
    planted = corrupt(ROWS, seed=3, rate=0.5)
    order = Random(0).sample(range(len(ROWS)), len(ROWS))
    shuffled = corrupt([ROWS[i] for i in order], seed=3, rate=0.5)
    assert [planted.rows[i] for i in order] == shuffled.rows
    assert [planted.records[i] for i in order] == shuffled.records
    assert corrupt(ROWS, seed=4, rate=0.5).records != planted.records


def test_statement_follows_and_truth_is_told_apart() -> None:
    planted = corrupt(ROWS, seed=0, rate=1, names=["answer_swap"])
    for row, record in zip(planted.rows, planted.records, strict=True):
        assert not record.false_by_provenance or row.answer.lower() in row.statement.lower()
    outside = corrupt(ROWS, seed=0, rate=1, names=["entity_outside"]).records
    assert {r.truth for r in outside if r.value_type == "cell_line"} == {False}
    twins = [QA(str(n), "f", "Cells. (A) x (B) y", f"How many cells in panel {p}?", a, "")
             for n, (p, a) in enumerate((("A", "5"), ("B", "5")))]  # fmt: skip
    assert {r.truth for r in corrupt(twins, seed=0, rate=1, names=["panel_swap"]).records} == {True}


def test_a_wrong_caption_is_the_same_for_the_whole_figure() -> None:
    planted = corrupt(ROWS, seed=0, rate=0.5, names=["caption_swap"])
    captions = {(row.figure_id, row.caption) for row in planted.rows}
    assert len(captions) == len({row.figure_id for row in ROWS})
    assert {row.caption for row in planted.rows} <= {row.caption for row in ROWS}


def test_bad_settings_are_refused() -> None:
    with pytest.raises(ValueError, match="rate"):
        corrupt(ROWS, seed=0, rate=1.5)
    with pytest.raises(ValueError, match="unknown family typo"):
        corrupt(ROWS, seed=0, rate=0.5, names=["typo"])
    with pytest.raises(ValueError, match="1 images"):
        corrupt(ROWS, seed=0, rate=0.5, images=["x"])
    assert {f.group for f in list_families().values()} == set(GROUPS)


WORDS = st.sampled_from(
    ["HeLa", "DAPI", "5 µm", "12 of 21 cells", "is", "not", "does not change", "increases", "Yes",
     "panel A", "(B)", "GFP (green)", "mouse", ".", "in", "10 nM", "ß", "x\ud800", "3,000", "±2"]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=30), st.lists(WORDS, max_size=8).map(" ".join))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS, TEXTS), min_size=1, max_size=4), st.integers(0, 9))
def test_no_text_breaks_a_family_and_no_row_stays_unchanged(
    texts: list[tuple[str, str, str, str]], seed: int
) -> None:
    items = [QAItem(QA(str(n), f"f{n % 2}", *text), f"i{n}") for n, text in enumerate(texts)]
    around = DonorPool.of([*items, *(QAItem(row) for row in ROWS[:12])])
    for family in list_families().values():
        for item in items:
            change = plant(family, item, around, Random(seed))
            assert change is None or change.item != item
