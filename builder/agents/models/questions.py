"""Stage 3: candidates become multiple-choice questions that hold without the caption's help."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from builder.agents.models.mcq_draft import Draft, draft_candidate, find_faults
from builder.agents.models.prompts import letter_choices
from builder.agents.models.refining import Refinement, Refiner
from builder.agents.models.structured_output import Asker
from builder.agents.unusable import Unusable, pack
from builder.tables.records import Candidate, Figure, Question
from scoring.models import Image


@dataclass(frozen=True, slots=True)
class BloomLevel:
    """Level 1-5 with its reason; 0 where no usable reply came."""

    level: int
    reason: str
    unusable: tuple[Unusable, ...] = ()


async def classify_bloom(
    asker: Asker, question: str, choices: Sequence[str], answer: str
) -> BloomLevel:
    """The Bloom level of a question, from its text alone: of ours, or of a benchmark's.

    Raises:
        BudgetSpent, FatalError: no more can be asked.
    """
    values = {"question": question, "choices": letter_choices(choices), "answer": answer}
    reply = await asker.ask(asker.prompts.bloom, values)
    if reply.form is None:
        return BloomLevel(0, f"no usable reply on its Bloom level: {reply.problem}", reply.unusable)
    return BloomLevel(reply.form.level, reply.form.reason, reply.unusable)


@dataclass(frozen=True, slots=True)
class QuestionWriter:
    """Writes questions; `rounds` is how often one is rewritten at most, by a `refiner`."""

    asker: Asker
    agent: str
    revision: str
    rounds: int
    refiner: type[Refiner]

    async def write(self, candidate: Candidate, figure: Figure, seed: int) -> Question:
        """The question of a candidate, or the problem that stands against it.

        Args:
            candidate: question and answer, without choices.
            figure: its figure, with the image.
            seed: orders the choices where they are shown to the model.
        """
        image = Image(figure.image["bytes"])
        # Wrong choices and a rationale, for the question as it is.
        reply = await self.asker.ask(
            self.asker.prompts.choices,
            {
                "caption": figure.caption,
                "question": candidate.question,
                "answer": candidate.answer,
                "evidence": candidate.evidence,
            },
            image,
            check=lambda form: find_faults(draft_candidate(candidate, form)),
        )
        unusable = list(reply.unusable)
        refinement = Refinement(Draft(candidate.question, candidate.answer, (), ""))
        if reply.form is None:
            refinement.problem = f"no usable reply on its choices: {reply.problem}"
        elif wrong := find_faults(draft := draft_candidate(candidate, reply.form)):
            refinement.problem = f"its choices cannot stand: {'; '.join(wrong)}"
        else:
            # The question as it is shows shortcuts: it is rewritten until it has none.
            by = {"agent": self.agent, "agent_revision": self.revision or reply.served_by}
            refiner = self.refiner(
                self.asker, by, figure.caption, image, candidate, self.rounds, seed
            )
            refinement = await refiner.refine(draft)
            unusable += refiner.unusable

        # Its level last, since a rewrite may ask for more than the question did.
        draft, problem = refinement.draft, refinement.problem
        choices = draft.shuffle_choices("bloom")
        level = await classify_bloom(self.asker, draft.question, choices, draft.answer)
        problem = problem or ("" if level.level else level.reason)

        # With a problem the candidate stays as it was, for a free-form question.
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
            refinements=refinement.rounds,
            question_agent=self.agent,
            question_agent_revision=self.revision or reply.served_by,
            question_prompt_version=self.asker.name_prompts("choices", "bloom"),
            unusable=pack([*unusable, *level.unusable]),
        )
