"""The stages as pure functions from the tables of one shard to the next tables of that shard."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa

from builder.agents import Agent, is_model, open_agent
from builder.run.job import Context, Stage, Tables
from builder.run.shard_scoring import add_judgements, make_pairs, score_pairs, sees_images
from builder.sources import open_source
from builder.tables.licenses import allows
from builder.tables.records import (
    AgentSignals,
    AskedReply,
    Candidate,
    Figure,
    Outcome,
    Question,
    Rejection,
)
from filtering.decide import decide_pairs
from filtering.records import Decision, Signals, from_table, to_table


def read_figures(context: Context, _: Tables) -> dict[str, pa.Table]:
    """Source partition -> figures, and what could not be used."""
    source = open_source(context.shard.source, context.config.source_options)
    items = list(source.read(context.shard.partition))
    return {
        "figures": to_table(Figure, (i for i in items if isinstance(i, Figure))),
        "quarantine": to_table(Rejection, (i for i in items if isinstance(i, Rejection))),
    }


def write_candidates(context: Context, tables: Tables) -> dict[str, pa.Table]:
    """Stage 1: figures -> candidate questions, and per figure what came of it."""
    figures = read_figure_table(tables["figures"])
    reasons = {f.figure_id: left_out(f, context) for f in figures}
    usable = [replace(f, is_microscopy=True) for f in figures if not reasons[f.figure_id]]
    agent = _open_agent(context)
    candidates, outcomes = agent.write_candidates(usable)
    unused = [Outcome(figure_id, 0, reason) for figure_id, reason in reasons.items() if reason]
    return {
        "candidates": to_table(Candidate, candidates),
        "outcomes": to_table(Outcome, [*outcomes, *unused]),
        **_take_replies("candidate_replies", agent),
    }


def _open_agent(context: Context) -> Agent:
    return open_agent(context.config.agent, context.config.agent_options)


def _take_replies(table: str, agent: Agent) -> dict[str, pa.Table]:
    """What the agent was asked and replied, as a table of that name."""
    return {table: to_table(AskedReply, agent.take_replies())}


def judge_candidates(context: Context, tables: Tables) -> dict[str, pa.Table]:
    """Candidates -> the agent's own signals of them; none of an agent that has none."""
    candidates = from_table(Candidate, tables["candidates"])
    asked = {candidate.figure_id for candidate in candidates}
    rows = read_figure_table(tables["figures"])
    figures = {figure.figure_id: figure for figure in rows if figure.figure_id in asked}
    agent = _open_agent(context)
    judged = agent.judge(candidates, figures)
    return {
        "agent_signals": to_table(AgentSignals, judged),
        **_take_replies("signal_replies", agent),
    }


def left_out(figure: Figure, context: Context) -> str:
    """Why a figure is not shown to the agent, or ''."""
    policy = context.config.license
    if reason := context.shard.repeated.get(figure.figure_id):
        return reason
    if not figure.is_microscopy and context.config.microscopy != "any":
        return f"not microscopy: {figure.microscopy_reason}"
    if figure.topic != "life" and context.config.topic != "any":
        return f"not of life: its topic is {figure.topic}"
    return "" if allows(figure.license, policy) else f"licence not {policy}: {figure.license}"


def score_candidates(context: Context, tables: Tables) -> dict[str, pa.Table]:
    """Stage 2, first half: candidates and what an agent makes of them -> signals and score."""
    pairs = make_pairs(tables["figures"], tables["candidates"])
    judged = from_table(AgentSignals, tables["agent_signals"])
    return {"signals": to_table(Signals, add_judgements(score_pairs(context, pairs), judged))}


def decide_candidates(context: Context, tables: Tables) -> dict[str, pa.Table]:
    """Stage 2, second half: signals and the corpus-wide threshold -> keep or drop with reason."""
    if context.threshold is None:
        raise ValueError("decisions need the threshold that is chosen over all shards")
    signals = from_table(Signals, tables["signals"])
    return {"decisions": to_table(Decision, decide_pairs(signals, context.threshold))}


def write_questions(context: Context, tables: Tables) -> dict[str, pa.Table]:
    """Stage 3: kept candidates -> multiple-choice questions."""
    kept = {d.qa_id for d in from_table(Decision, tables["decisions"]) if d.keep}
    candidates = [c for c in from_table(Candidate, tables["candidates"]) if c.candidate_id in kept]
    figures = {f.figure_id: f for f in read_figure_table(tables["figures"])}
    agent = _open_agent(context)
    questions = agent.write_questions(candidates, figures, context.config.seed)
    return {"questions": to_table(Question, questions), **_take_replies("question_replies", agent)}


def read_figure_table(table: pa.Table) -> list[Figure]:
    """Figures of a table; where it was read without images, `image` is empty."""
    return [Figure(**({"image": {}} | row)) for row in table.to_pylist()]


def _is_model(context: Context) -> bool:
    return is_model(context.config.agent)


READ = (Stage("figures", (), read_figures),)
WRITE = (
    Stage("candidates", ("figures",), write_candidates, _is_model, asks_agent=True),
    Stage("agent_signals", ("figures", "candidates"), judge_candidates, _is_model, asks_agent=True),
)
SCORE = (
    Stage(
        "signals",
        ("figures", "candidates", "agent_signals"),
        score_candidates,
        sees_images,
        encodes=True,
    ),
)
AFTER_THRESHOLD = (
    Stage("decisions", ("signals",), decide_candidates),
    Stage(
        "questions",
        ("figures", "candidates", "decisions"),
        write_questions,
        _is_model,
        asks_agent=True,
    ),
)
