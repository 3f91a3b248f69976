"""The offline agent: rules write candidates, and the answers of other figures are distractors.

A caption's way: `read_caption` cuts it into sentences and panels; `finders` and `hypotheses` find
what it states; `selection` keeps what makes a sound question; `templates` writes the question.
For a whole shard `distractors` then adds wrong choices.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from builder.agents.offline.distractors import Distractors, draw_distractors
from builder.agents.offline.finders import find_facts
from builder.agents.offline.hypotheses import derive_facts, parse_effect
from builder.agents.offline.selection import (
    choose_facts,
    drop_repeats,
    keep_sound,
    keep_unambiguous,
)
from builder.agents.offline.templates import NAME, write_candidate
from builder.tables.records import (
    EP,
    HG,
    AgentSignals,
    AskedReply,
    Candidate,
    Figure,
    Outcome,
    Question,
)
from filtering.text.captions import read_caption

_STATED = (1, "recall: a value that the legend states for the whole figure")
_LOCATED = (2, "comprehension: a value that holds for one panel or one kind of signal")
_READ = (3, "application: a feature that has to be recognised where it is marked")
_COMPARED = (4, "analysis: a change between panels")
_HYPOTHESIS = (4, "analysis: a hypothesis drawn from the comparison of panels")
_PROPOSAL = (5, "synthesis: an experiment designed from what the figure shows")

_BY_ATTRIBUTE: dict[str, tuple[int, str]] = {
    "marker_in_colour": _LOCATED,
    "colour_of_marker": _LOCATED,
    "organelle_marker": _LOCATED,
    "arrow_target": _READ,
    "arrow_meaning": _READ,
    "restriction": _COMPARED,
    "localisation": _READ,
    "panel_cell": _READ,
    "species": _READ,
    "life_stage": _READ,
    "direction": _COMPARED,
    "change": _COMPARED,
}


class OfflineAgent:
    """Writes questions from captions by rules. It needs no model and no network."""

    name = NAME
    sees_images = False

    def write_candidates(self, figures: Sequence[Figure]) -> tuple[list[Candidate], list[Outcome]]:
        """Candidates of the figures in order, and one outcome per figure."""
        written = [write_figure(figure) for figure in figures]

        # An article is not asked the same of all its figures.
        articles = {figure.figure_id: figure.article_id for figure in figures}
        kept = drop_repeats((each for candidates, _ in written for each in candidates), articles)
        counts = Counter(candidate.figure_id for candidate in kept)

        outcomes = []
        for figure, (candidates, reason) in zip(figures, written, strict=True):
            count = counts[figure.figure_id]
            if candidates and not count:
                reason = "all that the caption states is asked for other figures of the article"
            outcomes.append(Outcome(figure.figure_id, count, reason))
        return kept, outcomes

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
        return [
            _write_question(candidate, drawn[candidate.candidate_id]) for candidate in candidates
        ]

    def take_replies(self) -> list[AskedReply]:
        """Nothing: rules ask nobody."""
        return []


def write_figure(figure: Figure) -> tuple[list[Candidate], str]:
    """Candidates of one figure, and why there are none.

    'Images of HeLa cells. Scale bar, 20 µm.' gives two: 'Which cells are shown in the image?'
    with the answer 'HeLa', and the length of the scale bar.
    """
    if not figure.is_microscopy:
        return [], f"not microscopy: {figure.microscopy_reason}".rstrip(": ")

    # Endless words are blanked, so that no pattern takes long; offsets stay.
    text = re.sub(r"\S{200,}", lambda match: " " * len(match.group()), figure.caption)
    caption = read_caption(text)

    # What the caption states, and what follows from it: hypotheses, proposed experiments.
    facts = find_facts(caption)
    facts += derive_facts(caption, facts, figure.title)

    # What makes a sound question with one answer, and of that a few for each figure.
    facts = keep_sound(caption, facts)
    chosen = choose_facts(keep_unambiguous(facts), figure.figure_id)

    has_panels = bool(caption.sections or figure.panels)
    written = [write_candidate(fact, figure, has_panels) for fact in chosen]
    unique = {candidate.candidate_id: candidate for candidate in written if candidate}
    if unique:
        return list(unique.values()), ""
    if facts:
        return [], "no unambiguous question: what the caption names has several values"
    return [], "caption states nothing that a rule recognises"


def _write_question(candidate: Candidate, distractors: Distractors) -> Question:
    level, rule = rate_bloom(candidate.task, candidate.attribute, candidate.question)
    rationale = ""
    if distractors.choices:
        others = ", ".join(f"'{value}'" for value in distractors.choices)
        rationale = (
            f'The caption states: "{candidate.evidence}". {candidate.statement} '
            f"The caption does not support {others} for this figure."
        )
    return Question(
        candidate_id=candidate.candidate_id,
        question=candidate.question,
        answer=candidate.answer,
        distractors=distractors.choices,
        distractor_reasons=[_explain(candidate, value) for value in distractors.choices],
        rationale=rationale,
        bloom=level,
        bloom_rule=rule,
        problem=distractors.problem,
    )


def _explain(candidate: Candidate, wrong: str) -> str:
    """Why a choice is wrong for the figure."""
    if candidate.attribute == "effect":
        right, other = parse_effect(candidate.answer), parse_effect(wrong)
        if right.agent == other.agent:
            return (
                f"The caption says that {right.agent} {right.verb} this measure, "
                f"not that it {other.verb} it."
            )
        return (
            f"The specimens were treated with {right.agent}; "
            f"the caption does not name {other.agent}."
        )
    if candidate.task == HG:
        return f"The caption states '{candidate.answer}' and says nothing of '{wrong}'."
    return f"The caption states '{candidate.answer}' here and names '{wrong}' nowhere."


def rate_bloom(task: str, attribute: str, question: str) -> tuple[int, str]:
    """Bloom level of a question by the attribute that it asks for.

    Returns:
        Level 1-5 and the name of the rule that set it.
    """
    if task == HG:
        return _HYPOTHESIS
    if task == EP:
        return _PROPOSAL
    for name, level in _BY_ATTRIBUTE.items():
        if attribute.startswith(name):
            return level
    return _LOCATED if " panel" in question else _STATED
