from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Page, expect

from tests.space.conftest import PATIENCE, Server, Visit

TABS = ("decisions", "try", "benchmark", "screening")
Opens = Callable[..., Visit]
expect.set_options(timeout=PATIENCE)


def ready(page: Page, tab: str) -> None:
    place = {
        "decisions": ".figure-card", "try": "#try-go", "benchmark": "#bench-go",
        "screening": "#screen-progress .meter",
    }[tab]  # fmt: skip
    page.locator(place).first.wait_for()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("tab", TABS)
def test_every_tab_is_sound_in_wide_and_narrow_windows(
    samples: Server, visit: Opens, tab: str, width: int
) -> None:
    looked = visit(samples.url, width)
    page = looked.open(f"?tab={tab}")
    ready(page, tab)
    page.wait_for_timeout(1000)
    overflow = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert overflow <= 0
    found = Axe().run(page)
    serious = [
        (v["id"], [n["target"] for n in v["nodes"]])
        for v in found.response["violations"]
        if v["impact"] in ("serious", "critical")
    ]
    assert serious == []
    assert looked.errors == []
    assert looked.elsewhere == []


def test_filters_slider_and_link_bring_the_same_view_back(samples: Server, visit: Opens) -> None:
    looked = visit(samples.url)
    page = looked.open()
    ready(page, "decisions")
    page.locator(".figure-card").nth(3).click()
    name = page.locator(".figure-card").nth(3).locator(".figure-name").inner_text()
    expect(page.locator("#figure-image .figure-title")).to_contain_text(name)
    page.locator("[data-candidate]").nth(1).click()
    expect(page.locator("[data-candidate]").nth(1)).to_have_class("candidate chosen")
    chosen = page.locator("[data-candidate]").nth(1).get_attribute("data-candidate")
    page.locator("#keep-ratio input[type=number]").fill("0.3")
    page.keyboard.press("Tab")
    expect(page.locator("#changes")).to_contain_text("At 30%")
    expect(page.locator("#changes .less").first).to_be_visible()
    page.locator("#search textarea, #search input").fill(name)
    expect(page.locator("#figures .figures-head")).to_have_text("1 figure")
    expect(page).to_have_url(re.compile("text=phantom"))
    again = visit(samples.url)
    other = again.open(page.url.removeprefix(samples.url + "/"))
    expect(other.locator("#changes")).to_contain_text("At 30%")
    expect(other.locator("#figure-image .figure-title")).to_contain_text(name)
    assert chosen
    assert other.locator("#search textarea, #search input").input_value() == name


def test_what_would_flip_a_decision_is_worked_out_on_a_click(samples: Server, visit: Opens) -> None:
    looked = visit(samples.url)
    page = looked.open("?decision=kept")
    ready(page, "decisions")
    page.get_by_role("button", name="What would drop it?").click()
    expect(page.locator("#candidates ul.flips li").first).to_contain_text("SD")
    assert looked.errors == []


def test_nothing_found_says_so(samples: Server, visit: Opens) -> None:
    page = visit(samples.url).open("?text=no+caption+says+this")
    expect(page.locator("#figures .empty")).to_contain_text("No figure matches")


def test_the_figure_opens_in_a_viewer_that_keys_move(samples: Server, visit: Opens) -> None:
    page = visit(samples.url).open()
    page.locator("#figure-image [data-zoom]").click()
    image = page.locator("dialog.viewer img")
    expect(image).to_be_visible()
    page.keyboard.press("+")
    expect(image).to_have_attribute("style", "transform: translate(0px, 0px) scale(1.5); "
                                             "image-rendering: auto;")  # fmt: skip
    page.keyboard.press("Escape")
    expect(image).to_be_hidden()


def test_an_example_is_judged_with_one_click(samples: Server, visit: Opens) -> None:
    page = visit(samples.url).open("?tab=try")
    page.get_by_role("button", name="A good question").click()
    expect(page.locator("#try-result .pill").first).to_have_text("Would be kept")
    page.get_by_role("button", name="A wrong answer").click()
    expect(page.locator("#try-result .pill").first).not_to_have_text("Would be kept")
    assert page.locator("#try-preview img").count() == 1


def png(size: tuple[int, int]) -> bytes:
    out = io.BytesIO()
    Image.new("1", size).save(out, "PNG")
    return out.getvalue()


def zip_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(50_000_000))
    return out.getvalue()


SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (SVG, "no image that is read here"),
        (b"<html><script>alert(1)</script></html>", "no image that is read here"),
        (zip_bomb(), "no image that is read here"),
        (png((10_000, 10_000)), "100 megapixels"),
        (png((640, 480))[:60], "cannot be used"),
    ],
    ids=["svg", "html", "zip bomb", "100 megapixels", "cut off"],
)
def test_a_false_image_is_refused_with_a_message(
    samples: Server, visit: Opens, tmp_path: Path, data: bytes, said: str
) -> None:
    file = tmp_path / "figure.png"
    file.write_bytes(data)
    looked = visit(samples.url)
    page = looked.open("?tab=try")
    ready(page, "try")
    page.locator("#try-image input[type=file]").set_input_files(file)
    expect(page.locator("#try-message")).to_contain_text(said)
    assert looked.errors == []


def test_an_own_figure_is_shown_and_its_pair_judged(
    samples: Server, visit: Opens, tmp_path: Path
) -> None:
    file = tmp_path / "own <b>figure.png"
    file.write_bytes(png((320, 200)))
    page = visit(samples.url).open("?tab=try")
    ready(page, "try")
    page.locator("#try-image input[type=file]").set_input_files(file)
    expect(page.locator("#try-preview img")).to_be_visible()
    page.locator("#try-caption textarea").fill("HeLa cells stained with DAPI. Scale bar, 20 µm.")
    page.locator("#try-question textarea").fill("Which cells are shown?")
    page.locator("#try-answer textarea, #try-answer input").fill("HeLa")
    page.locator("#try-go").click()
    expect(page.locator("#try-result")).to_contain_text("score")


def test_a_table_comes_back_with_decisions(samples: Server, visit: Opens, tmp_path: Path) -> None:
    file = tmp_path / "mine?split=x.csv"
    file.write_text(
        "caption,question,answer\n"
        '"HeLa cells, 40 counted.",How many cells were counted?,40\n'
        '"HeLa cells, 40 counted.",How many cells were counted?,900\n'
    )
    page = visit(samples.url).open("?tab=try")
    page.get_by_role("tab", name="A whole table").click()
    page.locator("#try-table input[type=file]").set_input_files(file)
    expect(page.locator("#try-table")).to_contain_text("mine")
    page.locator("#try-table-go").click()
    expect(page.locator("#table-rows tbody tr")).to_have_count(2)
    expect(page.locator("#table-rows tbody tr").nth(1)).to_contain_text("Dropped")


def test_random_and_clip_run_and_stay_on_the_board(samples: Server, visit: Opens) -> None:
    looked = visit(samples.url)
    page = looked.open("?tab=benchmark")
    ready(page, "benchmark")
    page.locator("#bench-go").click()
    expect(page.locator("#bench-progress")).to_contain_text("Done: random.")
    expect(page.locator("#bench-result .bar-row.own")).to_contain_text("random")
    assert page.locator("#bench-wrong ul.wrong > li").count() > 0
    page.get_by_label("Bundled CLIP").check()
    page.locator("#bench-go").click()
    expect(page.locator("#bench-progress")).to_contain_text("Done: clip:phantom-tiny.")
    board = page.locator("#bench-board")
    expect(board).to_contain_text("clip:phantom-tiny")
    expect(board).to_contain_text("random")
    other = visit(samples.url).open("?tab=benchmark")
    expect(other.locator("#bench-board")).to_contain_text("No result yet")
    assert looked.errors == []


PRIVATE = (
    "http://127.0.0.1:{port}/v1",
    "http://localhost:{port}/v1",
    "http://[::ffff:127.0.0.1]:{port}/v1",
    "file:///etc/passwd",
)


@pytest.mark.parametrize("url", PRIVATE)
def test_an_endpoint_on_this_machine_is_not_reached(
    samples: Server, visit: Opens, url: str
) -> None:
    page = visit(samples.url).open("?tab=benchmark")
    ready(page, "benchmark")
    page.get_by_label("Endpoint").check()
    page.locator("#bench-url textarea, #bench-url input").fill(url.format(port=samples.port))
    page.locator("#bench-name textarea, #bench-name input").fill("m")
    page.locator("#bench-key input").fill("sk-very-secret")
    page.locator("#bench-limit input[type=number]").fill("5")
    page.locator("#bench-go").click()
    message = page.locator("#bench-progress .message.error")
    expect(message).to_be_visible()
    assert "not a public address" in message.inner_text() or "https://" in message.inner_text()
    assert "sk-very-secret" not in samples.log.read_text()
