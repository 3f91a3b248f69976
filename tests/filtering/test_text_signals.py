from __future__ import annotations

from filtering import compute_signals
from filtering.records import QA


def test_a_bare_number_is_found_where_the_caption_counts_something() -> None:
    row = QA("a", "f", "29 cells are visible in A.", "How many cells are in A?", "29", "")
    found = compute_signals([row])[0]
    assert (found.signal_answer, found.signal_grounding) == (1.0, 1.0)


def test_a_statement_that_two_sentences_support_together_overlaps_wholly() -> None:
    caption = "Cells were treated with nocodazole. The mean cell diameter was reduced in B."
    statement = "The comparison supports the hypothesis that nocodazole reduces the cell diameter."
    row = QA("a", "f", caption, "Which hypothesis does it support?", "", statement)
    assert compute_signals([row])[0].signal_overlap == 1.0
