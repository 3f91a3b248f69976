from __future__ import annotations

import pytest

from builder.release.ledger import generalise_reason


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        (
            "kept: more consistent than 63% of the candidates; fine",
            "kept: more consistent than … of the candidates",
        ),
        (
            "dropped: contradicts the caption: says 12 cells, not 21",
            "dropped: contradicts the caption",
        ),
        ('not microscopy: only plots: "Western blot"', "not microscopy: only plots"),
        (
            "near-duplicate of a test question: 0a1bc2d3, Jaccard 0.91",
            "near-duplicate of a test question: … Jaccard …",
        ),
    ],
)
def test_reasons_are_counted_without_their_particulars(reason: str, kind: str) -> None:
    assert generalise_reason(reason) == kind
