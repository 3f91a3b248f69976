"""What a model agent makes of a pair counts in its score."""

from __future__ import annotations

from builder.run.shard_scoring import add_judgements
from builder.tables.records import AgentSignals
from filtering.records import QA
from filtering.text_signals import compute_signals

ROWS = compute_signals(
    [
        QA(str(n), "f", "HeLa cells were treated with nocodazole.", "Which cells?", "HeLa", "")
        for n in range(3)
    ]
)


def judged(
    identifier: str,
    consistency: float | None = None,
    without_caption: float | None = None,
    without_image: float | None = None,
    verdict: float | None = None,
) -> AgentSignals:
    return AgentSignals(
        identifier, consistency, without_caption, without_image, verdict, "openai:m", "m-1", "v1"
    )


def test_a_judged_pair_scores_the_mean_of_signals_and_agent() -> None:
    found = add_judgements(ROWS, [judged("1", 1.0, 0.0, 1.0, 0.5)])
    assert found[1].score == round((ROWS[1].score + 0.5) / 2, 6)
    assert found[1].scorer == "mean of signals, with the judgement of openai:m"


def test_pairs_without_a_judgement_keep_their_score() -> None:
    found = add_judgements(ROWS, [judged("1"), judged("2", without_image=1.0)])
    assert found == ROWS
