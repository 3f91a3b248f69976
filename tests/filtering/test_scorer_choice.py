"""Which filter scores a row: the table of `filtering.scorer_choice`, line by line."""

from __future__ import annotations

import subprocess
import sys

import pytest

from filtering.scorer_choice import NO_ENCODER, PHANTOM_TINY, ScorerChoice, choose_scorer

BUNDLED = (PHANTOM_TINY, PHANTOM_TINY)
OTHERS = ("ViT-B-32/openai", "org/nli")
NONE = (NO_ENCODER, NO_ENCODER)


@pytest.mark.parametrize(
    ("phantom", "encoders", "fitted", "unfitted"),
    [
        (True, BUNDLED, ScorerChoice("bundled", *BUNDLED), ScorerChoice("bundled", *BUNDLED)),
        (True, OTHERS, ScorerChoice("fitted", *OTHERS), ScorerChoice("mean")),
        (True, NONE, ScorerChoice("fitted"), ScorerChoice("mean")),
        (False, BUNDLED, ScorerChoice("fitted"), ScorerChoice("mean")),
        (False, OTHERS, ScorerChoice("fitted", *OTHERS), ScorerChoice("mean")),
        (False, NONE, ScorerChoice("fitted"), ScorerChoice("mean")),
    ],
)
def test_one_table_says_what_scores_a_row(
    phantom: bool, encoders: tuple[str, str], fitted: ScorerChoice, unfitted: ScorerChoice
) -> None:
    for fit, wanted in ((True, fitted), (False, unfitted)):
        choice = choose_scorer(phantom=phantom, clip=encoders[0], nli=encoders[1], fit=fit)
        assert choice == wanted
        assert choice.sees_images == (wanted.clip != NO_ENCODER)


def test_choosing_and_tables_load_no_model() -> None:
    code = (
        "import sys, filtering.scorer_choice, filtering.image_files, filtering.table.filter_table;"
        "sys.exit('torch' in sys.modules or 'transformers' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
