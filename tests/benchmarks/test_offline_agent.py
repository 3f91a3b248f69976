"""The benchmark of the offline agent averages over articles and keeps judgements by content."""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path

import pytest
from typer.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parents[2]))

import typer

from benchmarks.offline_agent import (
    Judgement,
    Row,
    Written,
    average_by_article,
    compare,
    compute_wilson_interval,
    draw_sample,
    load,
    main,
    write,
)
from builder.tables.records import Candidate

CAPTION = "Confocal images of HeLa cells. Scale bar, {} µm."


def written(articles: dict[str, int]) -> Written:
    """What the agent writes for so many captions of each article."""
    return write(
        Row(doi, f"fig{n}", "", CAPTION.format(n + 1), True, True)
        for doi, count in articles.items()
        for n in range(count)
    )


def judged(candidate: Candidate, *, sound: bool) -> Judgement:
    doi, fig_id = candidate.figure_id.rsplit("/", 1)
    return Judgement(
        doi,
        fig_id,
        candidate.question,
        candidate.answer,
        "sound" if sound else "unsound",
        "read",
    )


def test_an_article_of_many_captions_counts_once() -> None:
    mean, low, high = average_by_article([("many", 0)] * 30 + [("few", 4)])
    assert mean == 2 and low == 0 and high == 4


def test_no_article_dominates_the_sample() -> None:
    found = draw_sample(written({"a": 30, "b": 2, "c": 2}), 15)
    counts = Counter(candidate.figure_id[0] for candidate in found)
    assert len(found) == 15 and max(counts.values()) <= 6


def test_a_lost_candidate_moves_few_others() -> None:
    before = written({"a": 20, "b": 20})
    gone = draw_sample(before, 10)[0]
    kept = [c for c in before.candidates if c is not gone]
    after = draw_sample(Written(before.rows, kept, before.outcomes), 10)
    assert (
        len({c.candidate_id for c in after} & {c.candidate_id for c in draw_sample(before, 10)})
        == 9
    )


def test_judgements_follow_the_content() -> None:
    found = written({"a": 4})
    first, *others = draw_sample(found)
    table = {found.key(c): judged(c, sound=True) for c in others}
    gone = Judgement("a", "fig9", "Which?", "this", "sound", "read")
    table[gone.key] = gone
    compared = compare(found, table)
    assert compared.unjudged == [first] and compared.share == 1
    assert compared.lost == [gone]


def test_wilson_matches_its_known_values() -> None:
    assert compute_wilson_interval(8, 10) == pytest.approx((0.490, 0.943), abs=0.001)
    assert compute_wilson_interval(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize(("sound", "status"), [(True, 0), (False, 1)])
def test_the_command_ends_with_status_1_when_too_few_are_sound(
    tmp_path: Path, sound: bool, status: int
) -> None:
    record = {"doi": "a", "fig_id": "fig0", "title": "", "microscopy_strict": True}
    line = json.dumps(record | {"caption": CAPTION.format(1)})
    (tmp_path / "captions.jsonl").write_text(line, encoding="utf-8")
    lines = [json.dumps(asdict(judged(c, sound=sound))) for c in written({"a": 1}).candidates]
    table = tmp_path / "judgements.jsonl"
    table.write_text("\n".join(lines), encoding="utf-8")
    app = typer.Typer()
    app.command()(main)
    result = CliRunner().invoke(app, [str(tmp_path), "--judgements", str(table)])
    assert result.exit_code == status, result.output


def test_the_committed_judgements_are_complete() -> None:
    for judgement in load().values():
        assert judgement.verdict in ("sound", "unsound") and judgement.reason
        assert judgement.question and judgement.answer and judgement.doi and judgement.fig_id
