"""Fixtures for runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scoring.models.server import Answer, Body, ChatServer, text_of
from tests.scoring.releases import release_rows, write_release

KEYS = {row["question"]: row["choices"][row["correct_index"]] for row in release_rows(20)}


def knowing(body: Body) -> Answer:
    """The key where the question is shown, else the first choice; every fifth says nothing."""
    text = text_of(body)
    labelled = re.findall(r"^(?:([A-Z])\.|  \((\d+)\):) (.*)$", text, re.MULTILINE)
    asked = re.search(r"Which organ is shown in figure (\d+)\?", text)
    if asked and int(asked[1]) % 5 == 4:
        return Answer("I cannot tell from this image.")
    key = KEYS[asked[0]] if asked else labelled[0][2]
    letter = next(a or b for a, b, choice in labelled if choice == key)
    return Answer(f"It looks so. The answer is ({letter}).", tokens=(200, 10))


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ChatServer]:
    """A chat server that knows the keys of the small release."""
    pytest.importorskip("openai")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    chat = ChatServer(knowing)
    monkeypatch.setenv("OPENAI_BASE_URL", chat.url)
    yield chat
    chat.close()


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A release of 40 train and 20 test questions."""
    return write_release(tmp_path / "release")
