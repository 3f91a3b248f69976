"""Stage 3: candidates become multiple-choice questions that hold without the caption's help."""

from __future__ import annotations

from dataclasses import dataclass, field

from builder.agents.models.bloom import classify
from builder.agents.models.mcq_draft import Draft, faults, first_draft
from builder.agents.models.prompts import BLOOM, CHOICES, versions
from builder.agents.models.refining import Refinement, Refiner
from builder.agents.models.structured_output import Asker
from builder.agents.unusable import Unusable, pack
from builder.tables.records import Candidate, Figure, Question
from scoring.models import Image


@dataclass(frozen=True, slots=True)
class QuestionWriter:
    """Writes questions; `rounds` is how often one is rewritten at most."""

    asker: Asker
    agent: str
    revision: str
    rounds: int

    async def write(self, candidate: Candidate, figure: Figure, seed: int) -> Question:
        """The question of a candidate, or the problem that stands against it."""
        image = Image(figure.image["bytes"])
        made = await _Making(self, candidate, figure, image).choices()
        refinement = made.refinement
        if made.draft is not None:
            by = {"agent": self.agent, "agent_revision": self.revision or made.served_by}
            refiner = Refiner(self.asker, by, figure.caption, image, candidate, self.rounds, seed)
            refinement = await refiner.refine(made.draft)
            made.unusable += refiner.unusable
        return await self._question(candidate, made, refinement)

    async def _question(
        self, candidate: Candidate, made: _Making, refinement: Refinement | None
    ) -> Question:
        draft = (
            refinement.draft if refinement else Draft(candidate.question, candidate.answer, (), "")
        )
        problem = refinement.problem if refinement else made.problem
        level = await classify(self.asker, draft.question, draft.shown("bloom"), draft.answer)
        made.unusable += level.unusable
        if not level.level:
            problem = problem or level.reason
        stands = not problem
        return Question(
            candidate_id=candidate.candidate_id,
            question=draft.question if stands else candidate.question,
            answer=draft.answer if stands else candidate.answer,
            distractors=list(draft.texts) if stands else [],
            distractor_reasons=[d.reason for d in draft.distractors] if stands else [],
            rationale=draft.rationale if stands else "",
            bloom=level.level,
            bloom_rule=level.reason,
            problem=problem,
            refinements=refinement.rounds if refinement else [],
            question_agent=self.agent,
            question_agent_revision=self.revision or made.served_by,
            question_prompt_version=versions((CHOICES, BLOOM)),
            unusable=pack(made.unusable),
        )


@dataclass(slots=True)
class _Making:
    """The first version of a question under way."""

    writer: QuestionWriter
    candidate: Candidate
    figure: Figure
    image: Image
    draft: Draft | None = None
    problem: str = ""
    served_by: str = ""
    unusable: list[Unusable] = field(default_factory=list)
    refinement: Refinement | None = None

    async def choices(self) -> _Making:
        """Asks for wrong choices and a rationale."""
        values = {
            "caption": self.figure.caption,
            "question": self.candidate.question,
            "answer": self.candidate.answer,
            "evidence": self.candidate.evidence,
        }
        reply = await self.writer.asker.ask(
            CHOICES,
            values,
            self.image,
            check=lambda form: faults(first_draft(self.candidate, form)),
        )
        self.unusable += reply.unusable
        self.served_by = reply.served_by
        if reply.form is None:
            self.problem = f"no usable reply on its choices: {reply.problem}"
            return self
        draft = first_draft(self.candidate, reply.form)
        if wrong := faults(draft):
            self.problem = f"its choices cannot stand: {'; '.join(wrong)}"
        else:
            self.draft = draft
        return self
