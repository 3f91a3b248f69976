"""The refine loop against language shortcuts, after RefineBot (Burgess et al. 2025, MicroVQA).

A question that is answered right without the image is rewritten from all that was found wrong so
far, and the rewrite is taken where its meaning is kept. Questions of which a wrong choice may be
right go the same way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from builder.agents.models.mcq_draft import Draft, draft_rewrite, find_faults
from builder.agents.models.prompts import letter_choices
from builder.agents.models.structured_output import Asker, Reply
from builder.agents.unusable import Unusable
from builder.tables.records import Candidate
from scoring.models import Image
from scoring.models.records import dump_canonical

STEPS = ("check", "blind", "reflect", "rewrite", "meaning")


@dataclass(slots=True)
class Refinement:
    """A question's way through the loop. `rounds` has one JSON object per round."""

    draft: Draft
    problem: str = ""
    rounds: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Examination:
    """What a round saw: a fault (empty where the question holds), or why it could not look.

    `blind` is the choice taken without the image.
    """

    fault: str = ""
    stopped: str = ""
    blind: str | None = None
    blind_right: bool | None = None


@dataclass(slots=True)
class Refiner:
    """Refines one question. `by` is who does it, for the record of each round."""

    asker: Asker
    by: Mapping[str, str]
    caption: str
    image: Image
    candidate: Candidate
    most: int
    seed: int
    unusable: list[Unusable] = field(default_factory=list)

    async def refine(self, draft: Draft) -> Refinement:
        """The question after at most `most` rewrites, with a problem where it does not hold."""
        refinement, reflections = Refinement(draft), list[str]()
        for number in range(self.most + 1):
            # Look for a second right choice, and for a way to answer without the image.
            examined = await self._examine(refinement.draft, number)
            if not examined.fault or number == self.most:
                if examined.stopped:
                    refinement.problem = examined.stopped
                elif examined.fault:
                    blind = examined.blind_right
                    kind = "answered without the image" if blind else "not clearly one right"
                    refinement.problem = f"{kind} after {number} rewrites: {examined.fault}"
                self._record(refinement, number, examined, refinement.problem or "holds")
                break

            # Rewrite from all that was found so far, so that an old fault does not come back.
            reflections.append(examined.fault)
            rewrite, refused = await self._rewrite(refinement.draft, reflections)
            outcome = f"rewrite refused: {refused}" if refused else "rewritten"
            self._record(refinement, number, examined, outcome)
            if refused:
                reflections.append(f"The last rewrite was refused: {refused}")
            else:
                refinement.draft = rewrite or refinement.draft
        return refinement

    async def _examine(self, draft: Draft, number: int) -> _Examination:
        """One round: both looks at a question, the second only where the first finds no fault."""
        checked = await self._check_choices(draft)
        if checked.fault or checked.stopped or self.most == 0:
            return checked
        # The choices stand in another order in each round, so that no letter is learnt.
        shown = draft.shuffle_choices(self.seed, self.candidate.candidate_id, number)
        values = {"question": draft.question, "choices": letter_choices(shown)}
        reply = self._collect_unusable(await self.asker.ask(self.asker.prompts.blind, values))
        if reply.form is None:
            return _Examination(stopped=f"no usable answer without the image: {reply.problem}")
        chosen = shown[ord(reply.form.choice) - 65]
        right = chosen == draft.answer
        # Right by luck is not told from right by a shortcut: both are taken for one.
        fault = await self._name_shortcut(draft, shown, reply.form.reasoning) if right else ""
        return _Examination(fault, "", chosen, right)

    async def _check_choices(self, draft: Draft) -> _Examination:
        """Whether exactly the right choice is right, by a look at image and caption."""
        shown = draft.shuffle_choices(self.seed, self.candidate.candidate_id, "check")
        values = {
            "caption": self.caption,
            "question": draft.question,
            "choices": letter_choices(shown),
        }
        reply = self._collect_unusable(
            await self.asker.ask(self.asker.prompts.check, values, self.image)
        )
        if reply.form is None:
            return _Examination(stopped=f"no usable check of its choices: {reply.problem}")
        right = {shown[ord(letter) - 65] for letter in reply.form.right}
        if right == {draft.answer}:
            return _Examination()
        named = ", ".join(repr(text) for text in sorted(right)) or "none"
        return _Examination(f"Right by image and caption: {named}. {reply.form.reason}")

    async def _name_shortcut(self, draft: Draft, shown: list[str], reasoning: str) -> str:
        """What gave the answer away, and what would help; the bare reasoning where none is told."""
        values = {
            "question": draft.question,
            "choices": letter_choices(shown),
            "answer": draft.answer,
            "reasoning": reasoning,
        }
        reply = self._collect_unusable(await self.asker.ask(self.asker.prompts.reflect, values))
        if reply.form is None:
            return f"It can be answered without the image: {reasoning}"
        return f"{reply.form.shortcut} {reply.form.advice}"

    async def _rewrite(self, draft: Draft, reflections: list[str]) -> tuple[Draft | None, str]:
        """A new version, or why there is none."""
        values = {
            "caption": self.caption,
            "question": draft.question,
            "answer": draft.answer,
            "distractors": list(draft.texts),
            "reflections": reflections,
        }
        reply = self._collect_unusable(
            await self.asker.ask(
                self.asker.prompts.rewrite,
                values,
                self.image,
                check=lambda form: find_faults(draft_rewrite(form)),
            )
        )
        if reply.form is None:
            return None, f"no usable reply: {reply.problem}"
        rewrite = draft_rewrite(reply.form)
        if wrong := find_faults(rewrite):
            return None, "; ".join(wrong)
        return rewrite, await self._compare_meaning(rewrite)

    async def _compare_meaning(self, rewrite: Draft) -> str:
        """How the meaning is changed against the candidate; empty where it is kept."""
        values = {
            "caption": self.caption,
            "question": self.candidate.question,
            "answer": self.candidate.answer,
            "new_question": rewrite.question,
            "new_answer": rewrite.answer,
        }
        reply = self._collect_unusable(await self.asker.ask(self.asker.prompts.meaning, values))
        if reply.form is None:
            return f"whether its meaning is kept could not be told: {reply.problem}"
        return "" if reply.form.kept else f"its meaning is not kept: {reply.form.reason}"

    def _collect_unusable(self, reply: Reply[Any]) -> Reply[Any]:
        self.unusable += reply.unusable
        return reply

    def _record(
        self, refinement: Refinement, number: int, examined: _Examination, outcome: str
    ) -> None:
        """Adds a round to the record of a question, which the ledger shows."""
        draft = refinement.draft
        entry = {
            "round": number,
            "question": draft.question,
            "answer": draft.answer,
            "distractors": list(draft.texts),
            "blind_choice": examined.blind,
            "blind_right": examined.blind_right,
            "fault": examined.fault,
            "outcome": outcome,
            "prompts": self.asker.name_prompts(*STEPS),
            **self.by,
        }
        refinement.rounds.append(dump_canonical(entry))
