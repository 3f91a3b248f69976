"""The filter's weights on the test Hub."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

from builder.publish.publish import Publication, prepare
from builder.publish.weights import digest_weights, find_weights, read_quality, stage_weights
from filtering.graph.scorer import BUNDLED
from tests.builder.publish.conftest import Client
from tests.hub.server import TestHub

WEIGHTS = "org/hicqa"
SCORE = """
import json, sys
from pathlib import Path
from builder.agents.offline import OfflineAgent
from builder.tables.records import Figure
from builder.sources.phantom import PhantomSource
from builder.publish.weights import download_weights, from_pretrained
from filtering.graph.hicqa import HiCQAFilter
from filtering.graph.model import HiCQAGraph
from filtering.graph.scorer import BUNDLED, open_scorer
from filtering.records import PairTable
from filtering.records import QA

source = PhantomSource(figures=12, seed=5)
drawn = [f for part in source.partitions() for f in source.read(part) if isinstance(f, Figure)]
known = {f.figure_id: f for f in drawn}
written, _ = OfflineAgent().write_candidates(drawn)
rows = [QA(c.candidate_id, c.figure_id, known[c.figure_id].caption, c.question, c.answer,
           c.statement) for c in written]
pairs = PairTable(rows, [r.figure_id for r in rows], [known[r.figure_id].article_id for r in rows],
              {f.figure_id: f.image["bytes"] for f in drawn})
"""
LOADED = (
    SCORE
    + """
folder = download_weights("org/hicqa")
assert "site-packages" not in str(folder) and not folder.is_relative_to(BUNDLED)
graph = HiCQAGraph.from_pretrained("org/hicqa")
whole = from_pretrained("org/hicqa").graph
same = all((a == b).all() for a, b in zip(graph.state_dict().values(), whole.state_dict().values()))
print(json.dumps([[s.score for s in open_scorer(folder).score(pairs)], same]))
"""
)
LOCAL = SCORE + "print(json.dumps([s.score for s in open_scorer(BUNDLED).score(pairs)]))"
PUSH = """
from pathlib import Path
from builder.publish.weights import push_to_hub
from filtering.graph.hicqa import HiCQAFilter
from filtering.graph.scorer import BUNDLED
print(push_to_hub(HiCQAFilter.load(BUNDLED), "org/pushed", Path("saved")))
"""


def test_weights_come_back_in_a_fresh_process_and_score_the_same(
    client: Client, hub: TestHub, output: Path, tmp_path: Path
) -> None:
    arguments = ("--repo-id", "org/microvqa_pp", "--allow-unscreened", "--weights", WEIGHTS)
    done = client.cli("publish", str(output), *arguments)
    assert done.returncode == 0, done.stderr
    files = hub.repo("model", WEIGHTS).files() or {}
    assert {"README.md", "config.json", "model.safetensors", "filter.json"} < set(files)
    assert {Path(name).suffix for name in files} <= {".md", ".json", ".safetensors"}
    fresh = Client(hub, tmp_path / "elsewhere").python(LOADED)
    assert fresh.returncode == 0, fresh.stderr
    local = client.python(LOCAL)
    scores, same = json.loads(fresh.stdout.splitlines()[-1])
    assert len(scores) > 20
    assert scores == json.loads(local.stdout.splitlines()[-1])
    assert same


def test_a_filter_is_pushed_from_python(client: Client, hub: TestHub) -> None:
    done = client.python(PUSH)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].endswith("/org/pushed")
    files = hub.repo("model", "org/pushed").files() or {}
    assert files["model.safetensors"] == (BUNDLED / "graph" / "model.safetensors").read_bytes()
    assert b'HiCQAGraph.from_pretrained("org/pushed")' in files["README.md"]


def test_the_card_tells_what_was_measured_of_these_weights_and_no_others(tmp_path: Path) -> None:
    source = tmp_path / "filter"
    shutil.copytree(BUNDLED, source)
    told = {"weights": digest_weights(source), "measured": {"AUROC, some errors": ".91 [.90, .92]"}}
    (source / "quality.json").write_text(json.dumps(told))
    card = (stage_weights(source, tmp_path / "one", "org/w") / "README.md").read_text()
    assert "| AUROC, some errors | .91 [.90, .92] |" in card
    config = json.loads((source / "filter.json").read_text()) | {"offset": 0.125}
    (source / "filter.json").write_text(json.dumps(config))
    assert read_quality(source) == {}
    card = (stage_weights(source, tmp_path / "two", "org/w") / "README.md").read_text()
    assert "Nothing was measured for these weights." in card


def test_the_bundled_filter_is_published_with_its_quality(tmp_path: Path) -> None:
    """After a new fit: python benchmarks/filter_quality.py."""
    measured = read_quality(BUNDLED)
    assert {"judged on", "AUROC"} < set(measured)
    card = (stage_weights(BUNDLED, tmp_path, "org/w") / "README.md").read_text()
    assert all(f"| {name} | {value} |" in card for name, value in measured.items())


def test_the_filter_that_the_build_fitted_last_is_the_one_published(output: Path) -> None:
    assert find_weights(output) == BUNDLED
    for age, name in enumerate(("b", "a")):
        shutil.copytree(BUNDLED, output / "work" / "filter" / name)
        os.utime(output / "work" / "filter" / name / "filter.json", (age, age))
    assert find_weights(output) == BUNDLED
    (output / "run.json").write_text(json.dumps({"config": {"fit": True}}))
    assert find_weights(output).name == "a"
    publication = Publication("org/data", weights=WEIGHTS)
    _, staged = prepare(output, publication, allow_unscreened=True)
    assert [one.kind for one in staged] == ["model", "dataset"]
