"""Takes the pictures of the app in docs/: `python -m benchmarks.space_screenshots [FOLDER]`.

Needs the extra `dev` and Debian's chromium. The app runs on the shipped samples.
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from benchmarks.space_load import ROOT, served

HEIGHTS = {"decisions": 1500, "try": 1150, "benchmark": 1500, "screening": 940}
WIDE, PHONE, PHONE_HEIGHT, GAP = 1280, 390, 1400, 24
PATIENCE = 120_000
"""Milliseconds."""


def _decisions(page: Page) -> None:
    page.locator(".figure-card").nth(2).click()
    page.locator("[data-why]").click()
    page.locator("ul.flips li").first.wait_for()


def _try(page: Page) -> None:
    page.get_by_role("button", name="A wrong answer").click()
    page.locator("#try-result .pill").first.wait_for()


def _benchmark(page: Page) -> None:
    page.get_by_label("Bundled CLIP").check()
    page.locator("#bench-go").click()
    page.locator("#bench-progress").get_by_text("Done:").wait_for()


def _screening(page: Page) -> None:
    name = page.locator("#reviewer textarea, #reviewer input")
    name.fill("Ada Lovelace")
    name.press("Enter")
    page.locator("#screen-accept").wait_for()
    name.blur()


TABS: dict[str, Callable[[Page], None]] = {
    "decisions": _decisions, "try": _try, "benchmark": _benchmark, "screening": _screening,
}  # fmt: skip


def picture(page: Page, url: str, tab: str) -> Image.Image:
    """A tab with something in it, from the top to its end."""
    page.goto(f"{url}/?tab={tab}")
    TABS[tab](page)
    page.mouse.move(0, 0)
    page.wait_for_timeout(3000)
    return Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("RGB")


def _cut(image: Image.Image, height: int) -> Image.Image:
    return image.crop((0, 0, image.width, min(image.height, height)))


def beside(images: list[Image.Image]) -> Image.Image:
    """Pictures of the same width side by side."""
    height = max(image.height for image in images)
    whole = Image.new("RGB", (len(images) * (PHONE + GAP) - GAP, height), "white")
    for number, image in enumerate(images):
        whole.paste(image, (number * (PHONE + GAP), 0))
    return whole


def main(folder: Path) -> None:
    """Write space-TAB.png for each tab and space-phone.png into a folder."""
    with (
        tempfile.TemporaryDirectory() as aside,
        served(ROOT / "space" / "samples", Path(aside) / "log") as url,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        taken = {}
        for width in (WIDE, PHONE):
            page = browser.new_page(viewport={"width": width, "height": 900})
            page.set_default_timeout(PATIENCE)
            taken[width] = {tab: picture(page, url, tab) for tab in TABS}
        browser.close()
    pictures = {tab: _cut(image, HEIGHTS[tab]) for tab, image in taken[WIDE].items()}
    pictures["phone"] = beside([_cut(image, PHONE_HEIGHT) for image in taken[PHONE].values()])
    for name, image in pictures.items():
        image.quantize(256).save(folder / f"space-{name}.png", optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs")
