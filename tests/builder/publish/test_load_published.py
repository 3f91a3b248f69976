"""`load_dataset("microvqa_pp")` when it is told of data on the Hub."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.builder.publish.conftest import Client
from tests.hub.server import TestHub

REPO = "org/microvqa_pp"
LOAD = (
    "import json, microvqa_pp\n"
    "from datasets import load_dataset\n"
    "d = load_dataset('microvqa_pp', split='train'{})\n"
    "print(json.dumps([r['id'] for r in d.remove_columns('image')]))"
)


@pytest.fixture
def published(hub: TestHub, release: Path) -> list[str]:
    """Ids of the train split of a release on the Hub, which was put there file by file."""
    from tests.builder.publish.test_round_trip import local_rows
    from tests.hub.storage import Repo

    repo = Repo("dataset", REPO)
    files = {
        p.relative_to(release).as_posix(): p.read_bytes() for p in release.rglob("*") if p.is_file()
    }
    repo.commit(files, [])
    hub.repos["dataset", REPO] = repo
    return [row["id"] for row in local_rows(release, "train")]


@pytest.mark.parametrize("told", ["argument", "environment"])
def test_published_data_are_preferred_when_told_where(
    told: str, published: list[str], client: Client, hub: TestHub
) -> None:
    argument = f", published='{REPO}'" if told == "argument" else ""
    environment = {} if argument else {"MICROVQA_PP_PUBLISHED": REPO}
    done = client.python(LOAD.format(argument), **environment)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == published
    assert f"published release: {REPO}" in done.stderr
    assert not [r for r in hub.requests if "/data/ledger/" in r]
    again = client.python(LOAD.format(argument), HF_HUB_OFFLINE="1", **environment)
    assert json.loads(again.stdout.splitlines()[-1]) == published


def test_data_that_cannot_be_had_are_regenerated_and_it_says_why(client: Client) -> None:
    code = (
        "from datasets import load_dataset_builder\n"
        "import microvqa_pp\n"
        "builder = load_dataset_builder('microvqa_pp', published='org/missing')\n"
        "print(builder.config.prebuilt())"
    )
    done = client.python(code)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "None"
    assert "regenerated from source: phantom (org/missing cannot be read: " in done.stderr
    assert "NotFoundError" in done.stderr


def test_two_places_are_one_clear_error(client: Client) -> None:
    done = client.python(LOAD.format(", published='org/x', release='y'"))
    assert "release= and published= name two releases" in done.stderr.splitlines()[-1]
    done = client.python(LOAD.format(", published='org/x', seed=1"))
    assert "published= reads a release as it is" in done.stderr.splitlines()[-1]
