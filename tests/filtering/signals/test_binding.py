"""Whether the caption has a value there: hand-written questions, lists, panels, roles, denials."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filtering import QA, compute_signals, find_contradiction, read_vocabulary
from filtering.signals.binding import measure_binding
from filtering.signals.distances import measure_distances, read_purposes, read_roles
from filtering.text.vocabulary import NAMED_TYPES
from tests.filtering.binding_pairs import PAIRS, UNSEEN

PANELS = (
    "Cells with or without rapamycin. (A) Control and (B) cells incubated with 20 nM rapamycin. "
    "The fields contain 12 cells in A and 21 cells in B. Rapamycin raised the mean nuclear "
    "diameter from 8.1 µm to 9.7 µm. DAPI (blue) and tubulin (green). Scale bars, 30 µm."
)


def _qa(question: str, answer: str, caption: str = PANELS) -> QA:
    return QA("q", "f", caption, question, answer, "")


@pytest.mark.parametrize(("pairs", "least"), [(PAIRS, 45), (UNSEEN, 31)])
def test_right_answers_outrank_wrong_ones_of_the_same_caption(
    pairs: list[tuple[str, str, str, str]], least: int
) -> None:
    rows = [[_qa(question, a, caption) for a in pair] for caption, question, *pair in pairs]
    found = [compute_signals(pair) for pair in rows]
    assert [s.contradiction for s, _ in found if s.contradiction] == []
    won = sum(right.score > wrong.score or bool(wrong.contradiction) for right, wrong in found)
    assert won >= least


@pytest.mark.parametrize(
    ("question", "answer", "low", "high"),
    [
        ("How many cells does panel A show?", "12", 0.9, 1.0),
        ("How many cells does panel A show?", "21", 0.0, 0.1),
        ("What was the specimen in panel A treated with?", "rapamycin", 0.0, 0.1),
        ("What was the mean nuclear diameter after treatment?", "9.7 µm", 0.6, 1.0),
        ("What was the mean nuclear diameter of controls?", "9.7 µm", 0.0, 0.4),
        ("Which dye stains the nuclei?", "not DAPI", 0.0, 0.0),
        ("What does the green signal show?", "tubulin", 0.9, 1.0),
    ],
)
def test_binding_of_one_pair(question: str, answer: str, low: float, high: float) -> None:
    value = measure_binding(_qa(question, answer))
    assert value is not None and low <= value <= high


def test_nothing_to_confuse_is_no_value() -> None:
    assert measure_binding(_qa("Which dye was used?", "Hoechst")) is None
    assert measure_binding(_qa("Which dye was used?", "DAPI", "Nuclei stained with DAPI.")) is None
    assert measure_binding(_qa("", "", "")) is None


def test_lists_that_go_respectively_are_paired_piece_by_piece() -> None:
    caption = "Synapsin, unknown-1 and PSD-95 are shown in red, green and blue, respectively."
    found = measure_distances(caption)
    places = {word: caption.index(word) for word in ("Synapsin", "unknown", "red", "green")}
    assert found.pairs(places["green"], places["unknown"]) is True
    assert found.pairs(places["red"], places["unknown"]) is False
    assert found.pairs(places["Synapsin"], places["unknown"]) is None


@pytest.mark.parametrize(
    ("question", "answer", "reason"),
    [
        ("How many cells does panel A show?", "21 cells", "says 21 cells in A, the caption says"),
        ("What length does the scale bar represent?", "8.1 µm", "says 8.1 µm, the caption says 30"),
        ("Which hypothesis does the figure support?", "Rapamycin lowers the mean nuclear diameter",
         "says decrease, the caption says raised"),
        ("What is shown in blue?", "not DAPI", "says not DAPI"),
    ],
)  # fmt: skip
def test_the_gate_names_what_the_caption_says_instead(
    question: str, answer: str, reason: str
) -> None:
    assert find_contradiction(_qa(question, answer)).startswith(reason)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("How many cells does panel B show?", "21 cells"),
        ("How many more cells are in panel B than in panel A?", "9 cells"),
        ("Which cells were not treated?", "Control cells"),
        ("Which hypothesis does the figure support?", "Rapamycin raises the nuclear diameter"),
        ("Which hypothesis would a longer treatment test?", "It lowers the nuclear diameter"),
    ],
)
def test_the_gate_spares_what_the_caption_says(question: str, answer: str) -> None:
    assert find_contradiction(_qa(question, answer)) == ""


def test_names_with_a_purpose_are_known_names_and_their_roles_are_asked_for() -> None:
    known = {name for kind in NAMED_TYPES for name in read_vocabulary(kind)}
    assert set(read_purposes()) <= known
    assert set(read_purposes().values()) <= set(read_roles().values())


@given(st.text(max_size=80), st.text(max_size=40), st.text(max_size=40))
def test_any_text_gives_a_value_in_range(caption: str, question: str, answer: str) -> None:
    value = measure_binding(_qa(question, answer, caption))
    assert value is None or 0 <= value <= 1
