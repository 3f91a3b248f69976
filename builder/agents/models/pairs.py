"""Stage 1: facts from a caption, then questions that need the image."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from builder.agents.base import hash_candidate
from builder.agents.models.replies import Fact, Facts, Pair, Pairs
from builder.agents.models.structured_output import Asker, Reply
from builder.agents.unusable import Unusable, pack
from builder.tables.records import EP, EU, HG, Candidate, Figure, Outcome, Task
from scoring.models import Image

MOST_FACTS, MOST_PAIRS = 8, 5
_TASKS: dict[str, Task] = {"EU": EU, "HG": HG, "EP": EP}
_MENTIONS_CAPTION = re.compile(r"\b(?:caption|legend)\b", re.IGNORECASE)
_NONE = {
    "facts": "the caption states nothing that the image could be asked for",
    "pairs": "no question was written from what the caption states",
}


@dataclass(slots=True)
class _Written:
    """What came of a figure so far; `reason` says why there are no candidates."""

    candidates: list[Candidate] = field(default_factory=list)
    unusable: list[Unusable] = field(default_factory=list)
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PairWriter:
    """Writes candidates under an agent's name; `revision` is what was asked for, if anything."""

    asker: Asker
    agent: str
    revision: str

    async def write(self, figure: Figure) -> tuple[list[Candidate], Outcome]:
        """Candidates of a figure, and what came of it."""
        written = _Written()
        await self._write(figure, Image(figure.image["bytes"]), written)
        reason = "" if written.candidates else written.reason or "every question was refused"
        return written.candidates, Outcome(
            figure.figure_id, len(written.candidates), reason, pack(written.unusable)
        )

    async def _write(self, figure: Figure, image: Image, written: _Written) -> None:
        # First what the caption states, each fact with the words that state it: a question is
        # written from a fact, so that its answer can be checked.
        prompts = self.asker.prompts
        extracted = await self.asker.ask(
            prompts.extract,
            {"caption": figure.caption, "most": MOST_FACTS},
            image,
            check=lambda form: _check_facts(form, figure.caption)[1],
        )
        written.unusable += extracted.unusable
        if extracted.form is None:
            written.reason = f"no usable reply on its facts: {extracted.problem}"
            return
        facts, problems = _check_facts(extracted.form, figure.caption)
        written.unusable += _list_refusals(prompts.extract.version, extracted, problems)
        if not facts:
            written.reason = problems[0] if problems else _NONE["facts"]
            return

        # Then questions about these facts, of which those that can stand become candidates.
        numbered = [{"fact": i, **fact.model_dump()} for i, fact in enumerate(facts)]
        reply = await self.asker.ask(
            prompts.write,
            {"caption": figure.caption, "facts": numbered, "most": MOST_PAIRS},
            image,
            check=lambda form: _check_pairs(form, facts, figure.caption)[1],
        )
        written.unusable += reply.unusable
        if reply.form is None:
            written.reason = f"no usable reply on its questions: {reply.problem}"
            return
        pairs, problems = _check_pairs(reply.form, facts, figure.caption)
        written.unusable += _list_refusals(prompts.write.version, reply, problems)
        written.reason = problems[0] if problems else _NONE["pairs"]
        written.candidates += self._make_candidates(figure, facts, pairs, reply.served_by)

    def _make_candidates(
        self, figure: Figure, facts: Sequence[Fact], pairs: Sequence[Pair], served_by: str
    ) -> Iterator[Candidate]:
        known = set()
        for pair in pairs:
            task, kind = _TASKS[pair.task], facts[pair.fact].kind.casefold()
            identity = hash_candidate(figure.figure_id, task, pair.question, pair.answer)
            if identity in known:
                continue
            known.add(identity)
            start, end = find_span(pair.evidence, figure.caption) or (0, 0)
            yield Candidate(
                candidate_id=identity,
                figure_id=figure.figure_id,
                task=task,
                question=pair.question,
                answer=pair.answer,
                statement=pair.statement,
                evidence=figure.caption[start:end],
                evidence_start=start,
                value_type=kind[:80],
                attribute=re.sub(r"\W+", "_", kind)[:80],
                agent=self.agent,
                agent_revision=self.revision or served_by,
                prompt_version=self.asker.name_prompts("extract", "write"),
                confidence=pair.confidence,
            )


def find_span(quote: str, caption: str) -> tuple[int, int] | None:
    """Where a caption has the words of a quotation.

    Returns:
        Start and end of the first place with these words, character by character but for the
        width and kind of white space; None where there is none.
    """
    words = quote.split()
    if not words:
        return None
    match = re.search(r"\s+".join(map(re.escape, words)), caption)
    return match.span() if match else None


def _check_facts(form: Facts, caption: str) -> tuple[list[Fact], list[str]]:
    """The facts whose words are in the caption, and what is wrong with the others."""
    good, problems = [], []
    for fact in form.facts[:MOST_FACTS]:
        if find_span(fact.evidence, caption) is None:
            problems.append(f"evidence is not in the caption: {fact.evidence!r}")
        elif find_span(fact.answer, caption) is None:
            problems.append(f"answer is not in the caption: {fact.answer!r}")
        else:
            good.append(fact)
    return good, problems


def _check_pairs(form: Pairs, facts: Sequence[Fact], caption: str) -> tuple[list[Pair], list[str]]:
    """The pairs that can stand, and what is wrong with the others."""
    checked = [(pair, _find_problem(pair, facts, caption)) for pair in form.pairs[:MOST_PAIRS]]
    return [p for p, wrong in checked if not wrong], [wrong for _, wrong in checked if wrong]


def _find_problem(pair: Pair, facts: Sequence[Fact], caption: str) -> str:
    if not 0 <= pair.fact < len(facts):
        return f"there is no fact {pair.fact}"
    if find_span(pair.evidence, caption) is None:
        return f"evidence is not in the caption: {pair.evidence!r}"
    if pair.answer.casefold() in pair.question.casefold():
        return f"the question has its answer in it: {pair.question!r}"
    if _MENTIONS_CAPTION.search(pair.question):
        return f"the question speaks of the caption: {pair.question!r}"
    return ""


def _list_refusals(
    version: str, reply: Reply[Facts] | Reply[Pairs], problems: list[str]
) -> list[Unusable]:
    """Parts of a usable reply that are left out, each with its reason."""
    request = reply.unusable[-1].request if reply.unusable else ""
    parts = [problem.partition(": ") for problem in problems]
    return [Unusable(version, request, reason, detail[:500]) for reason, _, detail in parts]
