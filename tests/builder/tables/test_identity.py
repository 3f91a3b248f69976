"""One figure and one article, under whatever names and encodings sources hold them."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from PIL import Image
from rich.console import Console

from builder.run.config import BuildConfig
from builder.run.pipeline import build
from builder.sources import SourceOptions, open_source
from builder.sources.phantom import PhantomSource
from builder.tables.identity import KnownFigure, find_repeats, group_articles
from builder.tables.images import inspect
from builder.tables.records import Figure
from filtering.records import to_table

HASH = "f0" * 32


def known(figure_id: str, **changed: object) -> KnownFigure:
    article = figure_id.partition("/")[0]
    base = KnownFigure(
        "00000", figure_id, article, "", "", "", HASH, "A caption.", 1, False, True, 0
    )
    return replace(base, **changed)  # type: ignore[arg-type]  # columns by name


def flip(phash: str, bits: int) -> str:
    return f"{int(phash, 16) ^ (2**bits - 1):064x}"


def test_the_richer_record_of_a_figure_is_kept_and_named() -> None:
    poor, rich = known("a/1"), known("b/1", told=3, phash=flip(HASH, 24))
    (repeat,) = find_repeats([poor, rich])
    assert (repeat.figure, repeat.kept, repeat.bits) == (poor, rich, 24)
    assert "b/1 is the richer record of it, 24 of 256 bits" in repeat.reason
    assert not find_repeats([poor, known("b/1", phash=flip(HASH, 25))])


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ({"reserved": True, "usable": False}, {"told": 5}),
        ({"usable": True}, {"usable": False, "told": 5}),
        ({"told": 1}, {"caption": "A longer caption."}),
        ({"caption": "A longer caption."}, {"pixels": 9}),
        ({}, {}),
    ],
)
def test_what_may_be_asked_about_and_tested_on_is_not_lost_to_what_may_not(
    ours: dict[str, object], theirs: dict[str, object]
) -> None:
    (repeat,) = find_repeats([known("a/1", **ours), known("b/1", **theirs)])
    assert repeat.kept.figure_id == "a/1"


def test_of_a_chain_no_two_near_duplicates_are_kept_and_no_stranger_is_lost() -> None:
    middle = known("b/1", phash=flip(HASH, 20), told=1)
    chain = [known("a/1"), middle, known("c/1", phash=flip(HASH, 40))]
    assert {(r.figure.figure_id, r.kept.figure_id) for r in find_repeats(chain)} == {
        ("a/1", "b/1"),
        ("c/1", "b/1"),
    }
    poor = [chain[0], replace(middle, told=0), chain[2]]
    assert [r.figure.figure_id for r in find_repeats(poor)] == ["b/1"]


def test_images_of_one_colour_repeat_nothing() -> None:
    assert not find_repeats([known("a/1", phash="0" * 64), known("b/1", phash="0" * 64)])


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [
        ({"doi": "10.7554/eLife.1"}, {"doi": "https://doi.org/10.7554/ELIFE.1"}, True),
        ({"doi": "10.1101/2022.04.13.1"}, {"doi": "doi:10.1101/2022.04.13.1v2"}, True),
        ({"doi": "10.1000/v1"}, {"doi": "10.1000/v2"}, False),
        ({"doi": "none"}, {"doi": "none"}, False),
        ({"doi": ""}, {"doi": ""}, False),
        ({"pmid": "0123"}, {"pmid": "PMID: 123"}, True),
        ({"pmid": "123"}, {"pmcid": "123"}, False),
        ({"pmcid": "PMC12"}, {"pmcid": "PMC12.1"}, True),
        ({"article_id": "PMC12"}, {"pmcid": "12"}, True),
    ],
)
def test_an_article_is_known_by_its_doi_pmid_and_pmcid(
    ours: dict[str, str], theirs: dict[str, str], same: bool
) -> None:
    a, b = known("a/1", **ours), known("b/1", **theirs)
    groups = group_articles([a, b], [])
    assert (groups[a.article_id] == groups[b.article_id]) == same


def test_names_join_over_a_third_source_and_by_a_figure_with_its_caption() -> None:
    figures = [
        known("a/1", doi="10.1000/x"),
        known("b/1", pmid="7"),
        known("c/1", doi="10.1000/X", pmid="7", phash=flip(HASH, 128)),
    ]
    assert set(group_articles(figures, []).values()) == {"a"}
    caption = "HeLa cells were fixed, stained with DAPI (blue) and imaged by confocal microscopy."
    pair = [known("a/1", caption=caption), known("b/1", caption=f"{caption} Bar.", told=1)]
    assert group_articles(pair, find_repeats(pair)) == {"a": "a", "b": "a"}
    other = [pair[0], replace(pair[1], caption="An atlas of cells, reprinted from elsewhere.")]
    assert group_articles(other, find_repeats(other)) == {"a": "a", "b": "b"}


def read_figures(source: str | None) -> list[Figure]:
    opened = open_source(source, SourceOptions()) if source else PhantomSource(figures=40)
    read = (item for partition in opened.partitions() for item in opened.read(partition))
    return [item for item in read if isinstance(item, Figure)]


def encode_anew(figure: Figure) -> Figure:
    """The figure as another source holds it: smaller, at quality 60, under another article id."""
    image = Image.open(io.BytesIO(figure.image["bytes"])).convert("RGB")
    image = image.resize((round(image.width * 0.9), round(image.height * 0.9)))
    data = io.BytesIO()
    image.save(data, "JPEG", quality=60)
    facts = inspect(data.getvalue())
    article = f"other-{figure.article_id}"
    return replace(
        figure,
        figure_id=f"{article}/{figure.figure_id.partition('/')[2]}",
        article_id=article,
        image={"bytes": data.getvalue(), "path": "x.jpg"},
        image_sha256=facts.sha256,
        image_phash=facts.phash,
        width=facts.width,
        height=facts.height,
        mentions=[],
        title="",
    )


def release_twice(figures: Sequence[Figure], folder: Path) -> None:
    """Build from two sources with the same articles, and check that each is there once."""
    for name, rows in (("one", figures), ("two", [encode_anew(figure) for figure in figures])):
        (folder / name).mkdir()
        pq.write_table(to_table(Figure, rows), folder / name / "00000.parquet")
    config = BuildConfig(
        output=folder / "out",
        sources=(f"figures:{folder / 'two'}", f"figures:{folder / 'one'}"),
        test_ratio=0.4,
        workers=1,
    )
    release = build(config, Console(quiet=True)).release
    seen, splits = defaultdict(set), defaultdict(set)
    for path in sorted(release.glob("data/open/*.parquet")):
        for row in pq.read_table(path, partitioning=None).to_pylist():
            seen[row["figure_id"].removeprefix("other-")].add(row["figure_id"])
            splits[row["article_id"].removeprefix("other-")].add(path.name.split("-")[0])
    assert len(seen) > 5 and {split for each in splits.values() for split in each} == {
        "train",
        "test",
    }
    assert all(len(ids) == 1 for ids in seen.values())
    assert all(len(sides) == 1 for sides in splits.values())
    ledger = pq.read_table(release / "data" / "ledger", partitioning=None).to_pylist()
    twice = [row for row in ledger if (row["reason"] or "").startswith("figure occurs twice")]
    assert len(twice) == len(figures)
    assert all(row["figure_id"].removeprefix("other-") in row["reason"] for row in twice)


def test_two_sources_with_the_same_articles_give_each_figure_once(tmp_path: Path) -> None:
    figures = [replace(f, doi=f"10.1000/{f.article_id}") for f in read_figures(None)]
    release_twice(figures, tmp_path)


def test_two_sources_with_the_same_real_articles_give_each_figure_once(
    realdata: Path, tmp_path: Path
) -> None:
    if not (realdata / "replies").is_dir():
        pytest.skip("no recorded replies in the real data")
    release_twice(read_figures(f"figures:{realdata}/replies/figures/main-*"), tmp_path)
