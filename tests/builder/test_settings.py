from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

from builder.errors import BuildError
from builder.run.config import BuildConfig
from builder.run.job import Context, Shard
from builder.run.stages import AFTER_THRESHOLD, READ, SCORE, WRITE
from builder.settings import Settings, UnknownSettingError, read_settings_file
from builder.sources import Partition
from builder.tables.shards import digest

STAGES = READ + WRITE + SCORE + AFTER_THRESHOLD
BASE = {"agent": "openai:one", "price_in": 1.0, "price_out": 1.0}
OTHER: dict[str, Any] = {
    "source": "phantom:9", "output": "elsewhere", "agent": "openai:two", "keep_ratio": 0.5,
    "test_ratio": 0.5, "seed": 7, "license": "any", "microscopy": "any", "source_license": "MIT",
    "topic": "any",
    "bloom_target": "1,1,1,1,1", "bloom_beside": "org/name", "exclude": "org/name",
    "clip": "other", "nli": "other", "fit": True, "workers": 7, "engine": "ray",
    "ray_address": "host:1", "gpus_per_worker": 0.5, "base_url": "http://host/v1",
    "revision": "abc", "samples": 1, "rounds": 1, "concurrency": 2, "batch_size": 2,
    "timeout": 2.0, "price_in": 2.0, "price_out": 2.0, "budget": 2.0, "record": "elsewhere",
}  # fmt: skip


def fingerprints(config: BuildConfig) -> dict[str, str]:
    """Of every stage for one shard, and of the release."""
    shard = Shard("00000", "phantom", Partition("", "", ()))
    tables = {table: "" for stage in STAGES for table in (*stage.reads, stage.name)}
    made = {str(s.name): s.fingerprint(Context(config, shard), tables) for s in STAGES}
    return made | {"release": digest(config.shaping("release"))}


def test_every_setting_has_another_value_here() -> None:
    assert {named.name for named in BuildConfig.walk()} == set(OTHER)


@pytest.mark.parametrize("name", OTHER)
def test_a_setting_changes_the_fingerprints_of_what_it_shapes_and_no_other(name: str) -> None:
    (setting,) = [named.setting for named in BuildConfig.walk() if named.name == name]
    # The bundled encoders are a pair: others ask for a filter that is fitted.
    fitted = {"fit": True, "clip": "one", "nli": "two"} if name in ("clip", "nli") else {}
    before = fingerprints(BuildConfig.from_names(BASE, fitted))
    after = fingerprints(BuildConfig.from_names(BASE, fitted, {name: OTHER[name]}))
    changed = {stage for stage in before if before[stage] != after[stage]}
    assert changed == ({*setting.shapes, "release"} if setting.shapes else set())


def test_shaping_names_stages_that_there_are() -> None:
    named = {stage for setting in BuildConfig.walk() for stage in setting.setting.shapes}
    assert named == {stage.name for stage in STAGES} | {"release"}


def test_settings_of_a_model_shape_nothing_where_none_is_asked() -> None:
    offline = [fingerprints(BuildConfig.from_names({"samples": n})) for n in (1, 2)]
    assert offline[0] == offline[1]


def test_a_field_that_does_not_say_what_it_shapes_is_refused() -> None:
    with pytest.raises(TypeError, match=r"Bare\.seed does not say which stages it shapes"):

        class Bare(Settings):
            seed: int = 0


def test_an_unknown_name_is_told_with_the_nearest() -> None:
    for wrong, right in (("keep-raito", "keep_ratio"), ("sample", "samples"), ("sorce", "source")):
        with pytest.raises(UnknownSettingError, match=f"did you mean {right}"):
            BuildConfig.from_names({wrong: 1})
    with pytest.raises(UnknownSettingError, match="known: source"):
        BuildConfig.from_names({"model": {"zzzzzz": 1}})


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.yaml", "seed: 1\nkeep_ratio: [0.5\nfit: yes\n", r"a\.yaml, line 3: "),
        ("a.yaml", "seed: 1\n\tfit: true\n", r"a\.yaml, line 2: "),
        ("a.json", '{"seed": 1,\n "fit": yes}', r"a\.json, line 2: "),
        ("a.yaml", "- seed\n", "holds no settings; write NAME: VALUE"),
        ("a.yaml", "seed: \x07\n", "is no YAML file"),
    ],
)
def test_a_file_that_cannot_be_used_says_where(
    name: str, text: str, message: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(BuildError, match=message):
        read_settings_file(tmp_path / name)


def test_a_file_of_comments_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("# seed: 1\n")
    assert BuildConfig.from_names(read_settings_file(tmp_path / "a.yaml")) == BuildConfig()


def test_a_library_user_finds_no_log_configured() -> None:
    assert logging.getLogger("microvqa_pp").handlers == []
