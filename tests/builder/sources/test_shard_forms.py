"""Shards in the forms that other programs than BIOMEDICA's write."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import random
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from builder.sources.biomedica import BiomedicaSource
from builder.sources.biomedica.shards import Record, read_records
from builder.tables.records import Figure, Rejection
from tests.builder.sources.test_biomedica import figures, read, record, shard

CAPTION = "Confocal microscopy of HeLa cells."
Members = list[tuple[str, bytes]]


def pictures(count: int, kind: str = "JPEG") -> list[bytes]:
    out = []
    for n in range(count):
        buffer = io.BytesIO()
        Image.effect_noise((40, 30), 20 + 30 * n).save(buffer, kind)
        out.append(buffer.getvalue())
    return out


def foreign(key: str, image: bytes, suffix: str = "jpg", text: bool = True, **meta: Any) -> Members:
    told = {"key": key.rpartition("/")[2], "url": "https://example.org/a.jpg", "status": "success"}
    parts = [(f"{key}.{suffix}", image), (f"{key}.json", json.dumps({**told, **meta}).encode())]
    return [*parts, (f"{key}.txt", CAPTION.encode())] if text else parts


def ids(location: Path) -> set[tuple[str, str]]:
    return {(f.figure_id, f.image_sha256) for f in figures(read(location))}


def test_members_may_stand_in_any_order(tmp_path: Path) -> None:
    members = [m for n, data in enumerate(pictures(4)) for m in record(data, f"x-PMC{n}-0-f")]
    usual = ids(shard(tmp_path / "usual.tar", members))
    assert len(usual) == 4
    by_suffix = sorted(members, key=lambda m: m[0].rpartition(".")[2])
    assert ids(shard(tmp_path / "suffix.tar", by_suffix)) == usual
    random.Random(0).shuffle(members)
    assert ids(shard(tmp_path / "mixed.tar", members)) == usual
    # Other members, a prefix as tar writes it, and what macOS adds change nothing.
    noise = [(f"./{n}", d) for n, d in members] + [(f"._{n}", b"mac") for n, _ in members]
    noise += [(f"{n.rpartition('.')[0]}.cls", b"1") for n, _ in members[:3]]
    found = read(shard(tmp_path / "noise.tar", noise))
    assert {(f.figure_id, f.image_sha256) for f in figures(found)} == usual
    assert len(found) == len(usual)


def test_records_that_a_shard_cuts_go_on_in_the_next(tmp_path: Path) -> None:
    members = [m for n, data in enumerate(pictures(3)) for m in record(data, f"x-PMC{n}-0-f")]
    usual = ids(shard(tmp_path / "whole" / "0.tar", members))
    for cut in range(1, len(members)):
        folder = tmp_path / f"cut{cut}"
        shard(folder / "part-9.tar", members[:cut])
        shard(folder / "part-10.tar", members[cut:])
        assert ids(folder) == usual
        assert len(read(folder)) == 3


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_compressed_shards(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    members = [m for n, data in enumerate(pictures(3)) for m in record(data, f"x-PMC{n}-0-f")]
    plain = shard(tmp_path / "plain" / "s.tar", members)
    usual, packed = ids(plain), pack(plain.read_bytes())
    for name in ("a/s.tar.gz", "b/s.tgz", "c/s.tar"):
        path = tmp_path / name
        path.parent.mkdir()
        path.write_bytes(packed)
        assert ids(path.parent) == ids(path) == usual
    assert {f.figure_id for f in figures(read(f"file://{path}"))} == {i for i, _ in usual}
    path.write_bytes(packed[: len(packed) * 2 // 3])
    cut = read(path)
    assert [r.reason for r in cut if isinstance(r, Rejection)][-1].startswith("shard is ")


@pytest.mark.parametrize(("kind", "suffix"), [("PNG", "png"), ("JPEG", "jpeg"), ("WEBP", "webp")])
@pytest.mark.parametrize("folder", ["", "00000/", "a/b/"])
def test_records_of_img2dataset(tmp_path: Path, kind: str, suffix: str, folder: str) -> None:
    images = pictures(2, kind)
    members = foreign(f"{folder}000000000", images[0], suffix, license="CC BY 4.0")
    members += foreign(f"{folder}000000001", images[1], suffix, text=False, caption=CAPTION)
    first, second = figures(read(shard(tmp_path / "00000.tar", members)))
    assert first.figure_id.endswith("/000000000") and first.article_id != second.article_id
    assert first.image == {"bytes": images[0], "path": f"000000000.{suffix}"}
    assert (first.caption, second.caption) == (CAPTION, CAPTION)
    assert (first.license, second.license) == ("CC-BY-4.0", "unknown")
    assert first.is_microscopy and "https://example.org/a.jpg" in first.attribution
    source = BiomedicaSource(str(tmp_path / "00000.tar"), license="MIT")
    licenses = [
        f.license for p in source.partitions() for f in source.read(p) if isinstance(f, Figure)
    ]
    assert licenses == ["CC-BY-4.0", "MIT"]


def test_parts_in_folders_of_their_own_and_inner_suffixes(tmp_path: Path) -> None:
    images = pictures(2)
    apart = [(f"images/{n}.jpg", data) for n, data in enumerate(images)]
    apart += [(f"texts/{n}.txt", f"{CAPTION} {n}".encode()) for n in range(2)]
    inner = [(f"s{n}.input.jpg", data) for n, data in enumerate(images)]
    inner += [(f"s{n}.output.txt", f"{CAPTION} {n}".encode()) for n in range(2)]
    for members in (apart, inner):
        found = figures(read(shard(tmp_path / "s.tar", members)))
        assert [(f.caption[-1], f.image["bytes"]) for f in found] == [
            ("0", images[0]),
            ("1", images[1]),
        ]


def test_foreign_records_that_cannot_be_used(tmp_path: Path) -> None:
    (image,) = pictures(1)
    failed = foreign("0", image, status="failed_to_download", error_message="404")[1:]
    untold = [("1.jpg", image)]
    whole = foreign("2", image, pmcid="PMC5")
    same = foreign("a/2", image, pmcid="PMC5")
    items = read(shard(tmp_path / "s.tar", [*failed, *untold, *whole, *same]))
    assert [f.figure_id for f in figures(items)] == ["PMC5/2"]
    told = {r.reason: r.detail for r in items if isinstance(r, Rejection)}
    assert "404" in told["image was not downloaded"]
    assert {"record has no caption", "figure occurs twice"} <= told.keys()


@given(st.permutations([f"{key}.{s}" for key in "abc" for s in ("jpg", "txt", "json")]))
def test_every_order_gives_whole_records(names: list[str]) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name in names:
            info = tarfile.TarInfo(name)
            info.size = len(name)
            tar.addfile(info, io.BytesIO(name.encode()))
    for load in (False, True):
        found = list(read_records(buffer, load))
        assert sorted(r.name for r in found if isinstance(r, Record)) == ["a", "b", "c"]
        assert all(isinstance(r, Record) and r.is_complete for r in found)
