"""The refine loop against language shortcuts, after RefineBot (Burgess et al. 2025, MicroVQA).

A question that is answered right without the image is rewritten from all that was found wrong so
far, and the rewrite is taken where its meaning is kept. Questions of which a wrong choice may be
right go the same way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from builder.agents.models.mcq_draft import Draft, faults, next_draft
from builder.agents.models.prompts import (
    BLIND,
    CHECK,
    MEANING,
    REFLECT,
    REWRITE,
    Prompt,
    lettered,
    versions,
)
from builder.agents.models.structured_output import Asker, Reply
from builder.agents.unusable import Unusable
from builder.tables.records import Candidate
from scoring.models import Image
from scoring.models.records import canonical

PROMPTS: tuple[Prompt[Any], ...] = (CHECK, BLIND, REFLECT, REWRITE, MEANING)


@dataclass(slots=True)
class Refinement:
    """A question's way through the loop. `rounds` has one JSON object per round."""

    draft: Draft
    problem: str = ""
    rounds: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Found:
    """What a round found: a fault (empty where the question holds), or why none could be told."""

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
            found = await self._look(refinement.draft, number)
            if not found.fault or number == self.most:
                self._end(refinement, number, found)
                break
            reflections.append(found.fault)
            new, refused = await self._rewrite(refinement.draft, reflections)
            outcome = f"rewrite refused: {refused}" if refused else "rewritten"
            self._record(refinement, number, found, outcome)
            if refused:
                reflections.append(f"The last rewrite was refused: {refused}")
            else:
                refinement.draft = new or refinement.draft
        return refinement

    def _end(self, refinement: Refinement, number: int, found: _Found) -> None:
        if found.stopped:
            refinement.problem = found.stopped
        elif found.fault:
            told = "answered without the image" if found.blind_right else "not clearly one right"
            refinement.problem = f"{told} after {number} rewrites: {found.fault}"
        self._record(refinement, number, found, refinement.problem or "holds")

    async def _look(self, draft: Draft, number: int) -> _Found:
        checked = await self._doubt(draft)
        if checked.fault or checked.stopped or self.most == 0:
            return checked
        shown = draft.shown(self.seed, self.candidate.candidate_id, number)
        values = {"question": draft.question, "choices": lettered(shown)}
        reply = self._kept(await self.asker.ask(BLIND, values))
        if reply.form is None:
            return _Found(stopped=f"no usable answer without the image: {reply.problem}")
        chosen = shown[ord(reply.form.choice) - 65]
        right = chosen == draft.answer
        fault = await self._shortcut(draft, shown, reply.form.reasoning) if right else ""
        return _Found(fault, "", chosen, right)

    async def _doubt(self, draft: Draft) -> _Found:
        """Whether exactly the right choice is right, by a look at image and caption."""
        shown = draft.shown(self.seed, self.candidate.candidate_id, "check")
        values = {"caption": self.caption, "question": draft.question, "choices": lettered(shown)}
        reply = self._kept(await self.asker.ask(CHECK, values, self.image))
        if reply.form is None:
            return _Found(stopped=f"no usable check of its choices: {reply.problem}")
        right = {shown[ord(letter) - 65] for letter in reply.form.right}
        if right == {draft.answer}:
            return _Found()
        named = ", ".join(repr(text) for text in sorted(right)) or "none"
        return _Found(f"Right by image and caption: {named}. {reply.form.reason}")

    async def _shortcut(self, draft: Draft, shown: list[str], reasoning: str) -> str:
        values = {
            "question": draft.question,
            "choices": lettered(shown),
            "answer": draft.answer,
            "reasoning": reasoning,
        }
        reply = self._kept(await self.asker.ask(REFLECT, values))
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
        reply = self._kept(
            await self.asker.ask(
                REWRITE, values, self.image, check=lambda form: faults(next_draft(form))
            )
        )
        if reply.form is None:
            return None, f"no usable reply: {reply.problem}"
        new = next_draft(reply.form)
        if wrong := faults(new):
            return None, "; ".join(wrong)
        return new, await self._changed(new)

    async def _changed(self, new: Draft) -> str:
        """How the meaning is changed against the candidate; empty where it is kept."""
        values = {
            "caption": self.caption,
            "question": self.candidate.question,
            "answer": self.candidate.answer,
            "new_question": new.question,
            "new_answer": new.answer,
        }
        reply = self._kept(await self.asker.ask(MEANING, values))
        if reply.form is None:
            return f"whether its meaning is kept could not be told: {reply.problem}"
        return "" if reply.form.kept else f"its meaning is not kept: {reply.form.reason}"

    def _kept(self, reply: Reply[Any]) -> Reply[Any]:
        self.unusable += reply.unusable
        return reply

    def _record(self, refinement: Refinement, number: int, found: _Found, outcome: str) -> None:
        draft = refinement.draft
        entry = {
            "round": number,
            "question": draft.question,
            "answer": draft.answer,
            "distractors": list(draft.texts),
            "blind_choice": found.blind,
            "blind_right": found.blind_right,
            "fault": found.fault,
            "outcome": outcome,
            "prompts": versions(PROMPTS),
            **self.by,
        }
        refinement.rounds.append(canonical(entry))
