from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from builder.screening import VerdictLog, derive_standings, read_screening_questions
from tests.space.conftest import PATIENCE, Server, Visit, served

Opens = Callable[..., Visit]
expect.set_options(timeout=PATIENCE)


@pytest.fixture
def build(release: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(release.parent, tmp_path / "build"))


@pytest.fixture
def desk(build: Path, tmp_path: Path) -> Iterator[Server]:
    with served(tmp_path / "log", str(build)) as server:
        yield server


def tab_to(page: Page, wanted: str) -> None:
    """Press Tab until what matches a selector has the focus."""
    for _ in range(60):
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {wanted}")


def begin(looked: Visit, name: str) -> Page:
    page = looked.open("?tab=screening")
    page.locator("#reviewer").wait_for()
    tab_to(page, "#reviewer textarea, #reviewer input")
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    page.locator("#screen-accept").wait_for()
    page.keyboard.press("Tab")
    return page


def saved(page: Page, word: str) -> None:
    expect(page.locator("#screen-message")).to_contain_text(f"Saved: {word}")


def shown(page: Page) -> str:
    return page.locator("#screen-question .id").inner_text()


def test_two_reviewers_and_an_adjudicator_by_keyboard_alone(
    desk: Server, visit: Opens, build: Path
) -> None:
    windows = {name: visit(desk.url) for name in ("Ada", "Björn <img src=x onerror=alert(1)>")}
    ada, bjorn = (begin(window, name) for name, window in windows.items())
    first = shown(ada)
    assert shown(bjorn) == first
    ada.keyboard.press("a")
    saved(ada, "accept")
    bjorn.keyboard.press("r")
    bjorn.locator("#reject-panel").wait_for()
    bjorn.keyboard.press("1")
    bjorn.keyboard.press("Enter")
    saved(bjorn, "reject")
    second = shown(ada)
    assert second == shown(bjorn) != first
    for page in (ada, bjorn):
        page.keyboard.press("f")
        page.locator("#fix-panel").wait_for()
        stem = page.locator("#fix-question textarea")
        expect(stem).to_be_focused()
        page.keyboard.press("ControlOrMeta+A")
        page.keyboard.type("Which one, in the image?")
        page.keyboard.press("Control+Enter")
        saved(page, "fix")
    ada.reload()
    expect(ada.locator("#screen-progress")).to_contain_text("1 of")
    expect(ada.locator("#screen-progress")).to_contain_text("2 reviewed by you")
    expect(ada.locator("#screen-progress")).to_contain_text("1 need an adjudicator")
    tab_to(ada, "#screen-mode input[value=adjudicate]")
    ada.keyboard.press("Space")
    expect(ada.locator("#screen-question .review")).to_have_count(2)
    expect(ada.locator("#screen-question")).to_contain_text("<img src=x onerror=alert(1)>")
    ada.keyboard.press("a")
    saved(ada, "accept")
    found = derive_standings(VerdictLog(build / "verdicts.jsonl").read().entries)
    outcomes = {name: s.outcome.verdict for name, s in found.items() if s.outcome}
    assert outcomes == {first: "accept", second: "fix"}
    assert all(window.errors == [] for window in windows.values())


def test_undo_brings_the_question_back_and_a_rebuild_keeps_verdicts(
    desk: Server, visit: Opens, build: Path
) -> None:
    page = begin(visit(desk.url), "Ada")
    first = shown(page)
    page.keyboard.press("a")
    saved(page, "accept")
    page.keyboard.press("u")
    expect(page.locator("#screen-message")).to_contain_text("Taken back")
    assert shown(page) == first
    page.keyboard.press("s")
    expect(page.locator("#screen-question .id")).not_to_have_text(first)
    assert derive_standings(VerdictLog(build / "verdicts.jsonl").read().entries) == {}


def test_a_killed_server_tells_what_was_not_saved(desk: Server, visit: Opens, build: Path) -> None:
    page = begin(visit(desk.url), "Ada")
    page.keyboard.press("a")
    saved(page, "accept")
    desk.kill()
    log = build / "verdicts.jsonl"
    log.write_bytes(log.read_bytes()[:-30])
    desk.start()
    page = begin(visit(desk.url), "Ada")
    expect(page.locator("#screen-progress .damage")).to_contain_text("a verdict of Ada")
    expect(page.locator("#screen-progress")).to_contain_text("0 reviewed by you")
    page.keyboard.press("a")
    saved(page, "accept")
    assert len(VerdictLog(log).read().entries) == 1


def test_a_kill_while_two_reviewers_press_on_loses_none_that_was_saved(
    desk: Server, visit: Opens, build: Path
) -> None:
    log, names = VerdictLog(build / "verdicts.jsonl"), ("Ada", "Björn")
    told = dict.fromkeys(names, 0)
    for pressed in (3, 2):
        pages = {name: begin(visit(desk.url), name) for name in names}
        for _ in range(pressed):
            for name, page in pages.items():
                question = shown(page)
                page.keyboard.press("a")
                saved(page, "accept")
                expect(page.locator("#screen-question .id")).not_to_have_text(question)
                told[name] += 1
        for page in pages.values():
            page.keyboard.press("a")
        desk.kill()
        desk.start()
        entries = log.read().entries
        for name, page in pages.items():
            kept = sum(entry.reviewer == name for entry in entries)
            assert kept in (told[name], told[name] + 1)
            if kept == told[name]:
                expect(page.locator("#screen-message")).not_to_contain_text("Saved")
            told[name] = kept
    assert not log.read().damages


def test_a_nameless_visitor_gives_no_verdict(desk: Server, visit: Opens, build: Path) -> None:
    page = visit(desk.url).open("?tab=screening")
    expect(page.locator("#screen-question")).to_contain_text("Who is reviewing?")
    expect(page.locator("#screen-accept")).to_be_hidden()
    assert read_screening_questions(build)
