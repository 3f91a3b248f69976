"""The offline agent: rules write candidates, and the answers of other figures are distractors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from builder.agents.offline.bloom import bloom
from builder.agents.offline.candidates import write
from builder.agents.offline.distractors import Distractors, draw_distractors
from builder.agents.offline.findings import parse_effect
from builder.agents.offline.repeats import thinned
from builder.agents.offline.templates import NAME
from builder.tables.records import HG, AgentSignals, Candidate, Figure, Outcome, Question


class OfflineAgent:
    """Writes questions from captions by rules. It needs no model and no network."""

    name = NAME
    sees_images = False

    def write_candidates(self, figures: Sequence[Figure]) -> tuple[list[Candidate], list[Outcome]]:
        """Candidates of the figures in order, and one outcome per figure."""
        written = [write(figure) for figure in figures]
        candidates = [candidate for found, _ in written for candidate in found]
        return thinned(candidates, [outcome for _, outcome in written], figures)

    def judge(
        self, candidates: Sequence[Candidate], figures: Mapping[str, Figure]
    ) -> list[AgentSignals]:
        """Nothing: rules have no opinion of what they wrote."""
        return []

    def write_questions(
        self, candidates: Sequence[Candidate], figures: Mapping[str, Figure], seed: int
    ) -> list[Question]:
        """One question per candidate in order, with three distractors or a problem."""
        drawn = draw_distractors(candidates, figures, seed)
        return [_question(candidate, drawn[candidate.candidate_id]) for candidate in candidates]


def _question(candidate: Candidate, drawn: Distractors) -> Question:
    level, rule = bloom(candidate.task, candidate.attribute, candidate.question)
    return Question(
        candidate_id=candidate.candidate_id,
        question=candidate.question,
        answer=candidate.answer,
        distractors=drawn.choices,
        distractor_reasons=[_reason(candidate, value) for value in drawn.choices],
        rationale=_rationale(candidate, drawn) if drawn.choices else "",
        bloom=level,
        bloom_rule=rule,
        problem=drawn.problem,
    )


def _reason(candidate: Candidate, value: str) -> str:
    agent, verb, _ = parse_effect(candidate.answer)
    other, turned, _ = parse_effect(value)
    if candidate.attribute == "effect" and agent == other:
        return f"The caption says that {agent} {verb} this measure, not that it {turned} it."
    if candidate.attribute == "effect":
        return f"The specimens were treated with {agent}; the caption does not name {other}."
    if candidate.task == HG:
        return f"The caption states '{candidate.answer}' and says nothing of '{value}'."
    return f"The caption states '{candidate.answer}' here and names '{value}' nowhere."


def _rationale(candidate: Candidate, drawn: Distractors) -> str:
    others = ", ".join(f"'{value}'" for value in drawn.choices)
    return (
        f'The caption states: "{candidate.evidence}". {candidate.statement} '
        f"The caption does not support {others} for this figure."
    )
