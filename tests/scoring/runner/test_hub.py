"""A dataset in MicroVQA's form, read from a Hub by the real client."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import datasets

from scoring.runner import open_dataset
from tests.hub.server import TestHub
from tests.hub.storage import Repo
from tests.scoring.releases import write_microvqa

ROOT = Path(__file__).parents[3]
CODE = """
from scoring.runner import open_dataset
dataset = open_dataset("jmhb/microvqa")
print(dataset.version, len(dataset.chosen), len(dataset.train), dataset.name)
"""


def test_microvqa_from_a_hub_is_the_same_as_from_a_folder(tmp_path: Path) -> None:
    folder = write_microvqa(tmp_path / "microvqa")
    name = "data/test-00000-of-00001.parquet"
    rows = datasets.Dataset.from_parquet(str(folder / name), cache_dir=str(tmp_path / "cache"))
    pictures = rows.cast_column("images_list", datasets.List(datasets.Image()))
    pictures.to_parquet(str(tmp_path / "typed.parquet"))
    with TestHub() as hub:
        repo = hub.repos["dataset", "jmhb/microvqa"] = Repo("dataset", "jmhb/microvqa")
        repo.commit({name: (tmp_path / "typed.parquet").read_bytes()}, [])
        environment = os.environ | hub.environment(tmp_path / "home")
        done = subprocess.run(
            [sys.executable, "-c", CODE],
            env=environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=300,
        )
    assert done.returncode == 0, done.stderr
    version, asked, train, shown = done.stdout.split()
    assert version == open_dataset(str(folder)).version
    assert (asked, train, shown) == ("6", "0", "jmhb/microvqa")
