"""`load_dataset("microvqa_pp")` and the release folder, as users call them: in fresh processes."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import datasets
import pyarrow.parquet as pq
import pytest

import microvqa_pp
from builder.run.config import BuildConfig
from builder.run.pipeline import build

ROOT = Path(__file__).resolve().parent.parent
COLUMNS = [
    "id", "image", "question", "choices", "correct_index", "answer", "rationale", "task", "bloom",
    "caption", "modality", "article_id", "figure_id", "license", "attribution", "source",
    "screening",
]  # fmt: skip


def run_python(
    code: str, cwd: Path, python: str = sys.executable, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run code in a fresh process outside the clone, offline, with its own caches."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("HF_", "MICROVQA"))}
    settings = {"HF_HOME": str(cwd / "hf"), "HF_HUB_OFFLINE": "1"} | environment
    return subprocess.run(
        [python, "-c", code], cwd=cwd, env=inherited | settings, capture_output=True, text=True
    )


def result_of(done: subprocess.CompletedProcess[str]) -> Any:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def rows_of(release: Path, split: str, config: str = "default") -> list[dict[str, Any]]:
    files = sorted((release / "data" / config).glob(f"{split}-*.parquet"))
    return [row for file in files for row in pq.read_table(file).to_pylist()]


SHA = (
    "import json, hashlib, datasets\n"
    "def sha(rows): return [hashlib.sha256(r['image']['bytes']).hexdigest() for r in rows]\n"
    "def raw(d): return d.cast_column('image', datasets.Image(decode=False))\n"
)


def test_the_release_opens_with_stock_datasets(release: Path, tmp_path: Path) -> None:
    code = SHA + (
        "from datasets import load_dataset\n"
        f"d = load_dataset({str(release)!r})\n"
        f"o = load_dataset({str(release)!r}, 'open')\n"
        f"l = load_dataset({str(release)!r}, 'ledger')\n"
        "print(json.dumps([list(d), d['test'].column_names, sha(raw(d['test'])),\n"
        "  list(d['test']['id']), d['test'][0]['choices'], len(o['train']), len(l['train'])]))"
    )
    splits, columns, shas, ids, choices, n_open, n_ledger = result_of(run_python(code, tmp_path))
    rows = rows_of(release, "test")
    assert splits == ["train", "test"]
    assert columns == COLUMNS
    assert ids == [r["id"] for r in rows]
    assert shas == [hashlib.sha256(r["image"]["bytes"]).hexdigest() for r in rows]
    assert choices == rows[0]["choices"]
    assert n_open >= len(rows_of(release, "train"))
    assert n_ledger == len(rows_of(release, "train", "ledger"))


def test_a_release_without_figures_opens_and_says_why(tmp_path: Path) -> None:
    images = tmp_path / "images"
    images.mkdir()
    (images / "a.png").write_bytes(b"no image")
    (images / "metadata.jsonl").write_text('{"file_name": "a.png", "text": "Cells."}\n')
    release = build(BuildConfig(output=tmp_path, sources=(f"image_folder:{images}",))).release
    code = (
        "import json, datasets\n"
        f"print(json.dumps(datasets.load_dataset({str(release)!r}, 'ledger')['train'][0]))"
    )
    assert "unknown" in result_of(run_python(code, tmp_path))["reason"]


def test_a_changed_release_under_the_same_path_is_seen(tmp_path: Path) -> None:
    """The cache of `datasets` must not serve the rows of an older release."""
    code = "import json, datasets\nprint(json.dumps(datasets.load_dataset({!r})['train'][:]['id']))"
    for seed in (0, 1):
        config = BuildConfig(output=tmp_path, sources=("phantom:24",), seed=seed, workers=1)
        folder = build(config).release
        ids = result_of(run_python(code.format(str(folder)), tmp_path))
        assert ids == [row["id"] for row in rows_of(folder, "train")]


def test_the_name_loads_a_prebuilt_release_from_anywhere(release: Path, tmp_path: Path) -> None:
    code = SHA + (
        "import microvqa_pp\n"
        "from datasets import load_dataset, get_dataset_split_names\n"
        "d = load_dataset('microvqa_pp')\n"
        "s = load_dataset('microvqa_pp', 'open', split='test', streaming=True)\n"
        "p = load_dataset('microvqa_pp', 'ledger', split='train', num_proc=2)\n"
        "i = d['test'].info\n"
        "print(json.dumps([list(d), sha(raw(d['test'])), next(iter(s))['id'], len(p),\n"
        "  get_dataset_split_names('microvqa_pp'),\n"
        "  [str(i.version), i.description[:15], i.license[:12]]]))"
    )
    done = run_python(code, tmp_path, MICROVQA_PP_RELEASE=str(release))
    splits, shas, first, n_ledger, names, info = result_of(done)
    rows = rows_of(release, "test")
    assert splits == names == ["train", "test"]
    assert shas == [hashlib.sha256(r["image"]["bytes"]).hexdigest() for r in rows]
    assert first == rows_of(release, "test", "open")[0]["id"]
    assert n_ledger == len(rows_of(release, "train", "ledger"))
    assert info == [microvqa_pp.__version__, "Multiple-choice", "Each row has"]
    assert f"prebuilt release: {release}" in done.stderr
    assert "PHANTOM DATA" in done.stderr


def test_keyword_arguments_regenerate_and_the_cache_tells_them_apart(tmp_path: Path) -> None:
    code = (
        "import json, microvqa_pp\n"
        "from datasets import load_dataset\n"
        "def kept(ratio, seed):\n"
        "    ledger = load_dataset('microvqa_pp', 'ledger', split='train', source='phantom:30',\n"
        "                          keep_ratio=ratio, seed=seed)\n"
        "    return [r['candidate_id'] for r in ledger if r['keep']]\n"
        "n = [kept(.5, 0), kept(.9, 0), kept(.5, 3)]\n"
        "d = load_dataset('microvqa_pp', source='phantom:30', keep_ratio=.5)\n"
        "print(json.dumps([n, sorted(d)]))"
    )
    done = run_python(code, tmp_path)
    (half, most, other), splits = result_of(done)
    assert 0 < len(half) < len(most)
    assert set(half) < set(most)
    assert set(other) != set(half)
    assert splits == ["test", "train"]
    assert "regenerated from source: phantom:30" in done.stderr


def test_the_keyword_arguments_are_the_settings_of_a_build() -> None:
    settings = {named.name: named.setting for named in BuildConfig.walk()}
    shaping = {name for name, setting in settings.items() if setting.shapes}
    assert set(microvqa_pp._SHAPING) == shaping
    assert {*microvqa_pp._RUNNING, "output"} == set(settings) - shaping
    own = {f.name for f in dataclasses.fields(microvqa_pp.MicroVQAConfig)}
    inherited = {f.name for f in dataclasses.fields(datasets.BuilderConfig)}
    assert own - inherited == set(settings) - {"output"} | {"release", "published"}


def test_a_setting_that_runs_a_build_does_not_change_what_is_loaded() -> None:
    def fingerprint(**settings: Any) -> str:
        return microvqa_pp.MicroVQAConfig(source="phantom:4", **settings).fingerprint()

    assert fingerprint() == fingerprint(workers=3) == fingerprint(concurrency=2)
    shaping: list[dict[str, Any]] = [
        {"fit": True},
        {"exclude": "org/x"},
        {"bloom_target": "1,1,1,1,1"},
    ]
    assert len({fingerprint(), *(fingerprint(**settings) for settings in shaping)}) == 4


def test_a_named_release_that_is_none_is_an_error(tmp_path: Path) -> None:
    code = "import microvqa_pp, datasets; datasets.load_dataset('microvqa_pp')"
    done = run_python(code, tmp_path, MICROVQA_PP_RELEASE=str(tmp_path))
    assert done.returncode != 0
    assert f"MICROVQA_PP_RELEASE names {tmp_path}, which holds no release" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("release='x', seed=1, source='phantom'", "release= reads a release as it is; leave it"),
        ("keep_ratio=7", "ValueError: microvqa_pp: keep_ratio: Input should be less than or equal"),
        ("source='phantom:99999999'", "phantom:99999999 is too many figures"),
    ],
)
def test_arguments_that_cannot_be_met_are_one_clear_error(
    arguments: str, message: str, tmp_path: Path
) -> None:
    code = f"import microvqa_pp, datasets; datasets.load_dataset('microvqa_pp', {arguments})"
    done = run_python(code, tmp_path)
    assert done.returncode != 0
    assert message in done.stderr.strip().splitlines()[-1]


def test_datasets_36_runs_the_file_as_a_script(release: Path, tmp_path: Path) -> None:
    python = os.environ.get("MICROVQA_PP_DATASETS36")
    if not python:
        pytest.skip("no environment with datasets 3.6: MICROVQA_PP_DATASETS36 is not set")
    code = SHA + (
        "from datasets import load_dataset\n"
        f"d = load_dataset({str(ROOT / 'microvqa_pp.py')!r}, trust_remote_code=True)\n"
        f"r = load_dataset({str(release)!r})\n"
        "print(json.dumps([datasets.__version__, sha(raw(d['test'])), sha(raw(r['test'])),\n"
        "  d['test'][:]['choices'], r['test'][:]['choices']]))"
    )
    absolute = str(ROOT / python) if not Path(python).is_absolute() else python
    done = run_python(code, tmp_path, python=absolute, MICROVQA_PP_RELEASE=str(release))
    version, script, stock, script_choices, stock_choices = result_of(done)
    rows = rows_of(release, "test")
    assert version.startswith("3.6")
    assert script == stock == [hashlib.sha256(r["image"]["bytes"]).hexdigest() for r in rows]
    assert script_choices == stock_choices == [r["choices"] for r in rows]
