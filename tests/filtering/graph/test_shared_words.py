"""What pairs share in words, alone and on the edges between them."""

from __future__ import annotations

import numpy as np

from filtering.graph.edges import collect_words, share_words
from filtering.records import QA

CAPTION = "HeLa cells treated with nocodazole."


def pair(question: str, answer: str) -> QA:
    return QA("1", "f", CAPTION, question, answer, "")


def told(answer: str, by: QA) -> float:
    own = collect_words([pair("Which agent was applied?", answer)])
    return float(share_words(own[:, 0], collect_words([by])[:, 1])[0])


def test_which_share_of_an_answer_another_pair_says() -> None:
    other = pair("Which hypothesis is supported?", "Nocodazole lowers the number of cells")
    assert told("nocodazole", other) == 1
    assert told("Nocodazole.", other) == 1
    assert told("cisplatin", other) == 0
    assert told("nocodazole with cisplatin", other) == 0.5


def test_an_answer_without_words_is_not_told() -> None:
    assert told("...", pair("?", "...")) == 0


def test_words_keep_their_places_whatever_else_is_in_the_table() -> None:
    rows = [pair("Which cells?", "HeLa"), pair("\ud800", "5 µM"), pair("How long?", "12 h")]
    whole = collect_words(rows)
    assert whole.shape == (3, 2, 16)
    assert np.array_equal(np.concatenate([collect_words([row]) for row in rows]), whole)
    assert collect_words([]).shape == (0, 2, 16)
