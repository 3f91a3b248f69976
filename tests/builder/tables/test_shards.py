from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from builder.tables import shards
from builder.tables.shards import ShardStore, code_digest, write_atomically

TABLE = pa.table({"a": [1, 2, 3]})


@pytest.fixture
def store(tmp_path: Path) -> ShardStore:
    store = ShardStore(tmp_path)
    store.write("stage", "00000", "print", {"one": TABLE, "two": TABLE})
    return store


def test_a_written_shard_is_done_for_its_fingerprint_only(store: ShardStore) -> None:
    assert set(store.digests("stage", "00000", "print") or {}) == {"one", "two"}
    assert store.digests("stage", "00000", "other") is None
    assert store.digests("stage", "00001", "print") is None


def test_one_flipped_byte_is_noticed(store: ShardStore) -> None:
    path = store.path("two", "00000")
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert store.digests("stage", "00000", "print") is None


@pytest.mark.parametrize("record", ["", "[]", "{}", '{"fingerprint": "print", "files": 3}'])
def test_a_damaged_record_counts_as_not_done(store: ShardStore, record: str) -> None:
    (store.folder / "done" / "stage" / "00000.json").write_text(record)
    assert store.digests("stage", "00000", "print") is None


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    write_atomically(path, b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_code_of_every_package_that_shapes_the_data_is_in_the_code_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shards, "__file__", str(tmp_path / "builder" / "tables" / "shards.py"))
    seen = set()
    for place in ("builder/a.py", "builder/agents/prompts/a.md", "filtering/a.py"):
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_text("1")
        seen.add(code_digest.__wrapped__())
    (tmp_path / "scoring" / "models").mkdir(parents=True)
    (tmp_path / "scoring" / "models" / "openai_chat.py").write_text("1")
    assert len(seen | {code_digest.__wrapped__()}) == 4
