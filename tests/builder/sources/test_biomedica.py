"""BIOMEDICA shards: selection by label, damage, and no record without an account."""

from __future__ import annotations

import io
import json
import os
import re
import tarfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import fsspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.sources.base import SourceError
from builder.sources.biomedica import BiomedicaSource
from builder.sources.biomedica.record import Selection
from builder.sources.biomedica.shards import Key, parse_key
from builder.tables.records import Figure, Rejection

Items = list[Figure | Rejection]
Members = list[tuple[str, bytes]]


def record(
    image: bytes | None,
    key: str = "b_0-PMC1-3-fig-1",
    caption: str | bytes | None = "Cells (A) and (B).",
    meta: object = None,
    **fields: object,
) -> Members:
    known: dict[str, object] = {
        "image_primary_label": ["Microscopy"],
        "image_secondary_label": ["confocal_microscopy"],
        "image_context": ["See Fig. 1.", None],
        "article_accession_id": key.split("-")[1],
        "article_title": "On cells",
        "article_citation": "J Cell. 2001 Nov 2; 3(1):55-60",
        "article_license": "CC BY-NC",
    }
    data = json.dumps({**known, **fields} if meta is None else meta)
    text = caption.encode() if isinstance(caption, str) else caption
    parts = {"jpg": image, "txt": text, "json": None if meta == "" else data.encode()}
    return [(f"{key}.{suffix}", part) for suffix, part in parts.items() if part is not None]


def shard(path: Path, members: Members, *others: tarfile.TarInfo) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w") as tar:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
        for other in others:
            tar.addfile(other)
    return path


def read(location: str | Path, microscopy: Selection = "strict", size: int = 256) -> Items:
    source = BiomedicaSource(str(location), microscopy, size)
    return [item for partition in source.partitions() for item in source.read(partition)]


def figures(items: Items) -> list[Figure]:
    return [item for item in items if isinstance(item, Figure)]


def reasons(items: Items) -> list[str]:
    return [item.reason for item in items if isinstance(item, Rejection)]


def raw_members(path: Path) -> dict[str, bytes]:
    with tarfile.open(path) as tar:
        return {m.name: f.read() for m in tar if (f := tar.extractfile(m)) is not None}


@pytest.mark.parametrize(("microscopy", "count"), [("strict", 6), ("loose", 6), ("any", 20)])
def test_real_records_are_selected_by_label_and_all_accounted_for(
    realdata: Path, microscopy: Selection, count: int
) -> None:
    items = read(realdata / "biomedica", microscopy, 5)
    found = figures(items)
    assert (len(found), len(items)) == (count, 20)
    assert set(reasons(items)) <= {"not microscopy by label"}
    assert sum(figure.is_microscopy for figure in found) == 6


def test_real_figures_hold_what_the_shard_holds(realdata: Path) -> None:
    (path,) = (realdata / "biomedica").rglob("*.tar")
    members = raw_members(path)
    for figure in figures(read(path, "any")):
        key = figure.image["path"].removesuffix(".jpg")
        meta: Mapping[str, Any] = json.loads(members[f"{key}.json"])
        assert figure.image["bytes"] == members[f"{key}.jpg"]
        assert [figure.width, figure.height] == meta["image_size"]
        text = re.sub("[\u2061-\u2064]", "", members[f"{key}.txt"].decode())
        words = text.replace("𝐯", "v").split()
        assert "".join(figure.caption.split()) == "".join(words)
        assert figure.license == "CC-BY-4.0"
        assert figure.doi == meta["article_citation"]
        assert figure.figure_id == f"{meta['article_accession_id']}/{key.split('-', 3)[3]}"
        assert (figure.modality == "fluorescence microscopy") == figure.is_microscopy


def test_a_remote_shard_gives_the_same_as_a_local_one(realdata: Path) -> None:
    (path,) = (realdata / "biomedica").rglob("*.tar")
    memory = fsspec.filesystem("memory")
    memory.pipe("/shards/a.tar", path.read_bytes())
    memory.pipe("/shards/b.tar", path.read_bytes()[:400_000])
    assert figures(read("memory://shards/a.tar")) == figures(read(path))
    assert reasons(read("memory://shards")).count("shard is cut") == 1
    assert [p.key for p in BiomedicaSource("memory://shards/*.tar").partitions()] == [
        "00000-a",
        "00001-b",
    ]


def test_a_record_becomes_a_figure(tmp_path: Path, picture: bytes) -> None:
    (figure,) = figures(read(shard(tmp_path / "s.tar", record(picture))))
    assert (figure.figure_id, figure.article_id) == ("PMC1/fig-1", "PMC1")
    assert figure.image == {"bytes": picture, "path": "b_0-PMC1-3-fig-1.jpg"}
    assert (figure.panels, figure.mentions) == (["A", "B"], ["See Fig. 1."])
    assert figure.modality == "fluorescence microscopy"
    assert figure.microscopy_reason == 'labels: "Microscopy", "confocal_microscopy"'
    assert figure.license == "CC-BY-NC"
    assert figure.attribution == (
        "On cells. J Cell. 2001 Nov 2; 3(1):55-60. "
        "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC1/ Licence: CC-BY-NC."
    )


def test_articles_are_whole_across_shards(tmp_path: Path, picture: bytes) -> None:
    for name in ("a", "b"):
        members = [
            m for article in range(3) for m in record(picture, f"x-PMC{article}-{article}-{name}")
        ]
        shard(tmp_path / f"{name}.tar", members)
    source = BiomedicaSource(str(tmp_path), records_per_partition=4)
    before = source.partitions()
    articles = [{i.article_id for i in source.read(partition)} for partition in before]
    assert articles == [{"PMC0", "PMC1"}, {"PMC2"}]
    assert len(read(tmp_path)) == 6
    assert source.partitions() == before
    loose = BiomedicaSource(str(tmp_path), "loose", 4).partitions()
    assert all(a.fingerprint != b.fingerprint for a, b in zip(before, loose, strict=True))


DAMAGED: dict[str, dict[str, Any]] = {
    "record has no JSON": {"meta": ""},
    "record has no caption": {"caption": None},
    "no caption": {"caption": " \x00\n"},
    "caption is too long": {"caption": "x" * 200_000},
    "wrong type in JSON": {"meta": ["a"]},
    "not microscopy by label": {"image_primary_label": None},
    "key has another form": {"key": "b_0-PMC1-3"},
}


@pytest.mark.parametrize("reason", DAMAGED)
def test_bad_records_are_rejected_and_the_next_is_read(
    tmp_path: Path, picture: bytes, reason: str
) -> None:
    members = [*record(picture, **DAMAGED[reason]), *record(picture, "b-PMC2-1-f")]
    items = read(shard(tmp_path / "s.tar", members))
    assert (len(figures(items)), reasons(items)) == (1, [reason])
    rejection = items[0]
    assert isinstance(rejection, Rejection)
    assert rejection.location.startswith("s.tar/b_0-PMC1-3") and rejection.detail


def test_wrong_types_and_broken_parts(tmp_path: Path, picture: bytes) -> None:
    wrong: Any = {"article_title": 3, "article_license": None, "image_context": "One.", "x": [[]]}
    members = [
        *record(picture, "b-PMC1-1-f", image_primary_label="Microscopy", **wrong),
        *record(picture, "b-PMC2-2-f", image_primary_label={"a": 1}),
        *record(None, "b-PMC3-3-f"),
        ("b-PMC4-4-f.json", b"{broken"),
        ("b-PMC5-5-f.json", b"[" * 100_000),
    ]
    items = read(shard(tmp_path / "s.tar", members))
    (figure,) = figures(items)
    assert (figure.license, figure.article_title, figure.mentions) == ("unknown", "", ["One."])
    broken = ["JSON is broken", "JSON is broken"]
    assert reasons(items) == ["wrong type in JSON", "record has no image", *broken]


def test_text_is_cleaned_and_permissions_lose_the_licence(tmp_path: Path, picture: bytes) -> None:
    caption = b"Cells\x00 \xff\xed\xa0\x80, reprinted with permission."
    path = shard(tmp_path / "s.tar", record(picture, caption=caption, article_title="T\ud800"))
    (figure,) = figures(read(path))
    figure.caption.encode()
    assert "\x00" not in figure.caption and figure.article_title == "T\ufffd"
    assert figure.license == "unknown"


def test_images_are_checked(
    tmp_path: Path, odd_pictures: dict[str, bytes], bad_pictures: dict[str, bytes]
) -> None:
    pictures = {**odd_pictures, **bad_pictures}
    members = [m for n, data in enumerate(pictures.values()) for m in record(data, f"b-P-{n}-{n}")]
    items = read(shard(tmp_path / "s.tar", members))
    assert [f.image["bytes"] for f in figures(items)] == list(odd_pictures.values())
    assert reasons(items) == list(bad_pictures)


def test_second_keys_and_figures_are_rejected(tmp_path: Path, picture: bytes) -> None:
    again = record(picture, "other-PMC1-9-fig-1")
    shard(tmp_path / "a.tar", [*record(picture), *record(picture), *again])
    shard(tmp_path / "b.tar", record(picture))
    items = read(tmp_path)
    assert len(figures(items)) == 1
    assert reasons(items) == ["key occurs twice", "figure occurs twice", "key occurs twice"]


def test_members_that_lead_out_or_are_no_files(tmp_path: Path, picture: bytes) -> None:
    kinds = (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE)
    others = [tarfile.TarInfo(f"b-PMC2-{n}-f.jpg") for n in range(4)]
    for other, kind in zip(others, kinds, strict=True):
        other.type, other.linkname = kind, "/etc/passwd"
    members = [("../b-PMC3-1-f.jpg", picture), ("/b-PMC3-1-f.txt", b"x"), *record(picture)]
    items = read(shard(tmp_path / "s.tar", members, *others))
    assert len(figures(items)) == 1
    assert Counter(reasons(items)) == {"unsafe name in archive": 2, "link is not followed": 4}


@pytest.mark.parametrize("damage", ["data", "header", "mark", "garbage"])
def test_a_damaged_shard_is_used_up_to_the_damage(
    tmp_path: Path, picture: bytes, damage: str
) -> None:
    first, second = record(picture), record(picture, "b-PMC2-1-f")
    whole = shard(tmp_path / "s.tar", [*first, *second]).read_bytes()
    end = sum(512 + -(-len(data) // 512) * 512 for _, data in first)
    rest = {
        "data": whole[end : end + 600],
        "header": whole[end : end + 100],
        "mark": b"",
        "garbage": b"\x07" * 2048,
    }
    (tmp_path / "s.tar").write_bytes(whole[:end] + rest[damage])
    items = read(tmp_path)
    assert [figure.article_id for figure in figures(items)] == ["PMC1"]
    expected = "shard is broken" if damage == "garbage" else "shard is cut"
    assert expected in reasons(items)


def test_unreadable_shards_are_rejected(
    tmp_path: Path, picture: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    shard(tmp_path / "a.tar", record(picture))
    shard(tmp_path / "b.tar", record(picture, "b-PMC2-1-f"))
    opened = Path.open

    def refuse(path: Path, *args: Any, **options: Any) -> Any:
        if path.name == "b.tar":
            raise PermissionError(13, "Permission denied")
        return opened(path, *args, **options)

    planned = BiomedicaSource(str(tmp_path)).partitions()
    monkeypatch.setattr(Path, "open", refuse)
    for items in (read(tmp_path), list(BiomedicaSource(str(tmp_path)).read(planned[0]))):
        assert (len(figures(items)), reasons(items)) == (1, ["shard cannot be read"])


def test_a_pipe_named_like_a_shard_is_not_waited_for(tmp_path: Path, picture: bytes) -> None:
    shard(tmp_path / "b.tar", record(picture))
    os.mkfifo(tmp_path / "a.tar")
    assert reasons(read(tmp_path)) == ["shard cannot be read"]


def test_unusable_locations_say_so(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"no \.tar shard"):
        read(tmp_path)
    (tmp_path / "s.tar").write_bytes(b"")
    with pytest.raises(SourceError, match=r"no record in .*broken: empty file"):
        read(tmp_path)
    with pytest.raises(SourceError, match="cannot be listed"):
        read("memory://nothing/here.tar")
    with pytest.raises(SourceError, match="use one of strict, loose, any"):
        read(tmp_path, "all")  # type: ignore[arg-type]  # wrong on purpose


NAME = st.text(min_size=1).filter(lambda text: "-" not in text and "/" not in text)


@given(NAME, NAME, NAME, st.text(min_size=1).filter(lambda text: "/" not in text))
def test_keys_are_split_in_four(batch: str, article: str, position: str, file: str) -> None:
    assert parse_key(f"{batch}-{article}-{position}-{file}") == Key(batch, article, position, file)


@given(st.text())
def test_any_key_is_parsed_or_none(name: str) -> None:
    key = parse_key(name)
    assert key is None or all((key.batch, key.article, key.position, key.file))
