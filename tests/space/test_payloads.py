"""Texts that would run in a browser are shown as they are, wherever they come from."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.space.conftest import PATIENCE, Server, Visit, served
from tests.space.evil import evil_model, make_evil
from tests.space.payloads import PAYLOADS

Opens = Callable[..., Visit]
expect.set_options(timeout=PATIENCE)
KEY = "sk-test-very-secret-0123456789"
ASKED = 20
INJECTED = """() => [...document.querySelectorAll('*')].filter(e =>
  [...e.attributes].some(a => /^on/.test(a.name) || /^(javascript|data:text)/i.test(a.value)) ||
  (e.matches('script') && /^\\s*alert/.test(e.textContent)) ||
  (e.matches('style') && /example[.]org/.test(e.textContent)) ||
  e.matches('iframe, object, embed, math, video')).map(e => e.outerHTML.slice(0, 200))"""


@pytest.fixture(scope="module")
def evil(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app over a release of payloads; what it leaves on the disk is in one folder."""
    folder = tmp_path_factory.mktemp("evil")
    (folder / "left").mkdir()
    output = make_evil(release, folder / "release")
    left = {"TMPDIR": str(folder / "left"), "GRADIO_TEMP_DIR": str(folder / "left" / "gradio")}
    with served(folder / "log", str(output), "--allow-private-endpoints", **left) as server:
        yield server


def unharmed(looked: Visit, errors: tuple[str, ...] = ()) -> None:
    """Nothing has run, nothing was put into the page, nothing was fetched from elsewhere."""
    assert looked.page.evaluate(INJECTED) == []
    assert [e for e in looked.errors if e not in errors] == []
    assert looked.elsewhere == []


def says(page: Page, place: str, payload: str, *words: str) -> None:
    """A part of the page has the payload, letter by letter, with each of the words behind it."""
    page.wait_for_function(
        "([place, texts]) => texts.every(text => "
        "document.querySelector(place)?.textContent.includes(text))",
        arg=[place, [f"{payload} {word}" for word in words] or [payload]],
    )


def test_payloads_of_a_release_are_text_in_decisions(evil: Server, visit: Opens) -> None:
    looked = visit(evil.url)
    page = looked.open()
    cards = page.locator(".figure-card")
    for number, payload in enumerate(PAYLOADS):
        if number and number % 12 == 0:
            page.locator("#figures [data-page]").last.click()
            expect(page.locator("#figures .figures-head")).to_contain_text("page 2")
        cards.nth(number % 12).click()
        says(page, "#figure-caption", payload, "caption", "attribution")
        says(page, "#figure-image", payload, "label", "modality", "license")
        says(page, "#candidates", payload, "question", "answer", "reason")
        assert page.locator("#figure-caption mark").first.text_content() == payload
    unharmed(looked)
    page.get_by_role("button", name="More filters").click()
    page.get_by_label("Modality").click()
    expect(page.get_by_role("option").first).to_be_visible()
    unharmed(looked)


def test_payloads_of_a_release_and_of_reviewers_are_text_in_screening(
    evil: Server, visit: Opens
) -> None:
    names = PAYLOADS[0], PAYLOADS[2]
    windows = [visit(evil.url), visit(evil.url)]
    pages = [looked.open("?tab=screening") for looked in windows]
    for page, name in zip(pages, names, strict=True):
        field = page.locator("#reviewer textarea, #reviewer input")
        field.fill(name)
        field.press("Enter")
        page.locator("#screen-accept").wait_for()
        field.blur()
        page.keyboard.press("r")
        page.locator("#reject-panel").wait_for()
        page.keyboard.press("8" if name == names[0] else "1")
        note = page.locator("#reject-note textarea, #reject-note input")
        note.fill(" ".join(PAYLOADS))
        note.press("Enter")
        expect(page.locator("#screen-message")).to_contain_text("Saved: reject")
    first = pages[0]
    first.keyboard.press("f")
    for letter, payload in zip("ABCD", PAYLOADS, strict=False):
        first.locator(f"#fix-{letter} textarea").fill(payload)
    first.locator("#fix-question textarea").fill(PAYLOADS[5])
    first.keyboard.press("Control+Enter")
    expect(first.locator("#screen-message")).to_contain_text("Saved: fix")
    pages[1].keyboard.press("a")
    expect(pages[1].locator("#screen-message")).to_contain_text("Saved: accept")
    seen: set[str] = set()
    for _ in range(10):
        shown = first.locator("#screen-question").text_content() or ""
        payload = max((p for p in PAYLOADS if f"{p} question" in shown), key=len)
        seen.add(payload)
        says(first, "#screen-question", payload, "answer", "0", "rationale")
        says(first, "#screen-figure", payload, "caption", "attribution")
        name = first.locator("#screen-question .id").inner_text()
        first.keyboard.press("s")
        expect(first.locator("#screen-question .id")).not_to_have_text(name)
    assert len(seen) >= 3
    first.get_by_label("Adjudicate").check()
    expect(first.locator("#screen-question .review")).to_have_count(2)
    reviews = first.locator("#screen-question .review")
    told = "".join(reviews.all_text_contents())
    assert names[0] in told and names[1] in told
    assert PAYLOADS[5] in told and all(payload in told for payload in PAYLOADS[:4])
    first.get_by_role("button", name="Agreement and pace").click()
    says(first, "#screen-report", names[0])
    says(first, "#screen-report", names[1])
    for looked in windows:
        unharmed(looked)


def test_payloads_in_a_table_and_in_names_of_files_are_text(
    evil: Server, visit: Opens, tmp_path: Path
) -> None:
    looked = visit(evil.url)
    page = looked.open("?tab=try")
    page.get_by_role("tab", name="A whole table").click()
    for number, name in enumerate((PAYLOADS[1], PAYLOADS[10], PAYLOADS[18], PAYLOADS[17])):
        file = tmp_path / f"{name.replace('/', '')}{number}.csv"
        with file.open("w", newline="") as out:
            table = csv.writer(out)
            table.writerow(["caption", "question", "answer", PAYLOADS[1]])
            table.writerows([f"{p} a", f"{p} b", f"{p} c", f"{p} d"] for p in PAYLOADS)
        page.locator("#try-table input[type=file]").set_input_files(file)
        expect(page.locator("#try-table")).to_contain_text(re.compile(rf"{number}\s?\.csv"))
        unharmed(looked)
        page.get_by_label("Remove this file").or_(page.get_by_label("Clear")).first.click()
    page.locator("#try-table input[type=file]").set_input_files(file)
    expect(page.locator("#try-table")).to_contain_text(re.compile(r"3\s?\.csv"))
    page.locator("#try-table-go").click()
    expect(page.locator("#table-rows tbody tr")).to_have_count(len(PAYLOADS))
    says(page, "#table-rows thead", PAYLOADS[1])
    for payload in PAYLOADS:
        says(page, "#table-rows", payload, "a", "b", "c", "d")
    unharmed(looked)
    page.get_by_role("tab", name="One question").click()
    for field, payload in zip(("caption", "question", "answer"), PAYLOADS, strict=False):
        page.locator(f"#try-{field} textarea, #try-{field} input").fill(payload)
    page.locator("#try-go").click()
    expect(page.locator("#try-result")).to_contain_text("score")
    unharmed(looked)


def test_replies_and_names_of_models_are_text_and_the_key_stays_in_the_page(
    evil: Server, visit: Opens
) -> None:
    looked = visit(evil.url)
    with evil_model() as (url, model):
        page = _asks(looked, url, PAYLOADS[1], "endpoint", without_image=False)
        expect(page.locator("#bench-progress")).to_contain_text("Done:")
    assert model.keys == {KEY} and model.calls == ASKED
    shown = page.locator("#bench-wrong").text_content() or ""
    replies = page.locator("#bench-wrong pre.response").all_text_contents()
    answered = [number for number in range(1, ASKED + 1) if number % 7]
    assert sorted(replies) == sorted(PAYLOADS[number] for number in answered)
    assert "wrong key" in shown
    for place in ("#bench-board", "#bench-result", "#bench-progress"):
        says(page, place, PAYLOADS[1])
    unharmed(looked)
    assert KEY not in page.content()
    other = visit(evil.url).open("?tab=benchmark")
    expect(other.locator("#bench-board")).to_contain_text("No result yet")
    assert KEY not in other.content()
    assert KEY not in evil.log.read_text()
    left = [path for path in evil.log.parent.rglob("*") if path.is_file()]
    assert left and not [path for path in left if KEY.encode() in path.read_bytes()]


def test_a_run_shows_how_far_it_is_and_stops_on_a_click(evil: Server, visit: Opens) -> None:
    looked = visit(evil.url)
    with evil_model(pause=1.0) as (url, model):
        page = _asks(looked, url, "slow", "endpoint")
        expect(page.locator("#bench-progress")).to_contain_text("asked")
        page.locator("#bench-stop").click()
        expect(page.locator("#bench-progress")).to_contain_text("Stopped.")
        assert model.calls < 2 * ASKED
    expect(page.locator("#bench-result")).to_contain_text("Nothing run yet")
    unharmed(looked)


def _asks(looked: Visit, url: str, name: str, kind: str, without_image: bool = True) -> Page:
    page = looked.open("?tab=benchmark")
    page.get_by_label(kind.capitalize()).check()
    page.get_by_label("Also ask without the image").set_checked(without_image)
    page.locator("#bench-url textarea, #bench-url input").fill(url)
    page.locator("#bench-name textarea, #bench-name input").fill(name)
    page.locator("#bench-key input").fill(KEY)
    page.locator("#bench-limit input[type=number]").fill(str(ASKED))
    page.keyboard.press("Tab")
    page.locator("#bench-go").click()
    return page
