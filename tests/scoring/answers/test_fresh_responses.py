"""Responses of today's kinds, and relatives of those once misread: labelled before any change."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from scoring import extract
from tests.scoring.cases import Case, fresh_responses, kinds_of_responses

RIGHT, WRONG = 0.97, 0.003


@pytest.mark.parametrize("told", [True, False], ids=["labels told", "labels inferred"])
@pytest.mark.parametrize("responses", [fresh_responses, kinds_of_responses])
def test_responses_are_read(responses: Callable[[], list[Case]], told: bool) -> None:
    cases = responses()
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


def test_each_kind_has_at_least_ten_relatives() -> None:
    kinds = [case.note for case in kinds_of_responses()]
    assert min(map(kinds.count, kinds)) >= 10
