"""The parts of the agents that are models: prompts, parsing, evidence, and the refine loop."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("openai")

from builder.agents import open_model_agent
from builder.agents.models import ModelAgent
from builder.agents.models.mcq_draft import Draft, find_faults
from builder.agents.models.pairs import find_span
from builder.agents.models.replies import Distractor, Level
from builder.agents.models.structured_output import Unreadable, parse
from builder.agents.models.versions import NEWEST, VERSIONS, find_version
from builder.agents.settings import AgentOptions, ModelSettings
from builder.agents.unusable import unpack
from builder.errors import BuildError
from builder.tables.records import Candidate, Figure
from scoring.models import Response
from tests.builder.agents.model import answer, reply_to, step_of
from tests.builder.agents.test_offline import figure as offline_figure
from tests.scoring.models.server import Answer, Body, ChatServer
from tests.scoring.models.tiny import make_tiny_model

RECORDED = {
    "v1": {
        "answer": "f25d0e68", "blind": "64b05d92", "bloom": "32a7585b", "check": "04b8ad9a",
        "choices": "25cfe1ff", "compare": "015cb9f9", "extract": "25de628d", "meaning": "a159a6b5",
        "reflect": "7930cf7d", "repair": "33827f07", "rewrite": "f4afe552", "verdict": "0b9689bc",
        "write": "a9405214",
    }
}  # fmt: skip
CAPTION = "Actin in HeLa cells.\nNuclei were stained  with DAPI (blue)."


def test_a_version_that_replies_were_recorded_with_stays_as_it_is() -> None:
    """When this fails a prompt or a form was edited: leave it, and add a version instead."""
    assert {name: version.prompts.digests() for name, version in VERSIONS.items()} == RECORDED


def test_a_version_is_found_by_name_or_prompts_and_nothing_else_passes() -> None:
    ours = RECORDED["v1"]
    assert find_version("v1", ours) is find_version("", ours) is VERSIONS["v1"]
    with pytest.raises(BuildError, match="write differ"):
        find_version("", ours | {"write": "00000000"})
    with pytest.raises(BuildError, match="version 'v0'"):
        find_version("v0", ours)


@given(st.text(), st.sampled_from(["stop", "length", "content_filter", ""]))
def test_any_text_is_a_form_or_a_reason(text: str, finish: str) -> None:
    try:
        assert 1 <= parse(Response(text, finish_reason=finish), Level).level <= 5
    except Unreadable as error:
        assert error.reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"level": 3, "reason": "so"}', ""),
        ('Here you are:\n```json\n{"level": 3, "reason": "so", "more": 1}\n```', ""),
        ('<think>{"level": 9}</think>{"level": 3, "reason": "so"}', ""),
        ('{"level": 9, "reason": "so"}', "wrong form"),
        ('{"level": 3, "reason": "\\ud800"}', "wrong form"),
        ('{"level": 3, "reason": "', "no JSON object"),
        ('{"level": ' + "9" * 5000 + "}", "no JSON object"),
        ("I'm sorry, I can't help with that.", "refused"),
        (" ", "empty"),
        ("x" * 1_000_000, "too long"),
        ("[" * 50_000 + "{" * 50, "no JSON object"),
    ],
)
def test_replies_are_read_or_refused_with_a_reason(text: str, reason: str) -> None:
    if not reason:
        assert parse(Response(text), Level) == Level(level=3, reason="so")
        return
    with pytest.raises(Unreadable) as caught:
        parse(Response(text), Level)
    assert caught.value.reason == reason


def test_evidence_is_the_caption_to_the_letter_but_for_white_space() -> None:
    span = find_span("Nuclei were\nstained with DAPI", CAPTION)
    assert span and CAPTION[slice(*span)] == "Nuclei were stained  with DAPI"
    for other in ("nuclei were stained", "Nuclei were  dyed", "", "stained with.DAPI"):
        assert find_span(other, CAPTION) is None


def test_what_choices_cannot_look_like() -> None:
    wrong = tuple(Distractor(text=t, reason="no") for t in ("tubulin", "lamin", "DNA"))
    good = Draft("Which is green?", "actin", wrong, "It is.")
    assert not find_faults(good)
    assert find_faults(replace(good, answer="Tubulin.")) == ["two choices are the same"]
    assert find_faults(replace(good, distractors=wrong[:2]))
    assert find_faults(replace(good, answer="actin filaments of the cortex"))
    assert find_faults(replace(good, question="Is actin green?"))
    other = Distractor(text="none of the above", reason="no")
    assert find_faults(replace(good, distractors=(*wrong[:2], other)))


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ChatServer]:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    chat = ChatServer(answer)
    yield chat
    chat.close()


@pytest.fixture
def agent(server: ChatServer, tmp_path: Path) -> Iterator[ModelAgent]:
    settings = ModelSettings(base_url=server.url, samples=1, rounds=2)
    opened = ModelAgent("openai:fake", AgentOptions(tmp_path, settings))
    yield opened
    opened.close()


def figure() -> Figure:
    image = {"bytes": figures_png(), "path": "a.png"}
    return replace(offline_figure(CAPTION), image=image)


def told(agent: ModelAgent, shown: Figure) -> list[Candidate]:
    return agent.write_candidates([shown])[0]


def test_a_false_quotation_is_sent_back_once_and_then_left_out(
    agent: ModelAgent, server: ChatServer
) -> None:
    def reply(body: Body) -> Answer:
        said = reply_to(body)
        if step_of(body) == "write":
            said["pairs"][0]["evidence"] = "HeLa cells and more"
        return Answer(json.dumps(said))

    server.reply = reply
    candidates, (outcome,) = agent.write_candidates([figure()])
    assert [step_of(body) for body in server.bodies] == ["extract", "write", "write"]
    again = server.bodies[-1]["messages"]
    assert [m["role"] for m in again] == ["system", "user", "assistant", "user"]
    assert "evidence is not in the caption" in again[-1]["content"]
    assert len(candidates) == outcome.candidates == 1
    kept = [reply for reply in unpack(outcome.unusable) if not reply.repaired]
    assert [(r.step, r.reason) for r in kept] == [("write", "evidence is not in the caption")]


def test_a_server_without_structured_output_is_asked_without(
    agent: ModelAgent, server: ChatServer
) -> None:
    def reply(body: Body) -> Answer:
        if "response_format" in body:
            return Answer(status=400, message="response_format is not supported")
        facts = "Find the facts" in json.dumps(body)
        return answer(body | {"response_format": _form("Facts" if facts else "Pairs")})

    server.reply = reply
    assert len(told(agent, figure())) == 2
    assert sum("response_format" in body for body in server.bodies) == 1


def _form(title: str) -> dict[str, Any]:
    return {"json_schema": {"schema": {"title": title}}}


def test_a_rewrite_that_changes_the_meaning_is_not_taken(
    agent: ModelAgent, server: ChatServer
) -> None:
    shown = figure()
    candidate = told(agent, shown)[0]

    def reply(body: Body) -> Answer:
        if step_of(body) == "meaning":
            return Answer('{"kept": false, "reason": "it asks for more"}')
        return answer(body)

    server.reply = reply
    (question,) = agent.write_questions([candidate], {shown.figure_id: shown}, 0)
    rounds = [json.loads(text) for text in question.refinements]
    assert [r["outcome"].split(":")[0] for r in rounds[:2]] == ["rewrite refused"] * 2
    assert len(rounds) == 3
    assert all(r["question"] == candidate.question and r["blind_right"] for r in rounds)
    assert question.problem.startswith("answered without the image after 2 rewrites")
    assert (question.question, question.distractors) == (candidate.question, [])
    reflected = next(b for b in reversed(server.bodies) if step_of(b) == "rewrite")
    assert "The last rewrite was refused" in json.dumps(reflected)


def test_equal_requests_under_way_share_a_call(agent: ModelAgent, server: ChatServer) -> None:
    server.reply = lambda body: answer(body, delay=0.2)
    shown = figure()
    agent.write_candidates([shown, replace(shown, figure_id="other/fig1")])
    assert [step_of(body) for body in server.bodies] == ["extract", "write"]


def test_plumbing_a_model_in_this_process_ends_with_every_unusable_reply_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tiny model of random weights says nothing of use, and that is what is recorded."""
    folder = make_tiny_model(tmp_path / "tiny-random")
    prompts = replace(NEWEST.prompts, extract=replace(NEWEST.prompts.extract, max_tokens=4))
    monkeypatch.setattr("builder.agents.models.agent.NEWEST", replace(NEWEST, prompts=prompts))
    options = AgentOptions(tmp_path / "agent", ModelSettings(batch_size=2))
    agent = open_model_agent(f"transformers:{folder}", options)
    png = figures_png()
    shown = [
        replace(offline_figure(CAPTION), figure_id=f"a/fig{n}", image={"bytes": png, "path": ""})
        for n in range(3)
    ]
    candidates, outcomes = agent.write_candidates(shown)
    agent.close()
    assert (candidates, len(outcomes)) == ([], 3)
    assert all("no usable reply on its facts" in outcome.reason for outcome in outcomes)
    assert all(len(unpack(outcome.unusable)) == 2 for outcome in outcomes)


def figures_png() -> bytes:
    import io

    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (20, 16), "red").save(out, "PNG")
    return out.getvalue()
