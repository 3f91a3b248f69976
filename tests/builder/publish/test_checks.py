from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from builder.errors import BuildError
from builder.publish import checks
from builder.publish.checks import check_release, find_secret, find_secrets
from builder.publish.dataset import write_croissant
from builder.publish.publish import Publication, prepare


def change(output: Path, config: str, split: str, column: str, value: Any) -> None:
    """Set a column of the first row of a split."""
    path = next((output / "release" / "data" / config).glob(f"{split}-*.parquet"))
    table = pq.read_table(path, partitioning=None)
    place = table.schema.get_field_index(column)
    values = [value, *table[column].to_pylist()[1:]]
    column_field = table.schema.field(column)
    changed = table.set_column(place, column_field, pa.array(values, column_field.type))
    pq.write_table(changed, path)


def refusals(output: Path, allow_unscreened: bool = True) -> str:
    return "; ".join(check_release(output / "release", allow_unscreened).refusals)


def test_a_built_release_may_go_out_once_its_test_split_is_allowed(output: Path) -> None:
    assert refusals(output) == ""
    assert "questions of the test split are unscreened" in refusals(output, False)


@pytest.mark.parametrize(
    ("config", "split", "column", "value", "why"),
    [
        ("default", "train", "license", "CC-BY-ND-4.0", "rows under CC-BY-ND-4.0, which bars"),
        ("open", "test", "license", "unknown", "rows under unknown, which bars"),
        ("ledger", "train", "license", "CC-BY-NC-ND-4.0", "which bars passing them on"),
        ("default", "test", "screening", "rejected", "questions that people rejected"),
        ("default", "train", "rationale", f"key hf_{'aB3' * 12}", "a secret (Hugging Face token)"),
        ("default", "train", "choices", ["AKIAQ2" + "7X" * 7, "b"], "column choices what looks"),
    ],
)
def test_rows_that_must_not_go_out_are_named(
    config: str, split: str, column: str, value: Any, why: str, output: Path
) -> None:
    change(output, config, split, column, value)
    found = refusals(output)
    assert why in found
    assert f"data/{config}/{split}-" in found
    assert "aB3aB3" not in found


@pytest.mark.parametrize("config", ["default", "ledger"])
def test_a_column_of_another_type_is_named(config: str, output: Path) -> None:
    path = next((output / "release" / "data" / config).glob("train-*.parquet"))
    table = pq.read_table(path, partitioning=None)
    place = table.schema.get_field_index("license")
    pq.write_table(table.set_column(place, "license", pa.array(range(len(table)))), path)
    assert f"{path.name} is no table of a release (license is int64, not string)" in refusals(
        output
    )


def test_files_that_must_not_go_out_are_named(
    output: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = output / "release"
    (release / "microvqa_pp.py").write_text("import datasets\n")
    (release / "data" / "default" / "link.parquet").symlink_to(tmp_path)
    monkeypatch.setattr(checks, "MAX_FILE_BYTES", 1000)
    monkeypatch.setattr(checks, "MAX_FOLDER_FILES", 2)
    found = refusals(output)
    for why in ("microvqa_pp.py does not belong", "is a link", "GiB; the Hub takes", "3 files in"):
        assert why in found


def test_a_card_with_other_numbers_is_refused(output: Path) -> None:
    card = output / "release" / "README.md"
    text = card.read_text()
    card.write_text(text.replace("num_examples: ", "num_examples: 1", 1))
    assert "states other row counts" in refusals(output)
    card.write_text("no front matter")
    assert "no usable front matter" in refusals(output)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("hf_" + "x" * 34, "Hugging Face token"),
        ("sk-ant-" + "x" * 24, "OpenAI or Anthropic key"),
        ("-----BEGIN RSA PRIVATE KEY-----", "private key"),
        ("https://user:pass1@example.org/x", "password in a URL"),
        ("https://example.org/a:b@c", ""),
        ("the motif AKIAGTLLKVAAGVSTRQWE of the kinase", ""),
        ("half_life and hf_signal", ""),
    ],
)
def test_secrets_are_told_from_biology(text: str, kind: str) -> None:
    assert find_secret(text) == kind
    table = pa.table({"a": ["cells", text], "b": [["x"], [text, "y"]], "n": [1, 2]})
    assert find_secrets(table) == ({"a": kind, "b": kind} if kind else {})


def test_the_token_in_use_is_looked_for_as_it_is() -> None:
    assert find_secrets(pa.table({"a": ["x s3cret.(y"]}), ["s3cret.(y"]) == {
        "a": "the token in use"
    }


@pytest.mark.parametrize("name", ["no-slash", "../up/x", "a/b/c", "org/", "-x/y"])
def test_repository_ids_are_checked(name: str) -> None:
    with pytest.raises(BuildError, match="is no repository id"):
        Publication(name)


def test_nothing_to_publish_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="no release in"):
        prepare(tmp_path, Publication("org/x"))


def test_croissant_holds_both_ways(release: Path, output: Path) -> None:
    pytest.importorskip(
        "mlcroissant", reason="mlcroissant is not installed: pip install .[publish]"
    )
    path = write_croissant(output / "release", "org/microvqa_pp", "https://example.org", "0.1.0")
    tool = str(Path(sys.executable).parent / "mlcroissant")
    validated = subprocess.run(
        [tool, "validate", "--jsonld", str(path)], capture_output=True, text=True
    )
    assert validated.returncode == 0, validated.stderr
    names = [record["name"] for record in json.loads(path.read_text())["recordSet"]]
    assert names == ["test", "train", "ledger", "open_test", "open_train"]
    for name in names:
        arguments = ["--jsonld", str(path), "--record_set", name, "--num_records", "1"]
        loaded = subprocess.run([tool, "load", *arguments], capture_output=True, text=True)
        assert loaded.returncode == 0, loaded.stderr
        assert f"{name}/id" in loaded.stdout
