"""Real packages: every figure and every image file is accounted for."""

from __future__ import annotations

import tarfile
from collections import Counter
from pathlib import Path

import pytest
from lxml import etree

from builder.sources.pmc_oa import PmcOaSource
from builder.tables.records import Figure, Rejection

Items = list[Figure | Rejection]


@pytest.fixture(scope="module")
def items(realdata: Path) -> Items:
    source = PmcOaSource(str(realdata / "pmc_oa"))
    return [item for partition in source.partitions() for item in source.read(partition)]


def raw_files(folder: Path) -> dict[str, bytes]:
    files = {str(f.relative_to(folder)): f.read_bytes() for f in folder.rglob("*") if f.is_file()}
    for path in folder.glob("*.tar.gz"):
        with tarfile.open(path) as tar:
            for member in tar.getmembers():
                content = tar.extractfile(member)
                if content is not None:
                    files[f"{path.name}/{member.name}"] = content.read()
    return files


def test_every_image_file_is_a_figure_or_rejected(realdata: Path, items: Items) -> None:
    files = raw_files(realdata / "pmc_oa")
    images = Counter(data for name, data in files.items() if name.endswith((".jpg", ".png")))
    used = Counter(item.image["bytes"] for item in items if isinstance(item, Figure))
    rejected = {item.location for item in items if isinstance(item, Rejection)}
    refused = Counter(data for name, data in files.items() if name in rejected and data in images)
    assert images == used + refused


def test_every_fig_element_is_a_figure_or_rejected(realdata: Path, items: Items) -> None:
    parser = etree.XMLParser(load_dtd=False, resolve_entities=False)
    files = raw_files(realdata / "pmc_oa")
    roots = [etree.fromstring(d, parser) for n, d in files.items() if n.endswith(".nxml")]
    elements = sum(len(list(root.iter("fig"))) for root in roots)
    rejected = [item for item in items if isinstance(item, Rejection) and item.item]
    assert elements == sum(isinstance(item, Figure) for item in items) + len(rejected)
    assert [item.reason for item in rejected] == ["not a figure: sub-article"]


def test_figures_are_complete(items: Items) -> None:
    figures = [item for item in items if isinstance(item, Figure)]
    assert len({figure.figure_id for figure in figures}) == len(figures) == 65
    for figure in figures:
        assert figure.caption.startswith(figure.title.rstrip("."))
        assert figure.label and figure.doi and figure.article_title and figure.authors
        assert "  " not in figure.caption and "\n" not in figure.caption
        assert figure.doi in figure.attribution and figure.license_url in figure.attribution


def test_pictures_reproduced_by_permission_do_not_take_the_licence(items: Items) -> None:
    figures = [item for item in items if isinstance(item, Figure)]
    licenses = Counter(figure.license for figure in figures)
    assert licenses == {"CC-BY-4.0": 53, "CC0-1.0": 8, "unknown": 4}
    reasons = [figure.license_reason for figure in figures if figure.license == "unknown"]
    assert sum("reproduced with permission" in reason for reason in reasons) == 2
    assert sum("adapted from" in reason or "after Hobday" in reason for reason in reasons) == 2
