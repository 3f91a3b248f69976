"""Recorded replies: what was recorded comes again, elsewhere too, and nothing else is used."""

from __future__ import annotations

import json
import shutil
import tarfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from pydantic import ValidationError
from rich.console import Console

pytest.importorskip("openai")

from builder.agents.recording import MANIFEST, read_recording, write_recording
from builder.errors import BuildError
from builder.run.config import BuildConfig
from builder.run.pipeline import build
from builder.tables.shards import file_digest
from tests.builder.agents.corpus import config, write_figures
from tests.builder.agents.model import answer
from tests.scoring.models.server import ChatServer

QUIET = Console(quiet=True)


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with figures, a build of them by the make-believe model, and its recording."""
    folder = tmp_path_factory.mktemp("trial")
    write_figures(folder / "figures", 8)
    server = ChatServer(answer)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENAI_API_KEY", "sk-none")
        asked = config(folder / "figures", folder / "build", server.url)
        build(asked.model_copy(update={"record": folder / "recording"}), QUIET)
    server.close()
    return folder


def replay(trial: Path, output: Path, agent: Path, **settings: Any) -> dict[str, Any]:
    told = {"source_license": "MIT", "microscopy": "any", "workers": 1, **settings}
    told.setdefault("sources", f"image_folder:{trial / 'figures'}")
    build(BuildConfig(output=output, agent=f"recorded:{agent}", **told), QUIET)
    counts: dict[str, Any] = json.loads((output / "run.json").read_text())["replies"]
    return counts


def release_of(output: Path) -> dict[str, str]:
    files = sorted(p for p in (output / "release").rglob("*") if p.is_file())
    return {str(p.relative_to(output)): file_digest(p) for p in files}


def test_a_recording_ends_in_the_same_release_from_any_place_in_any_form(
    trial: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    counts = replay(trial, tmp_path / "folder", trial / "recording")
    assert counts["used"] > 0
    assert counts == {"used": counts["used"], "not recorded": 0, "not asked for": 0}

    archive = tmp_path / "elsewhere" / "a name.tar.gz"
    archive.parent.mkdir()
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(trial / "recording", "recording")
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    monkeypatch.setenv("LC_ALL", "C")
    assert replay(trial, tmp_path / "archive", archive, workers=3) == counts
    assert release_of(tmp_path / "folder") == release_of(trial / "build")
    assert release_of(tmp_path / "archive") == release_of(trial / "build")


def test_a_figures_table_gives_the_same_questions_without_its_source(
    trial: Path, tmp_path: Path
) -> None:
    replay(trial, tmp_path, trial / "recording", sources=f"figures:{trial / 'build'}")
    ours, theirs = release_of(tmp_path), release_of(trial / "build")
    assert {n: d for n, d in ours.items() if n.endswith(".parquet")} == {
        n: d for n, d in theirs.items() if n.endswith(".parquet")
    }


def _files(recording: Path) -> list[Path]:
    """Replies to the first question about each figure, in order."""
    texts = {path: path.read_text() for path in sorted(recording.rglob("*/*.json"))}
    return [path for path, text in texts.items() if '"title":"Facts"' in text]


def _take_out(first: Path, _: Path) -> None:
    first.unlink()


def _damage(first: Path, _: Path) -> None:
    first.write_text(first.read_text()[:-9])


def _swap(first: Path, second: Path) -> None:
    shutil.copyfile(second, first)


def _contradict(first: Path, _: Path) -> None:
    entry = json.loads(first.read_text())
    entry["response"]["text"] = entry["response"]["text"].replace("facts", "no facts")
    other = first.parent / "again" / first.name
    other.parent.mkdir()
    other.write_text(json.dumps(entry))


@pytest.mark.parametrize(
    ("harm", "fault"),
    [
        (_take_out, None),
        (_damage, "damaged"),
        (_swap, "misplaced"),
        (_contradict, "contradictory"),
    ],
)
def test_a_reply_that_cannot_be_trusted_is_counted_and_its_figure_goes_without(
    harm: Callable[[Path, Path], None], fault: str | None, trial: Path, tmp_path: Path
) -> None:
    recording = tmp_path / "recording"
    shutil.copytree(trial / "recording", recording)
    first, second, *_ = _files(recording)
    harm(first, second)
    counts = replay(trial, tmp_path / "out", recording)
    assert counts["not recorded"] == 1
    assert counts.get(fault or "", 0) == (fault is not None)
    assert read_recording(recording).complaint
    outcomes = pq.read_table(tmp_path / "out" / "work" / "outcomes").to_pylist()
    lost = [row["reason"] for row in outcomes if not row["candidates"]]
    assert lost == ["no usable reply on its facts: not recorded"]
    listed = pq.read_table(tmp_path / "out" / "work" / "quarantine.parquet").to_pylist()
    assert Counter(row["reason"] for row in listed) == {"reply to extract: not recorded": 1}
    assert listed[0]["location"].endswith(first.stem)


def test_a_reply_that_is_there_twice_is_counted_and_used_once(trial: Path, tmp_path: Path) -> None:
    recording = tmp_path / "recording"
    shutil.copytree(trial / "recording", recording)
    first = _files(recording)[0]
    (recording / "responses" / "copy").mkdir()
    shutil.copyfile(first, recording / "responses" / "copy" / first.name)
    counts = replay(trial, tmp_path / "out", recording)
    assert (counts["doubled"], counts["not recorded"]) == (1, 0)
    assert release_of(tmp_path / "out") == release_of(trial / "build")


def test_a_build_is_asked_as_was_recorded_where_nothing_else_is_said(trial: Path) -> None:
    agent = f"recorded:{trial / 'recording'}"
    asked = BuildConfig(agent=agent)
    assert (asked.model.samples, asked.model.rounds, asked.keep_ratio) == (1, 1, 0.75)
    assert BuildConfig(agent=agent, keep_ratio=0.5).keep_ratio == 0.5
    with pytest.raises(ValidationError, match="revision"):
        BuildConfig.from_names({"agent": agent, "revision": "other"})


@pytest.mark.parametrize(
    ("manifest", "problem"),
    [
        (None, "has no manifest.json"),
        ("{", "is no JSON"),
        ('{"agent": "someone", "prompts": {}, "samples": 1, "rounds": 1}', "agent"),
        ('{"agent": "openai:a", "prompts": {}, "samples": 1}', "rounds"),
        (
            '{"agent": "openai:a", "prompts": {}, "samples": 1, "rounds": 1, "responses": ".."}',
            "outside of its folder",
        ),
        (
            '{"agent": "openai:a", "prompts": {}, "samples": 1, "rounds": 1, "responses": "no"}',
            "cannot be read",
        ),
    ],
)
def test_a_folder_that_is_no_recording_is_refused_with_what_is_wrong(
    manifest: str | None, problem: str, tmp_path: Path
) -> None:
    if manifest is not None:
        (tmp_path / MANIFEST).write_text(manifest)
    with pytest.raises(ValidationError, match=problem):
        BuildConfig(agent=f"recorded:{tmp_path}")


def test_a_folder_of_others_is_not_recorded_into(trial: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    manifest = read_recording(trial / "recording").manifest
    with pytest.raises(BuildError, match="no recording"):
        write_recording(tmp_path, manifest, trial / "recording" / "responses", [])


@pytest.mark.parametrize(
    ("figures", "candidates"), [("pilot-*", 27), ("main-*", 89)], ids=["pilot", "main"]
)
def test_recorded_replies_of_a_large_model_give_its_candidates_again(
    figures: str, candidates: int, realdata: Path, tmp_path: Path
) -> None:
    replies = realdata / "replies"
    if not replies.is_dir():
        pytest.skip("no recorded replies in the real data")
    config = BuildConfig(
        output=tmp_path,
        agent=f"recorded:{replies}",
        sources=(f"figures:{replies}/figures/{figures}",),
        workers=1,
    )
    result = build(config, QUIET)
    assert result.summary.candidates == candidates
    assert sum(count for _, count in result.summary.of("split")) > 0
