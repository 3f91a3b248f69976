from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml

from builder.release.card import CANARY, write_card
from builder.release.ledger import Summary
from builder.release.schemas import CONTENT, DESCRIPTIONS, STAGES
from builder.tables.licenses import allows
from builder.tables.records import TASKS


def rows(release: Path, config: str, split: str = "*") -> list[dict[str, Any]]:
    files = sorted((release / "data" / config).glob(f"{split}-*.parquet"))
    return [row for file in files for row in pq.read_table(file).to_pylist()]


@pytest.fixture(scope="session")
def ledger(release: Path) -> list[dict[str, Any]]:
    return rows(release, "ledger")


def test_questions_are_whole(release: Path) -> None:
    for row in rows(release, "default"):
        assert len(set(row["choices"])) == 4
        assert row["choices"][row["correct_index"]] == row["answer"]
        assert row["task"] in TASKS
        assert 1 <= row["bloom"] <= 5
        assert row["rationale"]
        assert row["answer"].lower() not in row["question"].lower()
        assert row["screening"] == "unscreened"
        assert row["image"]["bytes"]
        assert row["attribution"]


def test_no_article_lies_in_two_splits_and_every_row_may_be_redistributed(release: Path) -> None:
    for config in ("default", "open"):
        train, test = rows(release, config, "train"), rows(release, config, "test")
        assert not {r["article_id"] for r in train} & {r["article_id"] for r in test}
        assert all(allows(r["license"], "redistributable") for r in train + test)


def test_the_splits_are_what_the_ledger_says(release: Path, ledger: list[dict[str, Any]]) -> None:
    for split in ("train", "test"):
        placed = [r for r in ledger if r["split"] == split]
        assert {r["id"] for r in placed} == {r["id"] for r in rows(release, "open", split)}
        chosen = {r["id"] for r in placed if r["correct_index"] is not None}
        assert chosen == {r["id"] for r in rows(release, "default", split)}
    ids = [r["id"] for r in rows(release, "open")]
    assert len(ids) == len(set(ids))


def test_every_candidate_has_one_row_with_a_reason(ledger: list[dict[str, Any]]) -> None:
    candidates = [r for r in ledger if r["candidate_id"]]
    assert len({r["candidate_id"] for r in candidates}) == len(candidates)
    assert {r["stage"] for r in ledger} <= set(STAGES)
    assert all(r["reason"] for r in ledger)
    assert sum(r["keep"] for r in candidates) == int(0.75 * len(candidates))
    assert all(r["keep"] for r in candidates if r["stage"] in ("kept", "released"))


def test_the_evidence_is_in_the_caption(ledger: list[dict[str, Any]]) -> None:
    for row in ledger:
        if row["candidate_id"]:
            start = row["evidence_start"]
            assert row["caption"][start : start + len(row["evidence"])] == row["evidence"]


def test_the_card_states_the_ledgers_numbers(release: Path, ledger: list[dict[str, Any]]) -> None:
    card = (release / "README.md").read_text()
    front = yaml.safe_load(card.split("---")[1])
    stages = Counter(r["stage"] for r in ledger)
    assert f"| released | {stages['released']} |" in card
    figures, candidates = (
        len({r["figure_id"] for r in ledger}),
        sum(bool(r["task"]) for r in ledger),
    )
    assert f"{figures} figures gave {candidates} candidates" in card
    info = {i["config_name"]: i for i in front["dataset_info"]}
    for config, entry in info.items():
        sizes = {s["name"]: s["num_examples"] for s in entry["splits"]}
        assert sizes == {s: len(rows(release, config, s)) for s in sizes}
    assert CANARY in card
    assert "Phantom data." in card
    assert "not the authors'" in card
    assert front["license"] == "cc0-1.0"


def test_the_card_writes_values_out_and_keeps_code_spans_whole(tmp_path: Path) -> None:
    assert "histology" in DESCRIPTIONS["ledger"]["modality"]
    assert "Hypothesis Generation" in DESCRIPTIONS["ledger"]["task"]
    settings = {"sources": ["pmc_oa:a`b"], "exclude": ["c`d"], "agent": "offline", "seed": 0}
    write_card(tmp_path, [], Summary(), "content", settings | {"keep_ratio": 0.75})
    card = (tmp_path / "README.md").read_text()
    assert "`pmc_oa:a’b`" in card
    assert "`c’d`" in card


def test_content_columns_exist(ledger: list[dict[str, Any]]) -> None:
    assert set(CONTENT) <= set(ledger[0])
