"""Responses of today's kinds, labelled before any rule was changed for them."""

from __future__ import annotations

import pytest

from scoring import extract
from tests.scoring.cases import fresh_responses

RIGHT, WRONG = 0.97, 0.003


@pytest.mark.parametrize("told", [True, False], ids=["labels told", "labels inferred"])
def test_fresh_responses_are_read(told: bool) -> None:
    cases = fresh_responses()
    assert len(cases) >= 300
    missed, wrong = [], []
    for case in cases:
        found = extract(case.response, case.options, labels=case.labels if told else None)
        if (found.status, found.index) != (case.status, case.index):
            missed.append((case.response, found))
        if found.index not in (None, case.index):
            wrong.append((case.response, found))
    assert len(missed) <= (1 - RIGHT) * len(cases), missed
    assert len(wrong) <= WRONG * len(cases), wrong
