"""Answers that name choices by letter or number."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filtering.table.caption_cells import CellError
from filtering.table.choice_answers import choose_scheme
from filtering.table.choices import find_choice_columns, read_choices
from filtering.table.filter_table import TableError, filter_table
from tests.filtering.table.test_filter_table import jsonl, written

CAPTION = "Confocal microscopy of HeLa cells stained with DAPI (blue) and phalloidin (red)."
STAINS = ["DAPI", "phalloidin", "MitoTracker"]


@pytest.mark.parametrize(
    "value",
    [
        STAINS,
        json.dumps(STAINS),
        str(STAINS),
        {"A": "DAPI", "B": "phalloidin", "C": "MitoTracker"},
        '{"A": "DAPI", "B": "phalloidin", "C": "MitoTracker"}',
        {"text": STAINS, "label": ["A", "B", "C"]},
        ["A) DAPI", "B) phalloidin", "C) MitoTracker"],
        [" A:DAPI", " B:phalloidin", " C:MitoTracker"],
        ["(1) DAPI", "(2) phalloidin", "(3) MitoTracker"],
        [{"id": "a", "text": "DAPI"}, {"id": "b", "text": "phalloidin"}, {"text": "MitoTracker"}],
        "A. DAPI\nB. phalloidin\nC. MitoTracker",
        "DAPI|phalloidin|MitoTracker",
        "A) DAPI B) phalloidin C) MitoTracker",
    ],
)
def test_choices_are_read_in_every_form(value: Any) -> None:
    assert read_choices(value) == STAINS


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["question", "choices", "A"], ["choices"]),
        (["D", "A", "C", "B", "answer"], ["A", "B", "C", "D"]),
        (["option_a", "option_b", "answer"], ["option_a", "option_b"]),
        (["Choice A", "Choice B", "Answer"], ["Choice A", "Choice B"]),
        (["opa", "opb", "opc", "opd", "cop"], ["opa", "opb", "opc", "opd"]),
        (["option1", "option2", "option3"], ["option1", "option2", "option3"]),
        (["ending0", "ending1"], ["ending0", "ending1"]),
        (["A", "question"], []),
        (["a", "b", "option_b"], []),
    ],
)
def test_columns_of_choices_are_found(names: list[str], found: list[str]) -> None:
    assert find_choice_columns(names) == found


@pytest.mark.parametrize(
    ("answers", "texts"),
    [
        (["A", "B"], ["DAPI", "phalloidin"]),
        (["(B)", "C."], ["phalloidin", "MitoTracker"]),
        (["b", "Option C"], ["phalloidin", "MitoTracker"]),
        (["The answer is (B)", "A"], ["phalloidin", "DAPI"]),
        (["0", "1"], ["DAPI", "phalloidin"]),
        (["3", "1"], ["MitoTracker", "DAPI"]),
        (["B. phalloidin", "A) DAPI"], ["phalloidin", "DAPI"]),
        (["dapi", "Phalloidin."], ["DAPI", "phalloidin"]),
        (["free words", "DAPI"], ["free words", "DAPI"]),
    ],
)
def test_answers_become_the_texts_of_choices(answers: list[str], texts: list[str]) -> None:
    rows = [(answer, "Which?", {"choices": STAINS}) for answer in answers]
    scheme = choose_scheme(["choices", "answer"], rows)
    assert scheme is not None
    assert [scheme.read(*row) for row in rows] == texts


def test_answers_that_cannot_be_told_are_refused() -> None:
    for numbers, why in ((["1", "2"], "neither 0 nor"), (["0", "3"], "both occur")):
        with pytest.raises(CellError, match=why):
            choose_scheme(["choices"], [(n, "Which?", {"choices": STAINS}) for n in numbers])
    with pytest.raises(CellError, match="no column has the choices"):
        choose_scheme(["answer"], [(n, "Which?", {}) for n in "AB"])
    rows = [(n, "Which?", {"choices": STAINS}) for n in ("A", "E", "A,B", "B")]
    scheme = choose_scheme(["choices"], rows)
    assert scheme is not None
    for row, why in ((rows[1], "none of the choices"), (rows[2], "several choices")):
        with pytest.raises(CellError, match=why):
            scheme.read(*row)
    # Letters of panels are answers of their own.
    assert choose_scheme(["answer"], [(n, "Which panel is red?", {}) for n in "AB"]) is None


@given(st.integers(2, 6), st.data(), st.sampled_from(["letters", "from 0", "from 1"]))
def test_every_scheme_gives_back_what_was_meant(count: int, data: st.DataObject, by: str) -> None:
    choices = [f"choice number {n} of them" for n in range(count)]
    meant = [0, count - 1, *data.draw(st.lists(st.integers(0, count - 1), max_size=5))]
    names = [chr(65 + n) if by == "letters" else str(n + (by == "from 1")) for n in meant]
    rows = [(name, "Which?", {"options": choices}) for name in names]
    scheme = choose_scheme(["options"], rows)
    assert scheme is not None
    assert [scheme.read(*row) for row in rows] == [choices[n] for n in meant]


@pytest.mark.parametrize("form", ["choices", "columns", "question", "index"])
def test_the_filter_tells_right_letters_from_wrong_ones(form: str, tmp_path: Path) -> None:
    rows = []
    for question, right in (("What stains the nuclei?", 0), ("What stains actin red?", 1)):
        for place in (right, 2):
            row: dict[str, Any] = {"caption": CAPTION, "question": question, "answer": "ABC"[place]}
            if form == "columns":
                row |= dict(zip("ABC", STAINS, strict=True))
            elif form == "question":
                row["question"] += " A) DAPI B) phalloidin C) MitoTracker"
            else:
                row["choices"] = STAINS
            if form == "index":
                del row["answer"]
                row["correct_index"] = place
            rows.append(row)
    report = filter_table(jsonl(tmp_path / "t.jsonl", rows), tmp_path / "out", keep_ratio=0.5)
    assert [row["keep"] for row in written(tmp_path / "out")] == [True, False, True, False]
    assert (report.note.startswith("answers (") and "letters" in report.note) or form == "index"
    with pytest.raises(TableError, match="add one named 'choices'"):
        bare = [{"caption": CAPTION, "question": "Which?", "answer": a} for a in "AB"]
        filter_table(jsonl(tmp_path / "b.jsonl", bare), tmp_path / "none")
