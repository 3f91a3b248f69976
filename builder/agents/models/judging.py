"""Agent signals for the filter: what the model answers itself, with less and less to go by."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from builder.agents.models.prompts import ANSWER, COMPARE, VERDICT, versions
from builder.agents.models.structured_output import Asker
from builder.agents.unusable import Unusable, pack
from builder.tables.records import AgentSignals, Candidate, Figure
from scoring.models import Image

TEMPERATURE = 0.7
"""Of the answers for self-consistency, so that they can differ."""


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges candidates; answers `samples` times for self-consistency."""

    asker: Asker
    agent: str
    revision: str
    samples: int

    async def judge(self, candidate: Candidate, figure: Figure) -> AgentSignals:
        """Signals of a candidate; null where no usable reply came."""
        return await _Judgement(self, candidate, figure, Image(figure.image["bytes"])).signals()


@dataclass(slots=True)
class _Judgement:
    judge: Judge
    candidate: Candidate
    figure: Figure
    image: Image
    unusable: list[Unusable] = field(default_factory=list)
    served_by: str = ""

    async def signals(self) -> AgentSignals:
        samples = self.judge.samples
        *answers, verdict = await asyncio.gather(
            *(self._answer(self.figure.caption, self.image, n) for n in range(samples)),
            self._answer(None, self.image),
            self._answer(None, None),
            self._verdict(),
        )
        same = await self._agree([a for a in answers if isinstance(a, str) or a is None])
        consistent = [s for s in same[:samples] if s is not None]
        return AgentSignals(
            candidate_id=self.candidate.candidate_id,
            signal_agent_consistency=sum(consistent) / len(consistent) if consistent else None,
            signal_agent_caption_blind=_number(same[samples]),
            signal_agent_image_blind=_number(same[samples + 1]),
            signal_agent_verdict=verdict if isinstance(verdict, float) else None,
            judged_by=self.judge.agent,
            judged_by_revision=self.judge.revision or self.served_by,
            judged_prompt_version=versions((ANSWER, COMPARE, VERDICT)),
            judged_unusable=pack(sorted(self.unusable, key=lambda u: (u.prompt, u.request))),
        )

    async def _answer(
        self, caption: str | None, image: Image | None, sample: int | None = None
    ) -> str | None:
        values = {
            "question": self.candidate.question,
            "caption": caption,
            "sees_image": image is not None,
        }
        # One dictionary for options of two types, hence the ignore.
        drawn = {} if sample is None else {"temperature": TEMPERATURE, "seed": sample}
        reply = await self.judge.asker.ask(ANSWER, values, image, **drawn)  # type: ignore[arg-type]
        self.unusable += reply.unusable
        self.served_by = self.served_by or reply.served_by
        return reply.form.answer if reply.form else None

    async def _verdict(self) -> float | None:
        values = {
            "caption": self.figure.caption,
            "question": self.candidate.question,
            "answer": self.candidate.answer,
            "evidence": self.candidate.evidence,
        }
        reply = await self.judge.asker.ask(VERDICT, values, self.image)
        self.unusable += reply.unusable
        if reply.form is None:
            return None
        return float(reply.form.probability) if reply.form.supported else 0.0

    async def _agree(self, answers: Sequence[str | None]) -> list[bool | None]:
        """Whether each answer means the same as the candidate's; None where there is none.

        Equal words are the same, and no words are another answer; the rest is put to the model.
        """
        reference = _plain(self.candidate.answer)
        doubtful = sorted(
            {a for a in answers if a is not None and _plain(a) not in ("", reference)}
        )
        said = await self._compared(doubtful) if doubtful else {}
        known: dict[str, bool | None] = {
            a: _plain(a) == reference for a in answers if a is not None
        }
        known |= said
        return [None if answer is None else known[answer] for answer in answers]

    async def _compared(self, answers: list[str]) -> dict[str, bool | None]:
        values = {
            "question": self.candidate.question,
            "reference": self.candidate.answer,
            "answers": answers,
        }
        wrong = f"one true or false per answer is needed: {len(answers)}"
        reply = await self.judge.asker.ask(
            COMPARE, values, check=lambda form: [wrong] if len(form.same) != len(answers) else []
        )
        self.unusable += reply.unusable
        if reply.form is None or len(reply.form.same) != len(answers):
            return dict.fromkeys(answers)
        return dict(zip(answers, reply.form.same, strict=True))


def _plain(text: str) -> str:
    return " ".join(text.casefold().split()).strip(" .")


def _number(value: bool | None) -> float | None:
    return None if value is None else float(value)
