"""Fixtures for models."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.scoring.models.server import ChatServer


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ChatServer]:
    """A chat server on loopback, and no key in the environment."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    chat = ChatServer()
    yield chat
    chat.close()
