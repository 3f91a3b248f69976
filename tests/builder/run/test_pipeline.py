from __future__ import annotations

from pathlib import Path

import pytest
from filelock import FileLock

from builder.errors import BuildError
from builder.run.card_settings import make_public_name
from builder.run.config import BuildConfig
from builder.run.pipeline import build


def test_the_card_names_a_source_without_the_folders_of_the_machine(tmp_path: Path) -> None:
    assert make_public_name(f"pmc_oa:{tmp_path}/articles") == "pmc_oa:articles"
    assert make_public_name("biomedica:../shards/*.tar") == "biomedica:*.tar"
    assert make_public_name("dataset:ORG/name?split=test") == "dataset:ORG/name?split=test"
    assert make_public_name("phantom") == "phantom"


def test_two_builds_in_one_folder_are_refused(tmp_path: Path) -> None:
    config = BuildConfig(output=tmp_path, sources=("phantom:2",), workers=1)
    (tmp_path / "work").mkdir()
    with (
        FileLock(tmp_path / "work" / ".lock"),
        pytest.raises(BuildError, match="another build is running"),
    ):
        build(config)


def test_a_figure_that_two_sources_give_is_used_once(tmp_path: Path) -> None:
    sources = ("phantom:4", "phantom:6")
    result = build(BuildConfig(output=tmp_path, sources=sources, workers=1))
    summary = result.summary
    reason = "figure occurs twice: an earlier part of the sources holds it"
    assert summary.number("reason", reason) >= 4
    alone = build(BuildConfig(output=tmp_path / "alone", sources=("phantom:6",), workers=1))
    assert summary.candidates == alone.summary.candidates


def test_workers_do_not_change_the_settings_on_the_card(tmp_path: Path) -> None:
    cards = []
    for workers in (1, 2):
        config = BuildConfig(
            output=tmp_path / str(workers), sources=("phantom:4",), workers=workers
        )
        cards.append((build(config).release / "README.md").read_bytes())
    assert cards[0] == cards[1]
