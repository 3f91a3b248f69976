from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.costs.made_articles import write_articles
from builder.sources import SourceError, SourceOptions, open_source
from builder.sources.pmc_oa import PmcOaService, PmcOaSource, service
from builder.sources.pmc_oa.service import PoliteClient
from builder.tables.records import Figure, Rejection
from tests.builder.sources.pmc_service import PmcCopy


@pytest.fixture(scope="module")
def articles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("articles")
    write_articles(folder, 9, 120)
    return folder


@pytest.fixture
def copy(articles: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PmcCopy]:
    with PmcCopy() as running:
        for package in sorted(articles.iterdir()):
            files = {f"{package.name}.1.xml": b"<article/>"}
            running.add(f"{package.name}.1", files)
            files = {
                f"{package.name}.2.xml" if f.suffix == ".nxml" else f.name: f.read_bytes()
                for f in package.iterdir()
            }
            thumb = {"g001.gif": b"GIF89a", f"{package.name}.2.pdf": b"%PDF", ".x.jpg": b"x"}
            running.add(f"{package.name}.2", files | thumb)
        running.ids = [package.name.removeprefix("PMC") for package in articles.iterdir()]
        search = service.search
        monkeypatch.setattr(service.CloudService, "__init__", _at(running.url))
        monkeypatch.setattr(
            service, "search", lambda c, q: search(c, q, f"{running.url}/esearch.fcgi")
        )
        yield running


def _at(url: str):  # type: ignore[no-untyped-def]  # gives an __init__
    def init(self: service.CloudService, used: PoliteClient) -> None:
        object.__setattr__(self, "client", used)
        object.__setattr__(self, "url", url)

    return init


def opened(location: str, cache: Path) -> PmcOaService:
    return PmcOaService(
        location, cache=cache, client=PoliteClient(rate=1e6, pace=cache / "pace", pause=0)
    )


def listed(folder: Path, *lines: str) -> str:
    path = folder / "ids.txt"
    path.write_text("\n".join(lines))
    return str(path)


def read(source: PmcOaService | PmcOaSource) -> list[Figure | Rejection]:
    return [item for part in source.partitions() for item in source.read(part)]


def all_ids(articles: Path) -> list[str]:
    return [package.name for package in sorted(articles.iterdir())]


def test_ids_give_the_figures_that_the_packages_give(
    copy: PmcCopy, articles: Path, tmp_path: Path
) -> None:
    names = ["# ours", *reversed(all_ids(articles)), "", all_ids(articles)[0].lower()]
    found = read(opened(listed(tmp_path, *names), tmp_path / "cache"))
    assert found == [f for f in read(PmcOaSource(str(articles))) if isinstance(f, Figure)]
    assert not [r for r in copy.requests if r.endswith((".gif", ".pdf", ".1.xml"))]


def test_a_second_reading_asks_nothing(copy: PmcCopy, articles: Path, tmp_path: Path) -> None:
    location = listed(tmp_path, *all_ids(articles))
    first = read(opened(location, tmp_path / "cache"))
    copy.requests.clear()
    assert read(opened(location, tmp_path / "cache")) == first
    assert not copy.requests
    jpg = next((tmp_path / "cache").rglob("g001.jpg"))
    jpg.unlink()
    assert read(opened(location, tmp_path / "cache")) == first
    assert len([r for r in copy.requests if r.endswith(".jpg")]) == 1


def test_a_query_is_asked_once(copy: PmcCopy, articles: Path, tmp_path: Path) -> None:
    location = "search:confocal[Title]"
    found = read(opened(location, tmp_path / "cache"))
    assert {f.article_id for f in found} == set(all_ids(articles))
    copy.ids = []
    assert read(opened(location, tmp_path / "cache")) == found
    assert copy.requests.count("/esearch.fcgi") == 1
    with pytest.raises(SourceError, match="no article id in search:other"):
        read(opened("search:other", tmp_path / "cache"))


def test_passing_faults_are_waited_out(copy: PmcCopy, articles: Path, tmp_path: Path) -> None:
    name = all_ids(articles)[0]
    copy.faults = {"g001.jpg": [500, "break", 429, "corrupt"], f"{name}.2.json": [503], "": [502]}
    found = read(opened(listed(tmp_path, name), tmp_path / "cache"))
    assert {type(f) for f in found} == {Figure}
    assert copy.requests.count(f"/{name}.2/g001.jpg") == 5


def test_an_outage_ends_with_one_line_and_what_was_fetched_is_kept(
    copy: PmcCopy, articles: Path, tmp_path: Path
) -> None:
    location = listed(tmp_path, *all_ids(articles))
    copy.faults = {"g003.jpg": [500] * service.ATTEMPTS}
    with pytest.raises(SourceError, match=r"status 500, 6 times; run again, files are kept"):
        read(opened(location, tmp_path / "cache"))
    copy.requests.clear()
    found = read(opened(location, tmp_path / "cache"))
    assert {type(f) for f in found} == {Figure}
    name = all_ids(articles)[0]
    assert f"/{name}.2/g001.jpg" not in copy.requests


def test_articles_that_cannot_be_used_are_quarantined(copy: PmcCopy, tmp_path: Path) -> None:
    copy.add("PMC5.1", {"PMC5.1.xml": b"<article/>"}, is_retracted=True)
    copy.add("PMC6.1", {"PMC6.1.xml": b"<article/>"}, is_pmc_openaccess=False)
    copy.add("PMC8.1", {"PMC8.1.xml": b"<broken", "../x.jpg": b"x"})
    location = listed(tmp_path, "PMC5", "6", "pmc7", "PMC8")
    found = read(opened(location, tmp_path / "cache"))
    assert [r.reason for r in found if isinstance(r, Rejection)] == [
        "article is retracted",
        "article is not in the open access subset",
        "article cannot be had",
        "XML is broken",
    ]
    assert not list(tmp_path.rglob("x.jpg"))


@pytest.mark.parametrize(
    ("line", "message"), [("PMC12x", "line 1: 'PMC12x' is no id"), ("# none", "no article id in")]
)
def test_a_list_that_cannot_be_read_is_one_line(line: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=message):
        opened(listed(tmp_path, line), tmp_path).partitions()
    with pytest.raises(SourceError, match="cannot be read as a list"):
        opened(str(tmp_path / "none.txt"), tmp_path).partitions()


def test_the_location_tells_lists_from_packages(articles: Path, tmp_path: Path) -> None:
    assert isinstance(open_source("pmc_oa:ids.txt", SourceOptions()), PmcOaService)
    assert isinstance(open_source("pmc_oa:search:x", SourceOptions()), PmcOaService)
    assert isinstance(open_source(f"pmc_oa:{articles}", SourceOptions()), PmcOaSource)


def test_clients_of_one_cache_keep_one_pace(
    monkeypatch: pytest.MonkeyPatch, copy: PmcCopy, tmp_path: Path
) -> None:
    copy.objects["x"] = b"x"
    slept: list[float] = []
    monkeypatch.setattr("time.sleep", slept.append)
    monkeypatch.setattr("time.time", lambda: 1000.0)
    one, other = (PoliteClient(rate=4, pace=tmp_path / "cache" / "pace") for _ in range(2))
    for polite in (one, other) * 2:
        polite.get(f"{copy.url}/x")
    assert slept == [0.0, 0.25, 0.5, 0.75]
    for left in ("no number", "1e300"):
        one.pace.write_text(left)
        other.get(f"{copy.url}/x")
    assert slept[4:] == [0.0, 60.0]
