from __future__ import annotations

import asyncio
import html
import io
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio
import httpx
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from builder.errors import BuildError
from filtering.decide import choose_threshold
from space.benchmark.runs import on_gpu
from space.corpus import Corpus
from space.decisions.tab import fill_view
from space.decisions.views import Decisions, View
from space.images import ImageStore
from space.make_upload import make_upload
from space.markup import render
from space.server import SAMPLES, build_app
from space.untrusted import (
    AddressError,
    UploadError,
    check_url,
    is_public,
    make_visitor_client,
    take_table,
)
from tests.filtering.image_forms import ALIKE, FORMS, PICTURE
from tests.space.conftest import run_apart
from tests.space.payloads import PAYLOADS


@pytest.fixture(scope="module")
def decisions(release: Path) -> Decisions:
    return Decisions.of(Corpus.open(release))


def test_other_keep_ratios_keep_what_the_filter_would(decisions: Decisions) -> None:
    corpus = decisions.corpus
    rows = np.flatnonzero(corpus.is_candidate)
    ids = corpus.table["candidate_id"].take(rows).to_pylist()
    scores, gated = corpus.scores[rows].tolist(), corpus.gated[rows].tolist()
    for ratio in (0.05, 0.5, 0.75, 1.0):
        line = choose_threshold(zip(ids, scores, gated, strict=True), ratio)
        wanted = {
            i
            for i, s, g in zip(ids, scores, gated, strict=True)
            if not g and (s > line.cut_score or (s == line.cut_score and i <= line.cut_id))
        }
        mask = decisions.ranking.select_kept(ratio)
        assert set(corpus.table["candidate_id"].filter(mask).to_pylist()) == wanted


def test_what_would_flip_a_decision_of_the_graph_is_told(decisions: Decisions) -> None:
    corpus, cut = decisions.corpus, decisions.ranking.find_cut(decisions.ranking.built_ratio)
    assert cut is not None and not decisions.ranking.is_mean
    ranked = np.flatnonzero(corpus.is_candidate & ~corpus.gated & (corpus.scores > cut))
    near = int(ranked[np.argmin(corpus.scores[ranked])])
    row = corpus.table.slice(near, 1).to_pylist()[0]
    found = decisions.rater.find_changes(row, cut, kept=True)
    assert found is not None and found.flips
    view = View(figure=row["figure_id"], candidate=row["candidate_id"])
    assert "What would drop it?" in fill_view(decisions, view)[3]
    assert "Changes of one signal that would drop it" in fill_view(decisions, view, why=True)[3]
    assert decisions.rater.find_changes(row | {"scorer": "another"}, cut, kept=True) is None


def test_the_samples_were_scored_by_the_bundled_filter() -> None:
    """After the filter was fitted again: `python space/make_samples.py`."""
    samples = Decisions.of(Corpus.open(SAMPLES))
    rows = [r for r in samples.corpus.table.to_pylist() if r["candidate_id"] and not r["gated"]]
    bare = {r["article_id"] for r in rows if r["image_sha256"] not in samples.images}
    firsts = {r["article_id"]: r for r in reversed(rows) if r["article_id"] not in bare}
    assert len(firsts) >= 3
    for row in firsts.values():
        assert samples.rater.find_changes(row, 0.5, row["keep"]) is not None, row["article_id"]


def test_a_ledger_of_another_version_is_refused_in_words(release: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(release, tmp_path / "old"))
    (file,) = (folder / "data" / "ledger").glob("*.parquet")
    pq.write_table(pq.read_table(file).drop_columns(["image_sha256"]), file)
    with pytest.raises(BuildError, match=r"no column image_sha256.*build it again"):
        Corpus.open(folder)


@pytest.mark.parametrize("count", [0, 1, 5])
def test_few_test_questions_are_enough(release: Path, tmp_path: Path, count: int) -> None:
    folder = Path(shutil.copytree(release, tmp_path / "few"))
    (file,) = (folder / "data" / "ledger").glob("*.parquet")
    table = pq.read_table(file)
    asked = [s == "test" and n is not None
             for s, n in zip(*(table[c].to_pylist() for c in ("split", "correct_index")),
                             strict=True)]  # fmt: skip
    others = [not test for test in asked]
    some = pa.concat_tables([table.filter(others), table.filter(asked).slice(0, count)])
    pq.write_table(some.sort_by("figure_id"), file)
    build_app(folder)


def test_every_text_is_shown_as_text(decisions: Decisions) -> None:
    place = decisions.corpus.figures[0]
    for payload in PAYLOADS:
        rows = [
            row | dict.fromkeys(("caption", "question", "answer", "reason", "rationale",
                                 "attribution", "label", "modality", "license"), payload)
            for row in decisions.corpus.read_rows(place)
        ]  # fmt: skip
        chosen = next(row for row in rows if row["candidate_id"])
        parts = (
            decisions.render_caption(rows, chosen),
            decisions.render_candidates(rows, chosen, View()),
            render("image.html", row=rows[0], has_image=True),
            render("message.html", text=payload, kind=payload),
        )
        for part in parts:
            assert (
                str(html.escape(payload)).replace("&#x27;", "&#39;").replace("&quot;", "&#34;")
                in str(part)
                or "<" not in payload
            )
            if "<" in payload:
                assert payload not in part


def test_a_view_survives_its_address_and_nonsense_does_not_hurt(decisions: Decisions) -> None:
    view = View("a/b c", "cand", "kept", "reason?", "task", "m", "s", "50 % & <x>", 0.35, 3)
    assert View.of(dict(httpx.QueryParams(view.link()[1:]))) == view
    nonsense: dict[str, Any] = {"keep": "nan", "page": "-1e99", "figure": "../../etc/passwd" * 99}
    odd = View.of(nonsense)
    assert (odd.keep, odd.page) == (0.0, 1)
    assert fill_view(decisions, odd)[0]


def test_images_are_found_by_hash_alone(decisions: Decisions) -> None:
    store = ImageStore(decisions.corpus)
    place = next(p for p in decisions.corpus.figures if p.image_sha256 in store)
    assert store.read(place.image_sha256)
    for bad in ("", "../README.md", place.figure_id, place.image_sha256[:-1]):
        assert store.read(bad) is None


@pytest.mark.parametrize("form", FORMS)
def test_browsers_get_a_picture_that_all_of_them_show_upright(form: str) -> None:
    store = ImageStore.__new__(ImageStore)
    vars(store)["read"] = lambda _: FORMS[form]
    response = TestClient(Starlette(routes=store.make_routes())).get("/figures/any")
    assert (response.content == FORMS[form]) == (form in ALIKE and form != "BMP")
    shown = Image.open(io.BytesIO(response.content)).convert("L")
    assert shown.size == (72, 48)
    assert np.abs(np.asarray(shown, np.int16) - PICTURE)[8:-8, 8:-8].max() <= 30


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "169.254.169.254", "192.168.0.1", "100.64.0.1", "0.0.0.0",
     "::1", "fe80::1%eth0", "fd00::1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
     "224.0.0.1"],
)  # fmt: skip
def test_addresses_of_machine_and_network_are_private(address: str) -> None:
    assert not is_public(address)


def test_public_addresses_are_public() -> None:
    assert is_public("1.1.1.1") and is_public("2606:4700:4700::1111")


@pytest.mark.parametrize("url", ["", "ftp://x", "http://", "https://u:p@x.org", "http://[::1"])
def test_what_is_no_url_of_a_server_is_refused(url: str) -> None:
    with pytest.raises(AddressError):
        check_url(url)


def test_a_name_that_leads_to_this_machine_is_not_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        port = listening.getsockname()[1]
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

        async def get(private: bool) -> None:
            loop = asyncio.get_running_loop()

            async def lookup(*_: object, **__: object) -> object:
                return found

            monkeypatch.setattr(loop, "getaddrinfo", lookup)
            async with make_visitor_client(private, 1.0) as client:
                await client.get(f"http://models.example.org:{port}/v1")

        with pytest.raises(httpx.ConnectError, match="not a public address"):
            run_apart(get(private=False))
        with pytest.raises(httpx.ReadTimeout):
            run_apart(get(private=True))


@pytest.mark.parametrize("host", ["2130706433", "0177.0.0.1", "0x7f.1", "127.1", "[::ffff:7f00:1]"])
def test_this_machine_is_not_reached_under_another_spelling(host: str) -> None:
    async def get() -> None:
        async with make_visitor_client(False, 1.0) as client:
            await client.get(f"http://{host}:9/v1")

    with pytest.raises((httpx.ConnectError, httpx.InvalidURL), match=r"not a public|Invalid IPv4"):
        run_apart(get())


def test_hub_models_get_a_gpu_where_there_is_zerogpu(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def gpu(duration: int) -> Callable[[Any], Any]:
        asked.append(duration)
        return lambda function: lambda *given: ("on the GPU", function(*given))

    monkeypatch.setitem(sys.modules, "spaces", SimpleNamespace(GPU=gpu))
    assert on_gpu(abs)(-2) == ("on the GPU", 2)
    assert asked == [300]


def test_the_front_matter_names_the_tested_gradio_and_the_file_to_start() -> None:
    head = yaml.safe_load((SAMPLES.parent / "README.md").read_text().split("---")[1])
    assert head["sdk"] == "gradio" and head["sdk_version"] == gradio.__version__
    assert (SAMPLES.parent / head["app_file"]).is_file()


def test_other_files_are_no_tables(tmp_path: Path) -> None:
    for name, data in (("a.zip", b"PK"), ("a.parquet", b"PAR1nothing"), ("a", b"")):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(UploadError):
            take_table(tmp_path / name, tmp_path)


def test_the_uploaded_folder_opens_without_the_clone(tmp_path: Path) -> None:
    make_upload(tmp_path / "upload")
    command = "import app; app._find_packages(); from space.server import SAMPLES, build_app; "
    command += "build_app(SAMPLES); import builder, sys; print(builder.__file__); "
    command += "print(*[m for m in ('torch', 'transformers', 'sklearn') if m in sys.modules])"
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-c", command], cwd=tmp_path / "upload", env=environment,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    where, loaded = done.stdout.splitlines()[-2:]
    assert where == str(tmp_path / "upload" / "builder" / "__init__.py")
    assert loaded == ""
