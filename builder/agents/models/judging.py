"""Agent signals for the filter: what the model answers itself, with less and less to go by.

- `signal_agent_consistency`: the share of answers, drawn at a temperature and given image and
  caption, that mean the same as the candidate's (self-consistency: Wang et al. 2023).
- `signal_agent_caption_blind`: 1 where the answer from the image alone means the same.
- `signal_agent_image_blind`: 1 where the answer from the question alone does; then it is guessed.
- `signal_agent_verdict`: the model's probability that the caption supports the pair, 0 where it
  says that it does not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from builder.agents.models.structured_output import Asker
from builder.agents.unusable import Unusable, pack
from builder.tables.records import AgentSignals, Candidate, Figure
from scoring.models import Image

TEMPERATURE = 0.7
"""Of the answers for self-consistency, so that they can differ."""


@dataclass(frozen=True, slots=True)
class CandidateJudge:
    """Judges candidates; answers `samples` times for self-consistency."""

    asker: Asker
    agent: str
    revision: str
    samples: int

    async def judge(self, candidate: Candidate, figure: Figure) -> AgentSignals:
        """Signals of a candidate; null where no usable reply came."""
        judgement = _Judgement(self, candidate, figure, Image(figure.image["bytes"]))
        return await judgement.make_signals()


@dataclass(slots=True)
class _Judgement:
    """One candidate under judgement, and what was unusable of the replies about it."""

    judge: CandidateJudge
    candidate: Candidate
    figure: Figure
    image: Image
    unusable: list[Unusable] = field(default_factory=list)
    served_by: str = ""

    async def make_signals(self) -> AgentSignals:
        samples = self.judge.samples
        # All questions at once: none depends on the answer to another.
        *answers, verdict = await asyncio.gather(
            *(self._answer(self.figure.caption, self.image, n) for n in range(samples)),
            self._answer(None, self.image),
            self._answer(None, None),
            self._give_verdict(),
        )
        # Which answers say the same in other words is asked once for all of them.
        same = await self._compare([a for a in answers if isinstance(a, str) or a is None])
        consistent = [s for s in same[:samples] if s is not None]
        caption_blind, image_blind = same[samples], same[samples + 1]
        return AgentSignals(
            candidate_id=self.candidate.candidate_id,
            signal_agent_consistency=sum(consistent) / len(consistent) if consistent else None,
            signal_agent_caption_blind=None if caption_blind is None else float(caption_blind),
            signal_agent_image_blind=None if image_blind is None else float(image_blind),
            signal_agent_verdict=verdict if isinstance(verdict, float) else None,
            judged_by=self.judge.agent,
            judged_by_revision=self.judge.revision or self.served_by,
            judged_prompt_version=self.judge.asker.name_prompts("answer", "compare", "verdict"),
            # Replies arrive in any order, and the ledger must not.
            judged_unusable=pack(sorted(self.unusable, key=lambda u: (u.prompt, u.request))),
        )

    async def _answer(
        self, caption: str | None, image: Image | None, sample: int | None = None
    ) -> str | None:
        """The model's own answer; None where no usable reply came."""
        values = {
            "question": self.candidate.question,
            "caption": caption,
            "sees_image": image is not None,
        }
        temperature = 0.0 if sample is None else TEMPERATURE
        reply = await self.judge.asker.ask(
            self.judge.asker.prompts.answer, values, image, temperature=temperature, seed=sample
        )
        self.unusable += reply.unusable
        self.served_by = self.served_by or reply.served_by
        return reply.form.answer if reply.form else None

    async def _give_verdict(self) -> float | None:
        values = {
            "caption": self.figure.caption,
            "question": self.candidate.question,
            "answer": self.candidate.answer,
            "evidence": self.candidate.evidence,
        }
        reply = await self.judge.asker.ask(self.judge.asker.prompts.verdict, values, self.image)
        self.unusable += reply.unusable
        if reply.form is None:
            return None
        return float(reply.form.probability) if reply.form.supported else 0.0

    async def _compare(self, answers: Sequence[str | None]) -> list[bool | None]:
        """Whether each answer means the same as the candidate's; None where there is none.

        Equal words are the same, and no words are another answer; the rest is put to the model.
        """
        reference = _normalise(self.candidate.answer)
        same: dict[str, bool | None] = {
            a: _normalise(a) == reference for a in answers if a is not None
        }
        doubtful = sorted(a for a in same if _normalise(a) not in ("", reference))
        if doubtful:
            same |= await self._ask_same(doubtful)
        return [None if answer is None else same[answer] for answer in answers]

    async def _ask_same(self, answers: list[str]) -> dict[str, bool | None]:
        values = {
            "question": self.candidate.question,
            "reference": self.candidate.answer,
            "answers": answers,
        }
        wrong = f"one true or false per answer is needed: {len(answers)}"
        reply = await self.judge.asker.ask(
            self.judge.asker.prompts.compare,
            values,
            check=lambda form: [wrong] if len(form.same) != len(answers) else [],
        )
        self.unusable += reply.unusable
        if reply.form is None or len(reply.form.same) != len(answers):
            return dict.fromkeys(answers)
        return dict(zip(answers, reply.form.same, strict=True))


def _normalise(text: str) -> str:
    return " ".join(text.casefold().split()).strip(" .")
