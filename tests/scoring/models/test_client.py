"""Chat models over a real connection: cache, budget, retries, and what the server gets."""

from __future__ import annotations

import asyncio
import base64
import io
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Pictures

pytest.importorskip("openai")

from scoring.models import (
    Budget,
    BudgetSpent,
    Client,
    FatalError,
    Image,
    Message,
    OpenAIChat,
    Outcome,
    Prices,
    Request,
    RequestError,
    Response,
    ResponseCache,
    RetryPolicy,
    TransientError,
    add_up,
    map_concurrently,
    read_usage,
)
from scoring.models.openai_chat import make_data_url
from tests.scoring.models.server import Answer, ChatServer, text_of

QUICK = RetryPolicy(attempts=4, first=0.01, longest=0.02, patience=5)


def ask(text: str = "Which?", image: bytes | None = None, **settings: Any) -> Request:
    parts = (text,) if image is None else (Image(image), text)
    return Request((Message("user", parts),), **settings)


def client(server: ChatServer, cache: Path | None = None, **settings: Any) -> Client:
    chat = OpenAIChat("tiny", base_url=server.url, timeout=settings.pop("timeout", 5.0))
    held = ResponseCache(cache) if cache else None
    return Client(chat, cache=held, policy=QUICK, **settings)


def run(asked: Client, requests: list[Request]) -> list[Outcome | None]:
    found: list[Outcome | None] = [None] * len(requests)

    def arrived(number: int, outcome: Outcome) -> None:
        found[number] = outcome

    asyncio.run(asked.complete_all(requests, arrived))
    return found


def png(mode: str = "RGB", kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Pictures.new(mode, (4, 3)).save(out, kind)
    return out.getvalue()


def test_sends_untouched_images_and_reads_text_and_tokens(server: ChatServer) -> None:
    image = png()
    schema = {"type": "object", "properties": {}, "additionalProperties": False}
    response = asyncio.run(client(server).complete(ask("Which?", image, schema=schema)))
    assert (response.text, response.tokens_in, response.tokens_out) == ("Answer: A", 100, 10)
    assert (response.finish_reason, response.served_by) == ("stop", "tiny-served")
    (body,) = server.bodies
    picture, text = body["messages"][0]["content"]
    start, _, sent = picture["image_url"]["url"].partition(",")
    assert (start, base64.b64decode(sent)) == ("data:image/png;base64", image)
    assert text == {"type": "text", "text": "Which?"}
    assert body["response_format"]["json_schema"]["schema"] == schema
    assert (body["temperature"], body["max_tokens"]) == (0.0, 2048)


def test_text_that_no_file_could_hold_becomes_text(server: ChatServer, tmp_path: Path) -> None:
    server.reply = lambda body: Answer("half \ud83d of a pair\x00")
    first, again = (asyncio.run(client(server, tmp_path).complete(ask())) for _ in range(2))
    assert first.text == again.text == "half ? of a pair\x00"


def test_derives_only_formats_that_servers_do_not_take() -> None:
    for kind in ("PNG", "JPEG", "GIF", "WEBP"):
        assert make_data_url(Image(png(kind=kind))).endswith(
            base64.b64encode(png(kind=kind)).decode()
        )
    derived = make_data_url(Image(png(kind="TIFF")))
    assert derived.startswith("data:image/png;")
    with pytest.raises(RequestError, match="an image cannot be read"):
        make_data_url(Image(b"nothing"))


def test_the_cache_answers_the_second_time_and_redoes_damaged_entries(
    server: ChatServer, tmp_path: Path
) -> None:
    requests = [ask(f"q{i}") for i in range(3)]
    first = run(client(server, tmp_path), requests)
    again = client(server, tmp_path)
    second = run(again, requests)
    assert len(server.bodies) == 3
    assert all(isinstance(r, Response) and r.cached for r in second)
    assert [getattr(r, "text", None) for r in first] == [getattr(r, "text", None) for r in second]
    usage = again.budget.usage
    assert (usage.sent.calls, usage.cached.calls, usage.cached.tokens_in) == (0, 3, 300)
    files = sorted(tmp_path.rglob("*.json"))
    files[0].write_text(files[0].read_text()[:-20])
    files[1].write_text(files[2].read_text())
    files[2].write_bytes(b"\xff")
    third = client(server, tmp_path)
    assert all(isinstance(r, Response) and not r.cached for r in run(third, requests))
    assert isinstance(third.cache, ResponseCache)
    assert (third.cache.damaged, len(server.bodies)) == (3, 6)
    assert not [path for path in tmp_path.rglob("*") if path.name.startswith(".")]


def test_keys_tell_models_settings_and_images_apart_but_not_servers() -> None:
    base = ask("q", png()).key("openai:a", "")
    assert base == ask("q", png()).key("openai:a", "")
    others = [
        ask("q", png()).key("openai:b", ""),
        ask("q", png()).key("openai:a", "r1"),
        ask("q", png("L")).key("openai:a", ""),
        ask("q", png(), temperature=1.0).key("openai:a", ""),
        ask("q", png(), max_tokens=9).key("openai:a", ""),
        ask("q", png(), schema={"type": "object"}).key("openai:a", ""),
    ]
    assert all(other != base for other in others)


def test_honours_retry_after_and_sends_less_at_once(server: ChatServer) -> None:
    refused: list[float] = []

    def reply(body: dict[str, Any]) -> Answer:
        if len(refused) < 3:
            refused.append(time.monotonic())
            return Answer(status=429, headers={"Retry-After": "0.4"})
        return Answer(delay=0.02)

    server.reply = reply
    asked = client(server)
    began = time.monotonic()
    assert all(isinstance(r, Response) for r in run(asked, [ask(f"q{i}") for i in range(12)]))
    assert time.monotonic() - began > 0.4
    assert asked.limiter.limit < asked.limiter.most


@pytest.mark.parametrize(
    "bad",
    [
        Answer(status=500),
        Answer(status=503, headers={"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}),
        Answer(raw=b'{"choices": ['),
        Answer(raw=b"<html>busy</html>", headers={"Content-Type": "text/html"}),
        Answer(raw=b'{"object": "chat.completion", "choices": []}'),
        Answer(raw=b"[]"),
        Answer(delay=0.6),
    ],
)
def test_tries_again_after_a_bad_reply(server: ChatServer, bad: Answer) -> None:
    seen: list[int] = []

    def reply(body: dict[str, Any]) -> Answer:
        seen.append(1)
        return bad if len(seen) < 3 else Answer("Answer: B")

    server.reply = reply
    response = asyncio.run(client(server, timeout=0.3).complete(ask()))
    assert response.text == "Answer: B"
    assert len(seen) == 3


def test_one_refused_request_does_not_stop_the_others(server: ChatServer) -> None:
    def reply(body: dict[str, Any]) -> Answer:
        return Answer(status=400, message="content policy") if "q3" in text_of(body) else Answer()

    server.reply = reply
    found = run(client(server), [ask(f"q{i}") for i in range(8)])
    assert isinstance(found[3], RequestError)
    assert "content policy" in str(found[3])
    assert sum(isinstance(r, Response) for r in found) == 7
    assert len(server.bodies) == 8


def test_ends_at_once_where_no_request_can_work(
    server: ChatServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    key = "sk-very-secret"
    monkeypatch.setenv("OPENAI_API_KEY", key)
    server.reply = lambda body: Answer(status=401, message=f"wrong key: {key}")
    with pytest.raises(FatalError, match=r"401: wrong key: \[key\]") as caught:
        run(client(server, tmp_path), [ask(f"q{i}") for i in range(100)])
    assert key not in str(caught.value)
    assert len(server.bodies) <= 8
    assert server.headers[0]["authorization"] == f"Bearer {key}"
    server.reply = lambda body: Answer(status=429, headers={"Retry-After": "86400"})
    with pytest.raises(FatalError, match="asks to wait 86400 s"):
        run(client(server), [ask()])


def test_no_key_is_written_anywhere(
    server: ChatServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
    server.reply = lambda body: Answer("you sent sk-very-secret")
    (response,) = run(client(server, tmp_path), [ask(image=png())])
    assert isinstance(response, Response) and response.text == "you sent [key]"
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    assert not any(b"very-secret" in path.read_bytes() for path in files)


def test_a_dead_server_ends_the_run(server: ChatServer) -> None:
    asked = client(server)
    server.close()
    with pytest.raises(FatalError, match="16 requests in a row failed; the last: no connection"):
        run(asked, [ask(f"q{i}") for i in range(50)])


def test_a_budget_stops_before_it_is_exceeded_and_the_run_goes_on_later(
    server: ChatServer, tmp_path: Path
) -> None:
    server.reply = lambda body: Answer(tokens=(1000, 100), delay=0.01)
    requests = [ask(f"q{i}", max_tokens=200) for i in range(30)]
    prices = Prices(1.0, 10.0)

    def limited(usd: float | None) -> Client:
        return client(server, tmp_path, budget=Budget(usd, prices))

    first = limited(0.02)
    with pytest.raises(BudgetSpent, match=r"the budget of \$0.02 is spent"):
        run(first, requests)
    assert 0.012 < first.budget.usage.sent.usd <= 0.02
    second = limited(None)
    assert all(isinstance(r, Response) for r in run(second, requests))
    first_sent, second_sent = first.budget.usage.sent, second.budget.usage.sent
    assert first_sent.calls + second_sent.calls == 30 == len(server.bodies)
    assert second_sent.usd + second.budget.usage.cached.usd == pytest.approx(30 * 0.002)
    with pytest.raises(BudgetSpent, match=r"a budget of \$0.001 is too small"):
        run(limited(0.001), [ask("new")])
    with pytest.raises(ValueError, match="both prices"):
        Budget(1.0)


def test_usage_is_counted_by_step_and_over_all_runs(server: ChatServer, tmp_path: Path) -> None:
    file, prices = tmp_path / "log" / "costs.jsonl", Prices(1.0, 10.0)
    requests = [ask("a", step="one"), ask("b", step="two"), ask("c", step="two")]
    for _ in range(2):
        asked = client(server, tmp_path / "cache", budget=Budget(None, prices, file))
        run(asked, requests)
        asked.budget.usage.close()
    assert len(server.bodies) == 3
    assert asked.budget.usage.describe().startswith("0 calls (0/min), 3 from the cache, 0 tokens")
    with file.open("a") as cut:
        cut.write('{"step": "two", "tok')
    steps = read_usage(file, prices)
    assert {step: usage.calls for step, usage in steps.items()} == {"one": 1, "two": 2}
    whole = add_up(steps.values())
    assert (whole.tokens_in, whole.tokens_out, whole.uncounted) == (300, 30, 0)
    assert whole.usd == pytest.approx(3 * (100 * 1 + 10 * 10) / 1e6)


def test_equal_requests_under_way_share_a_call_and_the_end_is_final(server: ChatServer) -> None:
    server.reply = lambda body: Answer(delay=0.1)
    asked = client(server)
    first, same = run(asked, [ask("q", step="one"), ask("q", step="two")])
    assert isinstance(first, Response) and isinstance(same, Response)
    assert (first.cached, same.cached, len(server.bodies)) == (False, True, 1)
    assert list(asked.budget.usage.steps) == ["one"]
    server.reply = lambda body: Answer(status=401)
    with pytest.raises(FatalError, match="401"):
        run(asked, [ask(f"q{i}") for i in range(20)])
    sent = len(server.bodies)
    with pytest.raises(FatalError, match="401"):
        run(asked, [ask("later")])
    assert len(server.bodies) == sent <= 1 + 8


def test_the_key_comes_from_the_environment_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    with pytest.raises(FatalError, match="set OPENAI_API_KEY"):
        OpenAIChat("gpt-4o")
    with pytest.raises(FatalError, match="must begin with http"):
        OpenAIChat("gpt-4o", base_url="localhost:8000")


def test_gives_up_after_the_last_attempt(server: ChatServer) -> None:
    server.reply = lambda body: Answer(status=502)
    with pytest.raises(TransientError, match="502"):
        asyncio.run(client(server).complete(ask()))
    assert len(server.bodies) == 4


def test_a_spent_budget_is_noticed_when_sums_of_prices_are_not_exact() -> None:
    """0.1 + 0.2 - 0.1 - 0.2 is not 0, and must not count as money still held."""

    async def spend() -> None:
        budget = Budget(0.65, Prices(1e5, 0.0))
        async with budget.hold(ask("3 l")), budget.hold(ask("6 lett")):
            pass
        async with budget.hold(ask("6 lett")), budget.hold(ask("3 l")):
            pass
        with pytest.raises(BudgetSpent):
            async with asyncio.timeout(5), budget.hold(ask("l" * 21)):
                pass

    asyncio.run(spend())


class Batches:
    """A backend that takes two requests at a time and refuses all that are asked with a bad one."""

    name, revision, batch_size, concurrency = "batches", "", 2, 1

    def __init__(self) -> None:
        self.sizes: list[int] = []

    async def complete(self, requests: Sequence[Request]) -> list[Response]:
        self.sizes.append(len(requests))
        texts = [str(request.messages[0].parts[0]) for request in requests]
        if any("bad" in text for text in texts):
            raise RequestError("refused")
        if any("broken" in text for text in texts):
            raise RuntimeError("out of memory")
        return [Response(text) for text in texts]


@pytest.mark.parametrize("bad", range(7))
def test_a_refused_batch_is_asked_one_by_one_and_no_request_is_forgotten(bad: int) -> None:
    backend = Batches()
    requests = [ask(f"bad {n}" if n == bad else f"q{n}") for n in range(7)]
    requests += [ask("other settings", max_tokens=5)]

    async def limited() -> list[Outcome | None]:
        outcomes: list[Outcome | None] = [None] * len(requests)
        async with asyncio.timeout(5):
            await Client(backend).complete_all(requests, outcomes.__setitem__)
        return outcomes

    outcomes = asyncio.run(limited())
    assert [isinstance(o, RequestError) for o in outcomes] == [n == bad for n in range(8)]
    assert max(backend.sizes) == 2 and len(backend.sizes) <= 8
    with pytest.raises(RuntimeError, match="out of memory"):
        run(Client(Batches()), [ask("broken"), ask("q")])


def test_work_goes_on_in_order_and_stops_at_the_first_error() -> None:
    begun = []

    async def work(item: int) -> int:
        begun.append(item)
        await asyncio.sleep(0)
        if item == 3:
            raise ValueError("three")
        return item * 2

    assert asyncio.run(map_concurrently([0, 1, 2], work, 2)) == [0, 2, 4]
    begun.clear()
    with pytest.raises(ValueError, match="three"):
        asyncio.run(map_concurrently(list(range(100)), work, 2))
    assert len(begun) < 8
